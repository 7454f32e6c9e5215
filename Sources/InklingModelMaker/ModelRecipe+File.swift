// SPDX-License-Identifier: Apache-2.0

internal import InklingGGUF
internal import InklingTensor

extension ModelRecipe {
    /// Metadata under the names that the field uses.
    func metadata() -> GGUFMetadata {
        var metadata = GGUFMetadata()
        let prefix = architecture.rawValue
        func set(_ name: String, _ value: Int) { metadata["\(prefix).\(name)"] = .uint32(UInt32(clamping: value)) }
        func set(_ name: String, _ value: Float) { metadata["\(prefix).\(name)"] = .float32(value) }
        func set(_ name: String, _ value: String) { metadata["\(prefix).\(name)"] = .string(value) }
        metadata["general.architecture"] = .string(prefix)
        metadata["general.name"] = .string(name)
        metadata["general.quantization_version"] = .uint32(2)
        metadata["general.file_type"] = .uint32(weights.fileType)
        set("block_count", layerCount)
        set("context_length", contextLength)
        set("embedding_length", embeddingLength)
        set("feed_forward_length", feedForwardLength)
        set("attention.head_count", headCount)
        set("attention.head_count_kv", kvHeadCount)
        set("attention.layer_norm_rms_epsilon", normEpsilon)
        set("vocab_size", vocabularySize)
        set("rope.freq_base", ropeBase)
        set("rope.dimension_count", rotaryDimension ?? headWidth)
        if headDimension != nil || hasPostNorms || architecture == .qwen3 {
            set("attention.key_length", headWidth)
            set("attention.value_length", headWidth)
        }
        if let slidingWindow { set("attention.sliding_window", slidingWindow) }
        if let localRopeBase { set("rope.freq_base_swa", localRopeBase) }
        if architecture == .gemma2 {
            set("attn_logit_softcapping", Float(50))
            set("final_logit_softcapping", Float(30))
        }
        switch ropeScaling {
        case .none, .divisors: break
        case .linear(let factor):
            set("rope.scaling.type", "linear")
            set("rope.scaling.factor", factor)
        case .yarn(let factor, let originalContext):
            set("rope.scaling.type", "yarn")
            set("rope.scaling.factor", factor)
            set("rope.scaling.original_context_length", originalContext)
        case .longRope(let originalContext, let attention):
            set("rope.scaling.original_context_length", originalContext)
            set("rope.scaling.attn_factor", attention)
        }
        tokenizer(&metadata)
        return metadata
    }

    private func tokenizer(_ metadata: inout GGUFMetadata) {
        func set(_ name: String, _ value: GGUFValue) { metadata["tokenizer.\(name)"] = value }
        guard vocabularySize >= BytePairVocabulary.leastCount else {
            set("ggml.model", .string("no_vocab"))
            return
        }
        let vocabulary = BytePairVocabulary(count: vocabularySize)
        set("ggml.model", .string("gpt2"))
        set("ggml.pre", .string("qwen2"))
        set("ggml.tokens", .array(.string(GGUFStringArray(vocabulary.tokens))))
        set("ggml.token_type", .array(.int32(vocabulary.types)))
        set("ggml.merges", .array(.string(GGUFStringArray(vocabulary.merges))))
        set("ggml.bos_token_id", .uint32(UInt32(BytePairVocabulary.endOfText)))
        set("ggml.eos_token_id", .uint32(UInt32(BytePairVocabulary.endOfTurn)))
        set("ggml.add_bos_token", .bool(false))
        set("chat_template", .string(BytePairVocabulary.chatTemplate))
    }

