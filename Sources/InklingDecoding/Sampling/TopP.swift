// SPDX-License-Identifier: Apache-2.0

extension SamplerStage {
    /// Keeps the fewest most probable tokens whose probabilities reach p.
    ///
    /// Source: Holtzman et al., "The curious case of neural text degeneration", 2020 (nucleus sampling).
    static let topP = SamplerStage(
        id: "top-p", title: "Top-p", help: "keeps the most probable tokens that together reach probability p",
        isActive: { $0.truncates && $0.topP < 1 },
        apply: { candidates, settings, _ in
            let kept = candidates.nucleus(settings.topP, probabilities: candidates.probabilities)
            if !kept.isEmpty { candidates.keep(kept, sorted: true) }
        })
}
