// SPDX-License-Identifier: Apache-2.0

public import InklingTensor

/// What a transformer of the llama family looks like: everything that differs between its architectures, as data.
public struct ModelConfig: Sendable, Equatable {
    public var architecture: String
    public var layerCount: Int
    public var embeddingLength: Int
    public var headCount: Int
    /// Key and value heads; query heads share them in equal groups.
    public var kvHeadCount: Int
    public var headDimension: Int
    public var feedForwardLength: Int
    public var vocabularySize: Int
    /// Positions the model was trained for.
    public var contextLength: Int
    public var normEpsilon: Float
    public var activation: Activation
    /// Multiplies q · k.
    public var attentionScale: Float
    /// Caps on scores and logits (Gemma 2); 0 for none.
    public var attentionSoftcap: Float = 0
    public var logitSoftcap: Float = 0
    /// Multiplies token embeddings (Gemma); 1 for none.
    public var embeddingScale: Float = 1
    public var rotary: RotaryTable
    /// In place of ``rotary`` where the context is longer than this one's (LongRoPE).
    public var longRotary: LongRotary?
    /// For layers with a sliding window, when they differ (Gemma 3).
    public var localRotary: RotaryTable?
    /// Positions that a local layer sees, itself included; nil when every layer sees all.
    public var slidingWindow: Int?
    /// In each run of this many layers all are local but the last; 1: all are local. Only with ``slidingWindow``.
    public var windowPeriod = 1
    /// Projection matrices stored as one: queries, keys and values; gate and up (Phi-3).
    public var hasFusedProjections = false

    /// A rotary table for long contexts.
    public struct LongRotary: Sendable, Equatable {
        public var table: RotaryTable
        /// Up to this context the model keeps its usual table.
        public var originalContext: Int

        public init(table: RotaryTable, originalContext: Int) {
            self.table = table
            self.originalContext = originalContext
        }
    }

    public init(
        architecture: String, layerCount: Int, embeddingLength: Int, headCount: Int, kvHeadCount: Int,
        headDimension: Int, feedForwardLength: Int, vocabularySize: Int, contextLength: Int, normEpsilon: Float,
        activation: Activation, attentionScale: Float, rotary: RotaryTable
    ) {
        self.architecture = architecture
        self.layerCount = layerCount
        self.embeddingLength = embeddingLength
        self.headCount = headCount
        self.kvHeadCount = kvHeadCount
        self.headDimension = headDimension
        self.feedForwardLength = feedForwardLength
        self.vocabularySize = vocabularySize
        self.contextLength = contextLength
        self.normEpsilon = normEpsilon
        self.activation = activation
        self.attentionScale = attentionScale
        self.rotary = rotary
    }

    /// The rotary table for a cache of so many positions: it is chosen once, since keys are cached rotated.
    public func rotary(contextCapacity: Int) -> RotaryTable {
        guard let longRotary, contextCapacity > longRotary.originalContext else { return rotary }
        return longRotary.table
    }

    /// Whether a layer sees only the last ``slidingWindow`` positions.
    public func isLocal(layer: Int) -> Bool {
        slidingWindow != nil && (windowPeriod == 1 || layer % windowPeriod != windowPeriod - 1)
    }

    public func kvLayout(format: KVFormat) -> KVLayout {
        KVLayout(layerCount: layerCount, headCount: kvHeadCount, headDimension: headDimension, format: format)
    }
}
