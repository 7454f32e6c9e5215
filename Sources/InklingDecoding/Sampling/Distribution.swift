// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Probabilities of the tokens that a sampler left, normalised. Tokens that are not listed have probability zero.
public struct Distribution: Sendable, Equatable {
    /// Each token once. The order is fixed by the logits and the settings, so that a uniform number always draws the same
    /// token: order of id where nothing was cut, otherwise as the cutting stage left it, most probable first.
    public let tokens: [TokenID]
    /// As many as `tokens`; the sum is 1 but for rounding.
    public let probabilities: [Float]
    /// The share of the distribution that truncation left, measured after the temperature. Only Mirostat, which cuts after
    /// the temperature, sets it; 1 otherwise.
    public let keptMass: Float

    /// - Precondition: as many probabilities as tokens, at least one.
    public init(tokens: [TokenID], probabilities: [Float], keptMass: Float = 1) {
        precondition(tokens.count == probabilities.count && !tokens.isEmpty)
        self.tokens = tokens
        self.probabilities = probabilities
        self.keptMass = keptMass
    }

    /// All probability on one token.
    public init(oneHot token: TokenID) {
        self.init(tokens: [token], probabilities: [1])
    }

    public var isOneHot: Bool { tokens.count == 1 }

    /// - Complexity: O(1) where nothing was cut, otherwise O(tokens).
    public func probability(of token: TokenID) -> Float {
        let id = Int(token.rawValue)
        if tokens.indices.contains(id), tokens[id] == token { return probabilities[id] }
        guard let index = tokens.firstIndex(of: token) else { return 0 }
        return probabilities[index]
    }

    /// The most probable token, the lowest id on ties.
    public var mostProbable: TokenID {
        var best = 0
        for index in tokens.indices {
            if probabilities[index] > probabilities[best]
                || (probabilities[index] == probabilities[best] && tokens[index].rawValue < tokens[best].rawValue)
            {
                best = index
            }
        }
        return tokens[best]
    }

    /// The token in whose stretch of the cumulative sum `uniform`, a number in [0, 1), falls.
    public func sample(_ uniform: Double) -> TokenID {
        var cumulative = 0.0
        var last = 0
        for index in tokens.indices where probabilities[index] > 0 {
            cumulative += Double(probabilities[index])
            if uniform < cumulative { return tokens[index] }
            last = index
        }
        // The sum may end a rounding error below 1.
        return tokens[last]
    }

    /// norm([p − q]⁺), subtracted by token id: what a token is drawn from after one drawn from `other` was rejected.
    ///
    /// Where nothing is left because the two agree, the result is this distribution.
    public func residual(subtracting other: Distribution) -> Distribution {
        // Where nothing was cut, a token's place is its id; a table of a whole vocabulary would cost more than the pass.
        let isInOrder = other.tokens.last.map { Int($0.rawValue) == other.tokens.count - 1 } ?? false
        let table = isInOrder ? nil : Dictionary(zip(other.tokens, other.probabilities)) { first, _ in first }
        var rest = probabilities
        for place in rest.indices {
            let token = tokens[place]
            let subtracted = if let table { table[token] ?? 0 } else { other.probability(of: token) }
            rest[place] = max(0, rest[place] - subtracted)
        }
        let total = rest.reduce(0.0) { $0 + Double($1) }
        guard total > 0 else { return self }
        return Distribution(tokens: tokens, probabilities: rest.map { Float(Double($0) / total) })
    }
}
