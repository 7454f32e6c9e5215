// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingDecoding

struct DraftPayoffTests {
    /// A pass over one row takes a second, each further row `row` seconds, a pass of the draft model `draft` seconds.
    private func costs(row: Double, draft: Double?, acceptance: Double = 0.8) -> CostModel {
        CostModel(
            CostProfile(
                verify: [.init(rows: 1, seconds: 1), .init(rows: 33, seconds: 1 + 32 * row)], draftPass: draft,
                draftRow: nil, acceptance: acceptance))
    }

    @Test
    func `While costs are unknown there is no threshold`() {
        #expect(DraftPayoff(CostModel(), longest: 8).threshold(depth: 1) == nil)
        #expect(DraftPayoff(costs(row: 0.1, draft: nil), longest: 8).threshold(depth: 1) == nil)
    }

    @Test
    func `At the threshold a further token brings what decoding brings on the whole`() throws {
        let payoff = DraftPayoff(costs(row: 0.05, draft: 0.15), longest: 8)
        let threshold = try #require(payoff.threshold(depth: 3))
        // Of lengths 1 to 8, the one with the most tokens a second at this acceptance rate.
        let rate = (1...8).map { length -> Double in
            let tokens = (0...length).reduce(0.0) { sum, depth in
                sum + (0..<depth).reduce(1.0) { product, _ in product * 0.8 }
            }
            return tokens / (1 + 0.2 * Double(length))
        }.max()!
        #expect(abs((1 - threshold) * 0.8 / 0.2 - rate) < 1e-9)
    }

    @Test(arguments: [1, 4, 12])
    func `The dearer a token, the sooner a draft ends`(depth: Int) throws {
        let thresholds = try [0.01, 0.05, 0.2, 0.5].map {
            try #require(DraftPayoff(costs(row: $0, draft: 0.1), longest: 20).threshold(depth: depth))
        }
        #expect(thresholds == thresholds.sorted(by: >))
        #expect(Set(thresholds).count == 4)
        #expect(thresholds.allSatisfy { (0...1).contains($0) })
    }

    @Test
    func `What drafts really bring moves the threshold`() throws {
        let start = DraftPayoff(costs(row: 0.05, draft: 0.1), longest: 8)
        var better = start, worse = start
        for _ in 0..<50 {
            better.learn(draftedCount: 8, acceptedCount: 8, hasRejection: false)
            worse.learn(draftedCount: 8, acceptedCount: 0, hasRejection: true)
        }
        let threshold = try #require(start.threshold(depth: 2))
        #expect(try #require(better.threshold(depth: 2)) < threshold)
        // Where decoding brings little, a token may bring less.
        #expect(try #require(worse.threshold(depth: 2)) > threshold)
    }

    @Test
    func `What is nearly sure goes on at any price`() throws {
        let payoff = DraftPayoff(costs(row: 3, draft: 2), longest: 8)
        #expect(try #require(payoff.threshold(depth: 1)) == 0.1)
    }
}
