// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTensor
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import inkling

@Suite struct PerplexityTests {
    private func tokens(_ ids: some Sequence<Int>) -> [TokenID] { ids.map { TokenID(Int32($0)) } }

    @Test func `Eleven tokens in chunks of four are two chunks of which one prediction each counts`() throws {
        let chunks = try PerplexityChunks(tokens(10...20), length: 4, first: nil)
        #expect(chunks.count == 2 && chunks.scored == 2..<3 && chunks.scoredCount == 2)
        #expect(chunks.input(0) == tokens([10, 11, 12, 13]))
        #expect(chunks.input(1) == tokens([14, 15, 16, 17]))
        #expect(chunks.target(0, at: 2) == TokenID(13))
        #expect(chunks.target(1, at: 2) == TokenID(17))
    }

    @Test func `The first token of a chunk gives way to the beginning of a sequence`() throws {
        let chunks = try PerplexityChunks(tokens(10...20), length: 5, first: TokenID(1))
        #expect(chunks.count == 2 && chunks.scored == 2..<4 && chunks.scoredCount == 4)
        #expect(chunks.input(0) == tokens([1, 11, 12, 13, 14]))
        #expect(chunks.input(1) == tokens([1, 16, 17, 18, 19]))
        // Only the model reads it: what is predicted stays.
        #expect(chunks.target(1, at: 3) == TokenID(19))
    }

    @Test func `Chunks of 512 score 255 predictions each`() throws {
        let chunks = try PerplexityChunks(tokens(repeatElement(0, count: 1535)), length: 512, first: nil)
        #expect(chunks.count == 2 && chunks.scored == 256..<511 && chunks.scoredCount == 510)
    }

    @Test func `A text of fewer than two chunks is refused`() {
        #expect(
            throws: Failure(
                "the text has 7 tokens; chunks of 4 need at least 8",
                hint: "give a longer text, or smaller chunks with -c")
        ) { try PerplexityChunks(tokens(0..<7), length: 4, first: nil) }
    }

    @Test func `Mean and error are those of the definition`() {
        var sum = PerplexitySum()
        #expect(sum.mean == 0 && sum.error == 0)
        for surprise in [1.0, 2.0, 4.0, 5.0] { sum.add(surprise) }
        #expect(sum.count == 4 && sum.mean == 3)
        #expect(abs(sum.perplexity - 20.085536923187668) < 1e-12)
        // Mean square 11.5, so a variance of 2.5 over 3, times the perplexity.
        #expect(abs(sum.error - 20.085536923187668 * (2.5 / 3).squareRoot()) < 1e-12)
    }

    @Test func `Surprise is the negative logarithm of the softmax`() {
        let even: [Float] = [7, 7, 7, 7]
        #expect(abs(PerplexityCommand.surprise(even[...], target: 2) - 1.3862943611198906) < 1e-9)
        // Far from 0 the sum must not overflow, and slices do not begin at 0.
        let steep: [Float] = [0, 1000, 999, -1000]
        #expect(abs(PerplexityCommand.surprise(steep[1...2], target: 1) - 1.3132616875182228) < 1e-6)
        #expect(abs(PerplexityCommand.surprise(steep[...], target: 0) - 1000.3132616875182) < 1e-6)
    }

    @Test func `Scoring reads each chunk from an empty cache, whatever is read at a time`() throws {
        let model = ToyModel(vocabularySize: 11, seed: 3)
        let text = tokens((0..<40).map { $0 * 7 % 11 })
        let chunks = try PerplexityChunks(text, length: 9, first: TokenID(2))
        var expected = PerplexitySum()
        for chunk in 0..<4 {
            var path = Array(text[chunk * 9..<chunk * 9 + 9])
            path[0] = TokenID(2)
            for position in 4..<8 {
                let logits = model.logits(after: Array(path[...position]))
                expected.add(
                    PerplexityCommand.surprise(logits[...], target: Int(text[chunk * 9 + position + 1].rawValue)))
            }
        }
        for rowLimit in [1, 3, 64] {
            let runner = ToyRunner(model)
            let pool = ComputePool(width: 2)
            var sum = PerplexitySum()
            for chunk in 0..<chunks.count {
                try PerplexityCommand.score(chunk, of: chunks, rowLimit: rowLimit, runner, pool, &sum)
            }
            #expect(sum.count == 16)
            #expect(abs(sum.mean - expected.mean) < 1e-12 && abs(sum.error - expected.error) < 1e-12)
        }
    }
}
