// SPDX-License-Identifier: Apache-2.0

import InklingCells
import InklingDecoding
import InklingEngine

/// A question and what was answered.
struct PlainChatTurn: Equatable, Sendable {
    enum Ending: Equatable, Sendable {
        case complete
        /// By the user.
        case stopped
        /// By a limit or an error.
        case cut
    }

    var question: String
    /// nil while it is being made.
    var answer: String?
    var ending = Ending.complete
}

/// What is to be done after a message was taken.
enum PlainChatAction: Equatable, Sendable {
    /// The last turn wants an answer.
    case answer
    /// A reply of the program's own.
    case say(String)
    case showModel
    case showFigures
    /// To be written to this file.
    case save(String)
    case leave
}

/// A conversation in a line-mode chat, and how its answers are made: plain data. Knows no model, no terminal, no clock.
struct PlainChatState: Equatable, Sendable {
    var system: String?
    private(set) var turns: [PlainChatTurn] = []
    /// The oldest turns, which the model no longer reads since the context was full.
    private(set) var droppedCount = 0

    var sampler: SamplerSettings
    var strategy: String
    var parameters: [String: ParameterValue]
    /// Of an answer; nil: until the model ends it.
    var maxTokens: Int?
    /// What happens when the conversation no longer fits.
    let contextPolicy: ContextPolicy
    /// Whether there is a model that drafts.
    let hasDraft: Bool

    /// The last turn as it was before it was asked again.
    private var replaced: PlainChatTurn?
    /// Answers asked for again in this conversation. With the seed unchanged they would all be the same.
    private var regenerationCount: UInt64 = 0

    init(
        system: String? = nil, sampler: SamplerSettings = SamplerSettings(),
        strategy: String = StrategyDescriptor.autoregressive.id, parameters: [String: ParameterValue] = [:],
        maxTokens: Int? = nil, contextPolicy: ContextPolicy = .dropOldestTurns(keepsSystem: true),
        hasDraft: Bool = false
    ) {
        self.contextPolicy = contextPolicy
        self.system = system
        self.sampler = sampler
        self.strategy = strategy
        self.parameters = parameters
        self.maxTokens = maxTokens
        self.hasDraft = hasDraft
    }

    // MARK: What the model reads

    /// The whole conversation, also what the model no longer reads.
    var messages: [ChatMessage] {
        var messages = system.map { [ChatMessage(.system, $0)] } ?? []
        for turn in turns {
            messages.append(ChatMessage(.user, turn.question))
            if let answer = turn.answer { messages.append(ChatMessage(.assistant, answer)) }
        }
        return messages
    }

    /// What is asked of the model for the next answer.
    var request: ChatRequest {
        ChatRequest(
            messages: messages, strategy: strategy, parameters: parameters, sampler: answerSampler,
            maxTokens: maxTokens, contextPolicy: contextPolicy, droppedTurnCount: droppedCount)
    }

    /// The settings of the next answer.
    var answerSampler: SamplerSettings {
        var settings = sampler
        settings.seed &+= regenerationCount
        return settings
    }

    // MARK: Messages

    /// Takes what the user wrote: a command, or a message for the model.
    /// - Returns: nil if there is nothing to do.
    mutating func take(_ message: String) -> PlainChatAction? {
        let text = Self.withoutLineEnds(message)
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        if let (word, argument) = PlainChatCommand.parse(text) {
            guard let command = PlainChatCommand.named(word) else { return .say(Self.unknown(word)) }
            return command.run(&self, argument)
        }
        turns.append(PlainChatTurn(question: text))
        replaced = nil
        return .answer
    }

    /// The last turn has its answer, as far as it got.
    mutating func finish(_ answer: String, _ ending: PlainChatTurn.Ending) {
        guard let last = turns.indices.last else { return }
        turns[last].answer = answer
        turns[last].ending = ending
        replaced = nil
    }

    /// There was no answer: the conversation is as it was before.
    mutating func takeBack() {
        guard turns.last?.answer == nil, !turns.isEmpty else { return }
        turns.removeLast()
        if let replaced { turns.append(replaced) }
        replaced = nil
        droppedCount = min(droppedCount, turns.count)
    }

    // MARK: The context

    /// So many of the oldest turns are no longer read.
    /// - Returns: how many more these are than before.
    mutating func drop(_ count: Int) -> Int {
        defer { droppedCount = count }
        return count - droppedCount
    }

    // MARK: Commands

    mutating func forget() {
        turns = []
        droppedCount = 0
        replaced = nil
        regenerationCount = 0
    }

    /// Asks the last question again.
    mutating func regenerate() -> PlainChatAction {
        guard let last = turns.last else { return .say("there is nothing to answer again yet") }
        replaced = last
        turns[turns.count - 1] = PlainChatTurn(question: last.question)
        droppedCount = min(droppedCount, turns.count - 1)
        regenerationCount &+= 1
        return .answer
    }

    /// - Returns: the turn that is gone.
    mutating func undo() -> PlainChatTurn? {
        guard let last = turns.popLast() else { return nil }
        droppedCount = min(droppedCount, turns.count)
        return last
    }

    private static func unknown(_ word: String) -> String {
        let nearest = Suggestion.nearest(to: word, in: PlainChatCommand.all.flatMap { [$0.name] + $0.aliases })
        let question = nearest.map { "; did you mean /\($0)?" } ?? "; /help lists commands."
        return "unknown command /\(word)\(question) (To send it as text, put a space before it.)"
    }

    private static func withoutLineEnds(_ text: String) -> String {
        var text = text
        while text.last == "\n" { text.removeLast() }
        return text
    }
}
