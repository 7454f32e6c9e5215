// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import InklingDecoding

struct PromptLookupTests {
    private func match(_ text: [TokenID], _ lengths: ClosedRange<Int> = 2...4) -> (length: Int, end: Int)? {
        var index = NGramIndex(lengths: lengths)
        index.extend(over: text)
        return index.latestMatch(in: text)
    }

    /// The definition, by looking everywhere.
    private func slowMatch(_ text: [TokenID], _ lengths: ClosedRange<Int>) -> (length: Int, end: Int)? {
        for length in lengths.reversed() where length < text.count {
            for end in (length..<text.count).reversed() where text[end - length..<end] == text.suffix(length) {
                return (length, end)
            }
        }
        return nil
    }

    @Test
    func `The latest of the longest matches is found, and never the end itself`() {
        #expect(match(tokens(1, 2, 3, 1, 2, 4, 1, 2)).map { [$0.length, $0.end] } == [2, 5])
        #expect(match(tokens(7, 1, 2, 3, 5, 1, 2, 4, 7, 1, 2)).map { [$0.length, $0.end] } == [3, 3])
        #expect(match(tokens(1, 2, 3)) == nil)
        #expect(match(tokens(1)) == nil)
        #expect(match(tokens(5, 5, 5)).map { [$0.length, $0.end] } == [2, 2])
        #expect(match(tokens(3, 1, 3), 1...1).map { [$0.length, $0.end] } == [1, 1])
        #expect(match(tokens(3, 1, 3)) == nil)
    }

    @Test
    func `A text that grows token by token gives what a search through all of it gives`() {
        var noise = TestNoise(5)
        for lengths in [1...1, 2...4, 1...6] {
            var text: [TokenID] = []
            var index = NGramIndex(lengths: lengths)
            for _ in 0..<300 {
                text.append(TokenID(Int32.random(in: 0...2, using: &noise)))
                index.extend(over: text)
                let found = index.latestMatch(in: text)
                let expected = slowMatch(text, lengths)
                #expect(found?.length == expected?.length && found?.end == expected?.end)
            }
        }
    }

    private func generate(
        _ model: ToyModel, _ prompt: [TokenID], maxTokens: Int, ends: Set<TokenID> = [],
        parameters: [String: ParameterValue] = [:]
    ) -> Harness {
        let harness = Harness(model)
        harness.generate(
            GenerationRequest(
                prompt: prompt, strategy: "prompt-lookup", parameters: parameters, sampler: .greedy,
                maxTokens: maxTokens, endTokens: ends))
        return harness
    }

    @Test
    func `On a text that repeats itself a pass gives gamma plus one tokens`() {
        let harness = generate(countingModel(5), tokens(0, 1, 2, 3, 4, 0, 1), maxTokens: 40)
        #expect(harness.rounds.map(\.committed.count) == [8, 8, 8, 8, 8])
        #expect(harness.rounds.allSatisfy { $0.stop == .length || $0.stop == .limit })
        #expect(harness.draft.passCount == 0)
    }

    @Test
    func `Without a match nothing is drafted, and the row is not wasted`() {
        let harness = generate(countingModel(26), tokens(0, 1, 2), maxTokens: 10)
        #expect(harness.rounds.allSatisfy { $0.draft == nil && $0.stop == .noMatch && $0.spans[0].rowCount == 1 })
        #expect(harness.rounds.flatMap(\.committed).allSatisfy { $0.source == .target })
    }

    @Test
    func `A copy ends at an end token`() {
        // The copied text has the end token; the target would not say it yet.
        let harness = generate(countingModel(26), tokens(1, 2, 9, 4, 1, 2), maxTokens: 3, ends: [9])
        #expect(harness.rounds[0].draft?.tokens == tokens(9))
        #expect(harness.rounds[0].stop == .endToken)
        #expect(harness.rounds.flatMap(\.committed).map(\.id) == tokens(3, 4, 5))
    }

    @Test
    func `A shortest n-gram above the longest is taken as the longest`() {
        let harness = generate(
            countingModel(5), tokens(0, 1, 2, 3, 4, 0, 1), maxTokens: 16,
            parameters: ["ngram-min": 9, "ngram-max": 2, "gamma": 3])
        #expect(harness.rounds.map(\.committed.count) == [4, 4, 4, 4])
    }
}
