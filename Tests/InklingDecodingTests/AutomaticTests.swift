// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTestSupport
import InklingTokenizer
import Synchronization
import Testing

@testable import InklingDecoding

/// Time that only passes spend.
final class SimulatedTime: Sendable {
    private let microseconds = Atomic<Int>(0)

    var clock: DecodeClock {
        DecodeClock { .microseconds(self.microseconds.load(ordering: .relaxed)) }
    }

    func spend(_ amount: Int) { microseconds.add(amount, ordering: .relaxed) }
}

struct AutomaticTests {
    private let counting = countingModel(26)
    /// Never right, and never repeats itself within an alphabet.
    private var wrong: ToyModel { ToyModel(table: counting.table.map { $0.reversed() }) }

    private struct Outcome {
        var rounds: [DecodingRound]
        var summary: GenerationSummary
        var time: Duration { summary.statistics.decodeDuration }
        var methods: [String?] { rounds.map(\.choice?.method) }
        var reasons: [MethodChoice.Reason?] { rounds.map(\.choice?.reason) }
    }

    /// - Parameters:
    ///   - cost: microseconds of a pass of the target over so many rows.
    ///   - draftCost: of a pass of the draft model over so many.
    private func generate(
        _ target: ToyModel, draft: ToyModel?, prompt: [TokenID] = tokens(0), maxTokens: Int,
        draftCost: @escaping (Int) -> Int = { _ in 100 }, costs: CostModel = CostModel(),
        prepare: (DecodingRun) -> Void = { _ in }, cost: @escaping (Int) -> Int
    ) -> Outcome {
        let time = SimulatedTime()
        let targetRunner = ToyRunner(target, contextCapacity: 4096)
        let draftRunner = draft.map { ToyRunner($0, contextCapacity: 4096) }
        targetRunner.willForward = { time.spend(cost($0.rows.count)) }
        draftRunner?.willForward = { time.spend(draftCost($0.rows.count)) }
        let run = DecodingRun(target: targetRunner, draft: draftRunner)
        run.costs = costs
        prepare(run)
        var rounds: [DecodingRound] = []
        let summary = Generator(clock: time.clock, makeTextDecoder: { ByteTextDecoder.letters(target.vocabularySize) })
            .run(
                GenerationRequest(prompt: prompt, strategy: "auto", sampler: .greedy, maxTokens: maxTokens), run
            ) { if case .round(let round) = $0 { rounds.append(round) } }
        return Outcome(rounds: rounds, summary: summary)
    }

    /// A model whose every token depends on all before it: nothing in its output can be copied or guessed.
    private func chaos(_ seed: UInt64) -> ToyModel {
        ToyModel(vocabularySize: 200, seed: seed, spread: 0.2, memory: 40)
    }

    private func plainTime(_ outcome: Outcome, _ cost: (Int) -> Int) -> Duration {
        .microseconds(outcome.summary.tokens.count * cost(1))
    }

    // MARK: What it chooses

    @Test
    func `With a draft model that is always wrong, little is lost, at any cost of its passes`() {
        let cost = { (rows: Int) in 1000 + 50 * rows }
        for length in [200, 1000] {
            for draftCost in [30, 100, 300, 900] {
                let outcome = generate(
                    chaos(1), draft: chaos(2), maxTokens: length, draftCost: { draftCost * (3 + $0) / 4 }, cost: cost)
                #expect(outcome.summary.tokens.count == length)
                let plain = plainTime(outcome, cost)
                #expect(outcome.time < plain * 103 / 100, "\(length) tokens, \(draftCost): \(outcome.time) of \(plain)")
            }
        }
    }

