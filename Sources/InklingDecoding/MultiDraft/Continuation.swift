// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// One of several continuations of a prompt.
public struct Continuation: Sendable, Equatable {
    /// What follows on the prompt. An end token is the last of them.
    public var tokens: [TokenID]
    /// How many of the tokens, at the beginning, only say again how the text ends: see ``DraftRequest/covers``.
    public var stemCount: Int
    /// ln p of each token behind the stem under the model itself, given the text and the tokens before it; empty where that
    /// was not asked for. That of the first is given the text's bytes, of which it may repeat some.
    public var logProbabilities: [Float]
    /// What continuations are ranked by: the mean over the tokens of what the method scored them with. Greater is better.
    /// Under Superposed Decoding no probability of the model.
    public var score: Float
    /// Whether the model said that it is done.
    public var isFinished: Bool

    public init(
        tokens: [TokenID], stemCount: Int = 0, logProbabilities: [Float], score: Float, isFinished: Bool
    ) {
        self.tokens = tokens
        self.stemCount = stemCount
        self.logProbabilities = logProbabilities
        self.score = score
        self.isFinished = isFinished
    }

    /// Tokens behind the stem.
    public var newCount: Int { tokens.count - stemCount }

    /// ln p of all tokens together, given the text; nil where that was not asked for.
    public var logProbability: Float? {
        logProbabilities.count == newCount && newCount > 0 ? logProbabilities.reduce(0, +) : nil
    }
}

/// A continuation that is still being made, as it stands after a pass.
public struct LiveContinuation: Sendable, Equatable {
    public var tokens: [TokenID]
    /// See ``Continuation/score``.
    public var score: Float
    /// Its share of the row that the model reads next; 0 for a finished one, 1 for one that is read on its own.
    public var weight: Float
    /// Whether n-grams knew how it may go on; false also without n-grams.
    public var hasSupport: Bool
    /// What n-grams gave each token, 0 for one that they do not know; empty without n-grams.
    public var supports: [Float]
    public var isFinished: Bool

    public init(
        tokens: [TokenID], score: Float, weight: Float, hasSupport: Bool, supports: [Float] = [], isFinished: Bool
    ) {
        self.tokens = tokens
        self.score = score
        self.weight = weight
        self.hasSupport = hasSupport
        self.supports = supports
        self.isFinished = isFinished
    }
}
