// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

/// Knows what the target will say.
private struct OracleDrafter: Drafter {
    let model: ToyModel
    let length: Int
    /// Added to every token: 0 is always right, anything else always wrong.
    var shift: Int32 = 0

    mutating func propose(_ run: DecodingRun, limit: Int) throws(GenerationError) -> Draft {
        var draft = Draft(stop: .length)
        while draft.count < min(length, limit) {
            let logits = model.logits(after: run.tokens + draft.tokens)
            let best = Int32(logits.firstIndex(of: logits.max() ?? 0) ?? 0)
            draft.append(TokenID((best + shift) % Int32(model.vocabularySize)))
            if run.endTokens.contains(draft.tokens[draft.count - 1]) { break }
        }
        return draft
    }
}

struct SpeculativeTests {
    private let model = ToyModel(vocabularySize: 12, seed: 5)
    private let counting = countingModel(26)

    private func harness(_ model: ToyModel, _ gamma: Int, shift: Int32 = 0, contextCapacity: Int = 256) -> Harness {
        let harness = Harness(model, contextCapacity: contextCapacity)
        harness.strategies = [
            .autoregressive,
            .testOnly("oracle") {
                SpeculativeStrategy(
                    drafter: OracleDrafter(model: model, length: gamma, shift: shift), verifier: RejectionVerifier())
            },
        ]
        return harness
    }

    private func request(_ prompt: [TokenID], _ strategy: String = "oracle", maxTokens: Int?) -> GenerationRequest {
        GenerationRequest(prompt: prompt, strategy: strategy, sampler: .greedy, maxTokens: maxTokens)
    }

    // MARK: The best and the worst drafter

