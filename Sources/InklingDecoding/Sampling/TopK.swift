// SPDX-License-Identifier: Apache-2.0

extension SamplerStage {
    /// Keeps the k most probable tokens; of equal ones those with the lowest ids.
    static let topK = SamplerStage(
        id: "top-k", title: "Top-k", help: "keeps the k most probable tokens",
        isActive: { $0.truncates && $0.topK > 0 },
        apply: { candidates, settings, _ in
            guard settings.topK < candidates.count else { return }
            let kept = candidates.greatest(settings.topK)
            if !kept.isEmpty { candidates.keep(kept, sorted: true) }
        })
}
