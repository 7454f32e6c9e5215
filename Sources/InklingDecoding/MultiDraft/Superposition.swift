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
/// All drafts see the same distribution; only those that begin at another place, where a text ends inside a token, have a
/// mixture and a row of their own. Each is scored with (1 − λ) ln P + λ ln g, where P is the model's, sharpened and
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
    /// Bases that drafts go on from: each has a row of its own, since what was read before it differs.
    private var groups: [Int] = []
    /// The last row of each base.
    private var bases: [Int] = []
    private var nodeCount = 0
    /// Whether there is one row a pass, each after the one before.
    private var isChain = true

    /// - Parameters:
    ///   - count: drafts, k.
    ///   - length: tokens of each at most, one at least.
    init(
        count: Int, length: Int, prompt: [TokenID], settings: SuperpositionSettings, ngrams: (any NGramModel)?,
        endTokens: Set<TokenID>, endsLoops: Bool = false
    ) {
        self.settings = settings
        self.ngrams = settings.share > 0 ? ngrams : nil
        self.length = length
        context = Array(prompt.suffix(max(0, (ngrams?.orders.upperBound ?? 1) - 1)))
        pool = DraftPool(limit: count, endTokens: endTokens)
        pool.endsLoops = endsLoops
        pool.siblings = settings.siblings
    }

    var continuations: [Continuation] { pool.continuations }

    var live: [LiveContinuation] { pool.live { weights[$0] } }

    var isComplete: Bool { pool.length >= length || pool.isComplete }

    mutating func begin(_ opening: DraftOpening) {
        bases = opening.bases.map(\.node)
        nodeCount = opening.nodeCount
        isChain = opening.isPlain
        let law = sharpened(opening.logits[0])
        // All begin here: what is out of reach leaves its place to what branches off later.
        let numbers = law.numbers.indices.filter { isWithinReach(law, $0) || settings.siblings == 0 }
            .map { law.numbers[$0] }
        let logProbabilities = law.logProbabilities
        let supports = opening.bases.indices.map { base -> [Float]? in
            let tokens = numbers.map { opening.choice($0) }.filter { $0.base == base }.map(\.token)
            return support(of: tokens, after: opening.bases[base].stem)
        }
        // What n-grams say of a token can be compared only where they know what stands before.
        let used = Set(numbers.map { opening.choice($0).base })
        let hasSupport = used.allSatisfy { supports[$0] != nil } && !used.isEmpty
        let hasCovers = used.count > 1 || !opening.isPlain
        var places = Array(repeating: 0, count: supports.count)
        var candidates: [(number: Int, score: Double, support: Float?)] = []
        for (rank, number) in numbers.enumerated() {
            let base = opening.choice(number).base
            defer { places[base] += 1 }
            let known = supports[base].map { $0[places[base]] } ?? 0
            let own = logProbabilities[rank]
            if let score = hasCovers && !hasSupport ? own : score(own, support: hasSupport ? known : nil) {
                candidates.append((number, score, ngrams == nil ? nil : known))
            }
        }
        pool.begin(opening, candidates)
        weigh()
    }

    mutating func nextBatch() -> ModelBatch? {
        guard !isComplete else { return nil }
        let rows = groups.map { ModelBatch.Row.mixture(mixture($0)) }
        if isChain { return ModelBatch(rows: rows, want: .allLogits) }
        let parents = groups.map { bases[$0] }
        for (row, base) in groups.enumerated() { bases[base] = nodeCount + row }
        nodeCount += groups.count
        return ModelBatch(rows: rows, layout: .branches(parents: parents), want: .allLogits)
    }

    /// Tokens by weight. A token in which several drafts end stands there once, so that the sum is the same however many
    /// share it.
    private func mixture(_ base: Int) -> [ModelBatch.WeightedToken] {
        var parts: [ModelBatch.WeightedToken] = []
        for (entry, weight) in zip(pool.alive, weights) where entry.base == base {
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
        let laws = groups.indices.map { sharpened(rows[rows.rowCount - groups.count + $0]) }
        var candidates: [DraftPool.Extension] = []
        for (index, draft) in pool.alive.enumerated() {
            guard let group = groups.firstIndex(of: draft.base) else { continue }
            let tokens = laws[group].numbers.map { TokenID(Int32(truncatingIfNeeded: $0)) }
            let support = support(of: tokens, after: draft.tokens)
            for (rank, token) in tokens.enumerated() {
                guard let score = score(laws[group].logProbabilities[rank], support: support?[rank]) else { continue }
                candidates.append(
                    DraftPool.Extension(
                        draft: index, token: token, score: draft.score + score, hasSupport: support != nil,
                        support: ngrams == nil ? nil : support?[rank] ?? 0,
                        isSound: settings.reach > 0 && isWithinReach(laws[group], rank, times: 2)))
            }
        }
        pool.extend(with: candidates)
        weigh()
    }

    /// - Parameter support: what n-grams say of a candidate; nil where they know of none.
    /// - Returns: nil for one that is out, since others are known.
    private func score(_ own: Double, support: Float?) -> Double? {
        guard ngrams != nil else { return own }
        guard let support else { return (1 - settings.share) * own - settings.penalty }
        return support > 0 ? (1 - settings.share) * own + settings.share * log(Double(support)) : nil
    }

    /// Drafts of one base share a row.
    private mutating func weigh() {
        groups = []
        for entry in pool.alive where !groups.contains(entry.base) { groups.append(entry.base) }
        weights = Array(repeating: 0, count: pool.alive.count)
        for group in groups {
            let members = pool.alive.indices.filter { pool.alive[$0].base == group }
            for (member, weight) in zip(members, Self.softmax(members.map { pool.alive[$0].score / settings.evenness }))
            {
                weights[member] = weight
            }
        }
    }

    /// The most probable numbers and ln of the probability of each among them, at the temperature set.
    private struct Law {
        var numbers: [Int] = []
        var logProbabilities: [Double] = []
    }

    /// Whether a number of a law is not much less probable than its first, before sharpening.
    private func isWithinReach(_ law: Law, _ rank: Int, times factor: Double = 1) -> Bool {
        let distance = (law.logProbabilities[0] - law.logProbabilities[rank]) * settings.temperature
        return settings.reach == 0 || distance <= factor * settings.reach
    }

    private func sharpened(_ logits: ArraySlice<Float>) -> Law {
        let count = settings.candidateCount > 0 ? settings.candidateCount : 3 * pool.limit
        let best = greatestIndices(count, of: logits)
        func logit(_ index: Int) -> Double {
            Double(min(logits[logits.startIndex + index], .greatestFiniteMagnitude))
        }
        guard let peak = best.first.map(logit) else { return Law() }
        let scaled = best.map { (logit($0) - peak) / settings.temperature }
        let total = log(scaled.reduce(0) { $0 + exp($1) })
        return Law(numbers: best, logProbabilities: scaled.map { $0 - total })
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
