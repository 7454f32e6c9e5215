// SPDX-License-Identifier: Apache-2.0

internal import InklingModel
internal import InklingTensor

extension ArchitectureDescriptor {
    /// Phi-3, Phi-3.5 and Phi-4: fused projections, and LongRoPE factors in the long-context files.
    static let phi3 = ArchitectureDescriptor(name: "phi3", title: "Phi 3") { reader throws(ModelError) in
        var config = try reader.common(pairing: .halves)
        config.hasFusedProjections = true
        config.slidingWindow = try reader.slidingWindow()
        // A window as long as the context hides nothing.
        if let window = config.slidingWindow, window >= config.contextLength { config.slidingWindow = nil }
        let pairs = config.rotary.dimension / 2
        let original =
            try reader.optionalCount("rope.scaling.original_context_length", limit: 1 << 28) ?? config.contextLength
        // Not scaled otherwise: the factors are the scaling.
        func table(_ name: String) throws(ModelError) -> RotaryTable? {
            guard let factors = try reader.factors(tensor: name, count: pairs) else { return nil }
            return try reader.rotary(
                headDimension: config.headDimension, pairing: .halves, isScaled: false, divisors: factors,
                magnitude: reader.positive("rope.scaling.attn_factor") ?? 1)
        }
        if let short = try table("rope_factors_short.weight") { config.rotary = short }
        if let long = try table("rope_factors_long.weight") {
            config.longRotary = ModelConfig.LongRotary(table: long, originalContext: original)
        }
        return config
    }
}
