// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingGGUF
import InklingModel
import InklingModelMaker
import InklingTensor
import InklingTestSupport
import InklingTokenizer
import Testing

/// One thing wrong with a file, and what the reader is told.
struct Defect: Sendable, CustomTestStringConvertible {
    let architecture: ModelRecipe.Architecture
    let sentence: String
    let spoil: @Sendable (inout ModelFileEditor) -> Void
    var testDescription: String { sentence }

    init(
        _ sentence: String, _ architecture: ModelRecipe.Architecture = .llama,
        _ spoil: @escaping @Sendable (inout ModelFileEditor) -> Void
    ) {
        self.architecture = architecture
        self.sentence = sentence
        self.spoil = spoil
    }

    /// A metadata value of the architecture replaced.
    static func value(
        _ name: String, _ value: GGUFValue, _ reason: String, _ architecture: ModelRecipe.Architecture = .llama
    ) -> Defect {
        let key = "\(architecture.rawValue).\(name)"
        return Defect("bad value for \"\(key)\": \(reason)", architecture) { $0.metadata[key] = value }
    }

    static func shape(
        _ tensor: String, _ shape: [Int], expected: [Int], _ architecture: ModelRecipe.Architecture = .llama
    ) -> Defect {
        Defect("tensor \"\(tensor)\" has shape \(shape), expected \(expected)", architecture) {
            $0.setTensor(tensor, shape: shape)
        }
    }

    static let metadata: [Defect] = [
        Defect("the file has no value for \"general.architecture\", which its architecture needs") {
            $0.metadata["general.architecture"] = nil
        },
        Defect("unknown architecture \"mamba\"; known: llama, qwen2, qwen3, gemma2, gemma3, phi3") {
            $0.metadata["general.architecture"] = .string("mamba")
        },
        Defect("the file has no value for \"qwen2.embedding_length\", which its architecture needs") {
            $0.metadata["general.architecture"] = .string("qwen2")
        },
        Defect("the file has no value for \"llama.block_count\", which its architecture needs") {
            $0.metadata["llama.block_count"] = nil
        },
        Defect("the file has no value for \"llama.attention.head_count\", which its architecture needs") {
            $0.metadata["llama.attention.head_count"] = nil
        },
        Defect("the file has no value for \"llama.feed_forward_length\", which its architecture needs") {
            $0.metadata["llama.feed_forward_length"] = nil
        },
        value("attention.head_count", .uint32(0), "0 is not between 1 and 1048576"),
        value("attention.head_count", .int32(-4), "-4 is not between 1 and 1048576"),
        value("attention.head_count", .uint64(.max), "expected an integer, found the uint64 18446744073709551615"),
        value("attention.head_count", .int64(.min), "-9223372036854775808 is not between 1 and 1048576"),
        value("attention.head_count", .string("four"), "expected an integer, found the string \"four\""),
        value("attention.head_count", .float32(4), "expected an integer, found the float32 4.0"),
        value("attention.head_count", .array(.int32([])), "expected an integer, found an array of 0 int32 values"),
        value("attention.head_count", .array(.int32([4, 2])), "layers that differ in this are not supported"),
        value("attention.head_count", .uint32(65), "more heads than embedding values"),
        value("attention.head_count_kv", .uint32(0), "0 is not between 1 and 1048576"),
        value("attention.head_count_kv", .uint32(3), "3 does not divide the 4 query heads"),
        value("attention.head_count_kv", .uint32(8), "8 does not divide the 4 query heads"),
        value("attention.key_length", .uint32(1 << 21), "2097152 is not between 1 and 1048576"),
        value("attention.value_length", .uint32(8), "values of another width than keys are not supported"),
        value("embedding_length", .uint32(0), "0 is not between 1 and 1048576"),
        value("block_count", .uint32(5000), "5000 is not between 1 and 4096"),
        value("feed_forward_length", .int64(1 << 40), "1099511627776 is not between 1 and 1048576"),
        value("context_length", .uint64(1 << 62), "4611686018427387904 is not between 1 and 268435456"),
        value("attention.layer_norm_rms_epsilon", .float32(.nan), "expected a finite number, found the float32 nan"),
        value(
            "attention.layer_norm_rms_epsilon", .float64(.infinity), "expected a finite number, found the float64 inf"),
        value("attention.layer_norm_rms_epsilon", .float32(-1), "-1.0 is not above 0"),
        value("attention.layer_norm_rms_epsilon", .bool(true), "expected a finite number, found true"),
        value("attention.scale", .float32(0), "0.0 is not above 0"),
        value("attention.sliding_window", .int32(-1), "-1 is not between 1 and 268435456"),
        value("rope.dimension_count", .uint32(15), "15 is odd or above the head's 16"),
        value("rope.dimension_count", .uint32(18), "18 is odd or above the head's 16"),
        value("rope.dimension_count", .uint32(0), "0 is not between 1 and 1048576"),
        value("rope.freq_base", .float32(0), "0.0 is not above 0"),
        value("rope.freq_base", .float32(.nan), "expected a finite number, found the float32 nan"),
        value("rope.scaling.factor", .float32(0), "0.0 is not above 0"),
        value("rope.scaling.type", .string("magic"), "\"magic\" is unknown; known: none, linear, yarn, longrope"),
        value("expert_count", .uint32(8), "mixtures of experts are not supported yet"),
        value("attn_logit_softcapping", .float32(-1), "-1.0 is below 0", .gemma2),
        value("final_logit_softcapping", .float32(.nan), "expected a finite number, found the float32 nan", .gemma2),
        value("attention.sliding_window", .string("wide"), "expected an integer, found the string \"wide\"", .gemma3),
        value("rope.freq_base_swa", .float32(-3), "-3.0 is not above 0", .gemma3),
        value("rope.scaling.original_context_length", .uint32(0), "0 is not between 1 and 268435456", .phi3),
        Defect("bad value for \"phi3.rope.scaling.attn_factor\": 0.0 is not above 0", .phi3) {
            $0.setTensor("rope_factors_short.weight", floats: [1, 1, 1, 1, 1, 1, 1, 1])
            $0.metadata["phi3.rope.scaling.attn_factor"] = .float32(0)
        },
        Defect("bad value for \"llama.attention.head_count\": heads are too wide") {
            $0.metadata["llama.attention.key_length"] = .uint32(1 << 19)
        },
        Defect("bad value for \"llama.rope.scaling.original_context_length\": -1 is not between 1 and 268435456") {
            $0.metadata["llama.rope.scaling.type"] = .string("yarn")
            $0.metadata["llama.rope.scaling.factor"] = .float32(4)
            $0.metadata["llama.rope.scaling.original_context_length"] = .int32(-1)
        },
    ]

