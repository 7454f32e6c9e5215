// SPDX-License-Identifier: Apache-2.0

extension SamplerStage {
    /// Divides the logits by the temperature.
    static let temperature = SamplerStage(
        id: "temperature", title: "Temperature", help: "below 1 sharpens the distribution, above 1 flattens it",
        isActive: { $0.temperature != 1 },
        apply: { candidates, settings, _ in
            candidates.divide(by: settings.temperature)
        })
}
