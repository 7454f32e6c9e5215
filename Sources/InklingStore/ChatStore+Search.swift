// SPDX-License-Identifier: Apache-2.0

import GRDB

/// A place where something that was searched for stands.
public struct SearchHit: Sendable, Equatable {
    public var chat: ChatID
    public var title: String
    public var updated: Timestamp
    /// nil: found in the title.
    public var message: MessageID?
    public var role: MessageRole?
    public var snippet: Snippet
}

extension ChatStore {
    /// Searches titles and messages of all branches, but for answers still in flight. Words match at their beginning,
    /// whatever their case and accents, in any order, all in one title or message. Meant to be called at each key.
    ///
    /// - Returns: titles first, the latest chat first; then messages, the best match first.
    public func search(_ text: String, limit: Int = 50) throws(StoreError) -> [SearchHit] {
        let query = SearchQuery(text)
        guard !query.isEmpty, limit > 0 else { return [] }
        return try read { database in
            var hits = try SearchIndex.titles.hits(query, limit: limit, database)
            if hits.count < limit {
                hits += try SearchIndex.messages.hits(query, limit: limit - hits.count, database)
            }
            return hits
        }
    }
}

/// One of the two indexes, with what is special to it.
private struct SearchIndex {
    let name: String
    let column: String
    let source: String
    let fields: String
    let order: String

    static let titles = SearchIndex(
        name: "chat_titles", column: "title", source: "chats", fields: "chats.id AS chat_id", order: "")

    static let messages = SearchIndex(
        name: "message_text", column: "content", source: "messages JOIN chats ON chats.id = messages.chat_id",
        fields: "messages.chat_id, messages.id AS message_id, messages.role", order: "bm25(message_text), ")

    private var table: String { self.source.prefix { $0 != " " }.description }

    func hits(_ query: SearchQuery, limit: Int, _ database: Database) throws -> [SearchHit] {
        let text = "\(table).\(column)"
        var arguments: [any DatabaseValueConvertible] = []
        var conditions = ["chats.deleted_by IS NULL"]
        if table == "messages" { conditions.append("messages.ending IS NOT NULL") }
        var tables = source
        var order = "chats.updated_at DESC, \(table).id DESC"
        if let match = query.match {
            tables = "\(name) JOIN \(table) ON \(table).id = \(name).rowid \(source.dropFirst(table.count))"
            conditions.append("\(name) MATCH ?")
            arguments.append(match)
            order = self.order + order
        }
        for pattern in query.patterns {
            conditions.append("\(text) LIKE ? ESCAPE '\\'")
            arguments.append(pattern)
        }
        arguments.append(limit)
        // Without the snippets: they are made for the rows that are kept, not for all that match.
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT \(table).id AS id, chats.title, chats.updated_at, \(fields) FROM \(tables)
                WHERE \(conditions.joined(separator: " AND ")) ORDER BY \(order) LIMIT ?
                """, arguments: StatementArguments(arguments))
        return try rows.map { row in
            SearchHit(
                chat: ChatID(rawValue: row.integer("chat_id") ?? 0), title: row.text("title") ?? "",
                updated: row.time("updated_at"),
                message: row.hasColumn("message_id") ? row.messageID("message_id") : nil,
                role: row.hasColumn("role") ? row.text("role").flatMap(MessageRole.init) : nil,
                snippet: try snippet(of: row.integer("id") ?? 0, query, database))
        }
    }

    private func snippet(of id: Int64, _ query: SearchQuery, _ database: Database) throws -> Snippet {
        if let match = query.match {
            // No text can hold these by chance or by intent.
            let nonce = UInt64.random(in: 0 ... .max)
            let (open, close) = ("\u{E000}\(nonce)[", "\u{E000}\(nonce)]")
            let marked = try String.fetchOne(
                database,
                sql: "SELECT snippet(\(name), 0, ?, ?, '…', 24) FROM \(name) WHERE \(name) MATCH ? AND rowid = ?",
                arguments: [open, close, match, id])
            return Snippet(marked ?? "", open: open, close: close)
        }
        let word = query.substrings.first ?? ""
        let piece = try String.fetchOne(
            database,
            sql: """
                SELECT substr(\(column), max(1, instr(lower(\(column)), lower(?)) - \(Snippet.lead)), \(Snippet.length))
                FROM \(table) WHERE id = ?
                """, arguments: [word, id])
        return Snippet(of: piece ?? "", marking: query.substrings)
    }
}
