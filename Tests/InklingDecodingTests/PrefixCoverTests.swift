// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import InklingDecoding

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A vocabulary of a few letters and their merges, and a model of it whose law is brought onto what the tokenizer writes.
private struct ToyText {
    let tokenizer: any Tokenizer
    let model: ToyModel
    let index: TokenPrefixIndex
    /// Stands before every text.
    let start: TokenID

    var vocabulary: Vocabulary { tokenizer.vocabulary }

    init(seed: UInt64, memory: Float = 0.7) throws {
        let letters = ["a", "b", "Ġ"]
        let merges = ["a b", "ab a", "Ġ a", "Ġa b", "b b", "Ġab b"]
        let pieces = letters + merges.map { $0.filter { $0 != " " } } + ["<end>"]
        var description = VocabularyDescription(
            model: "gpt2", preTokenizer: "gpt-2", tokens: ByteStringArray(pieces),
            types: pieces.map { Int32($0 == "<end>" ? 3 : 1) }, merges: ByteStringArray(merges))
        description.special.endOfSequence = TokenID(Int32(pieces.count - 1))
        tokenizer = try Tokenizers.make(description)
        start = TokenID(Int32(pieces.count - 1))
        model = ToyModel(vocabularySize: pieces.count, seed: seed, memory: memory)
        index = TokenPrefixIndex(tokenizer.vocabulary)
    }

    func text(_ tokens: [TokenID]) -> [UInt8] { tokens.flatMap { vocabulary.bytes(of: $0) } }

    /// The law after a path when tokens that the tokenizer would not write there have none of it. The end is left out.
    func law(after tokens: [TokenID]) -> [TokenID: Double] {
        var logits = model.logits(after: [start] + tokens)
        logits[Int(start.rawValue)] = -.infinity
        let law = Slow.softmax(logits)
        var result: [TokenID: Double] = [:]
        for index in 0..<vocabulary.count - 1 {
            let token = TokenID(Int32(index)), whole = tokens + [token]
            if tokenizer.encode(text(whole), special: .ignore) == whole { result[token] = law[index] }
        }
        return result
    }

    /// Every cover of a text with its probability, found by trying all tokens everywhere.
    func covers(_ bytes: [UInt8], after tokens: [TokenID] = [], probability: Double = 1) -> [[TokenID]: Double] {
        let done = text(tokens)
        guard done.count < bytes.count else { return [tokens: probability] }
        var result: [[TokenID]: Double] = [:]
        for (token, share) in law(after: tokens) {
            let next = done + vocabulary.bytes(of: token)
            guard next.starts(with: bytes) || bytes.starts(with: next) else { continue }
            result.merge(covers(bytes, after: tokens + [token], probability: probability * share)) { $0 + $1 }
        }
        return result
    }

    /// What may follow, by brute force: the tokens of each first choice, with its share.
    func choices(_ bytes: [UInt8]) -> [[TokenID]: Double] {
        var result: [[TokenID]: Double] = [:]
        for (cover, probability) in covers(bytes) {
            if text(cover).count > bytes.count {
                result[cover, default: 0] += probability
            } else {
                for (token, share) in law(after: cover) { result[cover + [token], default: 0] += probability * share }
            }
        }
        let total = result.values.reduce(0, +)
        return result.mapValues { $0 / total }
    }

    func request(_ bytes: [UInt8], method: DraftMethod, count: Int, length: Int, seed: UInt64 = 0) -> DraftRequest {
        let covers = PrefixCovers(of: bytes, tokenizer: tokenizer, index: index)
        return DraftRequest(
            prompt: [start] + covers.anchor, method: method, count: count, length: length,
            sampler: DraftRequest.nucleus(topP: 1, seed: seed), covers: covers, excludedTokens: [start])
    }
}

struct PrefixCoverTests {
    private static let texts = [
        "a", "ab", "b", " ", " a", " ab", "ab a", "ba ab", "aba", "bb ", "  a", "ab ab b", "abab",
    ]

    @Test(arguments: texts)
    func `Covers are those that trying everything finds`(text: String) throws {
        let toy = try ToyText(seed: 1)
        let bytes = Array(text.utf8)
        let covers = PrefixCovers(of: bytes, tokenizer: toy.tokenizer, index: toy.index)
        var found: Set<[TokenID]> = []
        for (stem, entry) in covers.stems.enumerated() {
            let tokens = covers.anchor + entry.tokens
            if entry.rest.isEmpty { found.insert(tokens) }
            for token in entry.candidates where covers.isValid(token, after: stem) { found.insert(tokens + [token]) }
        }
        #expect(found == Set(toy.covers(bytes).keys))
        #expect(covers.stems[0].rest.isEmpty)
        let repeated = toy.text(Array(Array(found)[0].dropFirst(covers.anchor.count)))
        #expect(repeated.starts(with: bytes.suffix(covers.openByteCount)))
    }

