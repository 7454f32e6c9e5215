// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
public import InklingModel
public import InklingTokenizer

/// Tells a model from others, whatever its file is called and however its matrices are quantised.
public struct ModelIdentity: Sendable, Equatable {
    /// For people; does not count when models are compared.
    public var name: String
    /// Digest of all tokens.
    public var vocabulary: UInt64
    /// Digest of the sizes and of the last norm's weights: small, never quantised, and different after any training.
    public var weights: UInt64

    public init(name: String, vocabulary: UInt64, weights: UInt64) {
        self.name = name
        self.vocabulary = vocabulary
        self.weights = weights
    }

    public init(name: String, vocabulary: Vocabulary, config: ModelConfig, lastNorm: [Float]) {
        self.name = name
        var tokens = StableDigest()
        tokens.add(vocabulary.count)
        for id in 0..<Int32(clamping: vocabulary.count) {
            let bytes = vocabulary.bytes(of: TokenID(id))
            tokens.add(bytes.count)
            for byte in bytes { tokens.add(byte) }
        }
        self.vocabulary = tokens.value
        var weights = StableDigest()
        for byte in config.architecture.utf8 { weights.add(byte) }
        for size in [
            config.layerCount, config.embeddingLength, config.headCount, config.kvHeadCount, config.headDimension,
            config.feedForwardLength, config.vocabularySize,
        ] { weights.add(size) }
        for weight in lastNorm { weights.add(Int(weight.bitPattern)) }
        self.weights = weights.value
    }

    func isSame(as other: ModelIdentity) -> Bool {
        vocabulary == other.vocabulary && weights == other.weights
    }
}

/// A target and the model that drafts for it.
public struct PairIdentity: Sendable, Equatable {
    public var target: ModelIdentity
    public var draft: ModelIdentity

    public init(target: ModelIdentity, draft: ModelIdentity) {
        self.target = target
        self.draft = draft
    }

    public init(target: LoadedModel, draft: LoadedModel) {
        self.init(target: target.identity, draft: draft.identity)
    }
}

extension LoadedModel {
    /// - Complexity: O(vocabulary).
    public var identity: ModelIdentity {
        ModelIdentity(
            name: name, vocabulary: tokenizer.vocabulary, config: config, lastNorm: weights.outputNorm)
    }
}

/// FNV-1a, 64 bits: the same in every version and on every machine. Against accidents, not against intent.
private struct StableDigest {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }

    mutating func add(_ number: Int) {
        var rest = UInt64(bitPattern: Int64(number))
        for _ in 0..<8 {
            add(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}