    static let tensors: [Defect] = [
        Defect("the file holds a vocabulary but no weights") { $0.remove(tensor: "token_embd.weight") },
        Defect("the file holds a vocabulary but no weights") { $0.tensors = [] },
        Defect("tensor \"output_norm.weight\" is missing") { $0.remove(tensor: "output_norm.weight") },
        Defect("tensor \"blk.1.attn_q.weight\" is missing") { $0.remove(tensor: "blk.1.attn_q.weight") },
        Defect("tensor \"blk.0.ffn_down.weight\" is missing") { $0.remove(tensor: "blk.0.ffn_down.weight") },
        Defect("tensor \"blk.2.attn_norm.weight\" is missing") { $0.metadata["llama.block_count"] = .uint32(4096) },
        Defect("tensor \"blk.0.ffn_up.weight\" is missing", .phi3) { $0.remove(tensor: "blk.0.ffn_up.weight") },
        Defect("tensor \"blk.0.attn_q.weight\" is missing", .phi3) { $0.remove(tensor: "blk.0.attn_qkv.weight") },
        shape("token_embd.weight", [32, 301], expected: [64, 301]),
        shape("token_embd.weight", [64], expected: [64, 1]),
        shape("token_embd.weight", [64, 3, 2], expected: [64, 6]),
        shape("output.weight", [64, 300], expected: [64, 301]),
        shape("output_norm.weight", [63], expected: [64]),
        shape("output.bias", [300], expected: [301]),
        shape("blk.0.attn_norm.weight", [64, 2], expected: [64]),
        shape("blk.0.attn_q.weight", [64, 63], expected: [64, 64]),
        shape("blk.1.attn_k.weight", [32, 64], expected: [64, 32]),
        shape("blk.1.attn_v.weight", [64, 33], expected: [64, 32]),
        shape("blk.0.attn_output.weight", [65, 64], expected: [64, 64]),
        shape("blk.0.ffn_gate.weight", [64, 90], expected: [64, 91]),
        shape("blk.0.ffn_down.weight", [64, 91], expected: [91, 64]),
        shape("blk.0.attn_q.bias", [32], expected: [64]),
        shape("blk.0.attn_q_norm.weight", [64], expected: [16], .qwen3),
        shape("blk.0.post_ffw_norm.weight", [1], expected: [64], .gemma2),
        shape("blk.0.attn_qkv.weight", [64, 127], expected: [64, 128], .phi3),
        shape("blk.0.ffn_up.weight", [64, 91], expected: [64, 182], .phi3),
        shape("rope_freqs.weight", [7], expected: [8]),
        shape("rope_factors_short.weight", [16], expected: [8], .phi3),
        Defect("bad value for \"rope_freqs.weight\": holds values that are not above 0") {
            $0.setTensor("rope_freqs.weight", shape: [8])
        },
        Defect("bad value for \"rope_freqs.weight\": holds values that are not above 0") {
            $0.setTensor("rope_freqs.weight", floats: [1, 1, 1, .nan, 1, 1, 1, 1])
        },
        Defect("tensor \"rope_freqs.weight\" has type F16, which is not supported; supported: F32") {
            $0.setTensor("rope_freqs.weight", shape: [8], type: .f16)
        },
        Defect(
            "tensor \"blk.0.attn_q.weight\" has type I16, which is not supported; supported: "
                + ElementType.supported.map(\.name).joined(separator: ", ")
        ) { $0.setTensor("blk.0.attn_q.weight", shape: [64, 64], type: .i16) },
        Defect(
            "tensor \"output_norm.weight\" has type F64, which is not supported; supported: "
                + ElementType.supported.map(\.name).joined(separator: ", ")
        ) { $0.setTensor("output_norm.weight", shape: [64], type: .f64) },
        Defect(
            "tensor \"token_embd.weight\" has type MXFP4, which is not supported; supported: "
                + ElementType.supported.map(\.name).joined(separator: ", ")
        ) { $0.setTensor("token_embd.weight", shape: [64, 301], type: .mxfp4) },
    ]
}

