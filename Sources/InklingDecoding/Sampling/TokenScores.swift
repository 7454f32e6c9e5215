// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the model itself thought of a position: the softmax of its logits, before any sampler setting.
public enum TokenScores {
    /// ln p of a token, −infinity for one that the model excludes or does not know.
    public static func logProbability(of token: TokenID, logits: ArraySlice<Float>) -> Float {
        logProbability(of: token, logits: logits, VectorMath.SoftSums(logits))
    }

    /// ln p of several tokens, with one look at all logits.
    static func logProbabilities(of tokens: [TokenID], logits: ArraySlice<Float>) -> [Float] {
        let sums = VectorMath.SoftSums(logits)
        return tokens.map { logProbability(of: $0, logits: logits, sums) }
    }

    private static func logProbability(
        of token: TokenID, logits: ArraySlice<Float>, _ sums: VectorMath.SoftSums
    ) -> Float {
        let index = logits.startIndex + Int(token.rawValue)
        guard logits.indices.contains(index) else { return -.infinity }
        let value = logits[index] - sums.logarithm
        return value.isNaN ? -.infinity : value
    }

    /// Keeps log odds of near certainty within what a few examples can correct.
    static let largestOdds = 8.0

    /// ln (p / (1 − p)) of a token, from −8 to 8; 0 where the logits are no numbers.
    public static func logOdds(of token: TokenID, logits: ArraySlice<Float>) -> Double {
        let logProbability = Double(logProbability(of: token, logits: logits))
        let odds = logProbability - log(max(1 - exp(logProbability), .leastNormalMagnitude))
        return odds.isNaN ? 0 : min(max(odds, -largestOdds), largestOdds)
    }

    /// −Σ p ln p: how undecided the model was, in nats; 0 when no logit is a number above −infinity.
    public static func entropy(logits: ArraySlice<Float>) -> Float { VectorMath.SoftSums(logits).entropy }

    /// The `count` most probable tokens, most probable first.
    public static func alternatives(_ count: Int, logits: ArraySlice<Float>) -> [TokenAlternative] {
        count > 0 ? alternatives(count, logits: logits, VectorMath.SoftSums(logits)) : []
    }

    private static func alternatives(
        _ count: Int, logits: ArraySlice<Float>, _ sums: VectorMath.SoftSums
    ) -> [TokenAlternative] {
        greatestIndices(count, of: logits).map { place in
            let logProbability = logits[logits.startIndex + place] - sums.logarithm
            // An infinite logit leaves the others nothing.
            return TokenAlternative(
                id: TokenID(rawValue: Int32(truncatingIfNeeded: place)),
                probability: logProbability.isNaN ? 1 : exp(logProbability))
        }
    }

    /// ``logProbability(of:logits:)``, ``entropy(logits:)`` and ``alternatives(_:logits:)``, with one look at all logits.
    static func assessment(
        of token: TokenID, logits: ArraySlice<Float>, alternatives count: Int
    ) -> (logProbability: Float, entropy: Float, alternatives: [TokenAlternative]) {
        let sums = VectorMath.SoftSums(logits)
        return (
            logProbability(of: token, logits: logits, sums), sums.entropy, alternatives(count, logits: logits, sums)
        )
    }
}
