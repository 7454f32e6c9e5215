// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer
import Testing

@testable import InklingDecoding

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

struct MirostatTests {
    private func sampler(
        _ version: MirostatSettings.Version, tau: Float, eta: Float = 0.1,
        measure: MirostatSettings.SurpriseMeasure = .original, temperature: Float = 1
    ) -> Sampler {
        var settings = SamplerSettings(temperature: temperature)
        settings.mirostat = MirostatSettings(
            version: version, targetSurprise: tau, learningRate: eta, surpriseMeasure: measure)
        return Sampler(settings)
    }

    private func logits(_ probabilities: [Double]) -> [Float] { probabilities.map { Float(log($0)) } }

    /// Probabilities that fall as rank^−exponent.
    private func zipf(_ count: Int, exponent: Double) -> [Float] {
        (1...count).map { Float(-exponent * log(Double($0))) }
    }

    @Test
    func `Version 2 cuts what surprises more than mu`() {
        // μ starts at 2τ = 2.0; the second token has −log₂ 0.2 = 2.32 bits.
        let sampler = sampler(.two, tau: 1)
        var history = SamplingHistory(tokens(5))
        let law = sampler.distribution(logits: logits([0.8, 0.2]), history: history)
        #expect(law.tokens == tokens(0))
        #expect(abs(law.keptMass - 0.8) < 1e-6)
        // S = −log₂ 0.8 = 0.3219, so μ = 2 − 0.1 · (0.3219 − 1) = 2.0678.
        sampler.append(0, drawnFrom: law, to: &history)
        #expect(abs((history.maximumSurprise ?? 0) - 2.0678) < 1e-4)
        #expect(history.tokens == tokens(5, 0))
    }

    @Test
    func `Version 2 keeps what surprises mu exactly or less, and at least one token`() {
        let law = sampler(.two, tau: 1.2).distribution(logits: logits([0.8, 0.2]), history: SamplingHistory())
        #expect(law.tokens == tokens(0, 1))
        #expect(law.keptMass == 1)
        let one = sampler(.two, tau: 0).distribution(logits: logits([0.3, 0.4, 0.3]), history: SamplingHistory())
        #expect(one.tokens == tokens(1))
    }

    @Test
    func `The compatible measure takes the probability after truncation`() {
        let sampler = sampler(.two, tau: 1, measure: .llamaCppCompatible)
        var history = SamplingHistory()
        let law = sampler.distribution(logits: logits([0.8, 0.2]), history: history)
        sampler.append(0, drawnFrom: law, to: &history)
        // The one token left is no surprise: μ = 2 + 0.1 · 1.
        #expect(abs((history.maximumSurprise ?? 0) - 2.1) < 1e-5)
    }

    @Test
    func `Version 1 computes k as by hand`() {
        // s = 2, ε = 1, N = 4, μ = 2: (1 · 4 / (1 − 1/4))^(1/2) = 2.31, rounded 2, plus 1.
        let steep = sampler(.one, tau: 1).distribution(logits: zipf(4, exponent: 2), history: SamplingHistory())
        #expect(steep.tokens == tokens(0, 1, 2))
        // s = 1, the limit at ε = 0, N = 1000, μ = 6: 64 / ln 1000 = 9.26, rounded 9, plus 1.
        let harmonic = sampler(.one, tau: 3).distribution(logits: zipf(1000, exponent: 1), history: SamplingHistory())
        #expect(harmonic.tokens == tokens(0...9))
        // s = 0.5, ε = −0.5, N = 100, μ = 2: (−0.5 · 4 / (1 − 10))^2 = 0.0494, rounded 0, plus 1.
        let shallow = sampler(.one, tau: 1).distribution(logits: zipf(100, exponent: 0.5), history: SamplingHistory())
        #expect(shallow.tokens == tokens(0))
    }

    @Test
    func `Version 1 keeps all of a flat distribution and one of a certain one`() {
        let equal = [Float](repeating: 1, count: 50)
        let flat = sampler(.one, tau: 3).distribution(logits: equal, history: SamplingHistory())
        #expect(flat.tokens.count == 50)
        let certain = sampler(.one, tau: 3).distribution(logits: [50, 0, 0], history: SamplingHistory())
        #expect(certain.probability(of: 0) > 0.999)
    }

