// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// One of several continuations of a prompt.
public struct Continuation: Sendable, Equatable {
    /// An end token is the last of them.
    public var tokens: [TokenID]
    /// ln p of each token under the model itself, given the prompt and the tokens before it; empty where that was not
    /// asked for.
    public var logProbabilities: [Float]
    /// What continuations are ranked by: the mean over the tokens of what the method scored them with. Greater is better.
    /// Under Superposed Decoding no probability of the model.
    public var score: Float
    /// Whether the model said that it is done.
    public var isFinished: Bool

    public init(tokens: [TokenID], logProbabilities: [Float], score: Float, isFinished: Bool) {
        self.tokens = tokens
        self.logProbabilities = logProbabilities
        self.score = score
        self.isFinished = isFinished
    }

    /// ln p of all tokens together; nil where that was not asked for.
    public var logProbability: Float? {
        logProbabilities.count == tokens.count && !tokens.isEmpty ? logProbabilities.reduce(0, +) : nil
    }
}

/// A continuation that is still being made, as it stands after a pass.
public struct LiveContinuation: Sendable, Equatable {
    public var tokens: [TokenID]
    /// See ``Continuation/score``.
    public var score: Float
    /// Its share of what the model reads next; 0 for a finished one, 1 for one that is read on its own.
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
