// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import InklingDecoding

/// Says what it is told to about what follows each token, which it reads from the toy model's hidden state.
private struct TableHead: AcceptanceHead {
    var acceptances: [Float]
    var hiddenSize: Int { acceptances.count + 1 }

    func acceptance(hidden: ArraySlice<Float>, odds: Float, temperature: Float) -> Float {
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
    func `With a head that knows, a draft ends with the first token that will be rejected`() {
        // What is drawn after token 4, and all behind it, will be rejected.
        let harness = harness(wrongAfter: 4)
        harness.run.acceptanceHead = TableHead(acceptances: (0..<26).map { $0 < 4 ? 1 : 0 })
        let summary = run(harness)
        #expect(summary.tokens.map(\.rawValue) == Array(1...20))
        #expect(harness.rounds[0].draft?.count == 5)
        #expect(harness.rounds[0].acceptedCount == 4)
        #expect(harness.rounds[0].stop == .likelyRejection)
        #expect(harness.rounds[0].measures.first { $0.name == "stop-probability" }?.value ?? 0 > 0.99)
        #expect(harness.rounds[0].measures.first { $0.name == "head" }?.value == 1)
    }

    @Test
    func `The probability of some rejection is built up over the draft and compared with the threshold`() {
        // 1 − 0.8ⁿ exceeds 0.5 at n = 4.
        let harness = harness()
        harness.run.acceptanceHead = TableHead(acceptances: Array(repeating: 0.8, count: 26))
        _ = run(harness, parameters: ["stop": 0.5])
        #expect(harness.rounds[0].draft?.count == 4)
        let probability = harness.rounds[0].measures.first { $0.name == "stop-probability" }?.value ?? 0
        #expect(abs(probability - (1 - 0.8 * 0.8 * 0.8 * 0.8)) < 1e-6)
        #expect(harness.rounds[0].measures.contains(RoundMeasure("threshold", 0.5)))
    }

    @Test
    func `Without a threshold, drafts are shorter where verifying is dearer`() {
        func firstLength(row: Double) -> Int? {
            let harness = harness()
            harness.run.acceptanceHead = TableHead(acceptances: Array(repeating: 0.8, count: 26))
            harness.run.costs = CostModel(
                CostProfile(
                    verify: [.init(rows: 1, seconds: 1), .init(rows: 33, seconds: 1 + 32 * row)], draftPass: 0.05,
                    draftRow: nil, acceptance: 0.8))
            _ = run(harness)
            return harness.rounds[0].draft?.count
        }
        let lengths = [0.01, 0.1, 0.3, 0.8].compactMap(firstLength)
        #expect(lengths == lengths.sorted(by: >) && lengths.first ?? 0 > 5 && lengths.last == 1, "\(lengths)")
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

    // MARK: With a head of any parameters

    /// Parameters that nobody trained, so that acceptances are all over the place.
    private func randomHead(hiddenSize: Int, seed: UInt64) throws -> ResidualHead {
        let shape = try #require(ResidualHeadShape(hiddenSize: hiddenSize, width: 8, blockCount: 2))
        var noise = TestNoise(seed)
        return ResidualHead(
            shape: shape, parameters: noise.logits(shape.parameterCount, spread: 1.5), temperatures: 0...1)
    }

    @Test
    func `Whatever a head says, greedy output is that of plain decoding`() throws {
        var stops: Set<DraftStop> = []
        for seed in 0..<20 {
            let model = ToyModel(vocabularySize: 12, seed: UInt64(seed))
            let plain = Harness(model)
            let harness = Harness(model)
            harness.run.acceptanceHead = try randomHead(hiddenSize: model.hiddenSize, seed: UInt64(seed))
            var request = GenerationRequest(
                prompt: tokens(3, 1, 4), strategy: "specdec++", parameters: ["min": 1, "max": 6], sampler: .greedy,
                maxTokens: 30)
            let summary = harness.generate(request)
            request.strategy = "ar"
            request.parameters = [:]
            #expect(summary.tokens == plain.generate(request).tokens)
            #expect(harness.cachesHold(request.prompt + summary.tokens))
            #expect(harness.rounds.allSatisfy { (0...6).contains($0.draftedCount) })
            stops.formUnion(harness.rounds.compactMap(\.stop))
        }
        #expect(stops.isSuperset(of: [.likelyRejection, .length]))
    }

    @Test
    func `Whatever a head says, sampled output follows the target's distribution`() throws {
        let head = try randomHead(hiddenSize: LawTest.model.hiddenSize, seed: 3)
        for settings in LawTest.settings {
            let result = LawTest.run(
                .specDecPlusPlus, settings, parameters: ["min": 1, "max": 3, "stop": 0.4], head: head)
            #expect(result.isPlausible, "\(settings): \(result)")
        }
    }

    @Test
    func `A head that proves wrong counts for less as the text goes on`() {
        // The pair agrees always, and the head expects next to nothing.
        let harness = harness()
        harness.run.acceptanceHead = TableHead(acceptances: Array(repeating: 0.2, count: 26))
        _ = run(harness, maxTokens: 120, parameters: ["stop": 0.7, "min": 1, "max": 8])
        let lengths = harness.rounds.dropLast().map(\.draftedCount)
        #expect(lengths.first == 1)
        #expect(lengths.last ?? 0 >= 3)
    }

    @Test
    func `A head is given odds and temperature of its token`() {
        // Says yes to tokens that the draft model was sure of, which in the counting model is every one.
        struct OddsHead: AcceptanceHead {
            let hiddenSize = 27
            func acceptance(hidden: ArraySlice<Float>, odds: Float, temperature: Float) -> Float {
                #expect(temperature == 0)
                return odds > 4 ? 1 : 0
            }
        }
        let harness = harness()
        harness.run.acceptanceHead = OddsHead()
        _ = run(harness, maxTokens: 10)
        #expect(harness.rounds[0].draft?.count == 9)
    }

    @Test
    func `After a draft that was accepted as a whole the draft model reads two tokens in one pass`() {
        let harness = harness()
        harness.run.acceptanceHead = TableHead(acceptances: Array(repeating: 1, count: 26))
        _ = run(harness, maxTokens: 20, parameters: ["stop": 0.7, "max": 4])
        #expect(harness.rounds.dropLast().allSatisfy { $0.draftPassCount == 4 })
        #expect(harness.rounds[1].spans.first?.rowCount == 2)
    }
}
