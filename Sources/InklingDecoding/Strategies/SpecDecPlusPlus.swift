// SPDX-License-Identifier: Apache-2.0

extension StrategyDescriptor {
    /// Speculative decoding that ends a draft when a rejection is likely. `stop` is the paper's threshold.
    public static let specDecPlusPlus = StrategyDescriptor(
        id: "specdec++", title: "SpecDec++", source: "Huang et al. 2024",
        help: "drafts until a rejection is likely, by an acceptance head or else by the draft model's own confidence",
        guarantee: .sameDistribution, needs: [.draftModel], uses: [.acceptanceHead],
        parameters: [
            StrategyParameter("stop", .real(0...1), default: 0.7, "ends a draft when P(some rejection) exceeds this"),
            StrategyParameter("max", .integer(1...32), default: 20, "longest draft"),
            StrategyParameter("min", .integer(1...32), default: 1, "shortest draft that may end for this reason"),
        ]
    ) { values in
        let longest = values.int("max")
        return SpeculativeStrategy(
            drafter: ModelDrafter(
                length: AcceptanceStop(
                    range: min(values.int("min"), longest)...longest, threshold: values.real("stop"))),
            verifier: RejectionVerifier())
    }
}
