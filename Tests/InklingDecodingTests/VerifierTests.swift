// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

/// Rules that look right and are not. The test that the true rule passes must catch each of them.
private struct BrokenVerifier: Verifier {
    enum Fault: CaseIterable {
        /// Acceptance is decided by the number that the draft was drawn with.
        case sharedUniform
        /// The token after an accepted draft is drawn from the model's distribution as it came.
        case rawBonus
        /// p − q is taken by place in the list instead of by token.
        case residualByIndex
        /// After a rejection the token is drawn from p.
        case noResidual
        /// The distributions of the whole draft are computed with the history before it.
        case staleHistory
    }

    let fault: Fault

    func verify(_ draft: Draft, target: Rows, _ run: DecodingRun) -> Verdict {
        let committed = run.history
        for node in 0..<draft.count {
            let token = draft.tokens[node]
            let logits = target[node]
            let history = fault == .staleHistory ? committed : run.history
            let p = run.sampler.distribution(logits: logits, history: history)
            guard let q = draft.distributions[node] else { preconditionFailure("for sampled drafts") }
            let uniform =
                fault == .sharedUniform
                ? run.random.uniform(at: run.position, for: .draft, draw: run.roundIndex)
                : run.random.uniform(at: run.position, for: .accept)
            if uniform * Double(q.probability(of: token)) < Double(p.probability(of: token)) {
                run.commit(token, source: .draft, distribution: p, logits: logits)
                continue
            }
            let rest = residual(p, q)
            let next = rest.sample(run.random.uniform(at: run.position, for: .residual))
            run.commit(next, source: .correction, distribution: p, logits: logits)
            return Verdict(acceptedPath: Array(0..<node), next: next)
        }
        let logits = target[draft.count]
        let sampler = fault == .rawBonus ? Sampler(.unmodified()) : run.sampler
        let p = sampler.distribution(
            logits: logits, history: fault == .staleHistory ? committed : run.history)
        let next = p.sample(run.random.uniform(at: run.position, for: .sample))
        run.commit(next, source: .bonus, distribution: p, logits: logits)
        return Verdict(acceptedPath: Array(0..<draft.count), next: next)
    }

    private func residual(_ p: Distribution, _ q: Distribution) -> Distribution {
        switch fault {
        case .noResidual: return p
        case .residualByIndex:
            let aligned = Distribution(
                tokens: p.tokens,
                probabilities: p.tokens.indices.map { q.probabilities.indices.contains($0) ? q.probabilities[$0] : 0 })
            return p.residual(subtracting: aligned)
        default: return p.residual(subtracting: q)
        }
    }
}

/// Drops a token that was just drawn because it is unlikely, as confidence stops of several runtimes do.
private struct PickyDrafter: Drafter {
    private var drafter = ModelDrafter(length: FixedLength(3))

    mutating func propose(_ run: DecodingRun, limit: Int) throws(GenerationError) -> Draft {
        let draft = try drafter.propose(run, limit: limit)
        var kept = Draft(stop: draft.stop)
        for node in 0..<draft.count where draft.tree.probabilities[node] > 0.3 && kept.count == node {
            kept.append(draft.tokens[node], drawnFrom: draft.distributions[node])
        }
        return kept
    }

    mutating func observe(_ verdict: Verdict, of draft: Draft, _ run: DecodingRun) {
        drafter.observe(verdict, of: draft, run)
    }
}

struct VerifierTests {
    /// Settings in which each fault shows.
    private static func settings(for fault: BrokenVerifier.Fault) -> SamplerSettings {
        switch fault {
        case .sharedUniform, .noResidual: LawTest.settings[0]
        case .rawBonus, .residualByIndex: LawTest.settings[1]
        case .staleHistory: LawTest.settings[2]
        }
    }

    @Test(arguments: BrokenVerifier.Fault.allCases)
    fileprivate func `The chi-squared test catches a broken rule`(_ fault: BrokenVerifier.Fault) {
        let row = StrategyDescriptor.testOnly("broken", needs: [.draftModel]) {
            SpeculativeStrategy(
                drafter: ModelDrafter(length: FixedLength(3)), verifier: BrokenVerifier(fault: fault))
        }
        let result = LawTest.run(row, Self.settings(for: fault))
        #expect(!result.isPlausible, "\(fault): \(result)")
    }

    @Test
    func `The chi-squared test catches a drafter that drops what it drew`() {
        let row = StrategyDescriptor.testOnly("picky", needs: [.draftModel]) {
            SpeculativeStrategy(drafter: PickyDrafter(), verifier: RejectionVerifier())
        }
        #expect(!LawTest.run(row, LawTest.settings[0]).isPlausible)
    }

    @Test(arguments: [1, 2, 5])
    func `Sampled output follows the target at any draft length`(_ gamma: Int) {
        let result = LawTest.run(.speculative, .unmodified(), parameters: ["gamma": .integer(gamma)])
        #expect(result.isPlausible, "\(result)")
    }

    @Test
    func `A draft model of another size does not change the distribution`() {
        for size in [3, 8] {
            let draft = ToyModel(vocabularySize: size, seed: 4, spread: 1)
            for strategy in [StrategyDescriptor.speculative, .specDecPlusPlus, .pearl] {
                let result = LawTest.run(strategy, LawTest.settings[1], draft: draft)
                #expect(result.isPlausible, "\(strategy), \(size): \(result)")
            }
        }
    }

    @Test
    func `Drafts that are copied and not drawn are accepted by a draw, so that a seed gives what plain decoding gives`()
    {
        let model = ToyModel(vocabularySize: 4, seed: 8, spread: 2.5)
        let prompt = tokens(0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 0, 0, 1)
        var acceptedCount = 0
        for seed in 0..<40 {
            var request = GenerationRequest(prompt: prompt, sampler: .unmodified(seed: UInt64(seed)), maxTokens: 40)
            let plain = Harness(model).generate(request)
            request.strategy = StrategyDescriptor.promptLookup.id
            let copied = Harness(model).generate(request)
            #expect(copied.tokens == plain.tokens)
            acceptedCount += copied.statistics.acceptedCount
        }
        #expect(acceptedCount > 100)
    }

    @Test
    func `A draft model that is the target itself has every token accepted, on the sampler's path too`() {
        for settings in LawTest.settings + [.greedy] {
            for strategy in [StrategyDescriptor.speculative, .pearl] {
                let model = ToyModel(vocabularySize: 12, seed: 3)
                let harness = Harness(target: ToyRunner(model), draft: ToyRunner(model))
                let summary = harness.generate(
                    GenerationRequest(
                        prompt: tokens(1, 2, 3), strategy: strategy.id, sampler: settings, maxTokens: 60))
                #expect(summary.statistics.judgedAcceptanceRate == 1, "\(strategy), \(settings)")
            }
        }
    }

    @Test
    func `A rejection carries the numbers that decided it`() throws {
        let harness = Harness(LawTest.model)
        harness.generate(
            GenerationRequest(
                prompt: LawTest.prompt, strategy: "sd", sampler: .unmodified(seed: 1), maxTokens: 60))
        let rounds = harness.rounds.filter { $0.verdict?.rejection != nil }
        #expect(rounds.count > 3)
        for round in rounds {
            let rejection = try #require(round.verdict?.rejection)
            let uniform = try #require(rejection.uniform)
            #expect(rejection.node == round.verdict?.acceptedPath.count)
            #expect(uniform * Double(rejection.draftProbability) >= Double(rejection.targetProbability))
            #expect(round.draft?.probabilities[rejection.node] == rejection.draftProbability)
        }
    }
}
