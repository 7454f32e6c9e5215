// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingGGUF
import InklingModelMaker
import InklingTensor
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import InklingEngine

@Suite struct HeadFileTests {
    private static func identity(_ name: String, _ digit: UInt64) -> ModelIdentity {
        ModelIdentity(name: name, vocabulary: 0xABCD_EF01_2345_6789, weights: digit)
    }

    private static let pair = PairIdentity(target: identity("big", 1), draft: identity("small", .max))

    private func head(pair: PairIdentity = Self.pair) throws -> HeadFile {
        let shape = try #require(ResidualHeadShape(hiddenSize: 5, width: 4, blockCount: 2))
        var facts = HeadFacts()
        facts.exampleCount = 1_234
        facts.calibrationError = 0.013
        facts.calibrationErrorBefore = 0.2
        facts.bins = [
            HeadFacts.Bin(share: 0.25, predicted: 0.1, actual: 0.2),
            HeadFacts.Bin(share: 0.75, predicted: 0.9, actual: 0.8),
        ]
        var random = RandomSource(seed: 1)
        return HeadFile(
            path: "memory", pair: pair,
            head: ResidualHead(
                shape: shape, parameters: (0..<shape.parameterCount).map { _ in random.normal() }, temperatures: 0...0.8
            ),
            facts: facts)
    }

    private func read(_ bytes: [UInt8]) throws(HeadError) -> HeadFile {
        let file: GGUFFile
        do throws(GGUFError) { file = try GGUFFile(bytes: bytes) } catch { throw .file(error) }
        return try HeadFile(file: file)
    }

    /// The head's file with something changed.
    private func edited(_ change: (inout ModelFileEditor) -> Void) throws -> HeadFile {
        var editor = ModelFileEditor(try GGUFFile(bytes: try head().bytes(), name: "memory"))
        change(&editor)
        return try HeadFile(file: try editor.file())
    }

    @Test func `A head is read as it was written`() throws {
        let head = try head()
        #expect(try read(head.bytes()) == head)
        let folder = try LibraryFolder()
        try head.write(to: "\(folder.path)/a.head.gguf")
        var read = try HeadFile(path: "\(folder.path)/a.head.gguf")
        #expect(read.path == "\(folder.path)/a.head.gguf")
        read.path = "memory"
        #expect(read == head)
    }

    @Test func `A file cut short anywhere is an error`() throws {
        // Behind the last number there is padding, which nobody misses.
        let bytes = try head().bytes(), padding = 28
        for count in 0..<bytes.count - padding {
            let isRefused = (try? read(Array(bytes[..<count]))) == nil
            #expect(isRefused, "\(count)")
        }
        #expect(try read(bytes.dropLast(padding)) == head())
    }

    @Test func `A file with any byte changed is an error or a head`() throws {
        let bytes = try head().bytes()
        var random = RandomSource(seed: 8)
        var refused = 0
        for index in bytes.indices {
            var changed = bytes
            changed[index] = UInt8.random(in: 0...255, using: &random)
            do {
                let file = try read(changed)
                let hidden = [Float](repeating: 1, count: file.head.hiddenSize)
                let acceptance = file.head.acceptance(hidden: hidden[...], odds: 1, temperature: 0.5)
                #expect(acceptance.isNaN || (0...1).contains(acceptance))
            } catch { refused += 1 }
        }
        #expect(refused > 100)
    }

