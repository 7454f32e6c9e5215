// SPDX-License-Identifier: Apache-2.0

public import InklingModel

/// Why a generation could not start or go on.
public enum GenerationError: Error, Sendable, Equatable {
    case emptyPrompt
    case promptTooLong(tokenCount: Int, capacity: Int, lane: Lane)
    case badSetting(name: String, value: String, allowed: String)
    case unknownStrategy(id: String, known: [String])
    case unknownParameter(strategy: String, name: String, known: [String])
    case badParameter(strategy: String, name: String, value: String, allowed: String)
    case missingNeed(strategy: String, need: StrategyNeed)
    /// A strategy ended a round without a token or a longer hypothesis.
    case noProgress(strategy: String)
    /// An acceptance head was trained on hidden states of another width than the draft model has.
    case headDoesNotFit(expected: Int, found: Int)
    /// A model returned no logits although the pass asked for them.
    case missingLogits(Lane)
    case cancelled
    case model(ModelError)
    /// Of another run, as a trace tells it.
    case recorded(String)
}

extension GenerationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .emptyPrompt: "the prompt has no tokens; give at least one, such as the model's start token"
        case .promptTooLong(let tokenCount, let capacity, let lane):
            "the prompt has \(tokenCount) tokens, but the context of the \(lane.rawValue) model holds \(capacity); "
                + "shorten the prompt or use a larger context"
        case .badSetting(let name, let value, let allowed): "\(name) is \(value); it must be \(allowed)"
        case .unknownStrategy(let id, let known):
            "unknown strategy \"\(id)\"; known: \(known.joined(separator: ", "))"
        case .unknownParameter(let strategy, let name, let known):
            known.isEmpty
                ? "strategy \"\(strategy)\" has no parameter \"\(name)\"; it has none at all"
                : "strategy \"\(strategy)\" has no parameter \"\(name)\"; known: \(known.joined(separator: ", "))"
        case .badParameter(let strategy, let name, let value, let allowed):
            "\(name) of strategy \"\(strategy)\" is \(value); it must be \(allowed)"
        case .missingNeed(let strategy, let need): "strategy \"\(strategy)\" needs \(need.title), and there is none"
        case .noProgress(let strategy): "strategy \"\(strategy)\" ended a round without a token; use another strategy"
        case .headDoesNotFit(let expected, let found):
            "the acceptance head reads hidden states of \(expected) numbers, but those of the draft model have \(found); "
                + "use the head that was made for this draft model, or none"
        case .missingLogits(let lane): "the \(lane.rawValue) model returned no logits; the model cannot be used"
        case .cancelled: "cancelled"
        case .model(let error): error.description
        case .recorded(let text): text
        }
    }
}
