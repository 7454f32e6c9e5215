// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

/// What rounds carry for whoever looks on.
struct RoundDisplayTests {
    private static let letters = Array("abcdefghijkl").map { String($0) }

    private func rounds(_ strategy: StrategyDescriptor, alternatives: Int = 2, temperature: Float = 1)
        -> [DecodingRound]
    {
        let harness = Harness(StrategyConformanceTests.model)
        var sampler = SamplerSettings.unmodified(seed: 11)
        sampler.temperature = temperature
        harness.generate(
            GenerationRequest(
                prompt: tokens(7, 7, 0, 4, 11, 2, 9), strategy: strategy.id, sampler: sampler, maxTokens: 40,
                alternativeCount: alternatives))
        return harness.rounds
    }

    @Test(arguments: StrategyConformanceTests.strategies)
    func `Drafted tokens come with the text that they would add`(_ strategy: StrategyDescriptor) {
        for round in rounds(strategy) {
            if let draft = round.draft {
                #expect(draft.texts == draft.tokens.map { Self.letters[Int($0.rawValue)] })
            }
            #expect(round.pendingTexts == round.pending.map { Self.letters[Int($0.rawValue)] })
            for draft in round.hypotheses {
                #expect(draft.texts == draft.tokens.map { Self.letters[Int($0.rawValue)] })
            }
        }
    }

    @Test func `Text of drafts goes on in the middle of a character, on each way of a tree by itself`() {
        // Tokens 0 to 3: the two bytes of é, the second byte of another letter, and a letter.
        let harness = Harness(countingModel(4))
        harness.decoder = ByteTextDecoder([[0xC3], [0xA9], [0xA8], [UInt8(ascii: "x")]])
        for strategy in ["sd", StrategyDescriptor.matchingTree.id] {
            harness.generate(
                GenerationRequest(
                    prompt: tokens(3), strategy: strategy, sampler: .greedy, maxTokens: 24, alternativeCount: 1))
            var sawDraft = false
            for round in harness.rounds {
                guard let draft = round.draft, let verdict = round.verdict else { continue }
                sawDraft = true
                // What was accepted adds what it adds for good.
                let accepted = verdict.acceptedPath.prefix(round.acceptedCount).map { draft.texts[$0] }
                #expect(accepted == round.committed.filter { $0.source == .draft }.map(\.text))
            }
            #expect(sawDraft)
        }
    }

    @Test(arguments: ["sd", "specdec++", "pearl"], [Float(0), 1])
    func `A draft says how sure the draft model was where somebody looks on`(_ id: String, _ temperature: Float) throws
    {
        let strategy = try StrategyRegistry.descriptor(id)
        for round in rounds(strategy, temperature: temperature) {
            guard let draft = round.draft else { continue }
            #expect(draft.confidences.count == draft.count)
            // At temperature 1 with no other setting that is what tokens are drawn from.
            for (confidence, probability) in zip(draft.confidences, draft.probabilities) {
                if temperature > 0 { #expect(abs(confidence - probability) < 1e-4) } else { #expect(confidence < 1) }
            }
        }
        for round in rounds(strategy, alternatives: 0) { #expect(round.draft?.confidences.isEmpty ?? true) }
    }

    @Test func `Risks rise with each token, up to the one that ended the draft`() throws {
        var stopped = 0
        for round in rounds(try StrategyRegistry.descriptor("specdec++")) {
            guard let draft = round.draft, !draft.isEmpty else { continue }
            #expect(draft.rejectionRisks.count == draft.count)
            #expect(zip(draft.rejectionRisks, draft.rejectionRisks.dropFirst()).allSatisfy { $0 <= $1 + 1e-6 })
            let measures = Dictionary(uniqueKeysWithValues: round.measures.map { ($0.name, $0.value) })
            let last = Double(try #require(draft.rejectionRisks.last))
            #expect(abs(last - (measures["stop-probability"] ?? .nan)) < 1e-6)
            if round.stop == .likelyRejection {
                stopped += 1
                #expect(last > (measures["threshold"] ?? .nan))
            }
        }
        #expect(stopped > 0)
    }

    @Test func `Drafts in superposition have shares that add up`() throws {
        let rounds = rounds(try StrategyRegistry.descriptor("superposed"))
        let mixing = rounds.filter { $0.committed.isEmpty }
        #expect(!mixing.isEmpty)
        for round in mixing {
            #expect(abs(round.hypotheses.reduce(0) { $0 + $1.weight } - 1) < 1e-3)
            #expect(round.hypotheses.allSatisfy { $0.supports.isEmpty })
        }
    }
}
