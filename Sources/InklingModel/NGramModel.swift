// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Which tokens follow which in some text: what Superposed Decoding tells its drafts apart by.
///
/// An n-gram is a context of n − 1 tokens and the token after it. P(v | c) is how often v followed c, divided by how often
/// anything did.
public protocol NGramModel: Sendable {
    /// The lengths of n-grams that were counted, contexts included: 2...6 for contexts of 1 to 5 tokens.
    var orders: ClosedRange<Int> { get }

    /// g(v) = Σᵢ ωᵢ · P(v | last i tokens of the context), for each candidate. A context that is unknown, too short, or
    /// whose length was not counted contributes nothing, as does a candidate that never followed it.
    ///
    /// Must answer for any tokens, those outside the vocabulary included, and be fast: it is asked once a draft and step.
    /// - Parameters:
    ///   - candidates: each once.
    ///   - context: the tokens so far, the latest last; how many are given beyond `orders.upperBound − 1` is of no matter.
    ///   - weights: `weights[i − 1]` is ωᵢ, not negative; those left out are 0.
    ///   - result: becomes `[candidates]`, from 0 to the sum of the weights. What it held is dropped, its memory reused.
    func probabilities(
        of candidates: [TokenID], after context: ArraySlice<TokenID>, weights: [Float], into result: inout [Float])
}
