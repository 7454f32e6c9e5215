// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SamplerStage {
    /// Keeps the tokens whose surprise is nearest the entropy, until their probabilities exceed p.
    ///
    /// The most probable token may be among those removed; at temperature 0 the stage is therefore left out.
    /// Source: Meister et al., "Locally typical sampling", 2023.
    static let typical = SamplerStage(
        id: "typical", title: "Typical", help: "keeps the tokens whose surprise is nearest the expected one",
        isActive: { $0.truncates && $0.typicalP < 1 },
        apply: { candidates, settings, _ in
            let probabilities = candidates.probabilities
            let surprises = probabilities.map { $0 > 0 ? -log($0) : Float.infinity }
            var entropy = 0.0
            for (probability, surprise) in zip(probabilities, surprises) where probability > 0 {
                entropy += Double(probability * surprise)
            }
            let nearness = surprises.map { -abs($0 - Float(entropy)) }
            var kept = candidates.nucleus(
                settings.typicalP, scores: nearness, probabilities: probabilities, exceeds: true)
            // Back in the order that they had: what is sorted stays so.
            kept.sort()
            if !kept.isEmpty { candidates.keep(inOrder: kept) }
        })
}
