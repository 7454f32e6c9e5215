// SPDX-License-Identifier: Apache-2.0

internal import InklingTensor

/// The shape of a model with random weights: everything that its file says about it.
///
/// Such a model has the cost of a real one and behaves like one in everything but what it says, so that speed and
/// correctness can be looked at without a download.
public struct ModelRecipe: Sendable, Equatable {
    /// The architectures that can be made.
    public enum Architecture: String, CaseIterable, Sendable {
        case llama, qwen2, qwen3, gemma2, gemma3, phi3
    }

    /// How positions are stretched beyond the trained context.
    public enum RopeScaling: Sendable, Equatable {
        case none
        case linear(factor: Float)
        case yarn(factor: Float, originalContext: Int)
        /// A divisor for each pair, as Llama 3.1 has them.
        case divisors
        /// Phi-3's two sets of divisors, of which the context decides, with what multiplies sine and cosine.
        case longRope(originalContext: Int, attention: Float)
    }

    public var architecture: Architecture
    public var name = "random"
    public var seed: UInt64 = 1
    public var layerCount = 2
    public var embeddingLength = 64
    public var headCount = 4
    public var kvHeadCount = 2
    /// nil: the embedding's share of a head.
    public var headDimension: Int?
    /// Values of a head that rotate; nil: all.
    public var rotaryDimension: Int?
    public var feedForwardLength = 128
    /// Below ``BytePairVocabulary/leastCount`` the file has no tokenizer.
    public var vocabularySize = 300
    public var contextLength = 2048
    public var isTied = false
    /// Biases on every projection that may have one; Qwen 2 always has those on queries, keys and values.
    public var hasBiases = false
    public var ropeBase: Float = 10_000
    /// The base of Gemma 3's local layers.
    public var localRopeBase: Float?
    public var ropeScaling = RopeScaling.none
    public var slidingWindow: Int?
    public var normEpsilon: Float = 1e-5
    public var weights = WeightMix.uniform(.f32)
    /// Phi-3 as its files have it: queries, keys and values in one tensor, gate and up in one.
    public var isFused: Bool { architecture == .phi3 }

    public init(_ architecture: Architecture) {
        self.architecture = architecture
        switch architecture {
        case .llama, .qwen2, .phi3: break
        case .qwen3: ropeBase = 1_000_000
        case .gemma2:
            isTied = true
            slidingWindow = 4096
        case .gemma3:
            isTied = true
            slidingWindow = 512
            ropeBase = 1_000_000
            localRopeBase = 10_000
        }
    }

    public var headWidth: Int { headDimension ?? embeddingLength / max(1, headCount) }
    var hasHeadNorms: Bool { architecture == .qwen3 || architecture == .gemma3 }
    var hasPostNorms: Bool { architecture == .gemma2 || architecture == .gemma3 }
    var hasAttentionBiases: Bool { hasBiases || architecture == .qwen2 }
}

extension ModelRecipe {
    /// The same sizes in another architecture.
    public func adapted(to other: Architecture) -> ModelRecipe {
        var result = ModelRecipe(other)
        result.name = name
        result.seed = seed
        result.weights = weights
        (result.layerCount, result.embeddingLength) = (layerCount, embeddingLength)
        (result.headCount, result.kvHeadCount, result.headDimension) = (headCount, kvHeadCount, headDimension)
        (result.feedForwardLength, result.vocabularySize) = (feedForwardLength, vocabularySize)
        result.contextLength = contextLength
        return result
    }

    /// Shapes of models that people run.
    public enum Preset: String, CaseIterable, Sendable {
        case qwen2HalfBillion = "qwen2-0.5b"
        case llama1B = "llama3.2-1b"
        case gemma1B = "gemma3-1b"
        case tiny
    }

    public init(preset: Preset) {
        switch preset {
        case .tiny: self.init(.llama)
        case .qwen2HalfBillion:
            self.init(.qwen2)
            (layerCount, embeddingLength, headCount, kvHeadCount) = (24, 896, 14, 2)
            (feedForwardLength, vocabularySize, contextLength) = (4864, 151_936, 32_768)
            isTied = true
            ropeBase = 1_000_000
            normEpsilon = 1e-6
        case .llama1B:
            self.init(.llama)
            (layerCount, embeddingLength, headCount, kvHeadCount) = (16, 2048, 32, 8)
            (feedForwardLength, vocabularySize, contextLength) = (8192, 128_256, 131_072)
            isTied = true
            ropeBase = 500_000
            ropeScaling = .divisors
        case .gemma1B:
            self.init(.gemma3)
            (layerCount, embeddingLength, headCount, kvHeadCount) = (26, 1152, 4, 1)
            (feedForwardLength, vocabularySize, contextLength) = (6912, 262_144, 32_768)
            headDimension = 256
            normEpsilon = 1e-6
        }
        name = "random \(preset.rawValue)"
    }
}
