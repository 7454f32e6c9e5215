// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import InklingDecoding

/// What panels are fed from.
struct MetricHistoryTests {
    private static let model = ToyModel(vocabularySize: 12, seed: 5)

    private func cache(_ used: Int) -> CacheUsage {
        CacheUsage(usedTokens: used, capacityTokens: 100, usedBytes: used * 8, capacityBytes: 800)
    }

    private func token(_ position: Int, _ source: TokenSource = .target) -> CommittedToken {
        CommittedToken(id: TokenID(Int32(position)), position: position, source: source, logProbability: 0)
    }

    /// A round that drafted `drafted` tokens and kept `accepted` of them, and one more token.
    private func drafted(
        _ index: Int, _ drafted: Int, accepted: Int, at position: Int, milliseconds: Int = 10, baseline: Duration? = nil
    ) -> DecodeEvent {
        let tree = DraftTree(
            chain: (0..<drafted).map { TokenID(Int32($0)) }, probabilities: Array(repeating: 1, count: drafted))
        let rejection =
            accepted < drafted
            ? Verdict.Rejection(node: accepted, targetProbability: 0, draftProbability: 1) : nil
        let committed =
            (0..<accepted).map { token(position + $0, .draft) }
            + [token(position + accepted, accepted < drafted ? .correction : .bonus)]
        return .round(
            DecodingRound(
                index: index, draft: tree,
                verdict: Verdict(acceptedPath: Array(0..<accepted), next: TokenID(0), rejection: rejection),
                committed: committed, draftedCount: drafted,
                spans: [
                    PassSpan(lane: .draft, start: .zero, duration: .milliseconds(1), rowCount: 1),
                    PassSpan(lane: .target, start: .zero, duration: .milliseconds(5), rowCount: drafted + 1),
                ],
                start: .milliseconds(index * milliseconds), duration: .milliseconds(milliseconds),
                cache: cache(position + accepted), baseline: baseline))
    }

    private func plain(_ index: Int, at position: Int, milliseconds: Int = 10) -> DecodeEvent {
        .round(
            DecodingRound(
                index: index, committed: [token(position)], draftedCount: 0,
                spans: [PassSpan(lane: .target, start: .zero, duration: .milliseconds(9), rowCount: 1)],
                start: .milliseconds(index * milliseconds), duration: .milliseconds(milliseconds),
                cache: cache(position)))
    }

    private func prefill(_ done: Int, of total: Int, reused: Int) -> DecodeEvent {
        .prefill(PrefillProgress(lane: .target, done: done, total: total, reused: reused))
    }

    private func finished(_ tokens: Int = 0) -> DecodeEvent {
        var statistics = GenerationStatistics()
        statistics.generatedTokenCount = tokens
        return .finished(
            GenerationSummary(
                reason: .endOfText(TokenID(0)), strategy: "sd", seed: 0, promptTokenCount: 1, tokens: [], text: "",
                statistics: statistics))
    }

    // MARK: Rings

    @Test func `A ring keeps the last values in order`() {
        var ring = Ring<Int>(capacity: 3)
        #expect(ring.isEmpty)
        for value in 1...7 {
            ring.append(value)
            #expect(Array(ring) == Array(max(1, value - 2)...value))
        }
        var other = Ring<Int>(capacity: 3)
        for value in 5...7 { other.append(value) }
        // Where in memory the values lie is nobody's business.
        #expect(ring == other)
        ring.removeAll()
        ring.append(9)
        #expect(Array(ring) == [9] && ring.last == 9)
    }

    // MARK: Cells

    @Test func `The cells of the cache say what each position holds`() {
        var history = MetricHistory()
        history.take(prefill(8, of: 20, reused: 8))
        #expect(history.cells.reused == 8 && history.cells.prompt == 0 && history.cells.capacity == 8)
        history.take(prefill(20, of: 20, reused: 8))
        #expect(history.cells.prompt == 12 && history.prefill?.done == 20)
        history.take(drafted(0, 4, accepted: 1, at: 21))
        // 21 of the prompt and one accepted; three were rolled back.
        var cells = history.cells
        #expect((cells.reused, cells.prompt, cells.answer, cells.rolledBack) == (8, 13, 1, 3))
        #expect(cells.free == 100 - 22 - 3 && cells.capacity == 100)
        #expect(cells.usedBytes == 22 * 8 && cells.capacityBytes == 800)
        #expect(history.prefill == nil)
        history.take(finished())
        cells = history.cells
        #expect(cells.rolledBack == 0 && cells.free == 78 && cells.capacity == 100)
        // The next prompt begins with what is there.
        history.take(prefill(22, of: 30, reused: 22))
        #expect(history.cells.reused == 22 && history.cells.answer == 0 && history.cells.free == 78)
    }

