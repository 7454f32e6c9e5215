// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

struct SyntheticDraftTests {
    private let target = ToyModel(vocabularySize: 40, seed: 8, memory: 4)
    private let prompt = tokens(3, 1, 2)

    private func script(_ count: Int) -> [TokenID] {
        let harness = Harness(target, contextCapacity: 2048)
        return prompt
            + harness.generate(GenerationRequest(prompt: prompt, sampler: .greedy, maxTokens: count)).tokens
    }

    @Test(arguments: [0.0, 0.5, 0.7, 0.9, 1.0])
    func `The target accepts it at the rate that was set`(_ rate: Double) throws {
        let script = script(1500)
        for strategy in ["sd", "pearl", "specdec++", "auto"] {
            let draft = SyntheticDraft(
                rate: rate, vocabularySize: 40, cost: ToyRunner(countingModel(7), contextCapacity: 2048), seed: 5)
            draft.script = script
            let run = DecodingRun(target: ToyRunner(target, contextCapacity: 2048), draft: draft)
            let summary = Generator(clock: TestClock().clock, makeTextDecoder: { ByteTextDecoder.letters(40) }).run(
                GenerationRequest(prompt: prompt, strategy: strategy, sampler: .greedy, maxTokens: 1500), run
            ) { _ in }
            #expect(summary.tokens == Array(script.dropFirst(prompt.count)))
            if strategy == "sd" {
                let accepted = try #require(summary.statistics.judgedAcceptanceRate)
                #expect(abs(accepted - rate) < 0.05, "\(strategy): \(accepted)")
            }
        }
    }

    @Test
    func `It is right as often as it is sure`() throws {
        let count = 4000
        let draft = SyntheticDraft(
            rate: 0.6, vocabularySize: 40, cost: ToyRunner(countingModel(7), contextCapacity: count), seed: 2)
        draft.script = (0...count).map { TokenID(Int32($0 % 40)) }
        let rows = try #require(
            try draft.forward(ModelBatch(Array(draft.script.prefix(count)), want: .allLogits)).logits)
        // [confidence in fifths]: how often it was right, and how often it spoke.
        var right = [Int](repeating: 0, count: 5)
        var all = right
        for row in 0..<count {
            let best = try #require(rows[row].indices.max { rows[row][$0] < rows[row][$1] })
            let probability = exp(Double(rows[row][best])) / (exp(Double(rows[row][best])) + 39)
            let fifth = min(4, Int(probability * 5))
            all[fifth] += 1
            if best - rows[row].startIndex == (row + 1) % 40 { right[fifth] += 1 }
        }
        #expect(all[0] == 0 && all[1...].allSatisfy { $0 > 700 })
        for fifth in 1...4 {
            #expect(abs(Double(right[fifth]) / Double(all[fifth]) - (Double(fifth) + 0.5) / 5) < 0.06, "\(fifth)")
        }
        #expect(abs(Double(right.reduce(0, +)) / Double(count) - 0.6) < 0.03)
    }

    @Test
    func `It makes the passes of the model that it costs`() throws {
        let cost = ToyRunner(countingModel(7))
        let draft = SyntheticDraft(rate: 1, vocabularySize: 40, cost: cost)
        draft.script = tokens(1, 2, 30, 4)
        let rows = try #require(try draft.forward(ModelBatch(tokens(1, 2), want: .allLogits)).logits)
        #expect(rows.rowCount == 2 && rows.columnCount == 40)
        #expect(rows[0].filter { $0 != 0 }.count == 1 && rows[0][rows[0].startIndex + 2] > 10)
        #expect(rows[1].filter { $0 != 0 }.count == 1 && rows[1][rows[1].startIndex + 30] > 10)
        #expect(cost.passCount == 1 && cost.ledger == tokens(1, 2) && draft.ledger == tokens(1, 2))
        draft.truncate(to: 1)
        #expect(cost.ledger == tokens(1) && draft.ledger == tokens(1))
        #expect(throws: ModelError.tokenOutOfRange(token: 40, vocabulary: 40)) {
            try draft.forward(ModelBatch(tokens(40)))
        }
    }
}
