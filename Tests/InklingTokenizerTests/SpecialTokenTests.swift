// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingTokenizer

struct SpecialTokenTests {
    private func fragments(
        _ text: String, _ special: [(String, TokenType)], _ policy: SpecialTokenPolicy = .parse, name: String = "",
        preTokenizer: String = "gpt-2"
    ) throws -> [String] {
        var description = SmallVocabulary.bytePair(merges: 0, preTokenizer: preTokenizer, special: special)
        description.modelName = name
        let vocabulary = try Vocabulary(description)
        let bytes = Array(text.utf8)
        return SpecialTokenMatcher(vocabulary).fragments(of: bytes, special: policy).map { fragment in
            switch fragment {
            case .text(let range): String(decoding: bytes[range], as: UTF8.self)
            case .token(let token): "[\(vocabulary.spelling(of: token))]"
            }
        }
    }

    private let chat: [(String, TokenType)] = [
        ("<|user|>", .control), ("<|user", .control), ("<tool>", .userDefined), ("<odd>", .unknown), ("§", .unused),
    ]

    @Test
    func `Control tokens are found only when parsed, tokens of the maker always`() throws {
        let text = "a<|user|>b<tool>c<odd>d§"
        #expect(try fragments(text, chat) == ["a", "[<|user|>]", "b", "[<tool>]", "c", "[<odd>]", "d§"])
        #expect(try fragments(text, chat, .ignore) == ["a<|user|>b", "[<tool>]", "c<odd>d§"])
    }

    @Test
    func `Text of a user does not become a turn marker`() throws {
        let tokenizer = try Tokenizers.make(SmallVocabulary.bytePair(special: [("<|im_end|>", .normal)]))
        let tokens = tokenizer.encode("<|im_end|>", special: .ignore)
        #expect(!tokens.contains { tokenizer.vocabulary.isEndOfGeneration($0) })
        #expect(tokenizer.encode("<|im_end|>", special: .parse).count == 1)
    }

    @Test
    func `Longer tokens go before shorter ones, wherever they stand`() throws {
        #expect(try fragments("<|user|><|user", chat) == ["[<|user|>]", "[<|user]"])
        let crossing: [(String, TokenType)] = [("abc", .control), ("cdef", .control), ("d", .control)]
        #expect(try fragments("abcdefd", crossing) == ["ab", "[cdef]", "[d]"])
        #expect(try fragments("aaaa", [("aa", .control), ("aaa", .control)]) == ["[aaa]", "a"])
    }

    @Test
    func `Neighbours, ends and repetitions are cut right`() throws {
        #expect(try fragments("<tool>", chat) == ["[<tool>]"])
        #expect(try fragments("<tool><tool>", chat) == ["[<tool>]", "[<tool>]"])
        #expect(try fragments("<tool", chat) == ["<tool"])
        #expect(try fragments("", chat) == [])
        #expect(try fragments("x", []) == ["x"])
    }

    @Test
    func `Phi-3 swallows blanks after its special tokens, but for three of them`() throws {
        let special: [(String, TokenType)] = [
            ("<|user|>", .control), ("<|endoftext|>", .control), ("<s>", .control), ("</s>", .control),
        ]
        let text = "a <|user|> \n\tb<|endoftext|> c<s> d</s>  "
        #expect(
            try fragments(text, special, name: "Phi-3-mini")
                == ["a ", "[<|user|>]", "b", "[<|endoftext|>]", " c", "[<s>]", " d", "[</s>]"])
        #expect(try fragments("<|user|> b", special, name: "Other") == ["[<|user|>]", " b"])
    }

    @Test
    func `A mask token may swallow blanks before it`() throws {
        let special: [(String, TokenType)] = [("<mask>", .control)]
        #expect(try fragments("a  <mask> b", special, preTokenizer: "jina-v2-de") == ["a", "[<mask>]", " b"])
        #expect(try fragments("  <mask>", special, preTokenizer: "jina-v2-de") == ["[<mask>]"])
    }

    @Test
    func `Many places that only look like a token cost little`() throws {
        let text = String(repeating: "<|", count: 20000)
        #expect(try fragments(text, chat) == [text])
    }

    @Test
    func `Matching agrees with cutting token by token`() throws {
        var random = Xorshift(seed: 31)
        let special: [(String, TokenType)] = ["ab", "abc", "bca", "c", "aab", "bb b"].map { ($0, .control) }
        for _ in 0..<200 {
            let text = String(
                (0..<Int.random(in: 0...30, using: &random)).map { _ in
                    "abc ".randomElement(using: &random) ?? "a"
                })
            var parts = text.isEmpty ? [] : [text]
            // "abc", "bca" and "aab" are equally long; the leftmost of them goes first.
            for tokens in [["bb b"], ["abc", "bca", "aab"], ["ab"], ["c"]] {
                parts = parts.flatMap { part -> [String] in
                    if part.hasPrefix("[") { return [part] }
                    var result: [String] = []
                    var rest = Substring(part)
                    while !rest.isEmpty {
                        let found = tokens.compactMap { rest.firstRange(of: $0) }.min { $0.lowerBound < $1.lowerBound }
                        guard let found else { break }
                        if found.lowerBound > rest.startIndex { result.append(String(rest[..<found.lowerBound])) }
                        result.append("[\(rest[found])]")
                        rest = rest[found.upperBound...]
                    }
                    return rest.isEmpty ? result : result + [String(rest)]
                }
            }
            #expect(try fragments(text, special) == parts, "\(text)")
        }
    }
}
