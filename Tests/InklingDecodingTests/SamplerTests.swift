// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTokenizer
import Testing

struct SamplerTests {
    private func off(_ change: (inout SamplerSettings) -> Void) -> SamplerSettings {
        var settings = SamplerSettings.unmodified()
        change(&settings)
        return settings
    }

    private func distribution(
        _ logits: [Float], _ settings: SamplerSettings, history: [TokenID] = []
    ) -> Distribution {
        Sampler(settings).distribution(logits: logits, history: SamplingHistory(history))
    }

    // MARK: Against slow references

    @Test(arguments: [1, 2, 7, 40, 299, 300, 5000])
    func `Top-k agrees with a full sort`(_ k: Int) {
        var noise = TestNoise(1)
        for _ in 0..<5 {
            let logits = noise.logits(300)
            let settings = off { $0.topK = k }
            #expect(distribution(logits, settings).agrees(with: Slow.chain(logits, settings)))
        }
    }

    @Test(arguments: [0, 0.01, 0.3, 0.9, 0.95, 0.999])
    func `Top-p agrees with its definition`(_ p: Float) {
        var noise = TestNoise(2)
        // A flat distribution over many tokens needs more than the first guess at the nucleus.
        for (count, spread) in [(8, Float(4)), (300, 4), (3000, 0.5)] {
            let logits = noise.logits(count, spread: spread)
            let settings = off { $0.topP = p }
            #expect(distribution(logits, settings).agrees(with: Slow.chain(logits, settings)))
        }
    }

    @Test(arguments: [0.01, 0.05, 0.5, 1])
    func `Min-p agrees with its definition`(_ p: Float) {
        var noise = TestNoise(3)
        for _ in 0..<5 {
            let logits = noise.logits(200)
            let settings = off { $0.minP = p }
            #expect(distribution(logits, settings).agrees(with: Slow.chain(logits, settings)))
        }
    }

    @Test(arguments: [0.05, 0.2, 0.7, 0.95])
    func `Typical agrees with its definition`(_ p: Float) {
        var noise = TestNoise(4)
        for count in [3, 50, 1000] {
            let logits = noise.logits(count)
            let settings = off { $0.typicalP = p }
            #expect(distribution(logits, settings).agrees(with: Slow.chain(logits, settings)))
        }
    }

    @Test
    func `Typical may remove the most probable token`() {
        // Surprises of 0.92, 1.61 and twenty of 3.91 nats: the entropy, 2.25, is nearest the middle one.
        let logits = ([0.4, 0.2] + [Double](repeating: 0.02, count: 20)).map { Float(Slow.ln($0)) }
        let law = distribution(logits, off { $0.typicalP = 0.1 })
        #expect(law.probability(of: 0) == 0)
        #expect(law.agrees(with: Slow.chain(logits, off { $0.typicalP = 0.1 })))
    }

    @Test
    func `Penalties agree with their definition, in every window`() {
        var noise = TestNoise(5)
        let history = tokens(1, 1, 4, 0, 2, 1, 3, 3)
        for window in [-1, 0, 1, 3, 8, 100] {
            let penalties: [(Float, Float, Float)] = [(1.3, 0, 0), (1, 0.4, 0), (1, 0, 0.7), (0.8, 0.2, -0.5)]
            for (repetition, frequency, presence) in penalties {
                let logits = noise.logits(9)
                let settings = off {
                    $0.repetitionPenalty = repetition
                    $0.frequencyPenalty = frequency
                    $0.presencePenalty = presence
                    $0.penaltyWindow = window
                }
                let law = distribution(logits, settings, history: history)
                #expect(law.agrees(with: Slow.chain(logits, settings, history: history)))
            }
        }
    }

    @Test
    func `A repetition penalty lowers negative logits as well`() {
        let settings = off { $0.repetitionPenalty = 2 }
        let law = distribution([-1, -1], settings, history: tokens(0))
        #expect(law.probability(of: 0) < law.probability(of: 1))
    }

