// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingArchitectures
import InklingGGUF
import InklingModel
import InklingModelMaker
import InklingTensor
import InklingTestSupport
import InklingTokenizer
import Testing

@Suite struct `Models with random weights` {
    @Test func `The same recipe makes the same bytes, another seed others`() throws {
        let recipe = TinyModel.recipe(.qwen2, type: .q4_0)
        let bytes = try ModelMaker(recipe).bytes()
        #expect(try ModelMaker(recipe).bytes() == bytes)
        var other = recipe
        other.seed = 2
        #expect(try ModelMaker(other).bytes() != bytes)
        // Pinned, so that a test elsewhere that counts on certain numbers is warned.
        var random = RandomSource(seed: 1, stream: "token_embd.weight")
        let first: [UInt64] = [random.next(), random.next()]
        #expect(first == [18_241_440_274_653_962_440, 2_436_981_590_961_399_640])
    }

    @Test func `A file on disk is what the bytes in memory are`() throws {
        let recipe = TinyModel.recipe(.gemma3, type: .q6_K)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("inkling-\(UUID().uuidString).gguf")
            .path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let maker = ModelMaker(recipe)
        var last = 0
        try maker.write(to: path) { done, total in
            #expect(done > last && done <= total)
            last = done
        }
        #expect(last == maker.byteCount)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(maker.bytes()))
    }

    @Test(arguments: [
        (ModelRecipe.Preset.qwen2HalfBillion, 494_032_768), (.llama1B, 1_235_814_432), (.gemma1B, 999_885_952),
    ])
    func `Presets have the size of the models they stand for`(preset: ModelRecipe.Preset, parameters: Int) {
        for mix in [WeightMix.uniform(.q8_0), .uniform(.f16), .q4KMedium] {
            var recipe = ModelRecipe(preset: preset)
            recipe.weights = mix
            // The head alone: a vocabulary of this size takes a while to make.
            recipe.vocabularySize = 100
            let maker = ModelMaker(recipe)
            let missing = (ModelRecipe(preset: preset).vocabularySize - 100) * recipe.embeddingLength
            let count = maker.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
            #expect(count + missing == parameters)
        }
    }

    @Test func `The 4-bit mix keeps the sensitive matrices finer`() {
        var recipe = ModelRecipe(preset: .llama1B)
        (recipe.weights, recipe.vocabularySize) = (.q4KMedium, 100)
        let types = Dictionary(uniqueKeysWithValues: ModelMaker(recipe).tensors.map { ($0.name, $0.type) })
        #expect(types["token_embd.weight"] == .q6_K)
        #expect(types["blk.5.attn_q.weight"] == .q4_K && types["blk.5.ffn_up.weight"] == .q4_K)
        for part in ["attn_v", "ffn_down"] {
            let fine = (0..<16).filter { types["blk.\($0).\(part).weight"] == .q6_K }
            #expect(fine == [0, 1, 4, 7, 10, 13, 14, 15])
        }
        // Rows of 896 are no multiple of 256.
        var narrow = ModelRecipe(preset: .qwen2HalfBillion)
        (narrow.weights, narrow.vocabularySize) = (.q4KMedium, 100)
        let others = Dictionary(uniqueKeysWithValues: ModelMaker(narrow).tensors.map { ($0.name, $0.type) })
        #expect(others["token_embd.weight"] == .q8_0 && others["blk.5.attn_q.weight"] == .q5_0)
        #expect(others["blk.0.ffn_down.weight"] == .q6_K)
    }

    @Test func `Large tensors are put together from runs and keep their spread`() throws {
        for type in [ElementType.q8_0, .q2_K] {
            var recipe = TinyModel.recipe(.llama, type: type)
            (recipe.embeddingLength, recipe.feedForwardLength, recipe.layerCount) = (768, 256, 1)
            recipe.vocabularySize = 5600
            let file = try TinyModel(recipe).file
            let tensor = try #require(file.tensor(named: "output.weight"))
            let table = EmbeddingTable(
                file.mappedBytes(of: tensor), type: type, rowCount: 5600, columnCount: 768)
            let rows = try FloatMatrix(rowCapacity: 300, columnCount: 768)
            for row in 0..<300 { table.read(row * 18, into: rows, row: row) }
            let values = rows.copy(rows: 0..<300)
            let power = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
            // Logits of deviation 3.
            #expect(abs((power * 768).squareRoot() - 3) < 0.15)
            let different = Set((0..<300).map { (row: Int) in Array(values[row * 768..<(row + 1) * 768]) })
            #expect(different.count == 300)
        }
    }

    @Test(arguments: [BytePairVocabulary.leastCount, 300, 9_000])
    func `Its tokenizer takes text apart and puts it together`(count: Int) throws {
        let file = try TinyModel(.llama) {
            $0.vocabularySize = count
            $0.layerCount = 1
        }.file
        let tokenizer = try Tokenizers.make(VocabularyDescription(metadata: file.metadata))
        for text in ["", "The rain in Spain.", "naïve 你好 🦑\n\n\ttab", "<|im_start|>user\nhi<|im_end|>\n"] {
            let tokens = tokenizer.encode(text, special: .ignore)
            #expect(tokenizer.decode(tokens) == Array(text.utf8))
            #expect(tokens.allSatisfy { (3..<Int32(count)).contains($0.rawValue) })
        }
        if count > 1000 { #expect(tokenizer.encode(" the", special: .ignore).count < 4) }
        let turn = tokenizer.encode("<|im_start|>a<|im_end|>", special: .parse)
        #expect(turn.count == 3 && turn.first == TokenID(1) && turn.last == TokenID(2))
        #expect(file.metadata.string("tokenizer.chat_template")?.contains("<|im_start|>") == true)
    }

    @Test func `Vocabularies have the size asked for, and no token twice`() {
        for count in [260, 261, 5_000, 40_000] {
            let vocabulary = BytePairVocabulary(count: count)
            #expect(vocabulary.tokens.count == count && vocabulary.types.count == count)
            #expect(vocabulary.merges.count == count - 259 && Set(vocabulary.tokens).count == count)
        }
    }

    @Test func `A vocabulary too small for bytes has no tokenizer, and runs`() throws {
        let tiny = try TinyModel(.qwen3) { $0.vocabularySize = 33 }
        #expect(tiny.file.metadata.string("tokenizer.ggml.model") == "no_vocab")
        #expect(try tiny.runner().forward(ModelBatch(tiny.tokens(3))).logits?.columnCount == 33)
    }

    @Test func `Activations stay sane through many layers`() throws {
        for architecture in ModelRecipe.Architecture.allCases {
            let tiny = try TinyModel(architecture, type: .q8_0) { $0.layerCount = 30 }
            let output = try tiny.runner().forward(ModelBatch(tiny.tokens(40), want: .allLogitsAndHidden))
            let logits = try #require(output.logits).values
            let deviation = (logits.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(logits.count)).squareRoot()
            #expect(deviation > 1 && deviation < 6, "\(architecture): \(deviation)")
        }
    }
}
