// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where a committed token came from.
public enum TokenSource: String, Sendable, CaseIterable {
    /// Drawn from the target, nothing having been drafted.
    case target
    /// Drafted, and accepted by the target.
    case draft
    /// Drawn from the target after the whole draft was accepted.
    case bonus
    /// Drawn from the target in place of a rejected draft token.
    case correction
    /// Given, not generated.
    case prompt
}

/// A token that could have stood at a position.
public struct TokenAlternative: Sendable, Equatable {
    public var id: TokenID
    /// Under the target, before any sampler setting.
    public var probability: Float
    /// The text that it would have completed in this place; empty for a token that is not part of the text.
    public var text: String

    public init(id: TokenID, probability: Float, text: String = "") {
        self.id = id
        self.probability = probability
        self.text = text
    }
}

/// A token that is part of the output for good.
public struct CommittedToken: Sendable, Equatable {
    public var id: TokenID
    /// Index in the sequence, prompt included.
    public var position: Int
    public var source: TokenSource
    /// Natural logarithm of the target's probability, before any sampler setting.
    public var logProbability: Float
    /// The most probable tokens at this position, most probable first, as many as the request asked for.
    public var alternatives: [TokenAlternative]
    /// How undecided the target was at this position, in nats, before any sampler setting; nil unless alternatives were
    /// asked for.
    public var entropy: Float?
    /// The text that this token completed: empty for a token that ends the output and for one that ends inside a
    /// character. Stop strings are not cut from it.
    public var text: String

    public init(
        id: TokenID, position: Int, source: TokenSource, logProbability: Float, alternatives: [TokenAlternative] = [],
        entropy: Float? = nil, text: String = ""
    ) {
        self.id = id
        self.position = position
        self.source = source
        self.logProbability = logProbability
        self.alternatives = alternatives
        self.entropy = entropy
        self.text = text
    }

    /// The target's, before any sampler setting.
    public var probability: Float { exp(logProbability) }
}
