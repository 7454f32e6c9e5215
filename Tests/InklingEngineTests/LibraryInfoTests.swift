// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingArchitectures
import InklingGGUF
import InklingModel
import InklingTensor
import Testing

@testable import InklingEngine

@Suite struct LibraryInfoTests {
    func file(_ model: SmallModel) throws -> GGUFFile {
        try GGUFFile(bytes: try model.bytes(), name: "small.gguf")
    }

    func info(_ model: SmallModel, free: Int? = nil) throws -> ModelInfo {
        ModelInfo(file: try file(model), free: free)
    }

    func value(_ label: String, _ info: ModelInfo) -> String? {
        info.sections.flatMap(\.rows).first { $0.label == label }?.value
    }

    @Test func `A model that runs is described in full`() throws {
        let info = try info(
            SmallModel(metadata: [
                ("general.license", .string("apache-2.0")),
                ("tokenizer.chat_template", .string("\n{% for m in messages %}\nx")),
                ("tokenizer.chat_template.tool_use", .string("y")),
            ]))
        #expect(info.limitation == nil && info.title == "Small" && info.licence == "apache-2.0")
        #expect(info.architecture == "llama" && info.architectureTitle == "Llama")
        #expect(
            info.shape
                == ModelInfo.Shape(
                    layers: 2, embeddingLength: 64, heads: 4, kvHeads: 2, headWidth: 16, feedForwardLength: 96,
                    contextLength: 4096, hasTiedEmbeddings: true))
        #expect(info.tokenizer?.tokens == 262 && info.tokenizer?.kindTitle == "SentencePiece")
        #expect(info.tokenizer?.special.prefix(2).map(\.text) == ["<s>", "</s>"])
        #expect(info.tokenizer?.endOfGeneration.map(\.id) == [2] && info.tokenizer?.addsBOS == true)
        #expect(info.chatTemplate?.firstLine == "{% for m in messages %}" && info.chatTemplate?.lines == 3)
        #expect(info.chatTemplate?.others == ["tool_use"])
        #expect(info.tensorTypes.map(\.type) == ["F16", "F32"] && info.tensorTypes.map(\.tensors) == [15, 5])
        #expect(info.tensorTypes.reduce(0) { $0 + $1.parameters } == info.parameters)
        #expect(value("heads", info) == "4, 2 for keys and values, 16 wide")
        #expect(value("bos", info) == "1 \"<s>\"")
    }

    @Test func `Rope is described as it is stored`() throws {
        func text(_ entries: [(String, GGUFValue)]) throws -> String? {
            try info(SmallModel(metadata: entries)).rope?.text
        }
        #expect(try text([]) == "plain, base 1e6")
        #expect(
            try text([
                ("llama.rope.scaling.type", .string("yarn")), ("llama.rope.scaling.factor", .float32(4)),
                ("llama.rope.scaling.original_context_length", .uint32(32768)),
            ]) == "yarn x4, base 1e6, orig 32K")
        #expect(
            try text([("llama.rope.freq_base", .float32(10000)), ("llama.rope.scale_linear", .float32(2.5))])
                == "linear x2.5, base 10000")
        #expect(try text([("llama.rope.freq_base", .float32(.nan))]) == "plain")
    }

    @Test func `Files that cannot generate are described as far as they go`() throws {
        let vocabulary = try info(SmallModel(hasWeights: false))
        #expect(vocabulary.limitation == "it holds no weights, only a vocabulary" && vocabulary.memory == nil)
        #expect(vocabulary.tokenizer?.tokens == 262 && vocabulary.bitsPerWeight == nil)

        let unknown = try info(SmallModel(architecture: "mamba"))
        #expect(unknown.limitation?.hasPrefix("unknown architecture \"mamba\"; known: llama") == true)
        #expect(unknown.shape.layers == 2 && unknown.shape.contextLength == 4096)
        #expect(value("architecture", unknown) == "mamba (unknown)")

        let types = try info(SmallModel(type: .i8))
        #expect(types.limitation?.hasPrefix("there are no kernels for I8") == true && types.memory == nil)

        let tokenizer = try info(SmallModel(metadata: [("tokenizer.ggml.model", .string("rwkv"))]))
        #expect(tokenizer.limitation?.contains("rwkv") == true && tokenizer.tokenizer?.tokens == 262)

        let empty = ModelInfo(file: try GGUFFile(bytes: try GGUFWriter.bytes(metadata: [:])), free: nil)
        #expect(empty.limitation != nil && empty.sections.first?.title == "File")
    }

    @Test func `Weights loaded are what loading reports`() throws {
        for model in [SmallModel(), SmallModel(isTied: false), SmallModel(type: .q8_0), SmallModel(type: .f32)] {
            let file = try file(model)
            let memory = try #require(ModelInfo(file: file, free: nil).memory)
            let loaded = try TransformerModel(file: file, pool: ComputePool(width: 1))
            // Loading counts matrices, with a cache line or two for planes that are empty; norms are the rest.
            let norms = file.tensors.filter { $0.shape.count == 1 }.reduce(0) { $0 + $1.elementCount * 4 }
            let difference = loaded.packedByteCount + norms - memory.weightsPacked
            #expect((0...128 * file.tensors.count).contains(difference))
            #expect(memory.weightsInFile == loaded.fileByteCount)
            #expect(memory.peakAtLoad > memory.weightsPacked)
            let largest = file.tensors.map(\.byteCount).max() ?? 0
            #expect(memory.peakAtLoad <= memory.weightsPacked + largest)
        }
    }

    @Test func `Keys and values take what a cache takes`() throws {
        let model = SmallModel(width: 256)
        let info = try info(model)
        let memory = try #require(info.memory)
        // 2 layers, 2 heads of 64, keys and values: 512 values of 2 bytes, or of 34/32 bytes.
        #expect(memory.kvBytesPerToken == .init(f16: 1024, q8_0: 544))
        #expect(memory.contexts.map(\.tokens) == [2048, 4096])
        #expect(memory.contexts[0].kvBytes == .init(f16: 2048 * 1024, q8_0: 2048 * 544))
        let config = try ArchitectureRegistry.config(of: try file(model))
        let cache = KVCache(layout: config.kvLayout(format: .f16), capacity: 64)
        try cache.reserve(64)
        #expect(cache.byteCount == 64 * memory.kvBytesPerToken.f16)
        // Heads of 16 are too narrow for blocks of 32.
        let narrow = try #require(try self.info(SmallModel()).memory)
        #expect(narrow.kvBytesPerToken.f16 == narrow.kvBytesPerToken.q8_0)
    }

    @Test func `Whether it fits depends on what is free`() throws {
        let full = try #require(try info(SmallModel(width: 256), free: nil).memory).contexts[1].totalBytes
        func fits(_ free: Int?) throws -> MemoryEstimate.Fit? {
            try info(SmallModel(width: 256), free: free).memory?.contexts[1].fits
        }
        #expect(try fits(full.f16) == .init(f16: true, q8_0: true))
        #expect(try fits(full.f16 - 1) == .init(f16: false, q8_0: true))
        #expect(try fits(0) == .init(f16: false, q8_0: false))
        #expect(try fits(nil) == nil)
    }

    @Test func `Absurd sizes do not overflow`() throws {
        let model = SmallModel(metadata: [
            ("llama.context_length", .uint32(1 << 28)), ("llama.block_count", .uint32(4096)),
            ("llama.attention.key_length", .uint32(1 << 10)), ("llama.attention.value_length", .uint32(1 << 10)),
            ("llama.attention.head_count", .uint32(1 << 10)), ("llama.attention.head_count_kv", .uint32(1 << 10)),
        ])
        let memory = try #require(try info(model, free: 1 << 40).memory)
        #expect(memory.contexts.last?.kvBytes.f16 == Int.max || (memory.contexts.last?.kvBytes.f16 ?? 0) > 1 << 60)
        #expect(memory.contexts.last?.fits == .init(f16: false, q8_0: false))
    }

    @Test func `The chat template's first line is cut if it is long`() throws {
        let info = try info(
            SmallModel(metadata: [("tokenizer.chat_template", .string(String(repeating: "x", count: 100_000)))]))
        #expect(info.chatTemplate?.firstLine.count == 201 && info.chatTemplate?.bytes == 100_000)
    }

    @Test func `JSON has the keys in snake case and keeps text as it is`() throws {
        let text = try LibraryJSON.text(try info(SmallModel(title: "a\u{1B}b\"c"), free: 1 << 40))
        for key in [
            "\"gguf_version\" : 3", "\"context_length\" : 4096", "\"kv_bytes_per_token\"", "\"q8_0\"",
            "\"adds_bos\" : true", "\"weights_packed\"", "\"peak_at_load\"", "a\\u001bb\\\"c",
        ] {
            #expect(text.contains(key), "\(key) in \(text)")
        }
        let folder = try LibraryFolder()
        try folder.model("models/m.gguf")
        try folder.file("models/x.gguf", "no")
        let list = try LibraryJSON.text(folder.library().entries)
        for key in ["\"name\" : \"m\"", "\"source\" : \"given\"", "\"bits_per_weight\"", "\"problem\""] {
            #expect(list.contains(key), "\(key) in \(list)")
        }
    }

    @Test func `A damaged file is an error that names it`() throws {
        let folder = try LibraryFolder()
        let path = try folder.file("m.gguf", "GGUF")
        let error = #expect(throws: LibraryError.self) { try ModelInfo.read(path: path, free: nil) }
        #expect(error?.description.hasPrefix("cannot open model \"\(path)\": cut short") == true)
    }

    @Test func `Free memory is read from the system's text`() {
        let text = "MemTotal:       16000 kB\nMemFree:  1 kB\nMemAvailable:    9876 kB\n"
        #expect(FreeMemory.available(meminfo: text) == 9876 * 1024)
        #expect(FreeMemory.available(meminfo: "") == nil)
        #expect(FreeMemory.available(meminfo: "MemAvailable: 9223372036854775807 kB") == nil)
        #if os(Linux)
            #expect((FreeMemory.now() ?? 0) > 0)
        #endif
    }

    @Test func `Quantities have three digits at most`() {
        for (count, text) in [
            (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1234, "1.23 kB"), (12_345, "12.3 kB"), (999_499, "999 kB"),
            (999_500, "1 MB"), (7_529_952, "7.53 MB"), (4_370_000_000, "4.37 GB"), (Int.max, "9.22 EB"),
        ] {
            #expect(Quantity.bytes(count) == text)
        }
        #expect(Quantity.parameters(134_515_008) == "135M" && Quantity.parameters(1_235_814_432) == "1.24B")
        #expect(
            Quantity.parameters(512) == "512" && Quantity.tokens(4096) == "4K" && Quantity.tokens(40_961) == "40961")
        #expect(Quantity.decimal(4.5, digits: 2) == "4.5" && Quantity.decimal(-0.25, digits: 1) == "-0.3")
        #expect(Quantity.decimal(.nan, digits: 1) == "nan" && Quantity.decimal(2, digits: 3) == "2")
    }
}
