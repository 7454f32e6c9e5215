// SPDX-License-Identifier: Apache-2.0

internal import InklingModel
internal import InklingTensor

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension ArchitectureDescriptor {
    /// Phi-3, Phi-3.5 and Phi-4: fused projections, and LongRoPE factors in the long-context files.
    static let phi3 = ArchitectureDescriptor(name: "phi3", title: "Phi 3") { reader throws(ModelError) in
        var config = try reader.common(pairing: .halves)
        config.hasFusedProjections = true
        config.slidingWindow = try reader.slidingWindow()
        // A window as long as the context hides nothing.
        if let window = config.slidingWindow, window >= config.contextLength { config.slidingWindow = nil }
        let pairs = config.rotary.dimension / 2
        let original = try reader.optionalCount("rope.scaling.original_context_length", limit: 1 << 28)
        let isLong = original.map { config.contextLength > $0 } ?? false
        let name = isLong ? "rope_factors_long.weight" : "rope_factors_short.weight"
        if let factors = try reader.factors(tensor: name, count: pairs) {
            config.rotary = try reader.rotary(
                headDimension: config.headDimension, pairing: .halves, isScaled: false, divisors: factors,
                magnitude: reader.positive("rope.scaling.attn_factor") ?? 1)
        }
        return config
    }
}
