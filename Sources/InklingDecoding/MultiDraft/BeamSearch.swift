// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

/// The most probable continuations that a beam of as many drafts finds, ranked by mean ln p.
struct BeamSearch: DraftSearch {
    private let length: Int
    private var pool: DraftPool
    private var nodeCount = 0

    init(count: Int, length: Int, endTokens: Set<TokenID>, endsLoops: Bool) {
        self.length = length
        pool = DraftPool(limit: count, endTokens: endTokens)
        pool.endsLoops = endsLoops
    }

    var continuations: [Continuation] { pool.continuations }

    var live: [LiveContinuation] { pool.live { _ in 1 } }

    mutating func begin(_ opening: DraftOpening) {
        nodeCount = opening.nodeCount
        pool.begin(
            opening,
            greatestIndices(pool.candidateCount, of: opening.logits[0]).map {
                ($0, Double(opening.logProbability($0)), nil)
            })
    }

    mutating func nextBatch() -> ModelBatch? {
        guard pool.length < length, !pool.isComplete else { return nil }
        let drafts = pool.alive
        for index in drafts.indices { pool.place(index, at: nodeCount + index) }
        nodeCount += drafts.count
        return ModelBatch(
            rows: drafts.compactMap(\.tokens.last).map { .token($0) },
            layout: .branches(parents: drafts.map(\.node)), want: .allLogits)
    }

    mutating func advance(_ rows: Rows) {
        var candidates: [DraftPool.Extension] = []
        for (index, draft) in pool.alive.enumerated() {
            let logits = rows[index]
            let total = VectorMath.logSumExp(logits)
            for best in greatestIndices(pool.candidateCount, of: logits) {
                let logProbability = logits[logits.startIndex + best] - total
                candidates.append(
                    DraftPool.Extension(
                        draft: index, token: TokenID(Int32(truncatingIfNeeded: best)),
                        score: draft.score + Double(logProbability), logProbability: logProbability))
            }
        }
        pool.extend(with: candidates)
    }
}
