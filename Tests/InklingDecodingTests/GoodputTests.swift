// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTestSupport
import InklingTokenizer
import Synchronization
import Testing

@testable import InklingDecoding

/// Time that only passes spend.
private final class SimulatedTime: Sendable {
    private let microseconds = Atomic<Int>(0)

    var clock: DecodeClock {
        DecodeClock { .microseconds(self.microseconds.load(ordering: .relaxed)) }
    }

    func spend(_ amount: Int) { microseconds.add(amount, ordering: .relaxed) }
}

struct GoodputTests {
    private let target = countingModel(26)

    /// - Parameters:
    ///   - cost: microseconds of a pass of the target over so many rows.
    ///   - draftCost: of a pass of the draft model.
    private func generate(
        draft: ToyModel, maxTokens: Int, draftCost: Int, cost: @escaping (Int) -> Int
    ) -> (rounds: [DecodingRound], summary: GenerationSummary, time: Duration) {
        let time = SimulatedTime()
        let harness = Harness(
            target: ToyRunner(target, contextCapacity: 2048), draft: ToyRunner(draft, contextCapacity: 2048))
        harness.target.willForward = { time.spend(cost($0.rows.count)) }
        harness.draft.willForward = { _ in time.spend(draftCost) }
        var rounds: [DecodingRound] = []
        let summary = Generator(clock: time.clock, makeTextDecoder: { ByteTextDecoder.letters(26) }).run(
            GenerationRequest(prompt: tokens(0), strategy: "auto", sampler: .greedy, maxTokens: maxTokens),
            harness.run
        ) { if case .round(let round) = $0 { rounds.append(round) } }
        return (rounds, summary, summary.statistics.decodeDuration)
    }

    @Test
    func `The length chosen is the best of all by the formula`() {
        for acceptance in [0.3, 0.6, 0.9] {
            for (draftCost, slope) in [(0.05, 0.02), (0.1, 0.1), (0.5, 0.05), (1.2, 0.02)] {
                var model = GoodputModel()
                for round in 0..<400 {
                    let rows = 1 + round % 6
                    let cost = Duration.seconds(1 + slope * Double(rows - 1))
                    let isAccepted =
                        (Double(round) * acceptance).rounded(.down)
                        != (Double(round + 1) * acceptance).rounded(.down)
                    model.learn(
                        spans: [
                            PassSpan(lane: .target, start: .zero, duration: cost, rowCount: rows),
                            PassSpan(lane: .draft, start: .zero, duration: .seconds(draftCost), rowCount: 1),
                        ], acceptedCount: isAccepted ? 1 : 0, hasRejection: !isAccepted)
                }
                #expect(abs(model.acceptance - acceptance) < 0.05)
                #expect(abs(model.targetPass(rows: 9) - (1 + slope * 8)) < 0.05 * (1 + slope * 8))
                let exact = (0...16).map { length in
                    let tokens = (0...length).reduce(0.0) { sum, depth in
                        sum + (0..<depth).reduce(1.0) { product, _ in product * acceptance }
                    }
                    return tokens / (Double(length) * draftCost + 1 + slope * Double(length))
                }
                let chosen = model.bestLength(upTo: 16)
                #expect(exact[chosen] > 0.97 * (exact.max() ?? 0), "\(acceptance), \(draftCost), \(slope): \(chosen)")
            }
        }
    }

    @Test
    func `What a draft model reads to catch up does not count as the cost of a draft`() {
        var model = GoodputModel()
        func span(_ lane: Lane, _ milliseconds: Int, rows: Int) -> PassSpan {
            PassSpan(lane: lane, start: .zero, duration: .milliseconds(milliseconds), rowCount: rows)
        }
        for _ in 0..<20 {
            model.learn(
                spans: [span(.draft, 900, rows: 128), span(.draft, 5, rows: 1), span(.target, 100, rows: 3)],
                acceptedCount: 2, hasRejection: false)
        }
        #expect(model.bestLength(upTo: 8) == 8)
    }

    @Test
    func `With a draft model that is always wrong drafting ends, and costs little`() {
        let wrong = ToyModel(table: target.table.map { $0.reversed() })
        let (rounds, summary, time) = generate(draft: wrong, maxTokens: 1000, draftCost: 200) { 1000 + 20 * $0 }
        #expect(summary.tokens.count == 1000)
        #expect(rounds[20..<36].count { $0.draftPassCount > 0 } <= 1)
        #expect(time < .microseconds(1000 * 1020 * 103 / 100))
    }

    @Test
    func `With a cheap draft model that is always right drafts are as long as allowed`() {
        let (rounds, _, _) = generate(draft: target, maxTokens: 300, draftCost: 50) { 1000 + 20 * $0 }
        #expect(rounds[20].draft?.count == 8)
    }

    @Test
    func `Drafting comes back when it becomes worth while`() {
        // The draft model is always right, but slow at first, as when something else took its cores.
        let time = SimulatedTime()
        let harness = Harness(
            target: ToyRunner(target, contextCapacity: 2048), draft: ToyRunner(target, contextCapacity: 2048))
        let passes = PassCounter()
        harness.target.willForward = { _ in
            passes.next()
            time.spend(1000)
        }
        harness.draft.willForward = { _ in time.spend(passes.count < 100 ? 5000 : 50) }
        var rounds: [DecodingRound] = []
        Generator(clock: time.clock, makeTextDecoder: { ByteTextDecoder.letters(26) }).run(
            GenerationRequest(prompt: tokens(0), strategy: "auto", sampler: .greedy, maxTokens: 1500), harness.run
        ) { if case .round(let round) = $0 { rounds.append(round) } }
        #expect(rounds[60..<70].allSatisfy { $0.draft == nil })
        #expect(rounds.suffix(10).dropLast().allSatisfy { ($0.draft?.count ?? 0) > 2 })
    }
}