    @Test(arguments: texts)
    func `Choices and their shares are those of brute force`(text: String) throws {
        for seed in UInt64(0)..<4 {
            let toy = try ToyText(seed: seed)
            let bytes = Array(text.utf8)
            let expected = toy.choices(bytes)
            // A beam of everything tells the share of each first choice.
            let request = toy.request(bytes, method: .beam, count: 32, length: 1)
            let report = try DraftRun(target: ToyRunner(toy.model)).run(request)
            let anchor = Array(request.prompt.dropFirst())
            #expect(report.continuations.count == expected.count)
            for draft in report.continuations {
                let share = try #require(expected[anchor + draft.tokens])
                #expect(draft.newCount == 1 && draft.logProbabilities.count == 1)
                #expect(abs(exp(Double(draft.logProbabilities[0])) - share) < 1e-5)
            }
        }
    }

    @Test func `The law of the next byte does not depend on where the text was cut`() throws {
        let toy = try ToyText(seed: 3)
        // P(text) of every text of some bytes, as the covers say.
        func probability(_ bytes: [UInt8]) -> Double { toy.covers(bytes).values.reduce(0, +) }
        for text in ["a", "ab", " a", "ba"] {
            let bytes = Array(text.utf8)
            var next: [UInt8: Double] = [:]
            let request = toy.request(bytes, method: .beam, count: 32, length: 1)
            for draft in try DraftRun(target: ToyRunner(toy.model)).run(request).continuations {
                let whole = toy.text(Array(request.prompt.dropFirst()) + draft.tokens)
                next[whole[bytes.count], default: 0] += exp(Double(draft.logProbabilities[0]))
            }
            for (byte, share) in next {
                let longer = probability(bytes + [byte])
                let all = next.keys.reduce(0) { $0 + probability(bytes + [$1]) }
                #expect(abs(longer / all - share) < 1e-5)
            }
        }
    }

    @Test func `Draws follow the law of the choices`() throws {
        let toy = try ToyText(seed: 5)
        let bytes = Array("ab a".utf8)
        var counts: [[TokenID]: Int] = [:]
        let rounds = 120
        for round in 0..<rounds {
            let request = toy.request(bytes, method: .nucleus, count: 32, length: 1, seed: UInt64(round))
            for draft in try DraftRun(target: ToyRunner(toy.model)).run(request).continuations {
                counts[Array(request.prompt.dropFirst()) + draft.tokens, default: 0] += 1
            }
        }
        // Exact shares of what the model gives, as the beam sees them.
        let beam = try DraftRun(target: ToyRunner(toy.model)).run(
            toy.request(bytes, method: .beam, count: 32, length: 1))
        let anchor = PrefixCovers(of: bytes, tokenizer: toy.tokenizer, index: toy.index).anchor
        for draft in beam.continuations {
            let share = exp(Double(draft.logProbabilities[0])), draws = Double(rounds * 32)
            let found = Double(counts[anchor + draft.tokens] ?? 0) / draws
            // Five standard deviations.
            #expect(abs(found - share) < 5 * (share * (1 - share) / draws).squareRoot() + 1e-9)
        }
    }

    @Test(arguments: DraftMethod.allCases)
    func `Every draft begins with the text, and its probabilities are the model's`(method: DraftMethod) throws {
        let toy = try ToyText(seed: 8)
        for text in Self.texts {
            let bytes = Array(text.utf8)
            let request = toy.request(bytes, method: method, count: 4, length: 4)
            let runner = ToyRunner(toy.model)
            let report = try DraftRun(target: runner).run(request)
            #expect(runner.ledger == request.prompt.map { $0 })
            for draft in report.continuations {
                let all = Array(request.prompt.dropFirst()) + draft.tokens
                #expect(toy.text(all).starts(with: bytes) && toy.text(all).count > bytes.count)
                #expect(draft.newCount == 4 && draft.logProbabilities.count == 4)
                for place in draft.stemCount + 1..<draft.tokens.count {
                    var logits = toy.model.logits(after: request.prompt + draft.tokens[..<place])
                    logits[Int(toy.start.rawValue)] = -.infinity
                    let law = Slow.softmax(logits)
                    let expected = Slow.ln(law[Int(draft.tokens[place].rawValue)])
                    #expect(abs(Double(draft.logProbabilities[place - draft.stemCount]) - expected) < 1e-4)
                }
            }
        }
    }

    @Test func `A minimum of the anchor leaves out covers that begin otherwise`() throws {
        let toy = try ToyText(seed: 1)
        for text in Self.texts {
            let covers = PrefixCovers(
                of: Array(text.utf8), tokenizer: toy.tokenizer, index: toy.index, minimumAnchor: 1)
            #expect(covers.anchor.first == toy.tokenizer.encode(text, special: .ignore).first)
        }
    }
}
