// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials

/// How much of a conversation is exported.
public enum ExportScope: Sendable, CaseIterable {
    case currentBranch
    case allBranches
}

extension Conversation {
    /// The chat as a JSON document, which ``init(json:using:now:)`` reads again: an object with `format`, `version`,
    /// `chat` and a list of `messages`, each with `id` and `parent`.
    ///
    /// To print it use `escapedForTerminal(json:)`.
    public func json(_ scope: ExportScope) throws(StoreError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(ChatDocument(self, scope))) + [UInt8(ascii: "\n")]
        } catch {
            throw .notAChat(reason: "\(error)")
        }
    }

    /// Reads what ``json(_:)`` wrote, or a plain list of messages with `role` and `content`, as other programs write
    /// it. Chat and messages get new names, so that what is read twice is there twice.
    ///
    /// - Throws: ``StoreError/notAChat(reason:)``.
    public init(
        json: [UInt8], using generator: inout some RandomNumberGenerator, now: Timestamp = .now()
    ) throws(StoreError) {
        let data = Data(json)
        let decoder = JSONDecoder()
        if let list = try? decoder.decode([ChatDocument.PlainMessage].self, from: data) {
            self = try Conversation(list, using: &generator, now: now)
            return
        }
        let document: ChatDocument
        do {
            document = try decoder.decode(ChatDocument.self, from: data)
        } catch let error as DecodingError {
            throw .notAChat(reason: error.sentence)
        } catch {
            throw .notAChat(reason: "\(error)")
        }
        guard document.format == ChatDocument.formatName else {
            throw .notAChat(reason: "its format is \"\(document.format)\"")
        }
        guard document.version <= ChatDocument.formatVersion else {
            throw .notAChat(reason: "it is of version \(document.version), which only a newer inkling reads")
        }
        self = try document.conversation(using: &generator, now: now)
    }

    public init(json: [UInt8], now: Timestamp = .now()) throws(StoreError) {
        var generator = SystemRandomNumberGenerator()
        try self.init(json: json, using: &generator, now: now)
    }

    private init(
        _ list: [ChatDocument.PlainMessage], using generator: inout some RandomNumberGenerator, now: Timestamp
    ) throws(StoreError) {
        var chat = Chat(id: .random(using: &generator), created: now)
        var tree = MessageTree()
        for (index, plain) in list.enumerated() {
            if index == 0, plain.role == .system {
                chat.systemPrompt = plain.content
                continue
            }
            try tree.add(
                StoredMessage(
                    id: .random(using: &generator), parent: tree.leaf, role: plain.role, content: plain.content,
                    created: now))
        }
        guard !tree.isEmpty else { throw .notAChat(reason: "it has no messages") }
        chat.title = ChatTitle.make(from: tree.messages.first { $0.role == .user }?.content ?? "")
        self.init(chat: chat, tree: tree)
    }
}

/// The form of an exported chat.
private struct ChatDocument: Codable {
    static let formatName = "inkling-chat"
    static let formatVersion = 1

    struct PlainMessage: Codable {
        var role: MessageRole
        var content: String
    }

    struct Head: Codable {
        var title: String
        var created, updated: String
        var target, draft: ModelReference?
        var strategy: String?
        var parameters, sampler: JSONValue?
        var system: String?
        var leaf: String?
    }

    struct Message: Codable {
        var id: String
        var parent: String?
        var role: MessageRole
        var content: String
        var created: String
        var finish: MessageEnding?
        var model, strategy: String?
        var stats: JSONValue?
        var isLast: Bool?

        enum CodingKeys: String, CodingKey {
            case id, parent, role, content, created, finish, model, strategy, stats
            case isLast = "last_visited"
        }
    }

    var format: String
    var version: Int
    var chat: Head
    var messages: [Message]

    init(_ conversation: Conversation, _ scope: ExportScope) {
        let (chat, tree) = (conversation.chat, conversation.tree)
        format = Self.formatName
        version = Self.formatVersion
        self.chat = Head(
            title: chat.title, created: chat.created.iso8601, updated: chat.updated.iso8601, target: chat.target,
            draft: chat.draft, strategy: chat.strategy, parameters: chat.parameters.map(JSONValue.init),
            sampler: chat.sampler.map(JSONValue.init), system: chat.systemPrompt, leaf: tree.leaf?.description)
        let lastChildren = tree.lastChildren
        messages = (scope == .allBranches ? tree.messages : tree.path).map { message in
            // Which way a fork was left matters where there is more than one.
            let isFork = scope == .allBranches && tree.siblings(of: message.id).count > 1
            return Message(
                id: message.id.description, parent: message.parent?.description, role: message.role,
                content: message.content, created: message.created.iso8601, finish: message.ending,
                model: message.model, strategy: message.strategy, stats: message.stats.map(JSONValue.init),
                isLast: isFork && message.parent.flatMap { lastChildren[$0] } == message.id ? true : nil)
        }
    }

    func conversation(
        using generator: inout some RandomNumberGenerator, now: Timestamp
    ) throws(StoreError) -> Conversation {
        var head = Chat(
            id: .random(using: &generator), created: Timestamp(iso8601: chat.created) ?? now,
            title: ChatTitle.line(of: chat.title, width: 120), target: chat.target, draft: chat.draft,
            strategy: chat.strategy, parameters: chat.parameters.flatMap { JSONText(encoding: $0) },
            sampler: chat.sampler.flatMap { JSONText(encoding: $0) }, systemPrompt: chat.system)
        head.updated = Timestamp(iso8601: chat.updated) ?? head.created
        var names: [String: MessageID] = [:]
        var stored: [StoredMessage] = []
        var lastChildren: [MessageID: MessageID] = [:]
        for message in messages {
            let id = MessageID.random(using: &generator)
            guard names.updateValue(id, forKey: message.id) == nil else {
                throw .notAChat(reason: "it has two messages \"\(message.id)\"")
            }
            let parent = message.parent.flatMap { names[$0] }
            if let name = message.parent, parent == nil || name == message.id {
                throw .notAChat(
                    reason: "the message \"\(message.id)\" follows \"\(name)\", which does not stand before it")
            }
            stored.append(
                StoredMessage(
                    id: id, parent: parent, role: message.role, content: message.content,
                    created: Timestamp(iso8601: message.created) ?? now, ending: message.finish ?? .interrupted,
                    model: message.model, strategy: message.strategy,
                    stats: message.stats.flatMap { JSONText(encoding: $0) }))
            if message.isLast == true, let parent { lastChildren[parent] = id }
        }
        guard !stored.isEmpty else { throw .notAChat(reason: "it has no messages") }
        let tree = MessageTree(stored, lastChildren: lastChildren, leaf: chat.leaf.flatMap { names[$0] })
        return Conversation(chat: head, tree: tree)
    }
}

extension DecodingError {
    /// Where in the document, and what is wrong there.
    fileprivate var sentence: String {
        func place(_ context: Context) -> String {
            let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            return path.isEmpty ? "" : path.joined(separator: ".").replacing(".[", with: "[") + ": "
        }
        return switch self {
        case .keyNotFound(let key, let context): place(context) + "\"\(key.stringValue)\" is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): place(context) + context.debugDescription
        case .dataCorrupted(let context): place(context) + context.debugDescription
        @unknown default: "\(self)"
        }
    }
}
