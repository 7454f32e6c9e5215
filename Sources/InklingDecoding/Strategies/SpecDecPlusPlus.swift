// SPDX-License-Identifier: Apache-2.0

extension StrategyDescriptor {
    /// Speculative decoding that ends a draft when a rejection is likely. `stop` is the paper's threshold; without one
    /// it follows what passes take on this machine, and then, as with ``automatic``, a seed does not give the same output
    /// twice at a temperature above 0.
    public static let specDecPlusPlus = StrategyDescriptor(
        id: "specdec++", title: "SpecDec++", source: "Huang et al. 2024",
        help: "drafts until a rejection is likely, by an acceptance head or else by the draft model's own confidence",
        guarantee: .sameDistribution, needs: [.draftModel], uses: [.acceptanceHead],
        parameters: [
            StrategyParameter(
                "stop", .real(0...1), default: 0,
                "ends a draft when P(some rejection) exceeds this; 0: where a further token stops paying"),
            StrategyParameter("max", .integer(1...32), default: 20, "longest draft"),
            StrategyParameter("min", .integer(1...32), default: 1, "shortest draft that may end for this reason"),
        ]
    ) { values in
        let longest = values.int("max"), stop = values.real("stop")
        return SpeculativeStrategy(
            drafter: ModelDrafter(
                length: AcceptanceStop(
                    range: min(values.int("min"), longest)...longest, threshold: stop > 0 ? stop : nil)),
            verifier: RejectionVerifier())
    }
}
