// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTestSupport
import InklingTokenizer
import Testing

struct DryTests {
    private func law(
        _ logits: [Float], _ dry: DrySettings, history: [TokenID], controlTokens: Set<TokenID> = Slow.controlTokens
    ) -> Distribution {
        Sampler(Self.settings(dry))
            .distribution(logits: logits, history: SamplingHistory(history, controlTokens: controlTokens))
    }

    private static func settings(_ dry: DrySettings) -> SamplerSettings {
        var settings = SamplerSettings.unmodified()
        settings.dry = dry
        return settings
    }

    /// By how much each logit falls, where all are 0.
    private func penalties(_ dry: DrySettings, _ history: [TokenID], count: Int = 5) -> [Float] {
        let probabilities = law([Float](repeating: 0, count: count), dry, history: history, controlTokens: [])
            .probabilities
        let free = probabilities.max() ?? 1
        return probabilities.map { (Float(Slow.ln(Double(free / $0))) * 1000).rounded() / 1000 }
    }

    // MARK: The stage

    @Test
    func `What goes on with a repetition costs more the longer it is`() {
        let dry = DrySettings(multiplier: 1, base: 2, allowedLength: 2)
        // After 1 2 came 3 before.
        #expect(penalties(dry, tokens(1, 2, 3, 0, 1, 2)) == [0, 0, 0, 1, 0])
        #expect(penalties(dry, tokens(0, 1, 2, 3, 0, 1, 2)) == [0, 0, 0, 2, 0])
        #expect(penalties(dry, tokens(4, 0, 1, 2, 3, 4, 0, 1, 2)) == [0, 0, 0, 4, 0])
        // One token alone is no repetition yet.
        #expect(penalties(dry, tokens(2, 3, 0, 1, 2)) == [0, 0, 0, 0, 0])
        // A repetition may overlap with what it repeats.
        #expect(penalties(dry, tokens(0, 1, 1, 1)) == [0, 1, 0, 0, 0])
        // Of two occurrences the one with more in common counts.
        #expect(penalties(dry, tokens(0, 1, 2, 3, 4, 1, 2, 3, 0, 1, 2)) == [0, 0, 0, 2, 0])
    }

    @Test
    func `Agrees with the definition on random texts, in every window, across control tokens`() {
        var noise = TestNoise(31)
        for round in 0..<400 {
            // Few tokens, so that much is repeated; the fifth is a control token.
            let count = Int.random(in: 0...24, using: &noise)
            let kinds = Int32([2, 3, 5][round % 3])
            let history = (0..<count).map { _ in TokenID(Int32.random(in: 0..<kinds, using: &noise)) }
            let dry = DrySettings(
                multiplier: Float.random(in: 0.3...2, using: &noise), base: Float.random(in: 1...2, using: &noise),
                allowedLength: Int.random(in: 0...3, using: &noise),
                window: [-1, -1, 0, 1, 3, 9, 100].randomElement(using: &noise) ?? -1)
            let logits = noise.logits(5)
            let law = law(logits, dry, history: history)
            #expect(law.agrees(with: Slow.chain(logits, Self.settings(dry), history: history)), "\(history) \(dry)")
        }
    }

    @Test
    func `What an earlier turn said may be said again`() {
        let dry = DrySettings(multiplier: 1, base: 2, allowedLength: 2)
        let logits = [Float](repeating: 0, count: 10)
        let turn = tokens(1, 2, 3, 5)
        let again = law(logits, dry, history: turn + tokens(4, 1, 2), controlTokens: [4])
        #expect(again == law(logits, dry, history: tokens(1, 2), controlTokens: [4]))
        #expect(again != law(logits, dry, history: turn + tokens(6, 1, 2), controlTokens: [4]))
    }

    @Test
    func `A control token that is taken back no longer hides what stands before it`() {
        let sampler = Sampler(Self.settings(DrySettings(multiplier: 1, allowedLength: 1)))
        var history = SamplingHistory(tokens(4, 1, 2, 1), controlTokens: [4])
        let before = history
        let mark = history.mark
        for token in tokens(3, 4, 1) { sampler.append(token, drawnFrom: Distribution(oneHot: token), to: &history) }
        #expect(history.stretchStart == 6)
        history.restore(mark)
        #expect(history == before)
        #expect(history.stretchStart == 1)
    }

