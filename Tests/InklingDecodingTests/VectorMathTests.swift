// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingDecoding

struct VectorMathTests {
    static let sizes = [1, 2, 7, 8, 9, 15, 16, 17, 255, 256, 257, 1000]

    @Test(arguments: sizes)
    func `Softmax and log-sum-exp agree with double precision`(_ count: Int) {
        var noise = TestNoise(UInt64(count))
        for spread in [Float(0.1), 5, 60, 3000] {
            let logits = noise.logits(count, spread: spread)
            let slow = Slow.softmax(logits)
            // A few units in the last place, and the rounding of the exponent, which grows with it.
            for (fast, exact) in zip(VectorMath.softmax(logits), slow) {
                let relative = 1e-6 + 1.2e-7 * abs(Slow.ln(max(exact, 1e-300)))
                #expect(abs(Double(fast) - exact) <= relative * exact + 1e-37)
            }
            let exact = Double(logits[0]) - Slow.ln(slow[0])
            if slow[0] > 0 {
                #expect(abs(Double(VectorMath.logSumExp(logits[...])) - exact) <= 1e-6 * max(1, abs(exact)))
            }
        }
    }

    @Test(arguments: sizes)
    func `The argmax is the first of the greatest, NaN aside, in slices too`(_ count: Int) {
        var noise = TestNoise(UInt64(count))
        for _ in 0..<20 {
            var logits = (0..<count + 3).map { _ in Float(Int.random(in: -2...2, using: &noise)) }
            for _ in 0..<count / 4 { logits[Int.random(in: 0..<count, using: &noise)] = .nan }
            for start in 0...3 {
                let slice = logits[start...]
                var best = 0
                for (index, value) in slice.enumerated() where !value.isNaN {
                    if slice[start + best].isNaN || value > slice[start + best] { best = index }
                }
                #expect(VectorMath.argmax(slice) == best)
            }
        }
    }

    @Test
    func `Nothing above minus infinity has no sum`() {
        #expect(VectorMath.logSumExp([-.infinity, .nan]) == -.infinity)
        #expect(VectorMath.softmax([-.infinity, -.infinity]) == [0, 0])
        #expect(VectorMath.argmax([]) == 0)
        #expect(VectorMath.logSumExp([]) == -.infinity)
    }

    @Test
    func `A sum takes in greater values that come late, and gaps`() {
        var logits = [Float](repeating: -.infinity, count: 2000)
        for (index, value) in [(3, -500), (300, -1), (301, .nan), (900, 2), (1999, 2)] as [(Int, Float)] {
            logits[index] = value
        }
        let exact = 2 + Slow.ln(2 + 1 / Slow.softmax([0, 3])[1] - 1)
        #expect(abs(Double(VectorMath.logSumExp(logits[...])) - exact) < 1e-6)
        #expect(VectorMath.argmax(logits[...]) == 900)
        logits[1500] = .infinity
        #expect(VectorMath.logSumExp(logits[...]) == .infinity)
    }

    @Test(arguments: [0, 1, 2, 5, 24, 25, 26, 99, 100, 101])
    func `Selection gives the head of a full sort, the lowest index on ties`(_ count: Int) {
        var noise = TestNoise(UInt64(count))
        for distinct in [2, 10, 1000] {
            var scores = (0..<100).map { _ in Float(Int.random(in: 0..<distinct, using: &noise)) }
            scores[17] = -.infinity
            let sorted = scores.indices.filter { $0 != 17 }.sorted {
                scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
            }
            #expect(greatestIndices(count, of: scores) == Array(sorted.prefix(count)))
            #expect(greatestIndices(count, of: scores.sorted()).count == min(count, 99))
        }
    }
    @Test func `All scores are put in order, whatever they are`() {
        let random = PositionalRandom(seed: 3)
        let odd: [Float] = [
            0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .greatestFiniteMagnitude, -.infinity,
        ]
        var scores = (0..<6000).map { Float(random.uniform(at: $0, for: .sample) * 40 - 20).rounded() / 8 }
        scores += (0..<60).map { odd[$0 % odd.count] }
        let sorted = scores.indices.filter { scores[$0] > -.infinity }
            .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        for count in [1600, 4000, 6060] {
            #expect(greatestIndices(count, of: scores) == Array(sorted.prefix(count)))
            #expect(
                greatestIndices(count, of: scores[7...])
                    == sorted.filter { $0 >= 7 }.map { $0 - 7 }.prefix(count).map { $0 })
        }
    }

}
