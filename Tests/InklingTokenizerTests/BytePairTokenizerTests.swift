// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingTokenizer

struct BytePairTokenizerTests {
    /// Merges by the definition: the lowest rank first, of equals the leftmost, over plain arrays.
    private func referenceTokens(_ text: [UInt8], _ description: VocabularyDescription) throws -> [TokenID] {
        let merges = (0..<description.merges.count).map {
            description.merges[$0].split(separator: 32).map(Array.init)
        }
        var result: [TokenID] = []
        for piece in try PreTokenizer(named: description.preTokenizer).split(text) {
            var word: [[UInt8]] = text[piece].map { byte in
                var letter: [UInt8] = []
                ByteAlphabet.append(byte, to: &letter)
                return letter
            }
            while true {
                var best: (rank: Int, position: Int)?
                for position in word.indices.dropLast() {
                    guard let rank = merges.firstIndex(of: [word[position], word[position + 1]]) else { continue }
                    if rank < best?.rank ?? .max { best = (rank, position) }
                }
                guard let best else { break }
                word[best.position] += word.remove(at: best.position + 1)
            }
            for symbol in word {
                let index = (0..<description.tokens.count).first { Array(description.tokens[$0]) == symbol }
                result.append(TokenID(Int32(try #require(index))))
            }
        }
        return result
    }

    @Test
    func `Encoding is merging by rank`() throws {
        let description = SmallVocabulary.bytePair()
        let tokenizer = try Tokenizers.make(description)
        var random = Xorshift(seed: 3)
        let texts = [SmallVocabulary.prose, "tokentokentokens", "", "the", " ", "…"].map { Array($0.utf8) }
        for text in texts + (0..<10).map({ _ in random.text(length: 20) }) {
            #expect(tokenizer.encode(text, special: .ignore) == (try referenceTokens(text, description)))
        }
    }

    @Test
    func `A word too long to walk merges as by the definition`() throws {
        let description = SmallVocabulary.bytePair()
        let tokenizer = try Tokenizers.make(description)
        var random = Xorshift(seed: 11)
        for length in [39, 40, 41, 42, 200] {
            let word = (0..<length).map { _ in "tokenrd".utf8.randomElement(using: &random) ?? 0x61 }
            #expect(tokenizer.encode(word, special: .ignore) == (try referenceTokens(word, description)), "\(length)")
        }
    }

    @Test
    func `Any bytes come back from their tokens`() throws {
        var random = Xorshift(seed: 5)
        for name in ["gpt-2", "llama-bpe", "deepseek-llm", "gpt-4o"] {
            let tokenizer = try Tokenizers.make(SmallVocabulary.bytePair(preTokenizer: name))
            for _ in 0..<60 {
                for text in [random.text(length: 30), random.bytes(count: 25)] {
                    #expect(tokenizer.decode(tokenizer.encode(text, special: .ignore)) == text)
                }
            }
        }
    }

    @Test
    func `A long word without spaces is merged in one go`() throws {
        let tokenizer = try Tokenizers.make(SmallVocabulary.bytePair())
        let word = Array(repeatElement(Array("tokenizerthe".utf8), count: 4000).joined())
        let tokens = tokenizer.encode(word, special: .ignore)
        #expect(tokens.count < word.count / 2)
        #expect(tokenizer.decode(tokens) == word)
    }

    @Test
    func `Whole pieces go before merges where the pre-tokenizer says so`() throws {
        // "ab" merges first, so by merges "abc" is ab + c and the token "abc" is out of reach.
        var tokens = (0..<256).map { byte -> [UInt8] in
            var letter: [UInt8] = []
            ByteAlphabet.append(UInt8(byte), to: &letter)
            return letter
        }
        tokens += ["ab", "bc", "abc"].map { Array($0.utf8) }
        var description = VocabularyDescription(
            model: "gpt2", preTokenizer: "gpt-2", tokens: ByteStringArray(rows: tokens),
            merges: ByteStringArray(["a b", "b c", "a bc"]))
        #expect(try Tokenizers.make(description).encode("abc", special: .ignore) == [256, 99])
        description.preTokenizer = "llama-bpe"
        #expect(try Tokenizers.make(description).encode("abc", special: .ignore) == [258])
    }

    @Test
    func `Of merges given twice the first counts`() throws {
        var description = SmallVocabulary.bytePair(merges: 0)
        for text in ["ab", "bc"] { description.tokens.append(text.utf8) }
        description.types = []
        description.merges = ByteStringArray(["b c", "a b", "b c"])
        #expect(try Tokenizers.make(description).encode("abc", special: .ignore) == [97, 257])
    }

    @Test
    func `A merge through what is no token still reaches the token`() throws {
        var description = SmallVocabulary.bytePair(merges: 0)
        description.tokens.append("abc".utf8)
        description.types = []
        description.merges = ByteStringArray(["a b", "ab c"])
        let tokenizer = try Tokenizers.make(description)
        #expect(tokenizer.encode("abc", special: .ignore) == [256])
        // Half way there is no token: the bytes stand for it.
        #expect(tokenizer.encode("abd", special: .ignore) == [97, 98, 100])
    }

    @Test
    func `Broken merges are passed over`() throws {
        var description = SmallVocabulary.bytePair()
        let sound = try Tokenizers.make(description).encode(SmallVocabulary.prose, special: .ignore)
        for broken in ["", " ", "a", "ab", " a", "a ", "  ", "zq zq zq"] {
            description.merges.append(broken.utf8)
        }
        description.merges.append([0xFF, 0x20, 0xFE])
        #expect(try Tokenizers.make(description).encode(SmallVocabulary.prose, special: .ignore) == sound)
    }

    @Test
    func `A byte without a token is the unknown token, or nothing`() throws {
        var description = VocabularyDescription(
            model: "gpt2", preTokenizer: "gpt-2", tokens: ByteStringArray(["a", "b", "<unk>"]),
            merges: ByteStringArray(["a b"]))
        #expect(try Tokenizers.make(description).encode("axb", special: .ignore) == [0, 1])
        description.special.unknown = 2
        #expect(try Tokenizers.make(description).encode("axb", special: .ignore) == [0, 2, 1])
    }

    @Test
    func `Boundary tokens are added when asked for, and only where the vocabulary has them`() throws {
        var description = SmallVocabulary.bytePair(special: [("<b>", .control), ("<e>", .control)])
        let begin = TokenID(Int32(description.tokens.count - 2))
        let end = TokenID(Int32(description.tokens.count - 1))
        description.special.beginOfSequence = begin
        description.special.endOfSequence = end
        func encode(_ boundaries: BoundaryTokens) throws -> [TokenID] {
            try Tokenizers.make(description).encode("a", special: .ignore, boundaries: boundaries)
        }
        #expect(try encode(.byDefault) == [97])
        description.addsBOS = true
        description.addsEOS = true
        #expect(try encode(.byDefault) == [begin, 97, end])
        #expect(try encode(.none) == [97])
        description.special.beginOfSequence = 999_999
        description.special.endOfSequence = -5
        #expect(try encode(.byDefault) == [97])
    }

    @Test
    func `Added tokens spelt outside the alphabet keep their text`() throws {
        let description = SmallVocabulary.bytePair(special: [("two words — ☃", .normal)])
        let tokenizer = try Tokenizers.make(description)
        let token = TokenID(Int32(description.tokens.count - 1))
        #expect(String(tokenizer.bytes(of: token)) == "two words — ☃")
    }
}
