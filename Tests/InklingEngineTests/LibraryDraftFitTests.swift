// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingGGUF
import Testing

@testable import InklingEngine

@Suite struct LibraryDraftFitTests {
    static let target = SmallModel(width: 128, layers: 4)

    func fit(_ target: SmallModel = Self.target, _ draft: SmallModel) throws -> DraftFit {
        DraftFit(
            target: try GGUFFile(bytes: try target.bytes(), name: "target.gguf"),
            draft: try GGUFFile(bytes: try draft.bytes(), name: "draft.gguf"))
    }

    func check(_ subject: String, _ fit: DraftFit) -> DraftFit.Check? { fit.checks.first { $0.subject == subject } }

    @Test func `A smaller model of the same vocabulary fits`() throws {
        let fit = try fit(SmallModel(layers: 1))
        #expect(fit.fits && fit.reasons.isEmpty && fit.target == "target.gguf" && fit.draft == "draft.gguf")
        #expect(fit.checks.allSatisfy { $0.outcome == .passed }, "\(fit.checks)")
    }

    func fit(_ draft: SmallModel) throws -> DraftFit { try fit(Self.target, draft) }

    @Test func `Another kind of tokenizer does not fit`() throws {
        let fit = try fit(SmallModel(layers: 1, metadata: [("tokenizer.ggml.model", .string("gpt2"))]))
        #expect(!fit.fits)
        #expect(
            check("tokenizer", fit)?.finding
                == "the target's tokenizer is SentencePiece (llama), the draft's is byte-level BPE (gpt2)")
    }

    @Test func `Another pre-tokenizer is a warning`() throws {
        let fit = try fit(SmallModel(layers: 1, metadata: [("tokenizer.ggml.pre", .string("llama-bpe"))]))
        #expect(fit.fits && check("tokenizer", fit)?.outcome == .warning)
    }

    @Test func `Ids that mean different tokens are counted and the first is shown`() throws {
        let fit = try fit(SmallModel(layers: 1, words: ["▁the", "▁von", "▁und"]))
        #expect(
            fit.reasons == [
                "2 of 262 ids mean different tokens; the first is 260: \"▁of\" in the target, \"▁von\" in the draft"
            ])
    }

    @Test func `The first ids may differ, and no others`() throws {
        func draft(changing index: Int) -> SmallModel {
            var tokens = SmallModel().tokens
            tokens[index] = "<changed>"
            return SmallModel(
                layers: 1, metadata: [("tokenizer.ggml.tokens", .array(.string(GGUFStringArray(tokens))))])
        }
        #expect(try fit(draft(changing: 4)).fits)
        #expect(try !fit(draft(changing: 5)).fits)
        #expect(try !fit(draft(changing: 261)).fits)
    }

    @Test func `Sizes may differ by padding and no more`() throws {
        func draft(_ count: Int) -> SmallModel {
            SmallModel(layers: 1, words: SmallModel().words + (0..<count).map { "<pad\($0)>" })
        }
        let padded = try fit(draft(128))
        #expect(padded.fits && check("vocabulary size", padded)?.outcome == .passed)
        let larger = try fit(draft(129))
        #expect(larger.reasons == ["the target has 262 tokens, the draft 391: 129 apart, at most 128 are allowed"])
    }

    @Test func `Boundary tokens count where they are added`() throws {
        let unlike = try fit(SmallModel(layers: 1, metadata: [("tokenizer.ggml.add_bos_token", .bool(false))]))
        #expect(unlike.reasons == ["the target adds BOS to a prompt, the draft does not"])
        let moved = try fit(SmallModel(layers: 1, metadata: [("tokenizer.ggml.bos_token_id", .uint32(0))]))
        #expect(moved.reasons == ["BOS is token 1 in the target and token 0 in the draft"])
        let ending = try fit(SmallModel(layers: 1, metadata: [("tokenizer.ggml.eos_token_id", .uint32(1))]))
        #expect(ending.fits && check("EOS", ending)?.outcome == .warning)
    }

    @Test func `Other roles that differ are a warning that names them`() throws {
        let fit = try fit(SmallModel(layers: 1, metadata: [("tokenizer.ggml.padding_token_id", .uint32(0))]))
        #expect(fit.fits)
        #expect(check("special tokens", fit)?.finding == "roles differ between target and draft: pad none and 0")
    }

    @Test func `A draft must be smaller`() throws {
        let swapped = try fit(SmallModel(layers: 1), Self.target)
        #expect(!swapped.fits && check("size", swapped)?.outcome == .failed)
        let half = try fit(SmallModel(width: 128, layers: 3))
        #expect(half.fits && check("size", half)?.outcome == .warning)
    }

    @Test func `A shorter context is a warning`() throws {
        let fit = try fit(SmallModel(layers: 1, metadata: [("llama.context_length", .uint32(1024))]))
        #expect(fit.fits && check("context", fit)?.outcome == .warning)
    }

    @Test func `Models that cannot run, or have no vocabulary, are told apart`() throws {
        let unknown = try fit(SmallModel(architecture: "mamba", layers: 1))
        #expect(unknown.reasons.first?.hasPrefix("the draft cannot be run: unknown architecture") == true)
        let vocabulary = try fit(SmallModel(hasWeights: false), SmallModel(hasWeights: false))
        #expect(vocabulary.fits && check("weights", vocabulary)?.outcome == .warning)
        let bare = DraftFit(
            target: try GGUFFile(bytes: try Self.target.bytes()),
            draft: try GGUFFile(bytes: try GGUFWriter.bytes(metadata: [:])))
        #expect(!bare.fits && bare.reasons.first?.hasPrefix("the draft has none to compare") == true)
    }

    @Test func `JSON says whether it fits, and why not`() throws {
        let text = try LibraryJSON.text(try fit(SmallModel(layers: 1, words: [])))
        #expect(text.contains("\"fits\" : true") && text.contains("\"outcome\" : \"passed\""))
        #expect(try LibraryJSON.text(try fit(SmallModel(words: ["x"]))).contains("\"fits\" : false"))
    }

    @Test func `Vocabularies of the fixtures fit themselves and not one another`() throws {
        guard let folder = ProcessInfo.processInfo.environment["INKLING_FIXTURES"] else {
            print("skipped: INKLING_FIXTURES names no folder")
            return
        }
        let names = ["gpt-2", "llama-bpe", "llama-spm", "qwen2"]
        let paths = names.map { "\(folder)/tokenizer/ggml-vocab-\($0).gguf" }
        for (index, target) in paths.enumerated() {
            for draft in [target, paths[(index + 1) % paths.count]] {
                let fit = try DraftFit.check(target: target, draft: draft)
                #expect(fit.fits == (target == draft), "\(target) \(draft): \(fit.reasons)")
            }
        }
    }
}
