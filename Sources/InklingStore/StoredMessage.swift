// SPDX-License-Identifier: Apache-2.0

/// Who a message is from.
public enum MessageRole: String, Sendable, Codable, CaseIterable {
    case system, user, assistant
}

/// Why a message ends where it ends.
public enum MessageEnding: String, Sendable, Codable, CaseIterable {
    /// Nothing made it but its author: what a person wrote, or an answer of unknown making.
    case written
    /// The model said that it is done.
    case endOfText = "eos"
    /// As many tokens as were asked for.
    case tokenLimit = "length"
    case stopString = "stop"
    case contextFull = "context"
    /// By the user.
    case cancelled
    case failed
    /// The program ended before the answer did.
    case interrupted
}

/// A message as the store keeps it.
public struct StoredMessage: Sendable, Equatable, Identifiable {
    public let id: MessageID
    /// The message it follows; nil for the first of a conversation.
    public let parent: MessageID?
    public let role: MessageRole
    public internal(set) var content: String
    public let created: Timestamp
    /// nil while the answer is being made.
    public internal(set) var ending: MessageEnding?
    /// The name of the model that answered.
    public var model: String?
    /// The id of the strategy it was decoded with.
    public var strategy: String?
    /// Figures of the decoding.
    public internal(set) var stats: JSONText?

    public init(
        id: MessageID, parent: MessageID?, role: MessageRole, content: String, created: Timestamp,
        ending: MessageEnding? = .written, model: String? = nil, strategy: String? = nil, stats: JSONText? = nil
    ) {
        self.id = id
        self.parent = parent
        self.role = role
        self.content = content
        self.created = created
        self.ending = ending
        self.model = model
        self.strategy = strategy
        self.stats = stats
    }

    public var isInFlight: Bool { ending == nil }
}
