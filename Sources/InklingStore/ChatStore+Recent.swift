// SPDX-License-Identifier: Apache-2.0

import GRDB

/// A target model and the model that drafts for it, if one does.
public struct ModelPair: Sendable, Hashable, Codable {
    public var target: ModelReference
    public var draft: ModelReference?

    public init(target: ModelReference, draft: ModelReference? = nil) {
        self.target = target
        self.draft = draft
    }
}

extension ChatStore {
    /// Prompts that are kept.
    public static let promptLimit = 1000
    /// A longer prompt is not kept: pasted files would crowd out the rest.
    public static let promptByteLimit = 1 << 16

    /// Keeps what was sent, to be called back; what was sent before moves to the end.
    public func rememberPrompt(_ text: String) throws(StoreError) {
        guard text.contains(where: { !$0.isWhitespace }), text.utf8.count <= Self.promptByteLimit else { return }
        try write { database in
            try database.execute(sql: "INSERT OR REPLACE INTO prompts (text) VALUES (?)", arguments: [text.storable])
            try database.execute(
                sql: """
                    DELETE FROM prompts WHERE id <= (SELECT id FROM prompts ORDER BY id DESC LIMIT 1 OFFSET ?)
                    """, arguments: [Self.promptLimit])
        }
    }

    /// What was sent in all chats, oldest first.
    public func prompts(limit: Int = promptLimit) throws(StoreError) -> [String] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT text FROM prompts ORDER BY id DESC LIMIT ?", arguments: [max(0, limit)]
            ).reversed().compactMap { $0.text("text") }
        }
    }

    public func forgetPrompts() throws(StoreError) {
        try write { try $0.execute(sql: "DELETE FROM prompts") }
    }

    /// Pairs of models that are kept: as many as there are digits to call them by.
    public static let pairLimit = 9

    /// Keeps a pair of models as the one used last.
    public func rememberPair(_ pair: ModelPair) throws(StoreError) {
        try write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO model_pairs (target_name, target_path, draft_name, draft_path)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [
                    pair.target.name.storable, pair.target.path.storable, pair.draft?.name.storable ?? "",
                    pair.draft?.path.storable ?? "",
                ])
            try database.execute(
                sql: """
                    DELETE FROM model_pairs WHERE id <= (SELECT id FROM model_pairs ORDER BY id DESC LIMIT 1 OFFSET ?)
                    """, arguments: [Self.pairLimit])
        }
    }

    /// The pairs used last, the latest first, ``pairLimit`` at most.
    public func recentPairs() throws(StoreError) -> [ModelPair] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM model_pairs ORDER BY id DESC LIMIT ?", arguments: [Self.pairLimit]
            ).compactMap { row in
                guard let target = row.model("target") else { return nil }
                return ModelPair(target: target, draft: row.model("draft").flatMap { $0.path.isEmpty ? nil : $0 })
            }
        }
    }

    /// For a pair whose files are gone.
    public func forgetPair(_ pair: ModelPair) throws(StoreError) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM model_pairs WHERE target_path = ? AND draft_path = ?",
                arguments: [pair.target.path.storable, pair.draft?.path.storable ?? ""])
        }
    }
}
