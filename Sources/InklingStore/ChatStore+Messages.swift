// SPDX-License-Identifier: Apache-2.0

import GRDB

extension ChatStore {
    /// Adds a message to a chat and makes it the end of the current branch. With its first message a chat comes to be,
    /// and a title, if it has none; a deleted chat that is written to is deleted no longer.
    ///
    /// - Throws: ``StoreError/unknownParent(_:)``, ``StoreError/alreadyStored(_:)``, and what disks do.
    public func append(_ message: StoredMessage, to chat: Chat) throws(StoreError) {
        try write { database in
            try Self.insert(chat, titledAfter: message, database)
            if let parent = message.parent {
                let isThere = try Bool.fetchOne(
                    database, sql: "SELECT 1 FROM messages WHERE id = ? AND chat_id = ?",
                    arguments: [parent.rawValue, chat.id.rawValue])
                guard isThere == true else { throw StoreError.unknownParent(parent) }
            }
            guard try Self.insert(message, in: chat.id, database) else { throw StoreError.alreadyStored(message.id) }
            try Self.setLeaf(message.id, of: chat.id, database, parent: message.parent)
        }
    }

    /// Keeps an answer in flight as far as it has got. Nothing if it has ended already.
    public func saveDraft(_ id: MessageID, content: String) throws(StoreError) {
        try write { database in
            // Another program may have taken us for gone.
            try database.execute(
                sql: """
                    UPDATE messages SET content = ?, ending = NULL, writer = ?
                    WHERE id = ? AND (ending IS NULL OR ending = 'interrupted')
                    """, arguments: [content.storable, ProcessMark.current, id.rawValue])
        }
    }

    /// Keeps an answer with its whole text and why it ended.
    ///
    /// - Throws: ``StoreError/noSuchMessage(_:)`` if its chat was removed meanwhile.
    public func finish(
        _ id: MessageID, content: String, ending: MessageEnding, stats: JSONText? = nil, at time: Timestamp = .now()
    ) throws(StoreError) {
        try write { database in
            try database.execute(
                sql: "UPDATE messages SET content = ?, ending = ?, stats = ?, writer = NULL WHERE id = ?",
                arguments: [content.storable, ending.rawValue, stats?.rawValue.storable, id.rawValue])
            guard database.changesCount > 0 else { throw StoreError.noSuchMessage(id) }
            try database.execute(
                sql: """
                    UPDATE chats SET updated_at = max(updated_at, ?)
                    WHERE id = (SELECT chat_id FROM messages WHERE id = ?)
                    """, arguments: [time.rawValue, id.rawValue])
        }
    }

    /// Puts an answer back in flight, to be continued.
    public func reopen(_ id: MessageID) throws(StoreError) {
        try write { database in
            try database.execute(
                sql: "UPDATE messages SET ending = NULL, writer = ? WHERE id = ?",
                arguments: [ProcessMark.current, id.rawValue])
            guard database.changesCount > 0 else { throw StoreError.noSuchMessage(id) }
        }
    }

    /// Keeps which branch is the current one.
    ///
    /// - Parameter leaf: its end, as ``MessageTree/select(_:)`` returns it.
    public func select(_ leaf: MessageID, in chat: ChatID) throws(StoreError) {
        try write { database in
            let isThere = try Bool.fetchOne(
                database, sql: "SELECT 1 FROM messages WHERE id = ? AND chat_id = ?",
                arguments: [leaf.rawValue, chat.rawValue])
            guard isThere == true else { throw StoreError.noSuchMessage(leaf) }
            try Self.setLeaf(leaf, of: chat, database)
        }
    }

    /// Removes a message and all that follows it. A chat without messages is removed with the last of them.
    ///
    /// - Parameter leaf: the end of the current branch after that: ``MessageTree/leaf`` of the tree it was removed from.
    public func deleteSubtree(of id: MessageID, in chat: ChatID, leaf: MessageID?) throws(StoreError) {
        try write { database in
            // UNION, not UNION ALL: in a damaged file messages may follow each other in circles.
            try database.execute(
                sql: """
                    WITH RECURSIVE subtree (id) AS (
                        SELECT id FROM messages WHERE id = :id AND chat_id = :chat
                        UNION SELECT messages.id FROM messages JOIN subtree ON messages.parent_id = subtree.id)
                    DELETE FROM messages WHERE id IN (SELECT id FROM subtree)
                    """, arguments: ["id": id.rawValue, "chat": chat.rawValue])
            guard database.changesCount > 0 else { throw StoreError.noSuchMessage(id) }
            if let leaf { try Self.setLeaf(leaf, of: chat, database) }
            try database.execute(
                sql: "DELETE FROM chats WHERE id = :chat AND NOT EXISTS (SELECT 1 FROM messages WHERE chat_id = :chat)",
                arguments: ["chat": chat.rawValue])
        }
    }

