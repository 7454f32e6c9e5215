// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SamplerStage {
    /// Keeps tokens at least `minP` times as probable as the most probable one.
    ///
    /// Source: Nguyen et al., "Min-p sampling", 2024.
    static let minP = SamplerStage(
        id: "min-p", title: "Min-p", help: "keeps tokens at least this fraction as probable as the best",
        isActive: { $0.truncates && $0.minP > 0 },
        apply: { candidates, settings, _ in
            // A ratio of probabilities is a difference of logits, so no exponential is needed.
            candidates.keep(logitsFrom: candidates.greatestLogit + log(settings.minP))
        })
}
