// SPDX-License-Identifier: Apache-2.0

extension StrategyDescriptor {
    /// Speculative decoding with drafts of one length.
    public static let speculative = StrategyDescriptor(
        id: "sd", title: "Speculative decoding", source: "Leviathan et al. 2023; Chen et al. 2023",
        help: "a draft model writes a few tokens, the target checks them all in one pass",
        guarantee: .sameDistribution, needs: [.draftModel],
        parameters: [StrategyParameter("gamma", .integer(1...32), default: 4, "tokens a draft")]
    ) { values in
        SpeculativeStrategy(
            drafter: ModelDrafter(length: FixedLength(values.int("gamma"))), verifier: RejectionVerifier())
    }
}
