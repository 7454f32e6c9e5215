// SPDX-License-Identifier: Apache-2.0

import InklingModel

/// Draft, one pass of the target over root and draft, verdict: the round that most methods share.
public struct SpeculativeStrategy<D: Drafter, V: Verifier>: DecodingStrategy {
    private var drafter: D
    private let verifier: V

    public init(drafter: D, verifier: V) {
        self.drafter = drafter
        self.verifier = verifier
    }

    public mutating func begin(_ run: DecodingRun) throws(GenerationError) {
        try drafter.begin(run)
    }

    public mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        // Verification yields one token more than it accepts, and a draft needs a row for each token and one for the root.
        let limit = max(0, min(run.remainingCount, run.rowRoom) - 1)
        let draft = try drafter.propose(run, limit: limit)
        precondition(draft.count <= limit, "a draft of \(draft.count) tokens, limit \(limit)")
        let base = run.target.cachedCount
        let rows = try run.targetLogits(draft.tree.batch(root: run.root))
        guard rows.rowCount == draft.count + 1 else { throw .missingLogits(.target) }
        let verdict = verifier.verify(draft, target: rows, run)
        run.keepTarget(verdict.acceptedPath, of: draft.tree, after: base)
        drafter.observe(verdict, of: draft, run)
        return run.endRound(
            draft: draft.isEmpty ? nil : draft.tree, verdict: draft.isEmpty ? nil : verdict, measures: draft.measures,
            stop: draft.stop, choice: draft.choice)
    }
}