    // MARK: Acceptance

    @Test func `Acceptance is counted by place in the draft, up to the first rejection`() {
        var history = MetricHistory()
        history.take(drafted(0, 4, accepted: 2, at: 1))
        history.take(drafted(1, 4, accepted: 4, at: 4))
        history.take(drafted(2, 2, accepted: 0, at: 9))
        #expect(history.positions.prefix(5).map(\.judged) == [3, 2, 2, 1, 0])
        #expect(history.positions.prefix(5).map(\.accepted) == [2, 2, 1, 1, 0])
        #expect(history.positions[0].rate == 2.0 / 3 && history.positions[4].rate == nil)
        #expect(Array(history.draftLengths) == [4, 4, 2])
        #expect(history.draftLengthCounts[4] == 2 && history.draftLengthCounts[2] == 1)
        #expect(history.acceptances.map(\.accepted) == [2, 4, 0])
        let rate = history.acceptanceRate ?? 0
        // Six of ten, the later ones counting for more.
        #expect(rate > 0.5 && rate < 0.6)
    }

    @Test func `A draft longer than is counted does no harm`() {
        var history = MetricHistory()
        history.take(drafted(0, 60, accepted: 50, at: 1))
        #expect(history.positions.count == 32 && history.positions.allSatisfy { $0.judged == 1 })
        #expect(history.draftLengthCounts.last == 1)
    }

    // MARK: Speed

    @Test func `Speed is that of the round and that of the last seconds`() {
        var history = MetricHistory()
        for index in 0..<100 { history.take(plain(index, at: index + 1)) }
        #expect(history.speeds.last?.instantaneous == 100)
        #expect(abs((history.speeds.last?.smoothed ?? 0) - 100) < 1e-9)
        for index in 100..<200 { history.take(drafted(index, 4, accepted: 2, at: 3 * index)) }
        let last = history.speeds.last
        #expect(last?.instantaneous == 300)
        #expect((150...300).contains(last?.smoothed ?? 0))
        #expect(last?.time == .milliseconds(2000))
        #expect(history.targetPasses.last == PassSample(rowCount: 5, duration: .milliseconds(5)))
        #expect(history.draftPasses.count == 100)
        #expect(history.statistics.generatedTokenCount == 400 && history.statistics.roundCount == 200)
        #expect(Array(history.firstTokenTimes) == [.milliseconds(10)])
    }

    @Test func `Time goes on from one generation to the next`() {
        var history = MetricHistory()
        history.take(plain(0, at: 1))
        history.take(plain(1, at: 2))
        history.take(finished(2))
        #expect(!history.isRunning && history.generation == 1)
        history.take(prefill(0, of: 4, reused: 0))
        #expect(history.isRunning && history.generation == 2)
        #expect(history.statistics.roundCount == 0)
        history.take(plain(0, at: 1))
        #expect(history.speeds.map(\.time) == [10, 20, 30].map { .milliseconds($0) })
        #expect(history.firstTokenTimes.count == 2)
        history.reset()
        #expect(history == MetricHistory())
    }

    @Test func `Memory does not grow`() {
        var capacity = MetricHistory.Capacity()
        (capacity.rounds, capacity.tokens, capacity.generations) = (8, 8, 2)
        var history = MetricHistory(capacity: capacity)
        for generation in 0..<5 {
            for index in 0..<20 { history.take(drafted(index, 3, accepted: 1, at: generation + 2 * index)) }
            history.take(finished())
        }
        #expect(history.speeds.count == 8 && history.tokens.count == 8 && history.firstTokenTimes.count == 2)
        #expect(history.netGain.history.isEmpty)
        #expect(history.acceptances.count == 8 && history.targetPasses.count == 8 && history.draftLengths.count == 8)
    }

    // MARK: Tokens

