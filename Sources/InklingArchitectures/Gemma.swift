// SPDX-License-Identifier: Apache-2.0

internal import InklingModel
internal import InklingTensor

extension ArchitectureDescriptor {
    /// Gemma 2: norms after each block too, capped scores and logits, every other layer with a sliding window.
    static let gemma2 = ArchitectureDescriptor(name: "gemma2", title: "Gemma 2") { reader throws(ModelError) in
        var config = try reader.common(pairing: .halves, activation: .gelu)
        config.embeddingScale = Float(config.embeddingLength).squareRoot()
        config.attentionSoftcap = try reader.softcap("attn_logit_softcapping", default: 50)
        config.logitSoftcap = try reader.softcap("final_logit_softcapping", default: 30)
        config.slidingWindow = try reader.slidingWindow() ?? 4096
        config.windowPeriod = 2
        // The 27B model scales by the width of an embedding's share, all others by the width of a head.
        if config.layerCount == 46 {
            config.attentionScale = 1 / Float(config.embeddingLength / config.headCount).squareRoot()
        }
        return config
    }

    /// Gemma 3, text only: query and key norms; five local layers, with a rotary table of their own, to each global one.
    static let gemma3 = ArchitectureDescriptor(name: "gemma3", title: "Gemma 3") { reader throws(ModelError) in
        var config = try reader.common(pairing: .halves, activation: .gelu)
        config.embeddingScale = Float(config.embeddingLength).squareRoot()
        config.logitSoftcap = try reader.softcap("final_logit_softcapping", default: 0)
        config.slidingWindow = try reader.slidingWindow()
        config.windowPeriod = 6
        let globalBase = try reader.positive("rope.freq_base") ?? 1_000_000
        config.rotary = try reader.rotary(headDimension: config.headDimension, pairing: .halves, base: globalBase)
        config.localRotary = try reader.rotary(
            headDimension: config.headDimension, pairing: .halves,
            base: reader.positive("rope.freq_base_swa") ?? 10_000, isScaled: false)
        if config.layerCount == 62 {
            config.attentionScale = 1 / Float(config.embeddingLength / config.headCount).squareRoot()
        }
        return config
    }
}
