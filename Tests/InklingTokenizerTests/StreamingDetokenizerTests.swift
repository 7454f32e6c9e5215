// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingTokenizer

struct StreamingDetokenizerTests {
    private func bytePair(_ special: [(String, TokenType)] = []) throws -> Vocabulary {
        try Vocabulary(SmallVocabulary.bytePair(merges: 0, special: special))
    }

    private func stream(_ bytes: [UInt8], _ vocabulary: Vocabulary) -> [String] {
        var detokenizer = StreamingDetokenizer(vocabulary)
        return bytes.map { detokenizer.append(TokenID(Int32($0))) } + [detokenizer.finish()]
    }

    @Test
    func `A character appears with its last byte`() throws {
        #expect(
            stream(Array("aé€🙂b".utf8), try bytePair()) == [
                "a", "", "é", "", "", "€", "", "", "", "🙂", "b", "",
            ])
    }

    @Test
    func `A tail that never ends becomes one replacement character`() throws {
        #expect(stream([0x61, 0xF0, 0x9F, 0x99], try bytePair()) == ["a", "", "", "", "\u{FFFD}"])
    }

    @Test
    func `Bytes that begin nothing are not held back`() throws {
        #expect(stream([0xFF], try bytePair()) == ["\u{FFFD}", ""])
        #expect(stream([0x80], try bytePair()) == ["\u{FFFD}", ""])
        #expect(stream([0xC0], try bytePair()) == ["\u{FFFD}", ""])
        #expect(stream([0xE0, 0x80], try bytePair()).prefix(2) == ["", "\u{FFFD}\u{FFFD}"])
        #expect(stream([0xED, 0xA0], try bytePair()).prefix(2) == ["", "\u{FFFD}\u{FFFD}"])
        #expect(stream([0xF4, 0x90], try bytePair()).prefix(2) == ["", "\u{FFFD}\u{FFFD}"])
    }

    @Test
    func `What is streamed, joined, is the text of all bytes, and every part is whole`() throws {
        let vocabulary = try bytePair()
        var random = Xorshift(seed: 17)
        for round in 0..<300 {
            let bytes = round % 2 == 0 ? random.bytes(count: 20) : random.text(length: 12)
            let parts = stream(bytes, vocabulary)
            #expect(parts.joined() == String(decoding: bytes, as: UTF8.self))
            if round % 2 == 1 {
                #expect(!parts.joined().contains("\u{FFFD}"))
            }
        }
    }

    @Test
    func `Control tokens are hidden, or shown by name`() throws {
        let vocabulary = try bytePair([("<|end|>", .control), ("<tool>", .userDefined)])
        var hiding = StreamingDetokenizer(vocabulary)
        #expect([97, 256, 257, 98].map { hiding.append($0) } == ["a", "", "<tool>", "b"])
        var showing = StreamingDetokenizer(vocabulary, controlTokens: .show)
        #expect([97, 256].map { showing.append($0) } == ["a", "<|end|>"])
    }

    @Test
    func `The space before text goes, once`() throws {
        let tokenizer = try Tokenizers.make(SmallVocabulary.sentencePiece())
        let tokens = tokenizer.encode("the token", special: .ignore)
        var fresh = StreamingDetokenizer(tokenizer.vocabulary)
        #expect(tokens.map { fresh.append($0) }.joined() + fresh.finish() == "the token")
        var continuing = StreamingDetokenizer(tokenizer.vocabulary, continuesText: true)
        #expect(tokens.map { continuing.append($0) }.joined() == " the token")
        #expect(tokens.map { fresh.append($0) }.joined() == "the token", "as new after finishing")
    }

    @Test
    func `Ids outside the vocabulary say nothing`() throws {
        var detokenizer = StreamingDetokenizer(try bytePair())
        #expect([-3, 4000, 97].map { detokenizer.append($0) } == ["", "", "a"])
    }
}