    @Test func `A token is found by generation and position, with its alternatives`() throws {
        let harness = Harness(Self.model)
        var history = MetricHistory()
        harness.onEvent = { history.take($0) }
        for generation in 1...2 {
            harness.generate(
                GenerationRequest(
                    prompt: tokens(1, 2), strategy: "sd", sampler: .unmodified(seed: UInt64(generation)),
                    maxTokens: 10, alternativeCount: 4))
            let committed = harness.rounds.flatMap(\.committed)
            for token in committed {
                let record = try #require(history.token(generation: generation, position: token.position))
                #expect(record.id == token.id && record.alternatives == token.alternatives)
                #expect(record.alternatives.count == 4)
                #expect(abs(record.probability - exactProbability(token, harness)) < 1e-5)
            }
        }
        #expect(history.token(generation: 3, position: 2) == nil)
        #expect(history.token(generation: 1, position: 99) == nil)
    }

    private func exactProbability(_ token: CommittedToken, _ harness: Harness) -> Float {
        token.alternatives.first { $0.id == token.id }?.probability ?? exponential(token.logProbability)
    }

    private func exponential(_ value: Float) -> Float {
        // (1 + x/n)^n, which needs no mathematics library.
        var result = 1 + Double(value) / 1_048_576
        for _ in 0..<20 { result *= result }
        return Float(result)
    }

    @Test func `Entropy is that of the model's distribution`() {
        #expect(TokenScores.entropy(logits: [0, 0, 0, 0]) == TokenScores.entropy(logits: [5, 5, 5, 5]))
        // ln 4, ln 300, and none at all.
        #expect(abs(TokenScores.entropy(logits: [0, 0, 0, 0]) - 1.386_294_4) < 1e-6)
        #expect(abs(TokenScores.entropy(logits: Array(repeating: 2, count: 300)[...]) - 5.703_782_5) < 1e-5)
        #expect(TokenScores.entropy(logits: [100, 0, 0, 0, 0, 0, 0, 0, 0]) < 1e-6)
        // What is excluded, or no number, takes no part.
        let mixed: [Float] = [1, 1, -.infinity, .nan, -.infinity, -.infinity, .nan, -.infinity, -.infinity, .nan]
        #expect(abs(TokenScores.entropy(logits: mixed[...]) - 0.693_147_2) < 1e-6)
        #expect(TokenScores.entropy(logits: [-.infinity, -.infinity]) == 0)
        #expect(TokenScores.entropy(logits: [.infinity, 0]) == 0)
        #expect(TokenScores.entropy(logits: []) == 0)
    }

    // MARK: Net gain

    @Test func `Net gain compares with the measured rounds of plain decoding`() {
        var gain = NetGain()
        #expect(gain.percent == nil)
        // Three tokens in 15 ms, against 10 ms for one.
        gain.take(drafted(0, 4, accepted: 2, at: 1, milliseconds: 15))
        #expect(gain.with == 200 && gain.without == nil && gain.percent == nil && gain.history.isEmpty)
        gain.take(drafted(1, 4, accepted: 2, at: 4, milliseconds: 15, baseline: .milliseconds(10)))
        #expect(gain.without == 100)
        #expect(abs((gain.percent ?? .nan) - 100) < 1e-9)
        #expect(gain.history.count == 1)
        // A mean, but a hiccup among the measurements is not believed.
        gain.take(drafted(2, 4, accepted: 2, at: 7, milliseconds: 15, baseline: .milliseconds(12)))
        #expect(abs((gain.without ?? .nan) - 2000.0 / 22) < 1e-9)
        gain.take(drafted(3, 4, accepted: 2, at: 10, milliseconds: 15, baseline: .milliseconds(400)))
        gain.take(drafted(4, 4, accepted: 2, at: 13, milliseconds: 15, baseline: .milliseconds(14)))
        #expect(abs((gain.without ?? .nan) - 3000.0 / 36) < 1e-9)
    }

    @Test func `A method that loses shows a loss, and plain decoding neither`() {
        var gain = NetGain()
        for index in 0..<8 {
            gain.take(plain(index, at: index + 1, milliseconds: index == 3 ? 50 : 10))
            // The first round says nothing.
            #expect(gain.percent == (index == 0 ? nil : 0))
        }
        // Another generation: nothing accepted, so a token for what two take.
        for index in 0..<8 { gain.take(drafted(index, 4, accepted: 0, at: index + 1, milliseconds: 20)) }
        #expect(abs((gain.percent ?? .nan) + 50) < 1e-9)
        gain.reset()
        #expect(gain == NetGain())
    }

    // MARK: Measuring

