// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTestSupport
import InklingTokenizer
import Testing

struct DistributionTests {
    private let skewed = Distribution(tokens: tokens(4, 0, 9), probabilities: [0.5, 0.3, 0.2])

    @Test
    func `A uniform number draws the token in whose stretch it falls`() {
        #expect(skewed.sample(0) == 4)
        #expect(skewed.sample(0.4999) == 4)
        #expect(skewed.sample(0.5001) == 0)
        #expect(skewed.sample(0.7999) == 0)
        #expect(skewed.sample(0.8001) == 9)
        #expect(skewed.sample(1.0.nextDown) == 9)
    }

    @Test
    func `Tokens of probability zero are never drawn`() {
        let law = Distribution(tokens: tokens(0, 1, 2, 3), probabilities: [0, 0.5, 0.499, 0])
        #expect(law.sample(0) == 1)
        #expect(law.sample(1.0.nextDown) == 2)
    }

    @Test
    func `Probabilities are found by id`() {
        #expect(skewed.probability(of: 9) == 0.2)
        #expect(skewed.probability(of: 1) == 0)
        #expect(skewed.probability(of: -1) == 0)
        #expect(skewed.mostProbable == 4)
        #expect(Distribution(tokens: tokens(7, 3), probabilities: [0.5, 0.5]).mostProbable == 3)
    }

    @Test
    func `The residual subtracts by id, whatever the order`() {
        let other = Distribution(tokens: tokens(0, 4, 5), probabilities: [0.1, 0.7, 0.2])
        let rest = skewed.residual(subtracting: other)
        #expect(rest.probability(of: 4) == 0)
        #expect(abs(rest.probability(of: 0) - 0.5) < 1e-6)
        #expect(abs(rest.probability(of: 9) - 0.5) < 1e-6)
        #expect(rest.probability(of: 5) == 0)
        let aligned = Distribution(tokens: tokens(4, 0, 9), probabilities: [0.7, 0.1, 0.2])
        #expect(skewed.residual(subtracting: aligned).probability(of: 0) == 1)
    }

    @Test
    func `A residual with nothing left is the distribution itself`() {
        #expect(skewed.residual(subtracting: skewed) == skewed)
    }

    @Test
    func `Drafting from q, accepting by p over q and drawing the residual gives p`() {
        let p = Distribution(tokens: tokens(0, 1, 2, 3), probabilities: [0.4, 0.1, 0.3, 0.2])
        let q = Distribution(tokens: tokens(3, 1, 0), probabilities: [0.2, 0.6, 0.2])
        let random = PositionalRandom(seed: 3)
        func draw(_ position: Int, residual: Distribution) -> TokenID {
            let x = q.sample(random.uniform(at: position, for: .draft))
            let ratio = Double(p.probability(of: x) / q.probability(of: x))
            if random.uniform(at: position, for: .accept) < ratio { return x }
            return residual.sample(random.uniform(at: position, for: .residual))
        }
        let law: [TokenID: Double] = [0: 0.4, 1: 0.1, 2: 0.3, 3: 0.2]
        func test(_ residual: Distribution) -> ChiSquared {
            var counts: [TokenID: Int] = [:]
            for position in 0..<20_000 { counts[draw(position, residual: residual), default: 0] += 1 }
            return ChiSquared(counts: counts, law: law)
        }
        #expect(test(p.residual(subtracting: q)).isPlausible)
        // A wrong rule must be caught: the bonus taken from p after a rejection.
        #expect(!test(p).isPlausible)
    }

    @Test
    func `The scores of a token are those of the model, before the sampler`() {
        let logits: [Float] = [1, 3, 2, -.infinity, .nan]
        let law = Slow.softmax([1, 3, 2])
        for id in 0..<3 {
            let score = TokenScores.logProbability(of: TokenID(Int32(id)), logits: logits[...])
            #expect(abs(Double(score) - Slow.ln(law[id])) < 1e-6)
        }
        #expect(TokenScores.logProbability(of: 3, logits: logits[...]) == -.infinity)
        #expect(TokenScores.logProbability(of: 4, logits: logits[...]) == -.infinity)
        #expect(TokenScores.logProbability(of: 99, logits: logits[...]) == -.infinity)
        #expect(TokenScores.alternatives(9, logits: logits[...]).map(\.id) == tokens(1, 2, 0))
        #expect(TokenScores.alternatives(1, logits: logits[1...]).map(\.id) == tokens(0))
        #expect(TokenScores.alternatives(0, logits: logits[...]).isEmpty)
    }
}
