// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Why a generation ended.
public enum FinishReason: Sendable, Equatable {
    /// The model said that it is done, with this token.
    case endOfText(TokenID)
    /// As many tokens as were asked for.
    case tokenLimit
    /// The text reached this stop string, which is not shown.
    case stopString(String)
    /// The cache has no room for another token.
    case contextFull
    case cancelled
    case failed(GenerationError)

    /// One word, as `generate --json` prints it under `finish`.
    public var word: String {
        switch self {
        case .endOfText: "eos"
        case .tokenLimit, .contextFull: "length"
        case .stopString: "stop"
        case .cancelled: "cancelled"
        case .failed: "failed"
        }
    }
}

/// The record of a generation.
public struct GenerationSummary: Sendable, Equatable {
    public var reason: FinishReason
    /// Identifier of the strategy.
    public var strategy: String
    public var seed: UInt64
    public var promptTokenCount: Int
    /// Everything generated, an end token and the tokens of a stop string included.
    public var tokens: [TokenID]
    /// What was shown.
    public var text: String
    public var statistics: GenerationStatistics

    public init(
        reason: FinishReason, strategy: String, seed: UInt64, promptTokenCount: Int, tokens: [TokenID], text: String,
        statistics: GenerationStatistics
    ) {
        self.reason = reason
        self.strategy = strategy
        self.seed = seed
        self.promptTokenCount = promptTokenCount
        self.tokens = tokens
        self.text = text
        self.statistics = statistics
    }
}
