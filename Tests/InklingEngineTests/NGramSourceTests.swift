// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingDecoding
import InklingModel
import InklingNGrams
import InklingTensor
import InklingTokenizer
import Testing

@testable import InklingEngine

struct NGramSourceTests {
    private let rig: EngineRig
    private let path: String
    private let loaded: LoadedModel

    init() throws {
        rig = try EngineRig()
        path = try rig.model("small")
        loaded = try LoadedModel(path: path, pool: ComputePool(width: 1))
    }

    private var beside: String { String(path.dropLast(5)) + ".ngrams" }

    @discardableResult
    private func build(_ path: String, _ vocabulary: Vocabulary) throws -> NGramStore {
        var builder = try NGramBuilder(
            path: path, vocabulary: vocabulary, settings: NGramSettings(minimumCounts: [1]))
        try builder.add((0..<40).map { TokenID(Int32($0 % 7)) })
        return try builder.finish()
    }

    private func otherVocabulary() throws -> Vocabulary {
        try Vocabulary(
            VocabularyDescription(
                model: "llama", tokens: ByteStringArray((0..<9).map { "x\($0)" }), scores: Array(repeating: 0, count: 9)
            ))
    }

    @Test func `The store beside a model is found, unless none is wanted`() throws {
        #expect(try NGramSource.find(.automatic, for: loaded) == nil)
        try build(beside, loaded.tokenizer.vocabulary)
        let found = try #require(try NGramSource.find(.automatic, for: loaded))
        #expect(
            found.facts.path == beside && found.facts.isStore && found.facts.tokenCount == 40 && found.facts.order == 6)
        #expect(try NGramSource.find(.none, for: loaded) == nil)
    }

    @Test func `A store of another vocabulary is passed over, and refused when asked for`() throws {
        try build(beside, try otherVocabulary())
        #expect(try NGramSource.find(.automatic, for: loaded) == nil)
        #expect(
            throws: EngineError.ngrams(
                .otherVocabulary(path: beside, storeTokens: 9, modelTokens: loaded.tokenizer.vocabulary.count))
        ) { try NGramSource.find(.file(beside), for: loaded) }
        // What a catalogue names goes first, if it fits.
        let named = beside + "2"
        try build(named, loaded.tokenizer.vocabulary)
        #expect(try NGramSource.find(.automatic, for: loaded, suggested: named)?.facts.path == named)
        #expect(try NGramSource.find(.automatic, for: loaded, suggested: beside) == nil)
    }

    @Test func `A text is counted on the spot`() throws {
        let text = beside + ".txt"
        try Data("one two one two one two".utf8).write(to: URL(fileURLWithPath: text))
        let source = try NGramSource(path: text, tokenizer: loaded.tokenizer)
        #expect(!source.facts.isStore && source.facts.tokenCount > 5)
        #expect(throws: EngineError.self) { try NGramSource(path: "/no/such", tokenizer: loaded.tokenizer) }
    }

    @Test func `Strategies that need a store can run where there is one`() throws {
        let without = try ModelSession(target: loaded, options: SessionOptions(contextLength: 64, threads: 1))
        #expect(without.ngrams == nil)
        try build(beside, loaded.tokenizer.vocabulary)
        let source = try NGramSource.find(.automatic, for: loaded)
        let session = try ModelSession(
            target: loaded, ngrams: source, options: SessionOptions(contextLength: 64, threads: 1))
        #expect(session.ngrams?.facts.path == beside)
    }
}
