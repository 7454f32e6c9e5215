// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer

/// The best drafts of a search whose scores add up and only fall: those that go on, and those that have ended.
struct DraftPool {
    struct Entry: Equatable {
        var tokens: [TokenID] = []
        /// How many of them only say again what the text ends in.
        var stemCount = 0
        /// Which base it began at.
        var base = 0
        /// The rank of its first token among those that drafts began with.
        var family = 0
        /// Of each token behind the stem under the model; of the first alone if the search does not have the rest.
        var logProbabilities: [Float] = []
        /// The sum over the tokens.
        var score = 0.0
        /// For searches that read drafts one by one: the row of the last token but one, then of the last.
        var node = -1
        var hasSupport = false
        /// Of each token by n-grams, if the search has them.
        var supports: [Float] = []

        /// Drops tokens from the end, and their share of the score.
        mutating func cut(_ count: Int) {
            let whole = Double(max(1, tokens.count - stemCount))
            tokens.removeLast(count)
            score *= Double(tokens.count - stemCount) / whole
            if logProbabilities.count > tokens.count - stemCount {
                logProbabilities.removeLast(logProbabilities.count - (tokens.count - stemCount))
            }
            if supports.count > tokens.count { supports.removeLast(supports.count - tokens.count) }
        }

        var meanScore: Double { score / Double(max(1, tokens.count - stemCount)) }
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
        /// Whether the model finds the token probable enough for a draft of its own.
        var isSound = false
        /// Of a first token: where it stands.
        var start: (index: Int, base: DraftOpening.Base)?
    }

    let limit: Int
    let endTokens: Set<TokenID>
    /// Whether a draft ends where it would say again what it has just said.
    var endsLoops = false
    /// How many drafts may have one first token; 0 for any number.
    var siblings = 0
    /// The one draft without tokens, at first. Best first.
    private(set) var alive = [Entry()]
    private(set) var done: [Entry] = []
    private(set) var length = 0
    private var familyCount = 0

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
        var newcomers: Set<Int> = []
        if siblings > 0 { order = admitted(candidates, order, &newcomers) }
        for (rank, index) in order.prefix(candidateCount).enumerated() {
            let candidate = candidates[index]
            var entry = alive[candidate.draft]
            if let (index, base) = candidate.start {
                (entry.tokens, entry.stemCount) = (base.stem, base.stem.count)
                (entry.base, entry.node) = (index, base.node)
                entry.family = rank
                familyCount = max(familyCount, rank + 1)
            } else if newcomers.contains(index) {
                entry.family = familyCount
                familyCount += 1
            }
            entry.tokens.append(candidate.token)
            if let logProbability = candidate.logProbability { entry.logProbabilities.append(logProbability) }
            entry.score = candidate.score
            entry.hasSupport = candidate.hasSupport
            if let support = candidate.support {
                // Nobody asked of the stem.
                entry.supports += Array(repeating: 0, count: entry.tokens.count - 1 - entry.supports.count)
                entry.supports.append(support)
            }
            if endsLoops, let repeated = Self.loopLength(entry.tokens.dropFirst(entry.stemCount)) {
                entry.cut(repeated)
                if rank < limit, !done.contains(where: { $0.tokens == entry.tokens }) { finish(entry) }
            } else if endTokens.contains(candidate.token) {
                if rank < limit { finish(entry) }
            } else if next.count < limit {
                next.append(entry)
            }
        }
        alive = next
        length += 1
    }

    /// The candidates that the families have room for, the best of each first. Where there are fewer drafts than wanted, the
    /// best sound ones of the rest begin families of their own.
    private func admitted(
        _ candidates: [Extension], _ order: [Int], _ newcomers: inout Set<Int>
    ) -> [Int] {
        var members: [Int: Int] = [:]
        for entry in done { members[entry.family, default: 0] += 1 }
        var kept: Set<Int> = []
        for index in order {
            // First tokens make families.
            guard candidates[index].start == nil else { return order }
            let family = alive[candidates[index].draft].family
            guard members[family, default: 0] < siblings else { continue }
            members[family, default: 0] += 1
            kept.insert(index)
        }
        for index in order where kept.count + done.count < limit && candidates[index].isSound {
            if kept.insert(index).inserted { newcomers.insert(index) }
        }
        return order.filter { kept.contains($0) }
    }

    /// How many tokens at the end say again what stands right before them: one or two for the third time, or more for the
    /// second. nil where they do not.
    static func loopLength(_ tokens: ArraySlice<TokenID>) -> Int? {
        for length in stride(from: 1, through: tokens.count / 2, by: 1) {
            let copies = length < 3 ? 3 : 2
            guard tokens.count >= copies * length else { continue }
            let end = tokens.suffix(copies * length)
            if zip(end, end.dropFirst(length)).allSatisfy({ $0 == $1 }) { return (copies - 1) * length }
        }
        return nil
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
                tokens: entry.tokens, stemCount: entry.stemCount, logProbabilities: entry.logProbabilities,
                score: Float(entry.meanScore),
                isFinished: isFinished && entry.tokens.last.map(endTokens.contains) ?? false)
        }
    }

    /// The best first tokens: continuations of one token each.
    /// - Parameter candidates: numbers of choices with their scores, most probable first.
    mutating func begin(_ opening: DraftOpening, _ candidates: [(number: Int, score: Double, support: Float?)]) {
        extend(
            with: candidates.map { candidate in
                let choice = opening.choice(candidate.number)
                return Extension(
                    draft: 0, token: choice.token, score: candidate.score,
                    logProbability: opening.logProbability(candidate.number), hasSupport: candidate.support ?? 0 > 0,
                    support: candidate.support, start: (choice.base, opening.bases[choice.base]))
            })
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