    /// Keeps a whole conversation: one that was imported, or that was in memory while nothing could be saved. What is
    /// stored of it already stays, but for answers that were in flight.
    public func save(_ conversation: Conversation) throws(StoreError) {
        guard !conversation.tree.isEmpty else { return }
        try write { database in
            let first = conversation.tree.messages.first { $0.role == .user }
            try Self.insert(conversation.chat, titledAfter: first, database)
            for message in conversation.tree.messages {
                let isNew = try Self.insert(message, in: conversation.chat.id, database)
                guard !isNew, let ending = message.ending else { continue }
                try database.execute(
                    sql: """
                        UPDATE messages SET content = ?, ending = ?, stats = ?, writer = NULL
                        WHERE id = ? AND (ending IS NULL OR ending = 'interrupted')
                        """,
                    arguments: [
                        message.content.storable, ending.rawValue, message.stats?.rawValue.storable,
                        message.id.rawValue,
                    ])
            }
            for (parent, child) in conversation.tree.lastChildren {
                try database.execute(
                    sql: "UPDATE messages SET last_child_id = ? WHERE id = ? AND last_child_id IS NOT ?",
                    arguments: [child.rawValue, parent.rawValue, child.rawValue])
            }
            if let leaf = conversation.tree.leaf { try Self.setLeaf(leaf, of: conversation.chat.id, database) }
        }
    }

    // MARK: -

    /// Answers in flight of processes that are gone have ended.
    static func settleInterrupted(_ database: Database) throws {
        let writers = try Row.fetchAll(database, sql: "SELECT DISTINCT writer FROM messages WHERE ending IS NULL")
        for writer in writers.map({ $0.text("writer") }) where !ProcessMark.isAlive(writer ?? "") {
            try database.execute(
                sql: "UPDATE messages SET ending = 'interrupted', writer = NULL WHERE ending IS NULL AND writer IS ?",
                arguments: [writer])
        }
    }

    private static func insert(_ chat: Chat, titledAfter message: StoredMessage?, _ database: Database) throws {
        var title = ChatTitle.line(of: chat.title, width: 120).storable
        if title.isEmpty, let message, message.role == .user { title = ChatTitle.make(from: message.content).storable }
        let time = message.map { max($0.created, chat.updated) } ?? chat.updated
        var values = chat.settings
        values["id"] = chat.id.rawValue
        values["title"] = title
        values["created_at"] = chat.created.rawValue
        values["updated_at"] = time.rawValue
        let columns = values.sorted { $0.key < $1.key }
        try database.execute(
            sql: """
                INSERT INTO chats (\(columns.map(\.key).joined(separator: ", ")))
                VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
                ON CONFLICT (id) DO UPDATE SET
                    updated_at = max(updated_at, excluded.updated_at), deleted_by = NULL
                """, arguments: StatementArguments(columns.map(\.value)))
        if !title.isEmpty {
            try database.execute(
                sql: "UPDATE chats SET title = ? WHERE id = ? AND title = ''", arguments: [title, chat.id.rawValue])
        }
    }

    /// - Returns: false if there is such a message already.
    private static func insert(_ message: StoredMessage, in chat: ChatID, _ database: Database) throws -> Bool {
        try database.execute(
            sql: """
                INSERT INTO messages
                    (id, chat_id, parent_id, sequence, role, content, created_at, ending, writer, model, strategy, stats)
                VALUES (?, ?, ?, (SELECT coalesce(max(sequence), 0) + 1 FROM messages WHERE chat_id = ?),
                    ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO NOTHING
                """,
            arguments: [
                message.id.rawValue, chat.rawValue, message.parent?.rawValue, chat.rawValue,
                message.role.rawValue, message.content.storable, message.created.rawValue, message.ending?.rawValue,
                message.isInFlight ? ProcessMark.current : nil, message.model?.storable, message.strategy?.storable,
                message.stats?.rawValue.storable,
            ])
        return database.changesCount > 0
    }

    /// - Parameter parent: of the message, if it is known.
    private static func setLeaf(
        _ leaf: MessageID, of chat: ChatID, _ database: Database, parent: MessageID? = nil
    ) throws {
        let before = try Int64.fetchOne(
            database, sql: "SELECT leaf_id FROM chats WHERE id = ?", arguments: [chat.rawValue])
        try database.execute(
            sql: "UPDATE chats SET leaf_id = ? WHERE id = ?", arguments: [leaf.rawValue, chat.rawValue])
        if let parent, parent.rawValue == before {
            // All above it is remembered already.
            try database.execute(
                sql: "UPDATE messages SET last_child_id = ? WHERE id = ?", arguments: [leaf.rawValue, parent.rawValue])
            return
        }
        try database.execute(
            sql: """
                WITH RECURSIVE path (id, parent) AS (
                    SELECT id, parent_id FROM messages WHERE id = ?
                    UNION SELECT messages.id, messages.parent_id FROM messages JOIN path ON messages.id = path.parent)
                UPDATE messages SET last_child_id = path.id FROM path
                WHERE messages.id = path.parent AND messages.last_child_id IS NOT path.id
                """, arguments: [leaf.rawValue])
    }
}