    @Test(arguments: [1, 3, 4, 7])
    func `A drafter that is always right gives gamma plus one tokens a pass`(_ gamma: Int) {
        let harness = harness(model, gamma)
        let summary = harness.generate(request(tokens(1, 2), maxTokens: 5 * (gamma + 1)))
        #expect(
            summary.tokens == Harness(model).generate(request(tokens(1, 2), "ar", maxTokens: 5 * (gamma + 1))).tokens)
        #expect(summary.statistics.targetPassCount == 5)
        #expect(summary.statistics.acceptanceRate == 1)
        #expect(
            harness.rounds.allSatisfy {
                $0.committed.map(\.source) == Array(repeating: .draft, count: gamma) + [.bonus]
            })
    }

    @Test
    func `A drafter that is always wrong changes nothing and costs no pass`() {
        let harness = harness(model, 4, shift: 1)
        let summary = harness.generate(request(tokens(1, 2), maxTokens: 20))
        #expect(summary.tokens == Harness(model).generate(request(tokens(1, 2), "ar", maxTokens: 20)).tokens)
        #expect(summary.statistics.targetPassCount == 20)
        #expect(summary.statistics.acceptedCount == 0)
        #expect(summary.statistics.judgedCount == 19)
    }

    // MARK: Limits

    @Test(arguments: [1, 2, 4, 5, 6])
    func `No draft is longer than what may still be committed`(_ limit: Int) {
        let harness = harness(counting, 4)
        let summary = harness.generate(request(tokens(0, 1), maxTokens: limit))
        #expect(summary.reason == .tokenLimit)
        #expect(summary.tokens.map(\.rawValue) == (2..<2 + Int32(limit)).map(\.self))
        #expect(harness.rounds.map(\.draftedCount) == (limit <= 5 ? [limit - 1] : [4, 0]))
        #expect(summary.statistics.acceptedCount == summary.statistics.draftedCount)
        #expect(harness.cachesHold(tokens(0, 1) + summary.tokens))
    }

    @Test
    func `A context is filled to its last position`() {
        for capacity in 3...12 {
            let harness = harness(counting, 4, contextCapacity: capacity)
            let summary = harness.generate(request(tokens(0, 1), maxTokens: nil))
            #expect(summary.reason == .contextFull)
            #expect(summary.tokens.count == capacity - 1)
            #expect(harness.target.ledger.count == capacity)
        }
    }

    @Test
    func `A draft model with a smaller context stops drafting, not the output`() {
        for strategy in [StrategyDescriptor.speculative, .specDecPlusPlus, .pearl] {
            for capacity in 4...9 {
                let harness = Harness(
                    target: ToyRunner(model), draft: ToyRunner(model, contextCapacity: capacity))
                let summary = harness.generate(request(tokens(1, 2), strategy.id, maxTokens: 20))
                #expect(summary.tokens == Harness(model).generate(request(tokens(1, 2), "ar", maxTokens: 20)).tokens)
                #expect(summary.statistics.acceptedCount > 0)
                #expect(harness.draft.ledger.count <= capacity)
            }
        }
    }

    // MARK: End tokens

    @Test(arguments: 0...5)
    func `An end token at any place of a draft ends the output there`(_ place: Int32) {
        let gamma = 4
        let harness = harness(counting, gamma)
        var request = request(tokens(0, 1), maxTokens: 20)
        request.endTokens = [TokenID(2 + place)]
        let summary = harness.generate(request)
        #expect(summary.reason == .endOfText(TokenID(2 + place)))
        #expect(summary.tokens.map(\.rawValue) == Array(2...2 + place))
        // Place 4 is the bonus of the first round, place 5 starts the second.
        let source: TokenSource = place == 4 ? .bonus : .draft
        #expect(harness.rounds.last?.committed.last?.source == source)
        #expect(harness.rounds.last?.committed.last?.text == "")
        #expect(summary.statistics.targetPassCount == (place < 5 ? 1 : 2))
        #expect(harness.cachesHold(tokens(0, 1) + summary.tokens))
    }

    @Test(arguments: [StrategyDescriptor.speculative, .specDecPlusPlus, .pearl])
    func `No draft goes on after an end token, accepted or not`(_ strategy: StrategyDescriptor) {
        for end in 2...11 {
            let harness = Harness(target: ToyRunner(countingModel(12)), draft: ToyRunner(countingModel(12)))
            var request = request(tokens(0, 1), strategy.id, maxTokens: 30)
            request.endTokens = [TokenID(Int32(end))]
            let summary = harness.generate(request)
            #expect(summary.reason == .endOfText(TokenID(Int32(end))))
            #expect(summary.tokens.count == end - 1)
            #expect(harness.draft.ledger.compactMap(\.self).allSatisfy { $0.rawValue < end })
            for round in harness.rounds {
                #expect(round.draft?.tokens.dropLast().contains(TokenID(Int32(end))) != true)
            }
            #expect(harness.cachesHold(tokens(0, 1) + summary.tokens))
        }
    }

    // MARK: The draft model

    @Test
    func `After a draft that was accepted as a whole the draft model reads both tokens that it lacks`() {
        let harness = Harness(target: ToyRunner(counting), draft: ToyRunner(counting))
        var batches: [Int] = []
        harness.draft.willForward = { batches.append($0.rows.count) }
        harness.generate(request(tokens(0, 1, 2), "sd", maxTokens: 10))
        // The prompt but its last token; then root and three drafted; then the fourth and the bonus, and three drafted.
        #expect(batches == [2, 1, 1, 1, 1, 2, 1, 1, 1])
    }

    @Test
    func `A token that the draft model does not know ends drafting, and is never fed to it`() {
        for strategy in [StrategyDescriptor.speculative, .specDecPlusPlus, .pearl] {
            // The draft model knows 8 of 12 tokens; the target counts through all.
            let harness = Harness(target: ToyRunner(countingModel(12)), draft: ToyRunner(countingModel(8)))
            let summary = harness.generate(request(tokens(2, 3), strategy.id, maxTokens: 12))
            #expect(summary.tokens.map(\.rawValue) == [4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3])
            #expect(summary.statistics.acceptedCount > 0)
            #expect(harness.rounds.last?.draftPassCount == 0)
            #expect(harness.rounds.dropLast().last?.stop == .unknownToken)

            let other = Harness(target: ToyRunner(countingModel(12)), draft: ToyRunner(countingModel(8)))
            let plain = other.generate(request(tokens(2, 9, 3), strategy.id, maxTokens: 4))
            #expect(plain.tokens.map(\.rawValue) == [4, 5, 6, 7])
            #expect(other.draft.passCount == 0)
        }
    }

    @Test
    func `A prompt that the draft model cannot read leaves nothing of an older one in its cache`() {
        let harness = Harness(target: ToyRunner(countingModel(12)), draft: ToyRunner(countingModel(8)))
        harness.generate(request(tokens(1, 2, 3, 4), "sd", maxTokens: 2))
        let summary = harness.generate(request(tokens(1, 2, 9), "sd", maxTokens: 2))
        #expect(summary.tokens == tokens(10, 11))
        #expect(harness.draft.ledger == tokens(1, 2).map(Optional.some))
        #expect(harness.rounds.allSatisfy { $0.draft == nil })
    }

    @Test
    func `Tokens that only the draft model knows are never drafted`() {
        for settings in [SamplerSettings.greedy, .unmodified(seed: 4)] {
            let harness = Harness(
                target: ToyRunner(model), draft: ToyRunner(ToyModel(vocabularySize: 30, seed: 2)))
            let summary = harness.generate(
                GenerationRequest(prompt: tokens(1), strategy: "sd", sampler: settings, maxTokens: 60))
            #expect(summary.reason == .tokenLimit)
            #expect(harness.rounds.flatMap { $0.draft?.tokens ?? [] }.allSatisfy { $0.rawValue < 12 })
        }
    }

    @Test
    func `An error of the draft model ends with failed and leaves the caches in order`() {
        for strategy in [StrategyDescriptor.speculative, .specDecPlusPlus, .pearl] {
            for failing in 2...9 {
                let harness = Harness(model)
                let passes = PassCounter()
                harness.draft.willForward = { [unowned harness] _ in
                    if passes.next() == failing { harness.draft.nextError = .outOfMemory(byteCount: 1, what: "test") }
                }
                let prompt = tokens(7, 7, 0, 4)
                let summary = harness.generate(request(prompt, strategy.id, maxTokens: 60))
                #expect(summary.reason == .failed(.model(.outOfMemory(byteCount: 1, what: "test"))))
                #expect(harness.cachesHold(prompt + summary.tokens))
            }
        }
    }
}
