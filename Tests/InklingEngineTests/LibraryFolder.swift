// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import InklingGGUF
import InklingTensor

@testable import InklingEngine

/// A folder for one test, removed when the value goes, with the small models that tests of the library need.
final class LibraryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("inkling-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        return "\(path)/\(name)"
    }

    private func makeParent(of name: String) throws {
        let parent = name.split(separator: "/").dropLast().joined(separator: "/")
        if !parent.isEmpty { _ = try makeFolder(parent) }
    }

    @discardableResult
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        try makeParent(of: name)
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    @discardableResult
    func file(_ name: String, _ text: String) throws -> String {
        try file(name, Array(text.utf8))
    }

    @discardableResult
    func model(_ name: String, _ model: SmallModel = SmallModel()) throws -> String {
        try file(name, try model.bytes())
    }

    func link(_ name: String, to target: String) throws {
        try makeParent(of: name)
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    /// A home with nothing in it, and this folder's `models` as the given folder.
    func places(folders: [String] = ["models"], environment: [String: String] = [:]) -> SearchPlaces {
        SearchPlaces(folders: folders.map { "\(path)/\($0)" }, environment: environment, home: "\(path)/home")
    }

    func library(folders: [String] = ["models"], environment: [String: String] = [:]) -> ModelLibrary {
        ModelLibrary(places: places(folders: folders, environment: environment))
    }
}

/// A model of a few kilobytes, valid in every part.
struct SmallModel {
    var architecture = "llama"
    var title = "Small"
    var width = 64
    var layers = 2
    var heads = 4
    var kvHeads = 2
    var feedForward = 96
    var type: ElementType = .f16
    var isTied = true
    /// Spellings after `<unk>`, `<s>`, `</s>` and 256 byte tokens.
    var words = ["▁the", "▁of", "▁and"]
    var hasWeights = true
    var metadata: [(String, GGUFValue)] = []

    var tokens: [String] {
        let digits = Array("0123456789ABCDEF")
        let bytes = (0..<256).map { "<0x\(digits[$0 >> 4])\(digits[$0 & 15])>" }
        return ["<unk>", "<s>", "</s>"] + bytes + words
    }

    var entries: GGUFMetadata {
        var entries: GGUFMetadata = [
            "general.architecture": .string(architecture), "general.name": .string(title),
            "\(architecture).block_count": .uint32(UInt32(layers)),
            "\(architecture).context_length": .uint32(4096),
            "\(architecture).embedding_length": .uint32(UInt32(width)),
            "\(architecture).feed_forward_length": .uint32(UInt32(feedForward)),
            "\(architecture).attention.head_count": .uint32(UInt32(heads)),
            "\(architecture).attention.head_count_kv": .uint32(UInt32(kvHeads)),
            "\(architecture).rope.freq_base": .float32(1e6),
            "tokenizer.ggml.model": .string("llama"), "tokenizer.ggml.pre": .string("default"),
            "tokenizer.ggml.tokens": .array(.string(GGUFStringArray(tokens))),
            "tokenizer.ggml.scores": .array(.float32(tokens.indices.map { -Float($0) })),
            "tokenizer.ggml.token_type": .array(
                .int32(tokens.indices.map { $0 == 0 ? 2 : $0 < 3 ? 3 : $0 < 259 ? 6 : 1 })),
            "tokenizer.ggml.bos_token_id": .uint32(1), "tokenizer.ggml.eos_token_id": .uint32(2),
            "tokenizer.ggml.add_bos_token": .bool(true),
        ]
        for (key, value) in metadata { entries[key] = value }
        return entries
    }

    var plans: [GGUFTensorPlan] {
        guard hasWeights else { return [] }
        let kv = width / heads * kvHeads
        func matrix(_ name: String, _ columns: Int, _ rows: Int) -> GGUFTensorPlan {
            GGUFTensorPlan(name: name + ".weight", shape: [columns, rows], type: type)
        }
        func norm(_ name: String) -> GGUFTensorPlan {
            GGUFTensorPlan(name: name + ".weight", shape: [width], type: .f32)
        }
        var plans = [matrix("token_embd", width, tokens.count), norm("output_norm")]
        if !isTied { plans.append(matrix("output", width, tokens.count)) }
        for layer in 0..<layers {
            let name = { (part: String) in "blk.\(layer).\(part)" }
            plans += [
                norm(name("attn_norm")), matrix(name("attn_q"), width, width), matrix(name("attn_k"), width, kv),
                matrix(name("attn_v"), width, kv), matrix(name("attn_output"), width, width), norm(name("ffn_norm")),
                matrix(name("ffn_gate"), width, feedForward), matrix(name("ffn_up"), width, feedForward),
                matrix(name("ffn_down"), feedForward, width),
            ]
        }
        return plans
    }

    func bytes() throws -> [UInt8] {
        try GGUFWriter.bytes(
            metadata: entries,
            tensors: plans.map { ($0, [UInt8](repeating: 0, count: $0.byteCount ?? 0)) })
    }

    /// Writes the model in several files and returns their paths.
    func write(split stem: String, maxByteCount: Int) throws -> [String] {
        let parts = try GGUFPart.divide(
            path: stem + ".gguf", metadata: entries, tensors: plans, maxByteCount: maxByteCount)
        for part in parts {
            let writer = try GGUFWriter(path: part.path, metadata: part.metadata, tensors: part.tensors)
            for plan in part.tensors {
                try writer.append([UInt8](repeating: 0, count: plan.byteCount ?? 0), to: plan.name)
            }
            try writer.finish()
        }
        return parts.map(\.path)
    }
}

extension ModelLibrary {
    var entries: [LibraryEntry] { groups().flatMap(\.entries) }
    var names: [String] { models().map(\.name) }
    func entry(_ name: String) -> LibraryEntry? { entries.first { $0.model.name == name } }
}