    @Test
    func `With a cheap draft model that is always right drafts are as long as allowed`() {
        // Counting modulo 26 could be copied as well; the draft model knows it before the text does.
        let outcome = generate(chaos(1), draft: chaos(1), maxTokens: 300, draftCost: { 5 * $0 }) { 1000 + 5 * $0 }
        #expect(outcome.rounds[10].choice == MethodChoice(method: "sd", reason: .fastest))
        let lengths = outcome.rounds.map { $0.draft?.count ?? 0 }
        // From short ones on, as trust grows; a length near the best is held. The last draft is cut by the limit.
        let wanted = lengths.dropLast().drop { $0 < 15 }
        #expect(
            wanted.count >= 10 && wanted.allSatisfy { $0 >= 15 }, "\(lengths.map(String.init).joined(separator: ","))")
    }

    @Test
    func `A length is chosen by what passes cost`() {
        // From five rows on a pass costs twice as much: a draft of three fills what is nearly free.
        let outcome = generate(chaos(1), draft: chaos(1), maxTokens: 600, draftCost: { 50 * $0 }) {
            $0 <= 4 ? 1000 : 2500 * ($0 + 3) / 4
        }
        let lengths = outcome.rounds.suffix(20).dropLast().compactMap { $0.draft?.count }
        #expect(lengths.count { $0 == 3 } > lengths.count - 3, "\(lengths)")
    }

    @Test
    func `Text that repeats itself is copied, with a draft model and without`() {
        for draft in [nil, chaos(2)] {
            let outcome = generate(counting, draft: draft.map { _ in wrong }, maxTokens: 400) { 1000 + 20 * $0 }
            let last = outcome.rounds.suffix(10).dropLast()
            #expect(last.allSatisfy { $0.choice?.method == "prompt-lookup" && $0.committed.count > 8 })
            #expect(outcome.time < .microseconds(400 * 1020 / 3))
        }
    }

    @Test
    func `Without a draft model and with nothing to copy every round is plain`() {
        let outcome = generate(chaos(1), draft: nil, maxTokens: 100) { 1000 + 20 * $0 }
        let plain = outcome.rounds.filter { $0.choice?.method == "ar" }
        #expect(plain.count > 90)
        #expect(plain.allSatisfy { $0.draft == nil && $0.spans.count == 1 })
    }

    @Test
    func `Of drafting and copying the better one is taken, round by round`() {
        // The draft model is right, but dear; what the text repeats is free to copy.
        let outcome = generate(counting, draft: counting, maxTokens: 400, draftCost: { _ in 150 }) { 1000 + 20 * $0 }
        let methods = outcome.methods
        #expect(methods[2..<20].contains("sd"))
        #expect(methods.suffix(10).dropLast().allSatisfy { $0 == "prompt-lookup" })
    }

    // MARK: Honest estimates

    @Test
    func `While drafts are in use plain decoding is measured again, in short stretches`() {
        let outcome = generate(chaos(1), draft: chaos(1), maxTokens: 3000, draftCost: { 50 * $0 }) { 1000 + 20 * $0 }
        let again = outcome.rounds.indices.filter { outcome.reasons[$0] == .remeasured }
        #expect(again.count >= 2)
        #expect(again.allSatisfy { outcome.rounds[$0].spans.map(\.rowCount) == [1] })
        #expect(again.count * 20 < outcome.rounds.count)
    }

    @Test
    func `Drafting comes back when it becomes worth while`() {
        // The draft model is always right, but slow at first, as when something else took its cores.
        let passes = PassCounter()
        let outcome = generate(
            chaos(1), draft: chaos(1), prompt: tokens(0...199), maxTokens: 1000,
            draftCost: { (passes.count < 100 ? 1200 : 50) + $0 }
        ) {
            passes.next()
            return 1000 + 10 * $0
        }
        #expect(outcome.methods[20..<90].count { $0 == "ar" } > 55)
        #expect(outcome.reasons.contains(.trial), "\(outcome.methods.map { $0 ?? "-" })")
        #expect(outcome.methods.dropFirst(100).count { $0 == "sd" } > 20)
    }

    @Test
    func `What the draft model has missed counts before it is tried`() {
        // Reading costs as much as drafting: after a hundred plain rounds a try would begin with a hundred passes' worth.
        let outcome = generate(chaos(1), draft: chaos(2), maxTokens: 1000, draftCost: { 100 * $0 }) { 1000 + 20 * $0 }
        #expect(outcome.time < plainTime(outcome) { 1000 + 20 * $0 } * 103 / 100)
    }

    @Test
    func `A low acceptance in earlier generations does not rule drafts out`() {
        var costs = CostModel()
        for _ in 0..<200 { costs.learnAcceptance(acceptedCount: 0, hasRejection: true) }
        let outcome = generate(
            chaos(1), draft: chaos(1), maxTokens: 100, draftCost: { 50 * $0 }, costs: costs
        ) { 1000 + 20 * $0 }
        #expect(outcome.methods.suffix(5).dropLast().allSatisfy { $0 == "sd" })
    }

    // MARK: Events

    @Test
    func `Each round says what was chosen, why, and what the others promise`() throws {
        let outcome = generate(counting, draft: counting, maxTokens: 100) { 1000 + 20 * $0 }
        for round in outcome.rounds.prefix(2) {
            #expect(round.choice == MethodChoice(method: "ar", reason: .unmeasured))
        }
        for round in outcome.rounds.dropFirst(2).dropLast(2) {
            let choice = try #require(round.choice)
            let promises = round.measures.filter { $0.name.hasPrefix("goodput-") }
            #expect(promises.count >= 2)
            #expect(promises.allSatisfy { $0.value > 0 && $0.value.isFinite })
            let own = promises.first { $0.name == "goodput-\(choice.method)" }
            let best = promises.map(\.value).max() ?? 0
            if choice.reason == .fastest { #expect((own?.value ?? 0) * 1.031 >= best) }
        }
    }

    @Test
    func `A pair that was faster with both models at once decodes so`() {
        let outcome = generate(counting, draft: counting, maxTokens: 40, prepare: { $0.prefersOverlap = true }) { _ in
            1000
        }
        #expect(outcome.rounds.allSatisfy { $0.choice == MethodChoice(method: "pearl", reason: .profile) })
        #expect(outcome.summary.tokens == generate(counting, draft: nil, maxTokens: 40) { _ in 1000 }.summary.tokens)
    }

    // MARK: Models that do not fit

    @Test
    func `A draft model that does not know a token or has no room is left out`() {
        let small = ToyModel(vocabularySize: 5, seed: 3)
        let harness = Harness(target: ToyRunner(counting), draft: ToyRunner(small))
        let request = GenerationRequest(
            prompt: tokens(3, 9), strategy: "auto", sampler: .greedy, maxTokens: 60)
        #expect(harness.generate(request).tokens.count == 60)
        #expect(harness.rounds.allSatisfy { $0.choice?.method != "sd" })
        #expect(harness.draft.passCount == 0)

        let short = Harness(target: ToyRunner(counting), draft: ToyRunner(counting, contextCapacity: 4))
        var long = request
        long.prompt = tokens(0...9)
        #expect(short.generate(long).tokens == tokens(10...25) + tokens(0...25) + tokens(0...17))
        #expect(short.draft.passCount == 0)
    }

    @Test
    func `Nothing is lost when the draft model's context ends before the target's`() {
        let harness = Harness(target: ToyRunner(counting), draft: ToyRunner(counting, contextCapacity: 20))
        let summary = harness.generate(
            GenerationRequest(prompt: tokens(0), strategy: "auto", sampler: .greedy, maxTokens: 100))
        #expect(summary.tokens.count == 100)
        #expect(harness.draft.ledger.count <= 20)
    }
}

