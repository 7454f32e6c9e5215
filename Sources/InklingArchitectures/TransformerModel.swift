// SPDX-License-Identifier: Apache-2.0

public import InklingGGUF
public import InklingModel
public import InklingTensor

/// The weights of a transformer of the llama family, packed for the kernels. Immutable; shared by any number of runners.
public final class TransformerModel: Sendable {
    public let config: ModelConfig
    /// Bytes of packed weights in memory.
    public let packedByteCount: Int
    /// Bytes of the same tensors in the file.
    public let fileByteCount: Int
    let embeddings: EmbeddingTable
    let layers: [SharedLayer]
    /// Weights of the norm behind the last layer, `[embedding]`.
    public let outputNorm: [Float]
    let output: PackedMatrix
    let outputBias: [Float]?

    struct Layer: Sendable {
        let attentionNorm: [Float]
        let queries, keys, values: PackedMatrix
        let queryBias, keyBias, valueBias: [Float]?
        /// Over each head (Qwen 3, Gemma 3).
        let queryNorm, keyNorm: [Float]?
        let attentionOutput: PackedMatrix
        let attentionOutputBias: [Float]?
        /// After attention, before it is added (Gemma).
        let postAttentionNorm: [Float]?
        let feedForwardNorm: [Float]
        let gate, up, down: PackedMatrix
        let gateBias, upBias, downBias: [Float]?
        let postFeedForwardNorm: [Float]?
    }

    /// A pass reaches for a layer many times, and to copy one would count a reference for each of its tensors.
    final class SharedLayer: Sendable {
        let weights: Layer

        init(_ weights: Layer) {
            self.weights = weights
        }
    }

    /// Loads and packs every tensor.
    ///
    /// - Parameter progress: called with bytes done and bytes in all; returning false cancels.
    /// - Throws: ``ModelError`` naming the tensor or key at fault.
    public init(
        file: GGUFFile, pool: ComputePool, progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(ModelError) {
        let config = try ArchitectureRegistry.config(of: file)
        self.config = config
        let total = file.tensors.reduce(0) { $0 + $1.byteCount }
        let loaded = try withoutActuallyEscaping(progress) {
            (escapable) throws(ModelError) -> (EmbeddingTable, [SharedLayer], [Float], PackedMatrix, [Float]?, Int) in
            var loader = TensorLoader(file: file, pool: pool) { done in escapable(min(done, total), total) }
            let embedding = config.embeddingLength
            let table = try loader.embeddings(
                "token_embd.weight", columns: embedding, rows: config.vocabularySize)
            var layers: [SharedLayer] = []
            for index in 0..<config.layerCount { layers.append(SharedLayer(try Self.layer(index, config, &loader))) }
            let norm = try loader.vector("output_norm.weight", count: embedding)
            // Tied embeddings: the output matrix is the embedding table, whose rows are still read from the file.
            let isTied = !loader.has("output.weight")
            let output = try loader.matrix(
                isTied ? "token_embd.weight" : "output.weight", columns: embedding, rows: config.vocabularySize)
            let bias = try loader.optionalVector("output.bias", count: config.vocabularySize)
            return (table, layers, norm, output, bias, loader.packedBytes)
        }
        (embeddings, layers, outputNorm, output, outputBias, packedByteCount) = loaded
        fileByteCount = total
    }

    private static func layer(
        _ index: Int, _ config: ModelConfig, _ loader: inout TensorLoader
    ) throws(ModelError) -> Layer {
        let name = { (part: String) in "blk.\(index).\(part)" }
        let embedding = config.embeddingLength, feedForward = config.feedForwardLength, width = config.headDimension
        let queryRows = config.headCount * width, kvRows = config.kvHeadCount * width
        let isFused = config.hasFusedProjections && loader.has(name("attn_qkv.weight"))
        let fusedRows = queryRows + 2 * kvRows
        func projection(
            _ part: String, rows: Int, first: Int, _ loader: inout TensorLoader
        ) throws(ModelError) -> PackedMatrix {
            isFused
                ? try loader.matrix(
                    name("attn_qkv.weight"), columns: embedding, rows: rows, first: first, total: fusedRows)
                : try loader.matrix(name(part), columns: embedding, rows: rows)
        }
        // Phi-3 keeps gate and up as one tensor, the gate first.
        let isGateFused = config.hasFusedProjections && !loader.has(name("ffn_gate.weight"))
        func feed(_ part: String, first: Int, _ loader: inout TensorLoader) throws(ModelError) -> PackedMatrix {
            isGateFused
                ? try loader.matrix(
                    name("ffn_up.weight"), columns: embedding, rows: feedForward, first: first,
                    total: 2 * feedForward)
                : try loader.matrix(name(part), columns: embedding, rows: feedForward)
        }
        return Layer(
            attentionNorm: try loader.vector(name("attn_norm.weight"), count: embedding),
            queries: try projection("attn_q.weight", rows: queryRows, first: 0, &loader),
            keys: try projection("attn_k.weight", rows: kvRows, first: queryRows, &loader),
            values: try projection("attn_v.weight", rows: kvRows, first: queryRows + kvRows, &loader),
            queryBias: try loader.optionalVector(name("attn_q.bias"), count: queryRows),
            keyBias: try loader.optionalVector(name("attn_k.bias"), count: kvRows),
            valueBias: try loader.optionalVector(name("attn_v.bias"), count: kvRows),
            queryNorm: try loader.optionalVector(name("attn_q_norm.weight"), count: width),
            keyNorm: try loader.optionalVector(name("attn_k_norm.weight"), count: width),
            attentionOutput: try loader.matrix(name("attn_output.weight"), columns: queryRows, rows: embedding),
            attentionOutputBias: try loader.optionalVector(name("attn_output.bias"), count: embedding),
            postAttentionNorm: try loader.optionalVector(name("post_attention_norm.weight"), count: embedding),
            feedForwardNorm: try loader.vector(name("ffn_norm.weight"), count: embedding),
            gate: try feed("ffn_gate.weight", first: 0, &loader),
            up: try feed("ffn_up.weight", first: isGateFused ? feedForward : 0, &loader),
            down: try loader.matrix(name("ffn_down.weight"), columns: feedForward, rows: embedding),
            gateBias: try loader.optionalVector(name("ffn_gate.bias"), count: feedForward),
            upBias: try loader.optionalVector(name("ffn_up.bias"), count: feedForward),
            downBias: try loader.optionalVector(name("ffn_down.bias"), count: embedding),
            postFeedForwardNorm: try loader.optionalVector(name("post_ffw_norm.weight"), count: embedding))
    }
}