    private func request(_ strategy: String, share: Double, _ count: Int = 60) -> GenerationRequest {
        GenerationRequest(
            prompt: tokens(1, 2), strategy: strategy, sampler: .unmodified(seed: 3), maxTokens: count,
            baselineShare: share)
    }

    @Test(arguments: StrategyRegistry.all)
    func `Measuring plain decoding leaves output, rounds and caches as they are`(_ strategy: StrategyDescriptor) {
        let plain = Harness(Self.model)
        let measured = Harness(Self.model)
        // Where durations decide, both must see the same ones: an automatic length has other rules.
        guard strategy.id != "auto" else { return }
        let expected = plain.generate(request(strategy.id, share: 0))
        let summary = measured.generate(request(strategy.id, share: 1))
        #expect(summary.tokens == expected.tokens)
        #expect(measured.rounds.map(\.committed) == plain.rounds.map(\.committed) || strategy.id == "pearl")
        #expect(measured.target.ledger == plain.target.ledger)
        #expect(plain.rounds.allSatisfy { $0.baseline == nil })
        // Rounds in which nothing is drafted are measurements by themselves, and spare others.
        let isMeasured = measured.rounds.contains { $0.baseline != nil }
        #expect(isMeasured || !strategy.needs.contains(.draftModel))
        #expect(!isMeasured || plain.rounds.contains { !$0.isPlain })
        #expect(summary.statistics.targetPassCount == measured.rounds.reduce(0) { $0 + $1.targetPassCount })
    }

    @Test func `No more than the share of the time goes to measuring`() {
        let harness = Harness(countingModel(12), contextCapacity: 4096)
        var spent = Duration.zero
        var whole = Duration.zero
        var count = 0
        for _ in 0..<8 {
            harness.generate(request("sd", share: 0.02, 400))
            for round in harness.rounds {
                whole += round.duration
                guard let baseline = round.baseline else { continue }
                spent += baseline
                count += 1
                // The first one is on credit.
                if count > 1 { #expect(spent <= whole * 0.03) }
            }
        }
        #expect(count > 2)
    }

    @Test func `A plain round is as good as a measurement`() {
        var schedule = BaselineSchedule()
        #expect(!schedule.isDue(share: 1))
        guard case .round(let drafted) = drafted(0, 4, accepted: 2, at: 1), case .round(let plain) = plain(1, at: 4)
        else {
            return
        }
        schedule.didEnd(drafted)
        #expect(schedule.isDue(share: 0.02) && !schedule.isDue(share: 0))
        schedule.didEnd(plain)
        #expect(!schedule.isDue(share: 1))
        for _ in 0..<23 { schedule.didEnd(drafted) }
        #expect(!schedule.isDue(share: 1))
        schedule.didEnd(drafted)
        #expect(schedule.isDue(share: 1))
        // 250 ms of decoding so far, of which a measurement of 10 ms would be 4 %.
        #expect(schedule.isDue(share: 0.04) && !schedule.isDue(share: 0.03))
    }

    @Test func `The target has all cores while plain decoding is measured`() {
        let harness = Harness(Self.model)
        var calls: [Bool] = []
        harness.run.willMeasureBaseline = { calls.append($0) }
        harness.generate(request("sd", share: 1))
        let measured = harness.rounds.count { $0.baseline != nil }
        #expect(calls == Array(repeating: [true, false], count: measured).flatMap(\.self))
    }

    // MARK: Prefill

    @Test func `Passes over a prompt become as long as the latency allows`() {
        var pace = PrefillPace(longest: 512, latency: .milliseconds(200))
        #expect(pace.chunk == 64)
        // A millisecond a token: 200 fit.
        pace.didRead(64, in: .milliseconds(64))
        #expect(pace.chunk == 200)
        pace.didRead(200, in: .milliseconds(20))
        #expect(pace.chunk == 512)
        pace.didRead(512, in: .seconds(100))
        #expect(pace.chunk == 16)
        pace.didRead(16, in: .nanoseconds(1))
        #expect(pace.chunk == 64)
        var short = PrefillPace(longest: 4, latency: .milliseconds(1))
        #expect(short.chunk == 4)
        short.didRead(4, in: .seconds(1))
        #expect(short.chunk == 4)
        var constant = PrefillPace(longest: 100, latency: nil)
        constant.didRead(100, in: .seconds(100))
        #expect(constant.chunk == 100)
    }
}
