// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Rows as our types. Whatever stands in the file, reading it never traps: what is missing or of another type reads as
/// nothing.
extension Row {
    func text(_ column: String) -> String? { String.fromDatabaseValue(self[column] as DatabaseValue) }

    func integer(_ column: String) -> Int64? { Int64.fromDatabaseValue(self[column] as DatabaseValue) }

    func time(_ column: String) -> Timestamp { Timestamp(rawValue: integer(column) ?? 0) }

    func messageID(_ column: String) -> MessageID? { integer(column).map(MessageID.init) }

    func json(_ column: String) -> JSONText? { text(column).map(JSONText.init) }

    func model(_ prefix: String) -> ModelReference? {
        guard let name = text(prefix + "_name"), let path = text(prefix + "_path") else { return nil }
        return ModelReference(name: name, path: path)
    }
}

extension String {
    /// The text as the database can hold it. SQLite ends a text at its first NUL, and with it the rest would be lost.
    var storable: String {
        guard utf8.contains(0) else { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars { result.append(scalar == "\0" ? "\u{2400}" : scalar) }
        return String(result)
    }
}

extension Chat {
    static let columns = """
        id, title, created_at, updated_at, target_name, target_path, draft_name, draft_path, strategy, parameters, \
        sampler, system_prompt
        """

    init(_ row: Row) {
        self.init(
            id: ChatID(rawValue: row.integer("id") ?? 0), created: row.time("created_at"),
            title: row.text("title") ?? "", target: row.model("target"), draft: row.model("draft"),
            strategy: row.text("strategy"), parameters: row.json("parameters"), sampler: row.json("sampler"),
            systemPrompt: row.text("system_prompt"))
        updated = row.time("updated_at")
    }

    /// What ``ChatStore/update(_:)`` changes.
    var settings: [String: (any DatabaseValueConvertible)?] {
        [
            "target_name": target?.name.storable, "target_path": target?.path.storable,
            "draft_name": draft?.name.storable, "draft_path": draft?.path.storable,
            "strategy": strategy?.storable, "parameters": parameters?.rawValue.storable,
            "sampler": sampler?.rawValue.storable, "system_prompt": systemPrompt?.storable,
        ]
    }
}

extension StoredMessage {
    static let columns = """
        id, parent_id, role, content, created_at, ending, writer, model, strategy, stats, last_child_id
        """

    /// - Parameter isAlive: whether the process that writes an answer in flight still runs.
    init(_ row: Row, isAlive: (String) -> Bool) {
        var ending = row.text("ending").map { MessageEnding(rawValue: $0) ?? .written }
        if ending == nil, !isAlive(row.text("writer") ?? "") { ending = .interrupted }
        self.init(
            id: row.messageID("id") ?? MessageID(rawValue: 0), parent: row.messageID("parent_id"),
            role: row.text("role").flatMap(MessageRole.init) ?? .user, content: row.text("content") ?? "",
            created: row.time("created_at"), ending: ending, model: row.text("model"),
            strategy: row.text("strategy"), stats: row.json("stats"))
    }
}