    /// Every tensor with what fills it, in the usual order.
    func tensorEntries() -> [(plan: GGUFTensorPlan, fill: ModelMaker.Fill)] {
        var entries: [(plan: GGUFTensorPlan, fill: ModelMaker.Fill)] = []
        func root(_ count: Int) -> Float { 1 / Float(max(1, count)).squareRoot() }
        func vector(_ name: String, _ count: Int, _ fill: ModelMaker.Fill) {
            entries.append((GGUFTensorPlan(name: name, shape: [count], type: .f32), fill))
        }
        func matrix(
            _ name: String, _ columns: Int, _ rows: Int, _ role: WeightMix.Role, layer: Int = 0, factor: Float = 1
        ) {
            let type = weights.type(for: role, layer: layer, of: layerCount, columns: columns)
            entries.append(
                (
                    GGUFTensorPlan(name: name, shape: [columns, rows], type: type),
                    .weights(deviation: factor * root(columns))
                ))
        }
        // Logits then have a deviation of about 3, as peaked as a model that has learned something.
        matrix(
            "token_embd.weight", embeddingLength, vocabularySize, isTied ? .tiedEmbedding : .embedding,
            factor: isTied || hasPostNorms ? 3 : Float(embeddingLength).squareRoot())
        rotaryFactors(vector)
        // What each layer adds is kept small, so that the sum over all layers stays near 1.
        let residual = 1 / Float(2 * max(1, layerCount)).squareRoot()
        for layer in 0..<layerCount {
            func name(_ part: String) -> String { "blk.\(layer).\(part)" }
            let queryRows = headCount * headWidth
            let kvRows = kvHeadCount * headWidth
            vector(name("attn_norm.weight"), embeddingLength, .norm)
            if isFused {
                matrix(
                    name("attn_qkv.weight"), embeddingLength, queryRows + 2 * kvRows, .other, layer: layer)
            } else {
                matrix(name("attn_q.weight"), embeddingLength, queryRows, .other, layer: layer)
                matrix(name("attn_k.weight"), embeddingLength, kvRows, .other, layer: layer)
                matrix(name("attn_v.weight"), embeddingLength, kvRows, .values, layer: layer)
                if hasAttentionBiases {
                    vector(name("attn_q.bias"), queryRows, .weights(deviation: 0.5))
                    vector(name("attn_k.bias"), kvRows, .weights(deviation: 0.5))
                    vector(name("attn_v.bias"), kvRows, .weights(deviation: 0.5))
                }
            }
            if hasHeadNorms {
                vector(name("attn_q_norm.weight"), headWidth, .norm)
                vector(name("attn_k_norm.weight"), headWidth, .norm)
            }
            matrix(name("attn_output.weight"), queryRows, embeddingLength, .other, layer: layer, factor: residual)
            if hasBiases { vector(name("attn_output.bias"), embeddingLength, .weights(deviation: 0.1)) }
            if hasPostNorms { vector(name("post_attention_norm.weight"), embeddingLength, .norm) }
            vector(name("ffn_norm.weight"), embeddingLength, .norm)
            if isFused {
                matrix(name("ffn_up.weight"), embeddingLength, 2 * feedForwardLength, .other, layer: layer)
            } else {
                matrix(name("ffn_gate.weight"), embeddingLength, feedForwardLength, .other, layer: layer)
                matrix(name("ffn_up.weight"), embeddingLength, feedForwardLength, .other, layer: layer)
            }
            matrix(name("ffn_down.weight"), feedForwardLength, embeddingLength, .down, layer: layer, factor: residual)
            if hasBiases, !isFused {
                vector(name("ffn_gate.bias"), feedForwardLength, .weights(deviation: 0.1))
                vector(name("ffn_up.bias"), feedForwardLength, .weights(deviation: 0.1))
                vector(name("ffn_down.bias"), embeddingLength, .weights(deviation: 0.1))
            }
            if hasPostNorms { vector(name("post_ffw_norm.weight"), embeddingLength, .norm) }
        }
        vector("output_norm.weight", embeddingLength, .norm)
        if !isTied { matrix("output.weight", embeddingLength, vocabularySize, .output, factor: 3) }
        return entries
    }

    private func rotaryFactors(_ vector: (String, Int, ModelMaker.Fill) -> Void) {
        let pairs = (rotaryDimension ?? headWidth) / 2
        switch ropeScaling {
        case .divisors: vector("rope_freqs.weight", pairs, .divisors(last: 32))
        case .longRope:
            vector("rope_factors_long.weight", pairs, .divisors(last: 40))
            vector("rope_factors_short.weight", pairs, .divisors(last: 1.5))
        default: break
        }
    }
}
