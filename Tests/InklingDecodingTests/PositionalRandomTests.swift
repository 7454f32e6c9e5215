// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTestSupport
import Testing

struct PositionalRandomTests {
    private func cell(_ number: Double, of count: Int) -> Int { Int(number * Double(count)) }

    private func uniformLaw(_ count: Int) -> [Int: Double] {
        Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, 1 / Double(count)) })
    }

    private func isUniform(_ cells: some Sequence<Int>, of count: Int) -> Bool {
        var counts: [Int: Int] = [:]
        for cell in cells { counts[cell, default: 0] += 1 }
        return ChiSquared(counts: counts, law: uniformLaw(count)).isPlausible
    }

    /// Whether pairs of numbers fill the unit square evenly.
    private func areIndependent(_ pairs: (Int) -> (Double, Double)) -> Bool {
        isUniform((0..<8000).map { cell(pairs($0).0, of: 8) * 8 + cell(pairs($0).1, of: 8) }, of: 64)
    }

    @Test(arguments: PositionalRandom.Purpose.allCases)
    func `Numbers are uniform over positions, seeds and draws`(_ purpose: PositionalRandom.Purpose) {
        let random = PositionalRandom(seed: 1)
        #expect(isUniform((0..<8000).map { cell(random.uniform(at: $0, for: purpose), of: 100) }, of: 100))
        #expect(isUniform((0..<8000).map { cell(random.uniform(at: 3, for: purpose, draw: $0), of: 100) }, of: 100))
        #expect(
            isUniform(
                (0..<8000).map { cell(PositionalRandom(seed: UInt64($0)).uniform(at: 3, for: purpose), of: 100) },
                of: 100))
    }

    @Test
    func `Neighbouring positions, seeds, draws and purposes are independent`() {
        let random = PositionalRandom(seed: 2)
        #expect(areIndependent { (random.uniform(at: $0, for: .sample), random.uniform(at: $0 + 1, for: .sample)) })
        #expect(areIndependent { (random.uniform(at: $0, for: .accept), random.uniform(at: $0, for: .residual)) })
        #expect(areIndependent { (random.uniform(at: $0, for: .draft), random.uniform(at: $0, for: .accept)) })
        #expect(
            areIndependent { (random.uniform(at: $0, for: .draft), random.uniform(at: $0, for: .draft, draw: 1)) })
        #expect(
            areIndependent {
                (
                    PositionalRandom(seed: UInt64($0)).uniform(at: 5, for: .sample),
                    PositionalRandom(seed: UInt64($0) + 1).uniform(at: 5, for: .sample)
                )
            })
        // The test itself can fail.
        #expect(!areIndependent { (random.uniform(at: $0, for: .sample), random.uniform(at: $0, for: .sample)) })
    }

    @Test
    func `No two keys share a number`() {
        var seen: Set<Double> = []
        var count = 0
        for seed in [UInt64(0), 1, .max] {
            for position in 0..<100 {
                for purpose in PositionalRandom.Purpose.allCases {
                    for draw in 0..<5 {
                        let number = PositionalRandom(seed: seed).uniform(at: position, for: purpose, draw: draw)
                        #expect((0..<1).contains(number))
                        seen.insert(number)
                        count += 1
                    }
                }
            }
        }
        #expect(seen.count == count)
    }

    @Test
    func `A seed means the same in every version`() {
        let random = PositionalRandom(seed: 42)
        #expect(random.uniform(at: 0, for: .sample) == 0.3357445840007941)
        #expect(random.uniform(at: 1000, for: .accept, draw: 3) == 0.9642401466022678)
    }
}
