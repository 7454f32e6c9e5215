// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SamplerStage {
    /// Mirostat 2: drops tokens whose surprise exceeds μ bits, but never the most probable one.
    ///
    /// Source: the authors' second algorithm, described in the repository of Basu et al. 2021.
    static let mirostatTwo = SamplerStage(
        id: "mirostat-2", title: "Mirostat 2", help: "keeps the surprise of the output near tau by cutting at mu bits",
        isActive: { $0.mirostat.version == .two },
        apply: { candidates, settings, history in
            let limit = history.maximumSurprise ?? 2 * settings.mirostat.targetSurprise
            let probabilities = candidates.probabilities
            var kept = probabilities.indices.filter { probabilities[$0] > 0 && -log2(probabilities[$0]) <= limit }
            if kept.isEmpty { kept = candidates.greatest(1) }
            guard !kept.isEmpty, kept.count < candidates.count else { return }
            candidates.keptMass = Float(kept.reduce(0) { $0 + Double(probabilities[$1]) })
            candidates.keep(inOrder: kept)
        })
}
