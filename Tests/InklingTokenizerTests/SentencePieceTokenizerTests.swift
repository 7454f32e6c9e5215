// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingTokenizer

struct SentencePieceTokenizerTests {
    /// Merges by the definition: the best score first, of equals the leftmost, over an array of strings.
    private func referencePieces(_ text: String, _ description: VocabularyDescription) -> [String] {
        var scores: [String: Float] = [:]
        for index in 0..<description.tokens.count where description.types[index] == 1 {
            scores[String(decoding: description.tokens[index], as: UTF8.self)] = description.scores[index]
        }
        var word = ("▁" + text.replacing(" ", with: "▁")).unicodeScalars.map { String($0) }
        while true {
            var best: (score: Float, position: Int)?
            for position in word.indices.dropLast() {
                guard let score = scores[word[position] + word[position + 1]] else { continue }
                if best == nil || score > best?.score ?? 0 { best = (score, position) }
            }
            guard let best else { return word }
            word[best.position] += word.remove(at: best.position + 1)
        }
    }

    private func spellings(_ tokenizer: any Tokenizer, _ text: String) -> [String] {
        tokenizer.encode(text, special: .ignore).map { tokenizer.vocabulary.spelling(of: $0) }
    }

    @Test
    func `Encoding is merging by score`() throws {
        let description = SmallVocabulary.sentencePiece()
        let tokenizer = try Tokenizers.make(description)
        var random = Xorshift(seed: 9)
        var texts = ["reading the tokens", "Hello", "hello  hello    x", "the the", "a", " ", "      "]
        for length in [10, 60, 300] {
            texts.append(String((0..<length).map { _ in "token read the ".randomElement(using: &random) ?? "a" }))
        }
        for text in texts {
            #expect(spellings(tokenizer, text) == referencePieces(text, description), "\(text)")
        }
    }

    @Test
    func `A mark inside a token keeps words together`() throws {
        let description = SmallVocabulary.sentencePiece(pieces: [
            ("▁", -9), ("a", -8), ("b", -7), ("▁a", -6), ("a▁", -1), ("a▁b", -2), ("▁b", -3),
        ])
        let tokenizer = try Tokenizers.make(description)
        #expect(spellings(tokenizer, "a b") == ["▁", "a▁b"])
        #expect(spellings(tokenizer, "a b") == referencePieces("a b", description))
    }

    @Test
    func `Of equal scores the leftmost merges first`() throws {
        let tokenizer = try Tokenizers.make(
            SmallVocabulary.sentencePiece(pieces: [("▁", -5), ("a", -5), ("aa", -1), ("▁a", -1)]))
        #expect(spellings(tokenizer, "aaa") == ["▁a", "aa"])
    }

    @Test
    func `Scores that are no numbers go last and hurt nobody`() throws {
        let tokenizer = try Tokenizers.make(
            SmallVocabulary.sentencePiece(pieces: [
                ("▁", 0), ("a", -.infinity), ("aa", .nan), ("▁a", -.infinity), ("aaa", .infinity),
            ]))
        #expect(spellings(tokenizer, "aaa") == ["▁a", "aa"])
    }

    @Test
    func `What has no token falls to bytes`() throws {
        let tokenizer = try Tokenizers.make(SmallVocabulary.sentencePiece())
        #expect(spellings(tokenizer, "é") == ["▁", "<0xC3>", "<0xA9>"])
        #expect(String(tokenizer.decode(tokenizer.encode("é☃", special: .ignore))) == "é☃")
    }

    @Test
    func `Without byte tokens there is the unknown token`() throws {
        var description = SmallVocabulary.sentencePiece(byteTokens: false)
        let tokenizer = try Tokenizers.make(description)
        #expect(spellings(tokenizer, "aé") == ["▁a", "<unk>", "<unk>"])
        description.types[0] = 1
        #expect(try Tokenizers.make(description).encode("é", special: .ignore).count == 3)
    }

    @Test
    func `Any bytes come back from their tokens, but for the space mark itself`() throws {
        let tokenizer = try Tokenizers.make(SmallVocabulary.sentencePiece())
        var random = Xorshift(seed: 21)
        for _ in 0..<150 {
            for text in [random.text(length: 25), random.bytes(count: 20)] where !String(text).contains("▁") {
                #expect(tokenizer.decode(tokenizer.encode(text, special: .ignore)) == text, "\(text)")
            }
        }
        #expect(String(tokenizer.decode(tokenizer.encode("a▁b", special: .ignore))) == "a b")
    }

    @Test
    func `The space before text is added once, after special tokens too, and taken away again`() throws {
        var description = SmallVocabulary.sentencePiece()
        let tokenizer = try Tokenizers.make(description)
        let tokens = tokenizer.encode("<s>the  end</s>the</s>", special: .parse)
        #expect(
            tokens.map { tokenizer.vocabulary.spelling(of: $0) }
                == ["<s>", "▁the", "▁▁", "en", "d", "</s>", "▁the", "</s>"])
        #expect(String(tokenizer.decode(tokens)) == "<s>the  end</s>the</s>")
        #expect(String(tokenizer.decode(tokenizer.encode("  the", special: .ignore))) == "  the")

        description.addsSpacePrefix = false
        let bare = try Tokenizers.make(description)
        #expect(spellings(bare, "the") == ["t", "he"])
        #expect(String(bare.decode(bare.encode(" the", special: .ignore))) == " the")
    }

    @Test
    func `Text never merges into control, unknown or byte tokens`() throws {
        var pieces: [(String, Float)] = "▁<s/>0xA".map { (String($0), -50) }
        pieces += [
            ("</", -1), ("</s", -2), ("<s", -3), ("<0", -4), ("<0x", -5), ("<0x0", -6), ("<0x0A", -7), ("▁<s", -8),
        ]
        let tokenizer = try Tokenizers.make(SmallVocabulary.sentencePiece(pieces: pieces))
        for text in ["</s>", "<s>", "x</s>", "<0x0A>", "<0x0A><s>"] {
            let tokens = tokenizer.encode(text, special: .ignore)
            #expect(tokens.allSatisfy { tokenizer.vocabulary.type(of: $0) == .normal }, "\(text)")
            #expect(String(tokenizer.decode(tokens)) == text)
        }
    }

    @Test
    func `A sequence begins with BOS by default`() throws {
        let tokenizer = try Tokenizers.make(SmallVocabulary.sentencePiece())
        #expect(tokenizer.encode("", special: .ignore, boundaries: .byDefault) == [1])
        #expect(tokenizer.encode("", special: .ignore) == [])
    }
}
