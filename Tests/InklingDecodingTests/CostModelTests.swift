// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

struct CostModelTests {
    private func span(_ lane: Lane, _ seconds: Double, rows: Int) -> PassSpan {
        PassSpan(lane: lane, start: .zero, duration: .seconds(seconds), rowCount: rows)
    }

    @Test
    func `A curve with a step is learned, whatever was presumed`() {
        var model = CostModel()
        // Tiles of four rows.
        let cost = { (rows: Int) in 0.010 + 0.004 * Double((rows - 1) / 4) }
        for round in 0..<2000 {
            let rows = 1 + round % 9
            model.learn(span(.target, cost(rows), rows: rows))
        }
        for rows in 1...9 { #expect(abs(model.targetPass(rows: rows) / cost(rows) - 1) < 0.12, "\(rows)") }
    }

    @Test
    func `When every pass becomes dearer the level follows and the curve stays`() {
        let profile = CostProfile(
            verify: [CostProfile.Point(rows: 1, seconds: 0.01), CostProfile.Point(rows: 9, seconds: 0.02)])
        var model = CostModel(profile)
        for round in 0..<200 {
            let rows = round % 8 == 0 ? 1 : 5
            model.learn(span(.target, rows == 1 ? 0.03 : 0.045, rows: rows))
        }
        #expect(abs(model.targetPass(rows: 1) - 0.03) < 0.001)
        #expect(abs(model.targetPass(rows: 9) - 0.06) < 0.006)
    }

    @Test
    func `One pass that was interrupted changes little`() {
        var model = CostModel()
        for _ in 0..<50 { model.learn(span(.target, 0.01, rows: 1)) }
        model.learn(span(.target, 5, rows: 1))
        #expect(model.targetPass(rows: 1) < 0.013)
        for _ in 0..<50 { model.learn(span(.target, 5, rows: 1)) }
        #expect(model.targetPass(rows: 1) > 4)
    }

    @Test
    func `A pass is never predicted cheaper for having more rows`() {
        var model = CostModel()
        var noise = TestNoise(7)
        for _ in 0..<500 {
            let rows = Int.random(in: 1...16, using: &noise)
            model.learn(span(.target, Double.random(in: 0.001...0.1, using: &noise), rows: rows))
        }
        for rows in 1...40 { #expect(model.targetPass(rows: rows) <= model.targetPass(rows: rows + 1) * 1.000_001) }
    }

    @Test
    func `What a draft model reads to catch up does not count as the cost of a draft`() {
        var model = CostModel()
        for _ in 0..<40 {
            model.learn(span(.draft, 0.9, rows: 129))
            model.learn(span(.draft, 0.005, rows: 1))
        }
        #expect(abs(model.draftPass(rows: 1) - 0.005) < 0.0005)
        #expect(abs(model.draftPass(rows: 101) - 0.7) < 0.05)
    }

    @Test
    func `A profile gives the model that it was taken from`() throws {
        var model = CostModel()
        for round in 0..<400 {
            model.learn(span(.target, 0.01 + 0.001 * Double(round % 5), rows: 1 + round % 5))
            model.learn(span(.draft, 0.002, rows: 1))
            model.learnAcceptance(acceptedCount: 4, hasRejection: true)
        }
        let profile = try #require(model.profile)
        #expect(profile.isPlausible)
        let again = CostModel(profile)
        for rows in 1...33 { #expect(abs(again.targetPass(rows: rows) - model.targetPass(rows: rows)) < 1e-9) }
        #expect(again.draftPass(rows: 1) == model.draftPass(rows: 1))
        #expect(abs(again.acceptance - 0.8) < 0.01)
        #expect(CostModel().profile == nil)
    }

    @Test
    func `Numbers that cannot be are refused`() {
        func point(_ rows: Int, _ seconds: Double) -> CostProfile.Point {
            CostProfile.Point(rows: rows, seconds: seconds)
        }
        #expect(CostProfile(verify: [point(1, 0.1), point(4, 0.2)], draftPass: 0.1, acceptance: 0).isPlausible)
        let bad = [
            CostProfile(verify: []),
            CostProfile(verify: [point(2, 0.1)]),
            CostProfile(verify: [point(1, 0)]),
            CostProfile(verify: [point(1, .nan)]),
            CostProfile(verify: [point(1, -1)]),
            CostProfile(verify: [point(1, 1e300)]),
            CostProfile(verify: [point(1, 0.1), point(1, 0.2)]),
            CostProfile(verify: [point(1, 0.2), point(2, 0.1)]),
            CostProfile(verify: [point(1, 0.1), point(.max, 0.2)]),
            CostProfile(verify: [point(1, 0.1)], draftPass: 0),
            CostProfile(verify: [point(1, 0.1)], draftRow: .infinity),
            CostProfile(verify: [point(1, 0.1)], acceptance: 1.1),
            CostProfile(verify: [point(1, 0.1)], acceptance: .nan),
            CostProfile(verify: [point(1, 0.1)], rates: ["ar": CostProfile.Rate(tokens: .nan, seconds: 1)]),
            CostProfile(verify: (1...50).map { point($0, 1) }),
        ]
        for profile in bad { #expect(!profile.isPlausible, "\(profile)") }
    }

    @Test
    func `Two lanes at once are preferred only where they were faster by enough tokens`() {
        func profile(_ strategy: String, tokens: Double, rate: Double) -> CostProfile {
            CostProfile(
                verify: [CostProfile.Point(rows: 1, seconds: 1)],
                rates: [strategy: CostProfile.Rate(tokens: tokens, seconds: tokens / rate)])
        }
        let serial = profile("auto", tokens: 1000, rate: 100)
        #expect(CostProfile.overlapWins(profile("pearl", tokens: 1000, rate: 110), over: serial))
        #expect(!CostProfile.overlapWins(profile("pearl", tokens: 1000, rate: 104), over: serial))
        #expect(!CostProfile.overlapWins(profile("pearl", tokens: 100, rate: 200), over: serial))
        #expect(!CostProfile.overlapWins(profile("pearl", tokens: 1000, rate: 200), over: nil))
        #expect(!CostProfile.overlapWins(nil, over: serial))
    }

    @Test
    func `Measuring leaves the caches as they were, and stays within what they hold`() throws {
        let time = SimulatedTime()
        let target = ToyRunner(countingModel(8), contextCapacity: 14)
        let draft = ToyRunner(countingModel(8), contextCapacity: 64)
        _ = try target.forward(ModelBatch(tokens(1, 2, 3), want: .nothing))
        target.willForward = { time.spend(1000 + 100 * $0.rows.count) }
        draft.willForward = { time.spend(50 + 10 * $0.rows.count) }
        let profile = try #require(
            try CostProfile.measured(target: target, draft: draft, clock: time.clock))
        #expect(target.ledger == tokens(1, 2, 3))
        #expect(draft.ledger == [])
        #expect(profile.isPlausible)
        #expect(profile.verify.map(\.rows) == [1, 2, 3, 4, 6, 8])
        #expect(profile.verify.last.map { abs($0.seconds - 0.0018) < 1e-9 } == true)
        #expect(profile.draftPass.map { abs($0 - 0.00006) < 1e-9 } == true)
        #expect(profile.draftRow.map { abs($0 - 0.00001) < 1e-9 } == true)
    }

    @Test
    func `Measuring ends with its time`() throws {
        let time = SimulatedTime()
        let target = ToyRunner(countingModel(8))
        target.willForward = { _ in time.spend(400_000) }
        let profile = try #require(try CostProfile.measured(target: target, draft: nil, clock: time.clock))
        #expect(target.passCount == 3)
        #expect(profile.verify.map(\.rows) == [1])
    }
}
