// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import inkling

struct CostModelTests {
    /// verify(T) = 1 + slope · (T − 1) seconds, measured at 1 and 33 rows.
    private func costs(slope: Double, draft: Double? = nil) -> PassCosts {
        var costs = PassCosts()
        costs.add(targetPass: 1, rows: 1)
        costs.add(targetPass: 1 + 32 * slope, rows: 33)
        if let draft { costs.add(draftPass: draft) }
        return costs
    }

    private func isClose(_ value: Double?, _ expected: Double, _ bound: Double = 1e-9) -> Bool {
        abs((value ?? .nan) - expected) < bound
    }

    @Test func `Tokens a round are those of the paper`() {
        // Leviathan et al. 2023: 1 + α + … + α^γ, here 1 + 0.8 + 0.64 + 0.512 + 0.4096.
        #expect(isClose(CostModel.tokens(draftLength: 4, acceptance: 0.8), 3.3616))
        #expect(CostModel.tokens(draftLength: 0, acceptance: 0.8) == 1)
        #expect(CostModel.tokens(draftLength: 7, acceptance: 0) == 1)
        #expect(CostModel.tokens(draftLength: 7, acceptance: 1) == 8)
    }

    @Test func `With verification as cheap as one pass the speed-up is the paper's`() {
        // Theorem 3.8 with α = 0.8, γ = 5, c = 0.1: (1 − 0.8⁶) / (0.2 · 1.5).
        let value = CostModel.draftThenVerify(
            lengths: [5: 12], acceptance: 0.8, costs: costs(slope: 0), draftPass: 0.1, plainPass: 1)
        #expect(isClose(value, 0.737856 / 0.3))
    }

    @Test func `Rows of a verification cost what was measured`() {
        // (1 + 0.5 + 0.25) tokens in 1 + 2 · 0.1 for the pass and 2 · 0.2 for the draft.
        let value = CostModel.draftThenVerify(
            lengths: [2: 1], acceptance: 0.5, costs: costs(slope: 0.1), draftPass: 0.2, plainPass: 1)
        #expect(isClose(value, 1.75 / 1.6))
    }

    @Test func `Drafts of several lengths count as often as they came, and none is plain decoding`() {
        let costs = costs(slope: 0.1)
        let mixed = CostModel.draftThenVerify(
            lengths: [0: 3, 2: 1], acceptance: 0.5, costs: costs, draftPass: 0.2, plainPass: 1)
        // Three rounds of one token in one pass each, and the round of the test above.
        #expect(isClose(mixed, 4.75 / 4.6))
        let none = CostModel.draftThenVerify(
            lengths: [0: 9], acceptance: 0, costs: costs, draftPass: 0, plainPass: 1)
        #expect(none == 1)
        #expect(
            CostModel.draftThenVerify(lengths: [:], acceptance: 0, costs: costs, draftPass: 0, plainPass: 1) == nil)
    }

    @Test func `Drafting while verifying is the known example`() {
        // α = 0.8, γ = 4, a draft pass a quarter of the target's, rows free: 2.12 tokens a pass.
        let value = CostModel.draftWhileVerifying(
            blockLength: 4, acceptance: 0.8, costs: costs(slope: 0, draft: 0.25), plainPass: 1)
        #expect(isClose(value, 2.12, 0.005))
    }

    @Test(arguments: [(0.9, 4), (0.5, 3), (0.75, 1), (0.3, 8)])
    func `Drafting while verifying agrees with a simulation of its rounds`(acceptance: Double, length: Int) {
        let costs = costs(slope: 0.125, draft: 0.375)
        var random = TokenSourceNoise()
        var tokens = 0.0
        var seconds = 0.0
        var isPending = false
        for _ in 0..<200_000 {
            seconds += max(1 + 0.125 * Double(isPending ? length - 1 : 0), 0.375 * Double(length))
            // The pending tokens one after another, then the first of the new block.
            let judged = isPending ? length : 1
            var accepted = 0
            while accepted < judged, random.next() < acceptance { accepted += 1 }
            tokens += Double(min(accepted + 1, judged))
            isPending = accepted == judged
        }
        let value = CostModel.draftWhileVerifying(
            blockLength: Double(length), acceptance: acceptance, costs: costs, plainPass: 1)
        #expect(isClose(value, tokens / seconds, 0.01))
    }

    @Test func `Between measured numbers of rows the cost is on the line, beyond them on the last line`() {
        var costs = PassCosts()
        for (rows, seconds) in [(1, 1.0), (2, 1.2), (4, 2)] { costs.add(targetPass: seconds, rows: rows) }
        for (rows, expected) in [(1, 1.0), (1.5, 1.1), (2, 1.2), (3, 1.6), (4, 2), (6, 2.8)] {
            #expect(isClose(costs.targetPass(rows: rows), expected), "\(rows)")
        }
    }

    @Test func `Of several measurements the middle one counts`() {
        var costs = PassCosts()
        for seconds in [1.0, 50, 1.5] { costs.add(targetPass: seconds, rows: 1) }
        costs.add(targetPass: 2, rows: 2)
        for seconds in [0.1, 9, 0.3] { costs.add(draftPass: seconds) }
        #expect(costs.targetPass(rows: 1) == 1.5 && costs.draftPass == 0.3)
    }

    @Test func `Nothing measured is nothing known`() {
        #expect(PassCosts().targetPass(rows: 1) == nil && PassCosts().draftPass == nil)
        var one = PassCosts()
        one.add(targetPass: 2, rows: 1)
        #expect(one.targetPass(rows: 1) == 2 && one.targetPass(rows: 2) == nil)
    }

    @Test func `Numbers of rows that are measured reach as far as drafts did`() {
        #expect(PassProbe.rowCounts(upTo: 1) == [1, 2])
        #expect(PassProbe.rowCounts(upTo: 5) == [1, 2, 3, 4, 5])
        #expect(PassProbe.rowCounts(upTo: 7) == [1, 2, 3, 4, 5, 6, 8])
        #expect(PassProbe.rowCounts(upTo: 33).last == 32)
    }
}

/// Numbers in [0, 1), the same on every run.
private struct TokenSourceNoise {
    private var state: UInt64 = 7

    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double((state ^ (state >> 29)) >> 11 & 0x1F_FFFF_FFFF_FFFF) * 0x1p-53
    }
}