struct RoundPlanTests {
    @Test
    func `The length chosen is the best of all by the formula`() {
        for acceptance in [0.3, 0.6, 0.9] {
            for (draftCost, slope) in [(0.05, 0.02), (0.1, 0.1), (0.5, 0.05), (1.2, 0.02)] {
                let estimate = AcceptanceEstimate(first: acceptance, later: acceptance)
                let seconds = { (length: Int) in Double(length) * draftCost + 1 + slope * Double(length) }
                let plan = RoundPlan.best(.draftModel, upTo: 16, acceptance: estimate, seconds: seconds)
                let exact = (1...16).map { length in
                    let tokens = (0...length).reduce(0.0) { sum, depth in
                        sum + (0..<depth).reduce(1.0) { product, _ in product * acceptance }
                    }
                    return tokens / seconds(length)
                }
                #expect(abs(plan.goodput - (exact.max() ?? 0)) < 1e-9)
                #expect(abs(exact[plan.length - 1] - plan.goodput) < 1e-9)
            }
        }
    }

    @Test
    func `A length that is held stays until another one is clearly better`() {
        let estimate = AcceptanceEstimate(first: 0.8, later: 0.8)
        let seconds = { (length: Int) in 1 + 0.1 * Double(length) }
        let best = RoundPlan.best(.draftModel, upTo: 16, acceptance: estimate, seconds: seconds)
        let near = RoundPlan.best(
            .draftModel, upTo: 16, holding: best.length + 1, by: 1.03, acceptance: estimate, seconds: seconds)
        #expect(near.length == best.length + 1)
        let far = RoundPlan.best(.draftModel, upTo: 16, holding: 16, by: 1.03, acceptance: estimate, seconds: seconds)
        #expect(far.length == best.length)
    }

