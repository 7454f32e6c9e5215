// SPDX-License-Identifier: Apache-2.0

extension SamplerStage {
    /// Adds a number to the logits of chosen tokens.
    static let logitBias = SamplerStage(
        id: "logit-bias", title: "Logit bias", help: "makes chosen tokens more or less likely", shapesGreedy: true,
        isActive: { !$0.logitBias.isEmpty },
        apply: { candidates, settings, _ in
            let original = candidates
            for (token, bias) in settings.logitBias {
                candidates.update(token) { $0 + bias }
            }
            // Banning every token bans none.
            if candidates.greatestLogit == -.infinity { candidates = original }
        })
}
