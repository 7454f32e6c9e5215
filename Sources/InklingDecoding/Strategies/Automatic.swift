// SPDX-License-Identifier: Apache-2.0

extension StrategyDescriptor {
    /// Chooses among plain decoding, drafts of the draft model and copies from the text by what they are worth here.
    public static let automatic = StrategyDescriptor(
        id: "auto", title: "Automatic", source: "Liu et al. 2024",
        help: "each round: plain, drafted or copied, and how much, whichever promises the most tokens a second",
        guarantee: .sameDistribution, uses: [.draftModel],
        parameters: [StrategyParameter("max", .integer(1...32), default: 16, "longest draft")]
    ) { values in
        Automatic(longest: values.int("max"))
    }
}

/// ``AutomaticDrafter`` round by round, or ``Pearl`` for a whole generation.
///
/// PEARL is no candidate of single rounds. Its lanes need cores of their own, and which cores the target has is settled
/// when it is loaded. A round of it also leaves drafted tokens that the target has yet to judge, which no other method can
/// take over. So it is taken for a generation as a whole, where the models share out the cores that way and earlier
/// generations were faster for it.
struct Automatic: DecodingStrategy {
    private var inTurn: SpeculativeStrategy<AutomaticDrafter, RejectionVerifier>
    private var overlapping: Pearl?

    init(longest: Int) {
        inTurn = SpeculativeStrategy(drafter: AutomaticDrafter(longest: longest), verifier: RejectionVerifier())
    }

    mutating func begin(_ run: DecodingRun) throws(GenerationError) {
        guard run.prefersOverlap, run.draft != nil else { return try inTurn.begin(run) }
        var pearl = Pearl(longest: 8, isAdaptive: true)
        try pearl.begin(run)
        overlapping = pearl
    }

    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        guard var round = try overlapping?.nextRound(run) else { return try inTurn.nextRound(run) }
        round.choice = MethodChoice(method: StrategyDescriptor.pearl.id, reason: .profile)
        return round
    }
}