@Suite struct `Broken and hostile models` {
    private static let pool = ComputePool(width: 1)

    @Test(arguments: Defect.metadata + Defect.tensors)
    func `One sentence says what is wrong`(defect: Defect) throws {
        var editor = ModelFileEditor(try TinyModel(defect.architecture).file)
        defect.spoil(&editor)
        let file = try editor.file()
        do {
            _ = try TransformerModel(file: file, pool: Self.pool)
            Issue.record("it was loaded")
        } catch {
            #expect(error.description == defect.sentence)
        }
    }

    @Test func `Odd files that mean something are read`() throws {
        // Equal values for every layer, a window of 0 for none, trailing dimensions of 1, a cap of 0.
        var editor = ModelFileEditor(try TinyModel(.phi3).file)
        editor.metadata["phi3.attention.head_count_kv"] = .array(.int32([2, 2]))
        editor.metadata["phi3.attention.sliding_window"] = .uint32(0)
        editor.metadata["phi3.expert_count"] = .uint32(0)
        #expect(try ArchitectureRegistry.config(of: editor.file()).slidingWindow == nil)
        _ = try TransformerModel(file: editor.file(), pool: Self.pool)

        var gemma = ModelFileEditor(try TinyModel(.gemma2).file)
        gemma.metadata["gemma2.final_logit_softcapping"] = .float32(0)
        gemma.setTensor("output_norm.weight", shape: [64, 1, 1])
        #expect(try ArchitectureRegistry.config(of: gemma.file()).logitSoftcap == 0)
        _ = try TransformerModel(file: gemma.file(), pool: Self.pool)
    }