    @Test func `What is missing or wrong is named`() throws {
        func problem(_ change: (inout ModelFileEditor) -> Void) throws -> String {
            do {
                _ = try edited(change)
                return "none"
            } catch let error as HeadError { return error.description }
        }
        let refusal = "cannot use the acceptance head \"edited\": "
        #expect(try problem { _ in } == "none")
        #expect(
            try problem { $0.remove(tensor: "block.1.bias") } == refusal + "the tensor \"block.1.bias\" is missing")
        #expect(
            try problem { $0.setTensor("block.0.weight", shape: [4, 3]) }
                == refusal + "the tensor \"block.0.weight\" has shape [4, 3], expected [4, 4]")
        #expect(
            try problem { $0.setTensor("block.0.bias", shape: [4], type: .f16) }
                == refusal + "the tensor \"block.0.bias\" has type F16, not F32")
        #expect(
            try problem {
                $0.remove(tensor: "block.1.bias")
                $0.setTensor("block.1.bias", floats: [1, .nan, 0, 0])
            } == refusal + "the tensor \"block.1.bias\" holds what is no number")
        #expect(
            try problem { $0.metadata["inkling-acceptance-head.width"] = .int64(-4) }
                == refusal + "its sizes are impossible: hidden states of 5, width -4, 2 blocks")
        #expect(
            try problem { $0.metadata["inkling-acceptance-head.block_count"] = .uint64(.max) }
                == refusal + "\"inkling-acceptance-head.block_count\" is not a whole number")
        #expect(
            try problem { $0.metadata["inkling-acceptance-head.target.weights"] = .string("zz") }
                == refusal + "\"inkling-acceptance-head.target.weights\" is not a hexadecimal digest")
        for pair: [Float] in [[0], [1, 0], [.nan, 1], [0, .infinity], [-1, 1]] {
            #expect(
                try problem { $0.metadata["inkling-acceptance-head.temperatures"] = .array(.float32(pair)) }
                    == refusal + "\"inkling-acceptance-head.temperatures\" is not a least and a greatest temperature")
        }
        #expect(
            try problem { $0.metadata["inkling-acceptance-head.version"] = .uint32(2) }
                == "cannot use the acceptance head \"edited\": it has version 2, and only 1 is known")
        #expect(
            try problem { $0.metadata["general.architecture"] = .string("llama") }
                == "\"edited\" is no acceptance head: it is a file of the architecture \"llama\"")
    }

    @Test func `Facts that make no sense are left out`() throws {
        let file = try edited {
            $0.metadata["inkling-acceptance-head.training.examples"] = .string("many")
            $0.metadata["inkling-acceptance-head.calibration.error"] = .float64(.nan)
            $0.metadata["inkling-acceptance-head.calibration.actual"] = .array(.float32([1]))
        }
        #expect(file.facts.exampleCount == nil && file.facts.calibrationError == nil && file.facts.bins.isEmpty)
        #expect(file.facts.calibrationErrorBefore == 0.2)
    }

    // MARK: Pairs

    @Test func `A head is refused for other models, with the reason`() throws {
        let head = try head()
        try head.check(for: Self.pair)
        var renamed = Self.pair
        renamed.draft.name = "another file name"
        try head.check(for: renamed)

        var other = Self.pair
        other.draft = ModelIdentity(name: "tiny", vocabulary: other.draft.vocabulary, weights: 3)
        #expect(
            throws: HeadError.wrongPair(
                path: "memory", reasons: ["its draft is \"small\", not \"tiny\" (its weights differ)"])
        ) { try head.check(for: other) }
        other.target.vocabulary = 4
        do {
            try head.check(for: other)
            Issue.record("accepted")
        } catch {
            #expect(
                error.description
                    == "the acceptance head \"memory\" was trained for other models: its target is another \"big\" (its "
                    + "vocabulary differs); its draft is \"small\", not \"tiny\" (its weights differ)")
            #expect(error.hint == "\"inkling tune -m TARGET -d DRAFT -o HEAD.gguf\" trains one for this pair")
        }
    }

    /// A model that runs, made of a seed.
    private func model(
        _ folder: LibraryFolder, _ name: String, seed: UInt64, _ type: ElementType = .f32, layers: Int = 2
    ) throws -> LoadedModel {
        var recipe = TinyModel.recipe(.llama, type: type) {
            $0.seed = seed
            $0.layerCount = layers
            $0.vocabularySize = 300
        }
        recipe.name = name
        let path = try folder.file(name + ".gguf", try ModelMaker(recipe).bytes())
        return try LoadedModel(path: path, pool: ComputePool(width: 1))
    }

    @Test func `Models are told apart by vocabulary, sizes and weights, not by name`() throws {
        let folder = try LibraryFolder()
        let one = try model(folder, "one", seed: 1).identity
        #expect(try one.isSame(as: model(folder, "two", seed: 1).identity))
        #expect(try !one.isSame(as: model(folder, "three", seed: 2).identity))
        #expect(try !one.isSame(as: model(folder, "four", seed: 1, layers: 3).identity))
    }

    @Test func `A head beside the models is found if it is theirs`() throws {
        let folder = try LibraryFolder()
        let target = try model(folder, "t/target", seed: 1), draft = try model(folder, "d/draft", seed: 2)
        #expect(HeadSearch.head(for: target, draft: draft) == nil)
        let shape = try #require(ResidualHeadShape(hiddenSize: 64, width: 2, blockCount: 0))
        func write(_ name: String, _ pair: PairIdentity) throws {
            let head = ResidualHead(
                shape: shape, parameters: Array(repeating: 0, count: shape.parameterCount), temperatures: 0...1)
            try HeadFile(pair: pair, head: head).write(to: "\(folder.path)/\(name)")
        }
        let pair = PairIdentity(target: target, draft: draft)
        try folder.file("d/a.head.gguf", "not a head")
        try write("d/b.head.gguf", PairIdentity(target: draft, draft: target))
        try write("t/plain.gguf", pair)
        #expect(HeadSearch.head(for: target, draft: draft) == nil)
        try write("t/c.HEAD.gguf", pair)
        #expect(HeadSearch.head(for: target, draft: draft)?.path == "\(folder.path)/t/c.HEAD.gguf")
        #expect(HeadSearch.head(for: draft, draft: target)?.path == "\(folder.path)/d/b.head.gguf")
        let suggested = "\(folder.path)/t/plain.gguf"
        #expect(HeadSearch.head(for: target, draft: draft, suggested: suggested)?.path == suggested)
        #expect(
            HeadSearch.head(for: target, draft: draft, suggested: "\(folder.path)/gone")?.path
                == "\(folder.path)/t/c.HEAD.gguf")

        // And a session puts it to use.
        let found = try #require(HeadSearch.head(for: target, draft: draft))
        for head in [found, nil] {
            let session = try ModelSession(
                target: target, draft: draft, head: head, options: SessionOptions(contextLength: 64, threads: 1))
            var isJudged: Set<Double> = []
            let summary = session.generate(
                GenerationRequest(
                    prompt: [TokenID(70), TokenID(80)], strategy: "specdec++", sampler: .greedy, maxTokens: 12)
            ) { event in
                guard case .round(let round) = event else { return }
                isJudged.formUnion(round.measures.filter { $0.name == "head" }.map(\.value))
            }
            #expect(summary.tokens.count == 12 || summary.reason.word == "eos")
            #expect(isJudged == [head == nil ? 0 : 1])
        }
    }

    @Test func `A description of a head says what it is`() throws {
        let info = ModelInfo(file: try GGUFFile(bytes: try head().bytes(), name: "a.head.gguf"), free: nil)
        #expect(info.limitation == "it is an acceptance head, for drafts; name it with --head")
        #expect(info.acceptanceHead?.target == "big" && info.acceptanceHead?.draft == "small")
        let section = try #require(info.sections.first { $0.title == "Acceptance head" })
        #expect(section.rows.contains(InfoSection.Row(label: "network", value: "2 blocks, 4 wide")))
        #expect(section.rows.contains(InfoSection.Row(label: "temperatures", value: "0.0 to 0.8")))
        #expect(
            section.rows.contains(
                InfoSection.Row(label: "calibration", value: "off by 0.013 on average, 0.2 as trained")))
        #expect(!info.sections.contains { $0.title == "Vocabulary" })
    }
}
