// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// What the distribution of the next token depends on besides its logits: the tokens so far, where the last control token
/// stands among them, and Mirostat's μ.
///
/// A value: a verifier copies it, appends the path that it considers, and asks for the distribution at the end of the
/// path. ``Sampler/append(_:drawnFrom:to:)`` folds a token in.
public struct SamplingHistory: Sendable, Equatable {
    /// Prompt and output, in order.
    public private(set) var tokens: [TokenID]
    /// Where the tokens after the last control token begin; 0 where there is none.
    public private(set) var stretchStart = 0
    /// μ: the greatest surprise in bits that Mirostat lets through; nil before the first token, when it is 2τ.
    public internal(set) var maximumSurprise: Float?
    private let controlTokens: Set<TokenID>

    /// - Parameter controlTokens: tokens across which nothing counts as repeated.
    public init(_ tokens: [TokenID] = [], controlTokens: Set<TokenID> = []) {
        self.tokens = tokens
        self.controlTokens = controlTokens
        findStretch()
    }

    public var count: Int { tokens.count }

    mutating func append(_ token: TokenID) {
        tokens.append(token)
        if controlTokens.contains(token) { stretchStart = tokens.count }
    }

    /// A point to come back to.
    public struct Mark: Sendable, Equatable {
        let count: Int
        let maximumSurprise: Float?
    }

    public var mark: Mark { Mark(count: tokens.count, maximumSurprise: maximumSurprise) }

    /// Forgets what was appended since the mark was taken.
    public mutating func restore(_ mark: Mark) {
        truncate(to: mark.count)
        maximumSurprise = mark.maximumSurprise
    }

    /// Drops tokens from the end; μ stays.
    mutating func truncate(to count: Int) {
        tokens.removeLast(max(0, tokens.count - count))
        if stretchStart > tokens.count { findStretch() }
    }

    private mutating func findStretch() {
        guard !controlTokens.isEmpty else { return }
        stretchStart = (tokens.lastIndex { controlTokens.contains($0) } ?? -1) + 1
    }
}