    @Test func `Loading can be cancelled after any tensor`() throws {
        let tiny = try TinyModel(.llama)
        var calls = 0
        _ = try TransformerModel(file: tiny.file, pool: Self.pool) { done, total in
            calls += 1
            #expect(done > 0 && done <= total)
            return true
        }
        #expect(calls > 15)
        for stop in 1...calls {
            var count = 0
            #expect(throws: ModelError.cancelled) {
                _ = try TransformerModel(file: tiny.file, pool: Self.pool) { _, _ in
                    count += 1
                    return count < stop
                }
            }
        }
    }

    @Test func `Weights that are no numbers do not trap`() throws {
        for type in [ElementType.f32, .f16, .q8_0] {
            let tiny = try TinyModel(.llama, type: type)
            var editor = ModelFileEditor(tiny.file)
            for index in editor.tensors.indices where editor.tensors[index].plan.name.contains("blk.0") {
                // All bits set: NaN as float32 and as f16.
                let count = editor.tensors[index].bytes.count
                editor.tensors[index].bytes = [UInt8](repeating: 0xFF, count: count)
            }
            let model = try TransformerModel(file: editor.file(), pool: Self.pool)
            for kernels in KernelSet.available {
                for format in KVFormat.allCases {
                    let runner = try TransformerRunner(
                        model: model, contextCapacity: 70, format: format, kernels: kernels, pool: Self.pool)
                    let logits = try #require(try runner.forward(ModelBatch(tiny.tokens(66))).logits)
                    // 8-bit activations have no way to say "no number".
                    if !type.isQuantized { #expect(logits.values.allSatisfy { $0.isNaN }) }
                }
            }
        }
    }

    @Test func `What a broken row left behind does not reach the next mixture`() throws {
        let tiny = try TinyModel(.llama)
        var editor = ModelFileEditor(tiny.file)
        // Token 0's embedding alone is no number.
        let index = try #require(editor.tensors.firstIndex { $0.plan.name == "token_embd.weight" })
        for byte in 0..<64 * 4 { editor.tensors[index].bytes[byte] = 0xFF }
        let runner = try TransformerRunner(
            model: TransformerModel(file: editor.file(), pool: Self.pool), contextCapacity: 8,
            kernels: KernelSet.available[0], pool: Self.pool)
        let broken = try #require(try runner.forward(ModelBatch([TokenID(0)])).logits)
        #expect(broken.values.allSatisfy { $0.isNaN })
        runner.truncate(to: 0)
        let rows = [ModelBatch.Row.mixture([.init(token: TokenID(5), weight: 1)])]
        let mixture = try runner.forward(ModelBatch(rows: rows)).logits
        #expect(try mixture == tiny.runner().forward(ModelBatch([TokenID(5)])).logits)
    }

    @Test func `A capacity of nothing is full at once`() throws {
        let runner = try TinyModel(.llama).runner(capacity: 0)
        #expect(throws: ModelError.contextFull(capacity: 0)) { try runner.forward(ModelBatch([TokenID(1)])) }
    }

    @Test func `A tree wider than a pass is an error that changes nothing`() throws {
        let tiny = try TinyModel(.llama)
        let runner = try tiny.runner(rowLimit: 4)
        let batch = ModelBatch(
            rows: tiny.tokens(5).map { .token($0) }, layout: .tree(parents: [-1, 0, 1, 2, 3]))
        #expect(throws: ModelError.self) { try runner.forward(batch) }
        #expect(runner.cachedCount == 0)
        _ = try runner.forward(ModelBatch(tiny.tokens(5)))
    }

    @Test(arguments: [ModelRecipe.Architecture.llama, .gemma3, .phi3])
    func `Random damage to a file's head is an error or a model, never a trap`(
        architecture: ModelRecipe.Architecture
    ) throws {
        var recipe = TinyModel.recipe(architecture)
        (recipe.layerCount, recipe.embeddingLength, recipe.headCount, recipe.kvHeadCount) = (1, 16, 2, 1)
        (recipe.feedForwardLength, recipe.vocabularySize) = (8, 20)
        if architecture == .phi3 { recipe.ropeScaling = .longRope(originalContext: 64, attention: 1.1) }
        let whole = try ModelMaker(recipe).bytes()
        let head = whole.count - ModelMaker(recipe).byteCount
        var random = RandomSource(seed: 42)
        var loaded = 0
        var refused = 0
        for _ in 0..<400 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 24..<head, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            do {
                let file = try GGUFFile(bytes: bytes)
                let model = try TransformerModel(file: file, pool: Self.pool)
                let runner = try TransformerRunner(
                    model: model, contextCapacity: 8, kernels: KernelSet.available[0], pool: Self.pool)
                _ = try runner.forward(ModelBatch([TokenID(0), TokenID(0)]))
                loaded += 1
            } catch {
                refused += 1
                #expect(error is ModelError || error is GGUFError)
                #expect(!"\(error)".isEmpty && "\(error)".utf8.count < 2000)
            }
        }
        #expect(loaded > 20 && refused > 20)
    }
}
