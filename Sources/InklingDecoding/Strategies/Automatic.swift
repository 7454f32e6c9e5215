// SPDX-License-Identifier: Apache-2.0

extension StrategyDescriptor {
    /// Speculative decoding that measures what drafting is worth, and stops where it is worth nothing.
    public static let automatic = StrategyDescriptor(
        id: "auto", title: "Automatic", source: "Liu et al. 2024",
        help: "drafts as many tokens as make the output fastest, none where that is fastest",
        guarantee: .sameDistribution, needs: [.draftModel],
        parameters: [StrategyParameter("max", .integer(1...32), default: 8, "longest draft")]
    ) { values in
        SpeculativeStrategy(
            drafter: ModelDrafter(length: GoodputLength(longest: values.int("max"))), verifier: RejectionVerifier())
    }
}
