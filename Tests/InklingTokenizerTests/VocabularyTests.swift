// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingTokenizer

struct VocabularyTests {
    private func bytePair(_ special: [(String, TokenType)]) throws -> Vocabulary {
        try Vocabulary(SmallVocabulary.bytePair(merges: 0, special: special))
    }

    private func endings(_ vocabulary: Vocabulary) -> [String] {
        vocabulary.endOfGenerationTokens.map { vocabulary.spelling(of: $0) }
    }

    @Test
    func `Well-known spellings end a generation, whatever their type`() throws {
        let vocabulary = try bytePair([
            ("<|im_start|>", .control), ("<|im_end|>", .normal), ("<|eot_id|>", .userDefined), ("<|eom_id|>", .control),
        ])
        #expect(endings(vocabulary) == ["<|im_end|>", "<|eot_id|>", "<|eom_id|>"])
        #expect(vocabulary.token(spelled: "<|im_end|>").map(vocabulary.isControl) == true)
        #expect(vocabulary.special.endOfTurn == vocabulary.token(spelled: "<|eot_id|>"))
        #expect(vocabulary.special.endOfMessage == vocabulary.token(spelled: "<|eom_id|>"))
        #expect(!vocabulary.isEndOfGeneration(0))
    }

    @Test
    func `The end tokens of the file end a generation`() throws {
        var description = SmallVocabulary.bytePair(merges: 0, special: [("<stop>", .control)])
        description.special.endOfSequence = 256
        description.special.endOfTurn = 97
        #expect(try Vocabulary(description).endOfGenerationTokens == [97, 256])
    }

    @Test
    func `Where calls and returns end, the end of a message does not`() throws {
        let vocabulary = try bytePair([
            ("<|end|>", .control), ("<|return|>", .control), ("<|call|>", .control), ("<|channel|>", .control),
        ])
        #expect(endings(vocabulary) == ["<|return|>", "<|call|>"])
        for spelling in ["<|end|>", "<|channel|>"] {
            #expect(vocabulary.token(spelled: spelling).map(vocabulary.type) == .userDefined)
        }
    }

    @Test
    func `A closing tag that is an ordinary word ends nothing`() throws {
        #expect(endings(try bytePair([("</s>", .normal)])) == [])
        #expect(endings(try bytePair([("</s>", .control)])) == ["</s>"])
    }

    @Test
    func `SentencePiece has its usual special tokens where the file names none`() throws {
        let vocabulary = try Vocabulary(SmallVocabulary.sentencePiece())
        #expect(vocabulary.special.unknown == 0)
        #expect(vocabulary.special.beginOfSequence == 1)
        #expect(vocabulary.special.endOfSequence == 2)
        #expect(vocabulary.addsBOS && !vocabulary.addsEOS && vocabulary.addsSpacePrefix)
    }

    @Test
    func `Byte-level vocabularies begin with BOS only for the families that do`() throws {
        for (name, addsBOS) in ["gpt-2": false, "qwen2": false, "llama-bpe": true, "tekken": true] {
            #expect(try Vocabulary(SmallVocabulary.bytePair(merges: 0, preTokenizer: name)).addsBOS == addsBOS)
        }
    }

    @Test
    func `Ids outside the vocabulary stand for nothing`() throws {
        for vocabulary in [try bytePair([]), try Vocabulary(SmallVocabulary.sentencePiece())] {
            for token: TokenID in [-1, 1_000_000, TokenID(.max), TokenID(.min)] {
                #expect(vocabulary.bytes(of: token) == [])
                #expect(vocabulary.spelling(of: token) == "")
                #expect(vocabulary.type(of: token) == .normal)
                #expect(vocabulary.score(of: token) == 0)
                #expect(!vocabulary.isEndOfGeneration(token) && !vocabulary.contains(token))
            }
        }
    }

    @Test
    func `Empty and equal spellings are no trouble`() throws {
        var description = SmallVocabulary.bytePair(merges: 1)
        description.tokens.append([])
        description.tokens.append("a".utf8)
        description.tokens.append([])
        description.types = []
        let tokenizer = try Tokenizers.make(description)
        #expect(tokenizer.encode("ab", special: .parse) == [258, 98])
        #expect(tokenizer.bytes(of: 257) == [])
        #expect(String(tokenizer.decode([97, 257, 258])) == "aa")
    }

    @Test
    func `Types that do not exist and malformed byte tokens are read as text`() throws {
        var description = SmallVocabulary.sentencePiece(pieces: [("<0xZZ>", -1), ("<0x+1>", -1), ("▁", -1)])
        let first = description.tokens.count - 3
        description.types[first] = 6
        description.types[first + 1] = 6
        description.types[first + 2] = -77
        let vocabulary = try Vocabulary(description)
        #expect(String(vocabulary.bytes(of: TokenID(Int32(first)))) == "<0xZZ>")
        #expect(String(vocabulary.bytes(of: TokenID(Int32(first + 1)))) == "<0x+1>")
        #expect(String(vocabulary.bytes(of: TokenID(Int32(first + 2)))) == " ")
    }

    @Test
    func `What cannot be a vocabulary is an error that says why`() {
        func error(_ change: (inout VocabularyDescription) -> Void) -> TokenizerError? {
            var description = SmallVocabulary.bytePair(merges: 3)
            change(&description)
            do throws(TokenizerError) {
                _ = try Tokenizers.make(description)
                return nil
            } catch {
                return error
            }
        }
        #expect(error { _ in } == nil)
        #expect(error { $0.model = "t5" } == .unsupportedModel("t5", known: ["gpt2", "llama"]))
        #expect(error { $0.tokens = .init() } == .emptyVocabulary)
        #expect(error { $0.types = [1] } == .lengthMismatch(table: "types", count: 1, tokenCount: 259))
        #expect(error { $0.scores = [1, 2] } == .lengthMismatch(table: "scores", count: 2, tokenCount: 259))
        #expect(error { $0.merges = .init() } == .missingMerges)
        #expect(error { $0.preTokenizer = "x" } == .unsupportedPreTokenizer("x", known: PreTokenizer.knownNames))
        #expect(error { $0.model = "t5" }?.description.contains("llama") == true)
    }

    @Test
    func `Tables for byte strings take only sound offsets`() {
        #expect(ByteStringArray(bytes: [1, 2, 3], offsets: [0, 1, 1, 3])?.count == 3)
        #expect(ByteStringArray(bytes: [1, 2, 3], offsets: [0, 2, 1, 3]) == nil)
        #expect(ByteStringArray(bytes: [1, 2, 3], offsets: [0, 4]) == nil)
        #expect(ByteStringArray(bytes: [1, 2, 3], offsets: [1, 3]) == nil)
        #expect(ByteStringArray(bytes: [], offsets: []) == nil)
    }

    @Test
    func `The table finds each of many strings and nothing else`() {
        var strings = ByteStringArray()
        var table = ByteStringTable(reservingCount: 0)
        for number in 0..<2000 {
            strings.append("token \(number)".utf8)
            table.insert(number, in: strings)
        }
        for number in 0..<2200 {
            let text = Array("token \(number)".utf8)
            #expect(table.index(of: text, 0..<text.count, in: strings) == (number < 2000 ? Int32(number) : nil))
        }
    }
}