    @Test(arguments: [MirostatSettings.Version.one, .two], [Float(2), 3, 4.5])
    func `The mean surprise settles at tau`(_ version: MirostatSettings.Version, _ tau: Float) {
        #expect(abs(meanSurprise(sampler(version, tau: tau)) - Double(tau)) < 0.1)
    }

    @Test
    func `The compatible measure settles above tau`() {
        #expect(meanSurprise(sampler(.two, tau: 3, measure: .llamaCppCompatible)) > 3.2)
    }

    /// Mean over draws of −log₂ of the model's own probability.
    private func meanSurprise(_ sampler: Sampler) -> Double {
        var noise = TestNoise(4)
        // Steepnesses that differ in turn, as a text has certain and uncertain places. τ must be within reach: above the
        // surprise of always taking the best token, below the entropy.
        let exponents = sampler.settings.mirostat.targetSurprise < 4 ? [1.2, 1.3, 1.4] : [0.7, 0.85, 1]
        let rows = exponents.map { exponent in
            zipf(400, exponent: exponent).map { $0 + Float.random(in: -0.2...0.2, using: &noise) }
        }
        let laws = rows.map { Slow.softmax($0) }
        let random = PositionalRandom(seed: 6)
        var history = SamplingHistory()
        var total = 0.0
        for position in 0..<2500 {
            let law = sampler.distribution(logits: rows[position % 3], history: history)
            let token = law.sample(random.uniform(at: position, for: .sample))
            sampler.append(token, drawnFrom: law, to: &history)
            if position >= 500 { total -= log2(laws[position % 3][Int(token.rawValue)]) }
        }
        return total / 2000
    }

    @Test(arguments: [MirostatSettings.Version.one, .two])
    func `As tau goes to zero the output becomes greedy`(_ version: MirostatSettings.Version) {
        let sampler = sampler(version, tau: 0)
        var history = SamplingHistory()
        var noise = TestNoise(1)
        for position in 0..<50 {
            let logits = noise.logits(30)
            let law = sampler.distribution(logits: logits, history: history)
            // μ starts at 0 and falls with every surprise; version 1 keeps two tokens until it is well below.
            if position >= 10 { #expect(law.tokens == [TokenID(Int32(VectorMath.argmax(logits[...])))]) }
            sampler.append(law.sample(0.99), drawnFrom: law, to: &history)
        }
    }

    @Test
    func `Mirostat rests at temperature 0 and sets the other truncation aside`() {
        var settings = SamplerSettings(topK: 1, topP: 0.1, minP: 1, typicalP: 0.1)
        settings.mirostat.version = .two
        settings.mirostat.targetSurprise = 10
        let law = Sampler(settings).distribution(logits: [1, 1, 1], history: SamplingHistory())
        #expect(law.tokens.count == 3)

        settings.temperature = 0
        var history = SamplingHistory()
        let greedy = Sampler(settings)
        greedy.append(0, drawnFrom: greedy.distribution(logits: [1, 0], history: history), to: &history)
        #expect(history.maximumSurprise == nil)
    }

    @Test
    func `Going back to a mark restores mu and tokens`() {
        let sampler = sampler(.two, tau: 2)
        var history = SamplingHistory(tokens(1))
        let law = sampler.distribution(logits: [2, 1, 0], history: history)
        sampler.append(1, drawnFrom: law, to: &history)
        let saved = history
        let mark = history.mark
        sampler.append(2, drawnFrom: law, to: &history)
        #expect(history != saved)
        history.restore(mark)
        #expect(history == saved)
    }

    @Test
    func `A token that the distribution does not hold leaves mu`() {
        let sampler = sampler(.two, tau: 1)
        var history = SamplingHistory()
        sampler.append(1, drawnFrom: Distribution(oneHot: 0), to: &history)
        #expect(history.maximumSurprise == nil)
        #expect(history.tokens == tokens(1))
    }
}
