// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import InklingDecoding

/// Says what it is told to about each token, which it reads from the toy model's hidden state.
private struct TableHead: AcceptanceHead {
    var acceptances: [Float]
    var hiddenSize: Int { acceptances.count + 1 }

    func acceptance(hidden: ArraySlice<Float>) -> Float {
        zip(acceptances, hidden).first { $0.1 != 0 }?.0 ?? 0
    }
}

struct SpecDecPlusPlusTests {
    private let target = countingModel(26)

    /// - Parameter wrongAfter: the draft model agrees with the target up to this token, and then goes astray.
    private func harness(wrongAfter: Int = 99) -> Harness {
        let draft = ToyModel(
            table: target.table.enumerated().map { row, logits in row < wrongAfter ? logits : logits.reversed() })
        return Harness(target: ToyRunner(target), draft: ToyRunner(draft))
    }

    private func run(
        _ harness: Harness, maxTokens: Int = 20, parameters: [String: ParameterValue] = [:]
    ) -> GenerationSummary {
        harness.generate(
            GenerationRequest(
                prompt: tokens(0), strategy: "specdec++", parameters: parameters, sampler: .greedy,
                maxTokens: maxTokens))
    }

    @Test
    func `With a head that knows, a draft ends one token after the first that will be rejected`() {
        // Token 5 and all after it will be rejected; the head is asked about a token only when the next is drafted.
        let harness = harness(wrongAfter: 4)
        harness.run.acceptanceHead = TableHead(acceptances: (0..<26).map { $0 <= 4 ? 1 : 0 })
        let summary = run(harness)
        #expect(summary.tokens.map(\.rawValue) == Array(1...20))
        #expect(harness.rounds[0].draft?.count == 6)
        #expect(harness.rounds[0].acceptedCount == 4)
        #expect(harness.rounds[0].stop == .likelyRejection)
        #expect(harness.rounds[0].measures.first { $0.name == "stop-probability" }?.value == 1)
        #expect(harness.rounds[0].measures.first { $0.name == "head" }?.value == 1)
    }

    @Test
    func `The probability of some rejection is built up over the draft and compared with the threshold`() {
        // 1 − 0.8ⁿ exceeds 0.5 at n = 4: the fifth token is the first drafted with four assessed.
        let harness = harness()
        harness.run.acceptanceHead = TableHead(acceptances: Array(repeating: 0.8, count: 26))
        _ = run(harness, parameters: ["stop": 0.5])
        #expect(harness.rounds[0].draft?.count == 5)
        let probability = harness.rounds[0].measures.first { $0.name == "stop-probability" }?.value ?? 0
        #expect(abs(probability - (1 - 0.8 * 0.8 * 0.8 * 0.8)) < 1e-6)
        #expect(harness.rounds[0].measures.contains(RoundMeasure("threshold", 0.5)))
    }

    @Test
    func `Shortest and longest draft hold whatever the head says`() {
        for (acceptance, expected) in [(Float(0), 3), (1, 7), (.nan, 7)] {
            let harness = harness()
            harness.run.acceptanceHead = TableHead(acceptances: Array(repeating: acceptance, count: 26))
            _ = run(harness, parameters: ["min": 3, "max": 7])
            #expect(harness.rounds[0].draft?.count == expected)
            #expect(harness.rounds[0].stop == (acceptance == 0 ? .likelyRejection : .length))
        }
    }

    @Test
    func `A head of another width is refused`() {
        let harness = harness()
        harness.run.acceptanceHead = TableHead(acceptances: [1, 1])
        let summary = run(harness)
        #expect(summary.reason == .failed(.headDoesNotFit(expected: 3, found: 27)))
        #expect("\(GenerationError.headDoesNotFit(expected: 3, found: 27))".contains("3 numbers"))
    }

    @Test
    func `Without a head the draft model's own confidence decides`() {
        let sure = harness()
        _ = run(sure)
        #expect(sure.rounds[0].stop == .limit)
        #expect(sure.rounds[0].draft?.count == 19)
        #expect(sure.rounds[0].measures.first { $0.name == "head" }?.value == 0)

        // A flat distribution: every token is a guess of one in twelve.
        let flat = ToyModel(table: Array(repeating: Array(repeating: 0, count: 12), count: 12))
        let unsure = Harness(target: ToyRunner(flat), draft: ToyRunner(flat))
        _ = run(unsure, parameters: ["min": 1])
        #expect(unsure.rounds[0].draft?.count == 1)
        #expect(unsure.rounds[0].stop == .likelyRejection)
        let probability = unsure.rounds[0].measures.first { $0.name == "stop-probability" }?.value ?? 0
        #expect(abs(probability - 11.0 / 12) < 1e-5)
    }

    @Test
    func `Confidence that proves wrong counts for less`() {
        var model = ConfidenceModel()
        let logits: [Float] = [4, 0, 0, 0]
        let step = DraftStep(depth: 1, token: 0, logits: logits[...])
        let first = model.acceptance(of: step)
        #expect(abs(first - Slow.softmax(logits)[0]) < 1e-5)
        for _ in 0..<200 {
            model.startDraft()
            _ = model.acceptance(of: step)
            model.learn(acceptedCount: 0, hasRejection: true)
        }
        #expect(model.acceptance(of: step) < 0.3)
        for _ in 0..<400 {
            model.startDraft()
            _ = model.acceptance(of: step)
            model.learn(acceptedCount: 1, hasRejection: false)
        }
        #expect(model.acceptance(of: step) > 0.8)
    }

    @Test
    func `Logits that are no numbers give a probability still`() {
        var model = ConfidenceModel()
        for logits: [Float] in [[.nan, .nan], [-.infinity, -.infinity], [.infinity, 0], [3, -.infinity]] {
            let acceptance = model.acceptance(of: DraftStep(depth: 1, token: 0, logits: logits[...]))
            #expect((0...1).contains(acceptance), "\(logits)")
        }
    }
}
