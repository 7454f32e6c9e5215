// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTestSupport
import InklingTokenizer

/// Generates many times with different seeds and compares how often each output came with the target's law.
enum LawTest {
    static let model = ToyModel(vocabularySize: 5, seed: 21, spread: 1.5)
    static let prompt = tokens(2, 0)

    /// The model's own distribution, one that is cut, and two that depend on the path.
    static let settings = [
        SamplerSettings.unmodified(),
        SamplerSettings(temperature: 0.8, topK: 0, topP: 0.85, minP: 0),
        SamplerSettings(
            temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1.6, presencePenalty: 0.7,
            penaltyWindow: 2),
        SamplerSettings(
            temperature: 1, topK: 0, topP: 1, minP: 0,
            dry: DrySettings(multiplier: 0.8, base: 1.75, allowedLength: 1)),
    ]

    /// - Parameters:
    ///   - draft: the draft model; one that resembles the target unless given.
    ///   - length: tokens of an output; the law is over all of them jointly.
    static func run(
        _ strategy: StrategyDescriptor, _ settings: SamplerSettings, parameters: [String: ParameterValue] = [:],
        draft: ToyModel? = nil, head: (any AcceptanceHead)? = nil, length: Int = 3, runCount: Int = 4000
    ) -> ChiSquared {
        let harness = Harness(
            target: ToyRunner(model), draft: ToyRunner(draft ?? model.perturbed(by: 0.8, seed: 99)))
        harness.run.acceptanceHead = head
        harness.strategies.append(strategy)
        var counts: [[TokenID]: Int] = [:]
        for seed in 0..<runCount {
            var request = GenerationRequest(
                prompt: prompt, strategy: strategy.id, parameters: parameters, sampler: settings, maxTokens: length,
                controlTokens: Slow.controlTokens)
            request.sampler.seed = UInt64(seed)
            counts[harness.generate(request).tokens, default: 0] += 1
        }
        return ChiSquared(counts: counts, law: Slow.law(of: model, after: prompt, settings, length: length))
    }
}