    @Test
    func `A text of one token over and over stays cheap, and its penalty finite`() {
        // Compared place by place, this would take a thousand times as long.
        let history = [TokenID](repeating: 1, count: 60_000)
        var settings = Self.settings(DrySettings(multiplier: 100, base: 100, allowedLength: 0))
        let law = Sampler(settings).distribution(logits: [0, 0, 0], history: SamplingHistory(history))
        #expect(law.probability(of: 1) == 0)
        #expect(abs(law.probability(of: 0) - 0.5) < 1e-6)
        settings.temperature = 0
        #expect(
            Sampler(settings).distribution(logits: [0, 9, 1], history: SamplingHistory(history)).mostProbable == 2)
        // A penalty never bans: what is left alone can be drawn.
        settings.logitBias = [0: -.infinity, 2: -.infinity]
        #expect(
            Sampler(settings).distribution(logits: [0, 9, 1], history: SamplingHistory(history)).mostProbable == 1)
    }

    @Test(arguments: [
        DrySettings(), DrySettings(multiplier: 0, window: 100), DrySettings(multiplier: 1, window: 0),
    ])
    func `Switched off, it is no part of the chain`(_ dry: DrySettings) throws {
        let stage = try #require(SamplerRegistry.all.first { $0.id == "dry" })
        #expect(!stage.isActive(Self.settings(dry)))
    }

    // MARK: In strategies

    /// Plain greedy decoding under the slow chain.
    private func continuation(_ model: ToyModel, _ prompt: [TokenID], _ settings: SamplerSettings) -> [TokenID] {
        var path = prompt
        for _ in 0..<30 {
            let logits = Slow.dry(model.logits(after: path), settings, path)
            path.append(TokenID(Int32(logits.firstIndex(of: logits.max() ?? 0) ?? 0)))
        }
        return Array(path.dropFirst(prompt.count))
    }

    @Test(arguments: StrategyConformanceTests.strategies.filter { $0.guarantee == .sameDistribution })
    func `At temperature 0 every lossless strategy gives plain decoding's tokens`(_ strategy: StrategyDescriptor) {
        // Logits are far apart, so that rounding decides nothing.
        let dry = DrySettings(multiplier: 1.5, base: 1.75, allowedLength: 1)
        var settings = SamplerSettings.greedy
        var changed = 0
        for seed in 0..<12 {
            let model = ToyModel(vocabularySize: 7, seed: UInt64(seed), spread: 3)
            for prompt in [tokens(3), tokens(1, 2, 4, 1, 2)] {
                settings.dry = dry
                let request = GenerationRequest(
                    prompt: prompt, strategy: strategy.id, sampler: settings, maxTokens: 30,
                    controlTokens: Slow.controlTokens)
                let found = Harness(model).generate(request).tokens
                #expect(found == continuation(model, prompt, settings))
                settings.dry = DrySettings()
                if found != continuation(model, prompt, settings) { changed += 1 }
            }
        }
        #expect(changed > 12, "the penalty makes a difference")
    }

    @Test
    func `Drafts of a prompt know its control tokens`() throws {
        // After 0 comes 1, after 1 comes 2, and so on round.
        var sampler = SamplerSettings.unmodified(seed: 3)
        sampler.temperature = 0.01
        sampler.dry = DrySettings(multiplier: 100, allowedLength: 1)
        func continuation(_ prompt: [TokenID], _ controlTokens: Set<TokenID>) throws -> [TokenID] {
            let run = DraftRun(target: ToyRunner(countingModel(8)))
            let request = DraftRequest(
                prompt: prompt, method: .nucleus, count: 1, length: 3, sampler: sampler, controlTokens: controlTokens)
            return try #require(try run.run(request).continuations.first).tokens
        }
        #expect(try continuation(tokens(0, 1, 2, 7, 0), [7]) == tokens(1, 2, 3))
        #expect(try continuation(tokens(0, 1, 2, 7, 0), []).first != 1)
    }
}
