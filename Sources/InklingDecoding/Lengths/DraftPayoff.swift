// SPDX-License-Identifier: Apache-2.0

/// Where a further draft token stops paying, by what passes cost on this machine.
///
/// One more token costs a pass of the draft model, a row of the target's pass and what drawing and judging it takes. It
/// brings a token if it and all before it are accepted. The best rule goes on while it brings more tokens for its time than
/// decoding brings on the whole; that rate is learned from the rounds so far, as each method earns it.
///
/// Source: the threshold of Huang et al., "SpecDec++", 2024, Theorem 3.1, whose costs of a wasted and of a missing draft
/// token are constants there.
struct DraftPayoff {
    private var costs = CostModel()
    private var acceptance = AcceptanceEstimate(first: 0.7, later: 0.7)
    /// Expected tokens and seconds of the rounds so far; old ones count for less.
    private var tokens = 0.0
    private var seconds = 0.0

    private static let retention = 0.95
    /// What is presumed counts for as much as so many rounds.
    private static let presumedRounds = 4.0

    init() {}

    /// Starts a generation.
    /// - Parameter longest: the longest draft.
    init(_ costs: CostModel, longest: Int) {
        acceptance = AcceptanceEstimate(first: costs.acceptance, later: costs.acceptance)
        update(costs)
        guard isKnown else { return }
        let plan = RoundPlan.best(.draftModel, upTo: longest, acceptance: acceptance) {
            costs.round(drafting: $0)
        }
        tokens = plan.tokens * Self.presumedRounds
        seconds = plan.seconds * Self.presumedRounds
    }

    mutating func update(_ costs: CostModel) {
        self.costs = costs
    }

    /// Whether passes of both models have been timed.
    var isKnown: Bool { costs.isMeasured && costs.isDraftTimed }

    /// What is so nearly sure goes on in any case: it comes in runs, so that a further token opens the way to others.
    private static let leastThreshold = 0.1

    /// After a draft of `depth` tokens, the probability of at least one rejection above which to stop; nil while costs are
    /// not known.
    func threshold(depth: Int) -> Double? {
        guard isKnown else { return nil }
        let rate = seconds > 0 ? tokens / seconds : 1 / costs.targetPass(rows: 1)
        let price = costs.round(drafting: depth + 1) - costs.round(drafting: depth)
        return max(Self.leastThreshold, 1 - rate * price / acceptance.ofLater)
    }

    mutating func learn(draftedCount: Int, acceptedCount: Int, hasRejection: Bool) {
        acceptance.learn(acceptedCount: acceptedCount, hasRejection: hasRejection)
        guard isKnown else { return }
        tokens = tokens * Self.retention + Double(acceptedCount + 1)
        seconds = seconds * Self.retention + costs.round(drafting: draftedCount)
    }
}
