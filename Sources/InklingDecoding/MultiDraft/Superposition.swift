// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Superposed Decoding (Shen et al. 2024): the model reads the weighted mean of the drafts' last tokens, so that one row
/// a pass serves all of them; n-grams tell them apart.
///
/// All drafts see the same distribution. Each is scored with (1 − λ) ln P + λ ln g, where P is the model's, sharpened and
/// cut to the most probable tokens, and g what ``NGramModel`` says of the draft's own last tokens.
struct Superposition: DraftSearch {
    private let settings: SuperpositionSettings
    private let ngrams: (any NGramModel)?
    private let length: Int
    /// As many of the prompt's last tokens as an n-gram can look at.
    private let context: [TokenID]
    private var pool: DraftPool
    /// Of each draft that goes on.
    private var weights: [Float] = []

    /// - Parameters:
    ///   - count: drafts, k.
    ///   - length: tokens of each at most, one at least.
    init(
        count: Int, length: Int, prompt: [TokenID], settings: SuperpositionSettings, ngrams: (any NGramModel)?,
        endTokens: Set<TokenID>
    ) {
        self.settings = settings
        self.ngrams = settings.share > 0 ? ngrams : nil
        self.length = length
        context = Array(prompt.suffix(max(0, (ngrams?.orders.upperBound ?? 1) - 1)))
        pool = DraftPool(limit: count, endTokens: endTokens)
    }

    var continuations: [Continuation] { pool.continuations }

    var live: [LiveContinuation] { pool.live { weights[$0] } }

    var isComplete: Bool { pool.length >= length || pool.isComplete }

    func nextBatch() -> ModelBatch? {
        isComplete ? nil : ModelBatch(rows: [.mixture(mixture)], want: .allLogits)
    }

    /// Tokens by weight. A token in which several drafts end stands there once, so that the sum is the same however many
    /// share it.
    private var mixture: [ModelBatch.WeightedToken] {
        var parts: [ModelBatch.WeightedToken] = []
        for (entry, weight) in zip(pool.alive, weights) {
            guard let token = entry.tokens.last, weight > 0 else { continue }
            if let place = parts.firstIndex(where: { $0.token == token }) {
                parts[place].weight += weight
            } else {
                parts.append(ModelBatch.WeightedToken(token: token, weight: weight))
            }
        }
        // Exactly one, whatever rounding made of the sum: the row is then the token's own.
        if parts.count == 1 { parts[0].weight = 1 }
        return parts
    }

    mutating func advance(_ rows: Rows) {
        let (tokens, logProbabilities) = sharpened(rows[rows.rowCount - 1])
        var candidates: [DraftPool.Extension] = []
        for (index, draft) in pool.alive.enumerated() {
            let support = support(of: tokens, after: draft.tokens)
            for (rank, token) in tokens.enumerated() {
                let own = logProbabilities[rank]
                let score: Double
                switch support {
                case .none where ngrams == nil: score = own
                case .none: score = (1 - settings.share) * own - settings.penalty
                case .some(let known) where known[rank] > 0:
                    score = (1 - settings.share) * own + settings.share * log(Double(known[rank]))
                case .some: continue
                }
                candidates.append(
                    DraftPool.Extension(
                        draft: index, token: token, score: draft.score + score, hasSupport: support != nil,
                        support: ngrams == nil ? nil : support?[rank] ?? 0))
            }
        }
        pool.extend(with: candidates)
        weights = Self.softmax(pool.alive.map(\.score))
    }

    /// The most probable tokens and ln of the probability of each among them, at the temperature set.
    private func sharpened(_ logits: ArraySlice<Float>) -> (tokens: [TokenID], logProbabilities: [Double]) {
        let candidates = Candidates(logits: logits)
        let count = settings.candidateCount > 0 ? settings.candidateCount : 3 * pool.limit
        let best = candidates.greatest(count)
        guard let first = best.first else { return ([], []) }
        let peak = Double(candidates.logits[first])
        let scaled = best.map { (Double(candidates.logits[$0]) - peak) / settings.temperature }
        let total = log(scaled.reduce(0) { $0 + exp($1) })
        return (best.map { candidates.token(at: $0) }, scaled.map { $0 - total })
    }

    /// What n-grams say of each candidate after a draft; nil when they know of none of them.
    private func support(of candidates: [TokenID], after draft: [TokenID]) -> [Float]? {
        guard let ngrams else { return nil }
        var result: [Float] = []
        ngrams.probabilities(
            of: candidates, after: (context + draft)[...], weights: settings.weights, into: &result)
        return result.contains { $0 > 0 } ? result : nil
    }

    /// Differences from the greatest, so that scores of any size do not underflow together.
    private static func softmax(_ scores: [Double]) -> [Float] {
        guard let peak = scores.max() else { return [] }
        let powers = scores.map { exp($0 - peak) }
        let total = powers.reduce(0, +)
        return powers.map { Float($0 / total) }
    }
}
