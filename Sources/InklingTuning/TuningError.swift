// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding
public import InklingModel

/// Why a head could not be trained.
public enum TuningError: Error, Sendable, Equatable {
    /// Fewer examples, or from fewer texts, than can be told apart into those to learn from and those to judge by.
    case tooLittleText(examples: Int, texts: Int)
    /// The draft model gives no hidden states, or of a width that no head reads.
    case noHiddenStates
    /// Training gave something that is no number.
    case diverged
    case missingLogits(Lane)
    case model(ModelError)
    case cancelled
}

extension TuningError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLittleText(let examples, let texts):
            "there are \(examples) examples from \(texts) texts, and a head needs at least "
                + "\(HeadTrainer.leastExampleCount) from \(HeadTrainer.leastTextCount); give more text or prompts, "
                + "or raise --tokens"
        case .noHiddenStates: "the draft model gives no hidden states that a head could read"
        case .diverged: "training ended in numbers that are none; try another --seed or more text"
        case .missingLogits(let lane): "the \(lane.rawValue) model returned no logits; the model cannot be used"
        case .model(let error): error.description
        case .cancelled: "cancelled"
        }
    }
}
