// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingTokenizer

/// How a text is cut up to measure perplexity, the way llama.cpp does it, so that the figures compare.
///
/// The text becomes chunks of `length` tokens; what is left at the end is not used. The first token of each chunk gives
/// way to the token that begins a sequence, where the vocabulary adds one. Each chunk is read from an empty cache, and
/// only the predictions of its second half count, so that every one has at least half a chunk before it.
struct PerplexityChunks {
    /// Tokens of a chunk.
    let length: Int
    let count: Int
    private let tokens: [TokenID]
    private let first: TokenID?

    static let lengthLimit = 1 << 20

    /// - Parameters:
    ///   - tokens: the whole text, with the tokens that the vocabulary puts around it.
    ///   - first: what each chunk begins with in place of its own token; nil to leave that one.
    /// - Throws: when the text is shorter than two chunks, too short for a figure that means anything.
    init(_ tokens: [TokenID], length: Int, first: TokenID?) throws(Failure) {
        guard tokens.count >= 2 * length else {
            throw Failure(
                "the text has \(tokens.count) tokens; chunks of \(length) need at least \(2 * length)",
                hint: "give a longer text, or smaller chunks with -c")
        }
        self.tokens = tokens
        self.length = length
        self.first = first
        count = tokens.count / length
    }

    /// Positions whose logits count: position i predicts the token at i + 1.
    var scored: Range<Int> { length / 2..<length - 1 }

    var scoredCount: Int { count * scored.count }

    /// What the model reads.
    func input(_ chunk: Int) -> [TokenID] {
        var input = Array(tokens[chunk * length..<(chunk + 1) * length])
        if let first { input[0] = first }
        return input
    }

    /// The token that the logits of `position` should have predicted.
    func target(_ chunk: Int, at position: Int) -> TokenID { tokens[chunk * length + position + 1] }
}

/// Sums over predictions, of which perplexity and its error come.
struct PerplexitySum {
    private(set) var count = 0
    private var sum = 0.0
    private var squares = 0.0

    /// - Parameter surprise: the negative logarithm of the probability that the true token was given.
    mutating func add(_ surprise: Double) {
        count += 1
        sum += surprise
        squares += surprise * surprise
    }

    /// Mean negative log likelihood of a token, in nats.
    var mean: Double { count == 0 ? 0 : sum / Double(count) }

    var perplexity: Double { exp(mean) }

    /// Standard error of the perplexity, as if predictions were independent; 0 for fewer than two.
    var error: Double {
        guard count > 1 else { return 0 }
        let variance = max(0, squares / Double(count) - mean * mean)
        return (variance / Double(count - 1)).squareRoot() * perplexity
    }
}
