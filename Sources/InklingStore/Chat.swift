// SPDX-License-Identifier: Apache-2.0

/// A model as a chat remembers it: enough to find it again, and to name it when it is gone.
public struct ModelReference: Sendable, Hashable, Codable {
    public var name: String
    public var path: String

    public init(name: String, path: String) {
        self.name = name
        self.path = path
    }
}

/// What there is to a chat but its messages: its title and how its answers are made.
public struct Chat: Sendable, Equatable, Identifiable {
    public let id: ChatID
    /// Empty until there is a message to take one from. Changed by ``ChatStore/rename(_:to:)`` only.
    public var title: String
    public var created: Timestamp
    /// Of the latest message.
    public var updated: Timestamp
    public var target: ModelReference?
    public var draft: ModelReference?
    /// A decoding strategy's id.
    public var strategy: String?
    public var parameters: JSONText?
    public var sampler: JSONText?
    public var systemPrompt: String?

    public init(
        id: ChatID, created: Timestamp, title: String = "", target: ModelReference? = nil,
        draft: ModelReference? = nil, strategy: String? = nil, parameters: JSONText? = nil, sampler: JSONText? = nil,
        systemPrompt: String? = nil
    ) {
        self.id = id
        self.title = title
        self.created = created
        updated = created
        self.target = target
        self.draft = draft
        self.strategy = strategy
        self.parameters = parameters
        self.sampler = sampler
        self.systemPrompt = systemPrompt
    }
}

/// A chat with all its messages.
public struct Conversation: Sendable, Equatable {
    public var chat: Chat
    public var tree: MessageTree

    public init(chat: Chat, tree: MessageTree = MessageTree()) {
        self.chat = chat
        self.tree = tree
    }
}

/// A row of the list of chats.
public struct ChatSummary: Sendable, Equatable, Identifiable {
    public let id: ChatID
    public var title: String
    /// The beginning of the first message, on one line, safe to print.
    public var firstLine: String
    /// In all branches.
    public var messageCount: Int
    public var created: Timestamp
    public var updated: Timestamp
    /// The name of the target model.
    public var model: String?
}
