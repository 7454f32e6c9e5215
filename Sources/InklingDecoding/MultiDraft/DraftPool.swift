// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer

/// The best drafts of a search whose scores add up and only fall: those that go on, and those that have ended.
struct DraftPool {
    struct Entry: Equatable {
        var tokens: [TokenID] = []
        /// Of each token under the model, if the search has them.
        var logProbabilities: [Float] = []
        /// The sum over the tokens.
        var score = 0.0
        /// For searches that read drafts one by one: the row of the last token but one, then of the last.
        var node = -1
        var hasSupport = false
        /// Of each token by n-grams, if the search has them.
        var supports: [Float] = []

        var meanScore: Double { score / Double(max(1, tokens.count)) }
    }

    /// A draft made longer by a token.
    struct Extension {
        var draft: Int
        var token: TokenID
        /// Of the draft and the token together.
        var score: Double
        var logProbability: Float?
        var hasSupport = false
        /// Of the token by n-grams; nil where there are none.
        var support: Float?
    }

    let limit: Int
    let endTokens: Set<TokenID>
    /// The one draft without tokens, at first. Best first.
    private(set) var alive = [Entry()]
    private(set) var done: [Entry] = []
    private(set) var length = 0

    /// - Parameter limit: drafts to keep.
    init(limit: Int, endTokens: Set<TokenID>) {
        self.limit = limit
        self.endTokens = endTokens
    }

    /// How many candidates ``extend(with:)`` looks at.
    var candidateCount: Int { 2 * limit }

    /// Whether nothing that goes on could still be among the best.
    var isComplete: Bool {
        guard let best = alive.first else { return true }
        return done.count == limit && best.score <= done[limit - 1].score
    }

    /// Keeps the best of these. Twice as many as are kept are looked at, so that enough go on when some end; an end only
    /// counts among the best themselves, so that a single draft is what a greedy choice gives.
    /// - Parameter candidates: in order of draft, of one draft the most probable token first: equal scores keep that order.
    mutating func extend(with candidates: [Extension]) {
        var order = Array(candidates.indices)
        order.sort { left, right in
            let (one, other) = (candidates[left].score, candidates[right].score)
            return one != other ? one > other : left < right
        }
        var next: [Entry] = []
        for (rank, index) in order.prefix(candidateCount).enumerated() {
            let candidate = candidates[index]
            var entry = alive[candidate.draft]
            entry.tokens.append(candidate.token)
            if let logProbability = candidate.logProbability { entry.logProbabilities.append(logProbability) }
            entry.score = candidate.score
            entry.hasSupport = candidate.hasSupport
            if let support = candidate.support { entry.supports.append(support) }
            if endTokens.contains(candidate.token) {
                if rank < limit { finish(entry) }
            } else if next.count < limit {
                next.append(entry)
            }
        }
        alive = next
        length += 1
    }

    private mutating func finish(_ entry: Entry) {
        let place = done.firstIndex { $0.score < entry.score } ?? done.count
        done.insert(entry, at: place)
        if done.count > limit { done.removeLast() }
    }

    /// Sets the row that holds the last token of a draft.
    mutating func place(_ draft: Int, at node: Int) {
        alive[draft].node = node
    }

    /// The best of all by mean score, so that length is no disadvantage.
    var continuations: [Continuation] {
        var all = done.map { ($0, true) } + alive.filter { !$0.tokens.isEmpty }.map { ($0, false) }
        let order = all.indices.sorted { left, right in
            let (one, other) = (all[left].0.meanScore, all[right].0.meanScore)
            return one != other ? one > other : left < right
        }
        all = order.prefix(limit).map { all[$0] }
        return all.map { entry, isFinished in
            Continuation(
                tokens: entry.tokens, logProbabilities: entry.logProbabilities, score: Float(entry.meanScore),
                isFinished: isFinished)
        }
    }

    /// - Parameter weight: of a draft that goes on, by its index.
    func live(weight: (Int) -> Float) -> [LiveContinuation] {
        alive.enumerated().map { index, entry in
            LiveContinuation(
                tokens: entry.tokens, score: Float(entry.meanScore), weight: weight(index),
                hasSupport: entry.hasSupport, supports: entry.supports, isFinished: false)
        }
            + done.map {
                LiveContinuation(
                    tokens: $0.tokens, score: Float($0.meanScore), weight: 0, hasSupport: $0.hasSupport,
                    supports: $0.supports, isFinished: true)
            }
    }
}
