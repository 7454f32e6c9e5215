// SPDX-License-Identifier: Apache-2.0

/// What to do with a conversation that is longer than the context. Nothing is ever cut without being told.
public enum ContextPolicy: Sendable, Equatable {
    /// The request fails, and says by how much.
    case refuse
    /// The model no longer reads the oldest turns. The last one always stays.
    case dropOldestTurns(keepsSystem: Bool)
}

/// A conversation that was made to fit.
public struct FittedConversation<Token> {
    /// Of what is left. Still too many where the last turn alone does not fit; nothing more was dropped then.
    public var tokens: [Token]
    /// Turns that are left out, those of earlier requests included.
    public var droppedTurnCount: Int
    /// Messages of these turns.
    public var droppedMessageCount: Int
}

extension FittedConversation: Sendable where Token: Sendable {}
extension FittedConversation: Equatable where Token: Equatable {}

/// Leaves out the oldest turns of a conversation until what is left has room for an answer.
///
/// A turn is a user's message and everything up to the next one. So many positions stay free, at least, before a turn is
/// dropped; then twice as many are made free, so that not every turn costs the model a new reading of all the rest.
public struct ContextFit: Sendable {
    private let messages: [ChatMessage]
    private let systemCount: Int
    /// Where each turn begins.
    private let starts: [Int]

    public init(_ messages: [ChatMessage]) {
        self.messages = messages
        let systemCount = messages.prefix { $0.role == .system }.count
        self.systemCount = systemCount
        starts = messages.indices.filter { index in
            index >= systemCount && (messages[index].role == .user || index == systemCount)
        }
    }

    public var turnCount: Int { starts.count }

    /// Positions that are kept free for an answer of at most `maxTokens`.
    public static func leastRoom(capacity: Int, maxTokens: Int?) -> Int {
        min(max(1, capacity / 8), maxTokens ?? .max)
    }

    /// The conversation without its first `count` turns.
    public func messages(dropping count: Int, keepsSystem: Bool = true) -> [ChatMessage] {
        guard count > 0, !starts.isEmpty else { return messages }
        let first = starts[min(count, starts.count - 1)]
        return Array(messages[..<(keepsSystem ? systemCount : 0)]) + messages[first...]
    }

    /// - Parameters:
    ///   - dropped: turns that earlier requests left out, which stay out.
    ///   - render: the tokens of a conversation; never fewer for a longer one.
    /// - Complexity: a rendering for each doubling of the number of turns.
    public func fit<Token, Problem: Error>(
        capacity: Int, maxTokens: Int?, dropped: Int = 0, keepsSystem: Bool = true,
        render: ([ChatMessage]) throws(Problem) -> [Token]
    ) throws(Problem) -> FittedConversation<Token> {
        let most = max(0, starts.count - 1)
        let before = min(max(0, dropped), most)
        let least = Self.leastRoom(capacity: capacity, maxTokens: maxTokens)
        func result(_ tokens: [Token], _ count: Int) -> FittedConversation<Token> {
            FittedConversation(
                tokens: tokens, droppedTurnCount: count,
                droppedMessageCount: count > 0 ? messages.count - messages(dropping: count).count : 0)
        }

        let tokens = try render(messages(dropping: before, keepsSystem: keepsSystem))
        guard tokens.count > capacity - least, before < most else { return result(tokens, before) }
        // The fewest turns whose absence makes enough room, else all but the last.
        var low = before + 1
        var high = most
        var best = try render(messages(dropping: most, keepsSystem: keepsSystem))
        // A question that fits nowhere is no reason to forget all before it.
        guard best.count <= capacity else { return result(best, before) }
        while low < high {
            let middle = (low + high) / 2
            let tokens = try render(messages(dropping: middle, keepsSystem: keepsSystem))
            if tokens.count <= capacity - 2 * least {
                (high, best) = (middle, tokens)
            } else {
                low = middle + 1
            }
        }
        return result(best, high)
    }
}
