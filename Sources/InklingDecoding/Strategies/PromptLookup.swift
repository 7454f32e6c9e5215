// SPDX-License-Identifier: Apache-2.0

extension StrategyDescriptor {
    /// Speculative decoding without a draft model: drafts are copied from the text.
    public static let promptLookup = StrategyDescriptor(
        id: "prompt-lookup", title: "Prompt lookup", source: "Saxena 2023",
        help: "copies what followed the last tokens where they stood before; needs no draft model",
        guarantee: .sameDistribution,
        parameters: [
            StrategyParameter("gamma", .integer(1...32), default: 7, "longest draft"),
            StrategyParameter("ngram-max", .integer(1...16), default: 4, "most last tokens to look for"),
            StrategyParameter("ngram-min", .integer(1...16), default: 2, "fewest last tokens to look for"),
        ]
    ) { values in
        let longest = values.int("ngram-max")
        return SpeculativeStrategy(
            drafter: PromptLookupDrafter(
                lengths: min(values.int("ngram-min"), longest)...longest, maxLength: values.int("gamma")),
            verifier: RejectionVerifier())
    }
}
