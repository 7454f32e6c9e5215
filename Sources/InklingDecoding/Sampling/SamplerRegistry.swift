// SPDX-License-Identifier: Apache-2.0

/// All sampler stages, in the order in which they run.
///
/// The order is that of llama.cpp's default chain, so that settings found elsewhere mean the same here: logit bias,
/// penalties, DRY, top-k, typical, top-p, min-p, temperature. Truncation thus sees the distribution at temperature 1, and a
/// high temperature does not let more tokens in. Each stage works on what the earlier ones left, renormalised.
///
/// Mirostat sets its own truncation, after the temperature; the other truncating stages rest while it is on.
public enum SamplerRegistry {
    public static let all: [SamplerStage] = [
        .logitBias, .penalties, .dry, .topK, .typical, .topP, .minP, .temperature, .mirostatOne, .mirostatTwo,
    ]
}

extension SamplerSettings {
    /// Whether the stages that cut are in use, rather than Mirostat.
    var truncates: Bool { mirostat.version == .off }
}
