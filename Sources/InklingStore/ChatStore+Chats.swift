// SPDX-License-Identifier: Apache-2.0

import GRDB

extension ChatStore {
    /// Chats, the one written to last first.
    ///
    /// - Parameter previous: the last row of the page before; nil: the first page.
    public func list(limit: Int = 50, after previous: ChatSummary? = nil) throws(StoreError) -> [ChatSummary] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT id, title, created_at, updated_at, target_name,
                        (SELECT count(*) FROM messages WHERE chat_id = chats.id) AS message_count,
                        (SELECT substr(content, 1, 2000) FROM messages WHERE chat_id = chats.id
                            ORDER BY (role = 'system'), sequence LIMIT 1) AS beginning
                    FROM chats
                    WHERE deleted_by IS NULL AND (updated_at, id) < (?, ?)
                    ORDER BY updated_at DESC, id DESC LIMIT ?
                    """,
                arguments: [
                    previous?.updated.rawValue ?? .max, previous?.id.rawValue ?? .max, max(0, limit),
                ])
            return rows.map { row in
                ChatSummary(
                    id: ChatID(rawValue: row.integer("id") ?? 0), title: row.text("title") ?? "",
                    firstLine: ChatTitle.line(of: row.text("beginning") ?? "", width: 120),
                    messageCount: Int(row.integer("message_count") ?? 0), created: row.time("created_at"),
                    updated: row.time("updated_at"), model: row.text("target_name"))
            }
        }
    }

    public func chatCount() throws(StoreError) -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM chats WHERE deleted_by IS NULL") ?? 0 }
    }

    /// - Returns: nil if there is no such chat, or if it is deleted.
    public func load(_ id: ChatID) throws(StoreError) -> Conversation? {
        try read { database in
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT \(Chat.columns), leaf_id FROM chats WHERE id = ? AND deleted_by IS NULL",
                    arguments: [id.rawValue])
            else { return nil }
            var messages: [StoredMessage] = []
            var lastChildren: [MessageID: MessageID] = [:]
            let rows = try Row.fetchCursor(
                database, sql: "SELECT \(StoredMessage.columns) FROM messages WHERE chat_id = ? ORDER BY sequence",
                arguments: [id.rawValue])
            while let row = try rows.next() {
                let message = StoredMessage(row, isAlive: ProcessMark.isAlive)
                messages.append(message)
                lastChildren[message.id] = row.messageID("last_child_id")
            }
            let tree = MessageTree(messages, lastChildren: lastChildren, leaf: row.messageID("leaf_id"))
            return Conversation(chat: Chat(row), tree: tree)
        }
    }

    /// Keeps the models, strategy, parameters, sampler and system prompt of a chat. Nothing if the chat has no message
    /// yet: empty chats are not kept.
    public func update(_ chat: Chat) throws(StoreError) {
        try write { database in
            let settings = chat.settings.sorted { $0.key < $1.key }
            let assignments = settings.map { "\($0.key) = ?" }.joined(separator: ", ")
            try database.execute(
                sql: "UPDATE chats SET \(assignments) WHERE id = ?",
                arguments: StatementArguments(settings.map(\.value) + [chat.id.rawValue]))
        }
    }

    /// - Parameter title: if it is blank, the chat is named after its first message again.
    /// - Returns: the title it has now: one line, safe to print.
    @discardableResult
    public func rename(_ id: ChatID, to title: String) throws(StoreError) -> String {
        try write { database in
            var title = ChatTitle.line(of: title, width: 120).storable
            if title.isEmpty {
                let first = try String.fetchOne(
                    database,
                    sql: """
                        SELECT substr(content, 1, 20000) FROM messages WHERE chat_id = ? AND role = 'user'
                        ORDER BY sequence LIMIT 1
                        """, arguments: [id.rawValue])
                title = ChatTitle.make(from: first ?? "")
            }
            try database.execute(
                sql: "UPDATE chats SET title = ? WHERE id = ? AND deleted_by IS NULL",
                arguments: [title, id.rawValue])
            guard database.changesCount > 0 else { throw StoreError.noSuchChat(id) }
            return title
        }
    }

    // MARK: Deleting

    /// Deletes a chat. Until this process ends it can be had back by ``undelete(_:)``.
    public func delete(_ id: ChatID) throws(StoreError) {
        try write { database in
            try database.execute(
                sql: "UPDATE chats SET deleted_by = ? WHERE id = ? AND deleted_by IS NULL",
                arguments: [ProcessMark.current, id.rawValue])
            guard database.changesCount > 0 else { throw StoreError.noSuchChat(id) }
        }
    }

    public func undelete(_ id: ChatID) throws(StoreError) {
        try write { database in
            try database.execute(
                sql: "UPDATE chats SET deleted_by = NULL WHERE id = ?", arguments: [id.rawValue])
            guard database.changesCount > 0 else { throw StoreError.noSuchChat(id) }
        }
    }

    /// Removes for good what this process, and processes that are gone, have deleted.
    public func purge() throws(StoreError) {
        try write { database in
            try Self.removeDeleted(database)
            try database.execute(
                sql: "DELETE FROM chats WHERE deleted_by = ?", arguments: [ProcessMark.current])
        }
    }

    static func removeDeleted(_ database: Database) throws {
        let deleters = try String.fetchAll(
            database, sql: "SELECT DISTINCT deleted_by FROM chats WHERE deleted_by IS NOT NULL")
        for deleter in deleters where !ProcessMark.isAlive(deleter) {
            try database.execute(sql: "DELETE FROM chats WHERE deleted_by = ?", arguments: [deleter])
        }
    }
}