    @Test
    func `Stages together agree with the slow chain in the documented order`() {
        var noise = TestNoise(6)
        for round in 0..<40 {
            let logits = noise.logits(120, spread: 3)
            var settings = SamplerSettings(
                temperature: [0.3, 0.8, 1, 1.7][round % 4], topK: [0, 40, 7][round % 3], topP: [0.95, 0.6][round % 2],
                minP: [0.05, 0, 0.3][round / 3 % 3], typicalP: [1, 0.8][round / 2 % 2])
            settings.repetitionPenalty = 1.2
            settings.logitBias = [5: 2, 6: -.infinity]
            let history = tokens(1, 5, 9)
            #expect(
                distribution(logits, settings, history: history)
                    .agrees(with: Slow.chain(logits, settings, history: history)))
        }
    }

    // MARK: Greedy

    @Test
    func `Greedy equals argmax, the lowest id on ties`() {
        var noise = TestNoise(7)
        for count in 1...70 {
            let logits = (0..<count).map { _ in Float(Int.random(in: 0...3, using: &noise)) }
            let best = logits.firstIndex(of: logits.max() ?? 0) ?? 0
            #expect(distribution(logits, .greedy) == Distribution(oneHot: TokenID(Int32(best))))
            #expect(
                distribution(logits, SamplerSettings(temperature: 9e-6)) == Distribution(oneHot: TokenID(Int32(best))))
        }
    }

    @Test
    func `Greedy heeds penalties and bias, and no truncation`() {
        var settings = SamplerSettings.greedy
        settings.typicalP = 0.1
        #expect(distribution([3, 2, 1], settings).mostProbable == 0)
        settings.presencePenalty = 5
        #expect(distribution([3, 2, 1], settings, history: tokens(0)).mostProbable == 1)
        settings.logitBias = [2: 10]
        #expect(distribution([3, 2, 1], settings, history: tokens(0)).mostProbable == 2)
        settings.logitBias = [1: -.infinity]
        #expect(distribution([3, 2, 1], settings, history: tokens(0)).mostProbable == 2)
    }

    // MARK: Laws

    /// Settings that switch on one stage each.
    static let stageSettings: [(stage: String, settings: SamplerSettings)] = {
        var rows: [(String, SamplerSettings)] = []
        func add(_ stage: String, _ change: (inout SamplerSettings) -> Void) {
            var settings = SamplerSettings.unmodified()
            change(&settings)
            rows.append((stage, settings))
        }
        add("logit-bias") { $0.logitBias = [0: -3, 2: -.infinity, 4: 1] }
        add("penalties") { ($0.repetitionPenalty, $0.presencePenalty) = (1.5, 0.5) }
        add("dry") { $0.dry = DrySettings(multiplier: 2, allowedLength: 0) }
        add("top-k") { $0.topK = 3 }
        add("typical") { $0.typicalP = 0.5 }
        add("top-p") { $0.topP = 0.6 }
        add("min-p") { $0.minP = 0.4 }
        add("temperature") { $0.temperature = 0.7 }
        add("mirostat-1") { $0.mirostat = MirostatSettings(version: .one, targetSurprise: 1) }
        add("mirostat-2") { $0.mirostat = MirostatSettings(version: .two, targetSurprise: 1) }
        return rows
    }()

    @Test(arguments: SamplerRegistry.all)
    func `A stage never gives a removed token back, never removes all, sums to one`(_ stage: SamplerStage) throws {
        let settings = try #require(Self.stageSettings.first { $0.stage == stage.id }?.settings)
        #expect(stage.isActive(settings))
        #expect(!stage.isActive(.unmodified()))
        #expect(SamplerRegistry.all.filter { $0.isActive(settings) }.map(\.id) == [stage.id])
        var noise = TestNoise(8)
        for count in [1, 2, 5, 60] {
            for removed in 0..<count {
                var logits = noise.logits(count)
                logits[removed] = -.infinity
                let law = distribution(logits, settings, history: tokens(0, 1))
                let total = law.probabilities.reduce(0, +)
                #expect(abs(total - 1) < 1e-5)
                if count > 1 { #expect(law.probability(of: TokenID(Int32(removed))) == 0) }
            }
        }
    }

    @Test(arguments: SamplerRegistry.all)
    func `Logits that are no number never trap and are never drawn`(_ stage: SamplerStage) throws {
        let settings = try #require(Self.stageSettings.first { $0.stage == stage.id }?.settings)
        let bad: [Float] = [.nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0, 1]
        var noise = TestNoise(9)
        for count in [1, 2, 3, 8, 17, 40] {
            for _ in 0..<50 {
                let logits = (0..<count).map { _ in bad.randomElement(using: &noise) ?? 0 }
                for temperature in [Float(0), 1e-5, 1, 10] {
                    var settings = settings
                    settings.temperature = temperature
                    let law = distribution(logits, settings, history: tokens(0, 1, 2))
                    #expect(law.probabilities.allSatisfy { $0 >= 0 && $0 <= 1.001 })
                    #expect(abs(law.probabilities.reduce(0, +) - 1) < 1e-4)
                    let token = Int(law.sample(0.999_999).rawValue)
                    let hasNumber = logits.contains { $0 > -.infinity }
                    if hasNumber { #expect(logits[token] > -.infinity) } else { #expect(token == 0) }
                }
            }
        }
    }

    @Test
    func `No logits, or none that is a number, give token 0`() {
        for settings in [SamplerSettings(), .greedy, .unmodified()] {
            #expect(distribution([], settings) == Distribution(oneHot: 0))
            #expect(distribution([.nan, .nan], settings) == Distribution(oneHot: 0))
            #expect(distribution([-.infinity, -.infinity], settings) == Distribution(oneHot: 0))
        }
    }

    @Test
    func `Penalties and bias for tokens outside the vocabulary are ignored`() {
        var settings = SamplerSettings.unmodified()
        settings.logitBias = [-1: 5, 99: 5]
        settings.presencePenalty = 1
        let law = distribution([1, 1], settings, history: tokens(-7, 50))
        #expect(law.probabilities == [0.5, 0.5])
    }

    @Test
    func `The default settings keep the order of the documentation`() {
        let order = "logit-bias penalties dry top-k typical top-p min-p temperature mirostat-1 mirostat-2"
        #expect(SamplerRegistry.all.map(\.id).joined(separator: " ") == order)
        let settings = SamplerSettings()
        let active = SamplerRegistry.all.filter { $0.isActive(settings) }.map(\.id)
        #expect(active == ["top-k", "top-p", "min-p", "temperature"])
    }

    // MARK: Validation

    @Test
    func `Settings outside their range are refused with the range`() {
        func message(_ change: (inout SamplerSettings) -> Void) -> String? {
            var settings = SamplerSettings()
            change(&settings)
            do throws(GenerationError) {
                try settings.validate()
                return nil
            } catch {
                return error.description
            }
        }
        #expect(message { _ in } == nil)
        #expect(message { $0.temperature = -1 } == "temperature is -1.0; it must be 0.0 to 10.0")
        #expect(message { $0.temperature = .nan } == "temperature is nan; it must be 0.0 to 10.0")
        #expect(message { $0.topK = -1 } == "top-k is -1; it must be 0 to 1000000")
        #expect(message { $0.topP = 1.5 } == "top-p is 1.5; it must be 0.0 to 1.0")
        #expect(message { $0.minP = -0.1 } == "min-p is -0.1; it must be 0.0 to 1.0")
        #expect(message { $0.typicalP = 2 } == "typical-p is 2.0; it must be 0.0 to 1.0")
        #expect(message { $0.repetitionPenalty = 0 } == "repetition penalty is 0.0; it must be 0.1 to 10.0")
        #expect(message { $0.frequencyPenalty = 11 } == "frequency penalty is 11.0; it must be -10.0 to 10.0")
        #expect(message { $0.presencePenalty = .infinity } == "presence penalty is inf; it must be -10.0 to 10.0")
        #expect(message { $0.penaltyWindow = -2 } == "penalty window is -2; it must be -1 to 1000000")
        #expect(message { $0.mirostat.targetSurprise = 21 } == "mirostat tau is 21.0; it must be 0.0 to 20.0")
        #expect(message { $0.mirostat.learningRate = -1 } == "mirostat eta is -1.0; it must be 0.0 to 2.0")
        #expect(message { $0.dry.multiplier = -1 } == "DRY multiplier is -1.0; it must be 0.0 to 100.0")
        #expect(message { $0.dry.base = 0.5 } == "DRY base is 0.5; it must be 1.0 to 100.0")
        #expect(message { $0.dry.allowedLength = -1 } == "DRY allowed length is -1; it must be 0 to 1000000")
        #expect(message { $0.dry.window = -2 } == "DRY window is -2; it must be -1 to 1000000")
        #expect(
            message { $0.logitBias = [9: .nan, 4: .nan] }
                == "logit bias of token 4 is nan; it must be a number, or -inf to ban it")
        #expect(message { $0.logitBias = [4: -.infinity] } == nil)
    }
}