    @Test
    func `No draft takes longer than a round may, but one of a token`() {
        let estimate = AcceptanceEstimate(first: 0.95, later: 0.95)
        let seconds = { (length: Int) in 1 + 0.1 * Double(length) }
        func length(_ limit: Double) -> Int {
            RoundPlan.best(.draftModel, upTo: 16, acceptance: estimate, within: limit, seconds: seconds).length
        }
        let free = length(.infinity)
        #expect(free > 5)
        #expect([0, 1.05, 1.35, 1.55, 99].map(length) == [1, 1, 3, 5, free])
    }

    @Test
    func `What rounds take besides passes is believed after a few, and interruptions are not`() {
        var costs = CostModel()
        for (count, seconds) in [9.0, 0.002, 7].enumerated() {
            #expect(costs.overhead(draftedCount: 0) == 0, "\(count)")
            costs.learnOverhead(seconds, draftedCount: 0)
        }
        #expect(costs.overhead(draftedCount: 0) == 0.002)
        for _ in 0..<3 { costs.learnOverhead(0.006, draftedCount: 4) }
        for _ in 0..<3 { costs.learnOverhead(0.004, draftedCount: 4, areCopied: true) }
        #expect(abs(costs.overhead(draftedCount: 4) - 0.006) < 1e-9)
        #expect(abs(costs.overhead(draftedCount: 2, areCopied: true) - 0.003) < 1e-9)
        costs.learnOverhead(5, draftedCount: 0)
        #expect(costs.overhead(draftedCount: 0) < 0.0022)
    }

    @Test
    func `A first cold pass of the draft model is no reason never to try it again`() {
        var costs = CostModel()
        func learn(_ lane: Lane, _ seconds: Double) {
            costs.learn(PassSpan(lane: lane, start: .zero, duration: .seconds(seconds), rowCount: 1))
        }
        for _ in 0..<4 { learn(.target, 1) }
        let presumed = costs.draftPass(rows: 1)
        learn(.draft, 3)
        #expect(costs.draftPass(rows: 1) == presumed)
        learn(.draft, 0.1)
        #expect(costs.draftPass(rows: 1) == 0.1)
        // One that is slow for good is believed to be.
        var slow = CostModel()
        for span in [Lane.target, .target, .target, .draft, .draft, .draft] {
            slow.learn(PassSpan(lane: span, start: .zero, duration: .seconds(1), rowCount: 1))
        }
        #expect(slow.draftPass(rows: 1) == 1)
    }

    @Test
    func `Acceptance is learned apart for the first token and for later ones`() {
        var estimate = AcceptanceEstimate(first: 0.7, later: 0.7)
        // Every second draft fails at once, the others hold to the end.
        for round in 0..<200 { estimate.learn(acceptedCount: round % 2 == 0 ? 5 : 0, hasRejection: round % 2 == 1) }
        #expect(abs(estimate.ofFirst - 0.5) < 0.03)
        #expect(estimate.ofLater > 0.98)
    }
}

struct TimeLedgerTests {
    @Test
    func `Losses are borne up to a share of the time, gains widen it`() {
        var ledger = TimeLedger(lossShare: 0.02, firstRounds: 2)
        #expect(ledger.affords(2, plainRound: 1))
        #expect(!ledger.affords(2.01, plainRound: 1))
        for _ in 0..<100 { ledger.pass(seconds: 1) }
        #expect(ledger.affords(4, plainRound: 1))
        #expect(!ledger.affords(4.01, plainRound: 1))
        ledger.book(seconds: 2, tokens: 5, plainRound: 1)
        #expect(ledger.saved == 3)
        #expect(ledger.affords(7, plainRound: 1))
    }
}
