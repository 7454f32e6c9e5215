// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingTokenizer

struct HostileVocabularyTests {
    private func randomDescription(_ random: inout Xorshift) -> VocabularyDescription {
        func text(_ limit: Int) -> [UInt8] {
            let alphabet = Array("ab<|>_ \n▁ĠéÃ0x".utf8) + [0xFF, 0xE2, 0x00]
            return (0..<Int.random(in: 0...limit, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
        }
        func token() -> TokenID? {
            Bool.random(using: &random) ? TokenID(Int32.random(in: -3...60, using: &random)) : nil
        }
        let count = Int.random(in: 1...50, using: &random)
        var description = VocabularyDescription(
            model: Bool.random(using: &random) ? "gpt2" : "llama",
            preTokenizer: PreTokenizer.knownNames.randomElement(using: &random) ?? "",
            modelName: Bool.random(using: &random) ? "phi-3" : "",
            tokens: ByteStringArray(rows: (0..<count).map { _ in text(5) }))
        if Bool.random(using: &random) {
            let scores: [Float] = [0, -1, 1, .nan, .infinity, -.infinity, -0.0, .greatestFiniteMagnitude]
            description.scores = (0..<count).map { _ in scores.randomElement(using: &random) ?? 0 }
        }
        if Bool.random(using: &random) {
            description.types = (0..<count).map { _ in
                Bool.random(using: &random) ? Int32.random(in: -1...8, using: &random) : .max
            }
        }
        description.merges = ByteStringArray(
            rows: (0..<30).map { _ in text(3) + (Bool.random(using: &random) ? [0x20] : []) + text(3) })
        description.special.beginOfSequence = token()
        description.special.endOfSequence = token()
        description.special.unknown = token()
        description.special.fillPadding = token()
        description.addsBOS = Bool.random(using: &random)
        description.addsEOS = Bool.random(using: &random)
        description.addsSpacePrefix = Bool.random(using: &random)
        return description
    }

    @Test
    func `Random vocabularies encode and decode whatever comes, with ids of their own`() throws {
        var random = Xorshift(seed: 97)
        for _ in 0..<400 {
            let tokenizer = try Tokenizers.make(randomDescription(&random))
            let vocabulary = tokenizer.vocabulary
            for text in [random.bytes(count: 20), Array("a <|b|> ab▁é\n  ".utf8), [], [0xE2], Array("ab".utf8)] {
                for policy in [SpecialTokenPolicy.parse, .ignore] {
                    let tokens = tokenizer.encode(text, special: policy, boundaries: .byDefault)
                    #expect(tokens.allSatisfy(vocabulary.contains))
                    var detokenizer = StreamingDetokenizer(vocabulary, controlTokens: .show)
                    let streamed = tokens.map { detokenizer.append($0) }.joined() + detokenizer.finish()
                    #expect(Array(streamed.utf8) == Array(String(tokenizer.decode(tokens)).utf8))
                }
            }
        }
    }

    @Test
    func `One token as long as a book is found and merged as any other`() throws {
        let long = String(repeating: "ab", count: 20_000)
        let description = SmallVocabulary.bytePair(merges: 5, special: [(long, .userDefined)])
        let tokenizer = try Tokenizers.make(description)
        #expect(tokenizer.encode("x" + long + "y", special: .ignore).count == 3)
    }
}
