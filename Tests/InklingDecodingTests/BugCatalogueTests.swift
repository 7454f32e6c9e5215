// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

/// Defects that published implementations of these methods had, each as the promise that it broke. Where a statistical
/// test keeps a promise, the defect itself stands beside it, built on purpose: the same test must catch it.
struct BugCatalogueTests {
    private let model = ToyModel(vocabularySize: 12, seed: 5)
    /// Methods that draft, and what they call the longest draft.
    private static let drafting: [(StrategyDescriptor, String)] = [
        (.speculative, "gamma"), (.specDecPlusPlus, "max"), (.pearl, "gamma"), (.automatic, "max"),
        (.promptLookup, "gamma"),
    ]

    private func row(
        _ id: String, _ drafter: FaultyDrafter.Fault? = nil, _ verifier: FaultyVerifier.Fault? = nil
    ) -> StrategyDescriptor {
        .testOnly(id, needs: [.draftModel]) {
            SpeculativeStrategy(
                drafter: FaultyDrafter(fault: drafter), verifier: FaultyVerifier(fault: verifier))
        }
    }

    // MARK: Random numbers and distributions

    @Test
    func `The rules that the faults are built into are right without them`() {
        for settings in LawTest.settings {
            let result = LawTest.run(row("right"), settings)
            #expect(result.isPlausible, "\(settings): \(result)")
        }
    }

    /// Seeding again for each position gave the check of one token and that of the next the same number (PEARL).
    @Test
    func `A number that decides about two tokens in a row is caught`() {
        let draft = LawTest.model.perturbed(by: 2.5, seed: 99)
        // Long enough that the second of two tokens that share a number is drafted after the first was accepted.
        let broken = LawTest.run(row("paired", nil, .pairedNumbers), .unmodified(), draft: draft, runCount: 12_000)
        #expect(!broken.isPlausible, "\(broken)")
        for strategy in [row("right"), .speculative, .pearl] {
            let result = LawTest.run(strategy, .unmodified(), draft: draft, runCount: 12_000)
            #expect(result.isPlausible, "\(strategy): \(result)")
        }
    }

    /// Drafts drawn after top-p, but checked with the probabilities before it (candidate generators of a large library).
    @Test
    func `A draft that tells other probabilities than it was drawn with is caught`() {
        let result = LawTest.run(row("raw", .rawProbabilities), LawTest.settings[1])
        #expect(!result.isPlausible, "\(result)")
    }

    @Test(arguments: LawTest.settings)
    func `The probability told of a drafted token is that of the law it was drawn from`(_ settings: SamplerSettings) {
        let draftModel = LawTest.model.perturbed(by: 0.8, seed: 99)
        for strategy in [StrategyDescriptor.speculative, .specDecPlusPlus, .pearl] {
            let harness = Harness(target: ToyRunner(LawTest.model), draft: ToyRunner(draftModel))
            harness.generate(
                GenerationRequest(
                    prompt: LawTest.prompt, strategy: strategy.id, sampler: settings, maxTokens: 40,
                    controlTokens: Slow.controlTokens))
            var path = LawTest.prompt
            var told = 0
            for round in harness.rounds {
                for (node, token) in (round.draft?.tokens ?? []).enumerated() {
                    let before = path + (round.draft?.tokens.prefix(node) ?? [])
                    let law = Slow.chain(draftModel.logits(after: before), settings, history: before)
                    let probability = round.draft?.probabilities[node] ?? -1
                    #expect(abs(Double(probability) - (law[Int(token.rawValue)] ?? 0)) < 1e-5)
                    told += 1
                }
                path += round.committed.map(\.id)
            }
            #expect(told > 20)
        }
    }

    /// A token that the target's list lacked kept the probability of the token before it (an example of llama.cpp).
    @Test
    func `A token that the target excludes is never accepted, and taking the one before's share for its own is caught`()
    {
        let settings = LawTest.settings[1]
        // Models so different that top-p leaves them different tokens.
        let draft = LawTest.model.perturbed(by: 2.5, seed: 99)
        let broken = LawTest.run(row("stale", nil, .staleProbability), settings, draft: draft)
        #expect(!broken.isPlausible, "\(broken)")
        let right = LawTest.run(row("right"), settings, draft: draft)
        #expect(right.isPlausible, "\(right)")
        // Top-k 1 excludes all tokens but one.
        let narrow = SamplerSettings(temperature: 1, topK: 1, topP: 1, minP: 0, seed: 6)
        for strategy in [StrategyDescriptor.speculative, .pearl] {
            let harness = Harness(model)
            let summary = harness.generate(
                GenerationRequest(prompt: tokens(1, 2), strategy: strategy.id, sampler: narrow, maxTokens: 60))
            var path = tokens(1, 2)
            for token in summary.tokens {
                let logits = model.logits(after: path)
                #expect(logits[Int(token.rawValue)] == logits.max())
                path.append(token)
            }
            #expect(harness.rounds.contains { $0.verdict?.rejection?.targetProbability == 0 })
        }
    }

    /// One draw for every path that passes through a node, and the longest match kept: several lottery tickets for one
    /// token (evaluators of the Medusa family).
    @Test
    func `Drawing anew for each path of a tree is caught`() {
        let lottery = StrategyDescriptor.testOnly("lottery", needs: [.draftModel]) { Lottery() }
        let result = LawTest.run(lottery, .unmodified())
        #expect(!result.isPlausible, "\(result)")
        let one = LawTest.run(.matchingTree, .unmodified())
        #expect(one.isPlausible, "\(one)")
    }

    // MARK: Counts

    /// Σ min(p, q) is what α means; min(p, q) of the drawn token alone is not, and neither is accepted of all drafted.
    @Test
    func `Alpha is accepted of judged, and comes out as the overlap of the two laws`() {
        // The same law after every token, so that there is one overlap.
        var noise = TestNoise(8)
        let (p, q) = (noise.logits(6, spread: 1.5), noise.logits(6, spread: 1.5))
        let harness = Harness(
            target: ToyRunner(ToyModel(table: Array(repeating: p, count: 6)), contextCapacity: 8000),
            draft: ToyRunner(ToyModel(table: Array(repeating: q, count: 6)), contextCapacity: 8000))
        let statistics = harness.generate(
            GenerationRequest(
                prompt: tokens(0), strategy: "sd", parameters: ["gamma": 4], sampler: .unmodified(seed: 2),
                maxTokens: 6000)
        ).statistics
        let overlap = zip(Slow.softmax(p), Slow.softmax(q)).map { min($0, $1) }.reduce(0, +)
        let deviation = (overlap * (1 - overlap) / Double(statistics.judgedCount)).squareRoot()
        #expect(abs((statistics.judgedAcceptanceRate ?? 0) - overlap) < 4 * deviation)
        #expect((statistics.acceptanceRate ?? 1) < overlap - 4 * deviation)
        let perRound = harness.rounds.map { Double($0.acceptedCount) }.reduce(0, +) / Double(harness.rounds.count)
        #expect(abs((statistics.meanAcceptedCount ?? 0) - perRound) < 1e-9)
    }

    // MARK: Lengths and ends

    /// Loops that stop one draft early, or overshoot by one.
    @Test
    func `An output has exactly the length asked for, at any draft length`() {
        for (strategy, longest) in Self.drafting {
            for gamma in [1, 2, 3, 5, 8] {
                for limit in [1, 2, 3, 4, 5, 6, 7, 9, 12] {
                    let summary = Harness(model).generate(
                        GenerationRequest(
                            prompt: tokens(1, 2, 1, 2), strategy: strategy.id, parameters: [longest: .integer(gamma)],
                            sampler: .greedy, maxTokens: limit))
                    #expect(summary.tokens.count == limit && summary.reason == .tokenLimit, "\(strategy), \(gamma)")
                }
            }
        }
    }

    /// A window that starts at length − γ − 1 has no start in a short prompt.
    @Test
    func `A prompt of one token is long enough for the longest draft`() {
        let expected = Harness(model).generate(
            GenerationRequest(prompt: tokens(3), sampler: .greedy, maxTokens: 40)
        ).tokens
        for (strategy, longest) in Self.drafting {
            let summary = Harness(model).generate(
                GenerationRequest(
                    prompt: tokens(3), strategy: strategy.id, parameters: [longest: 32], sampler: .greedy,
                    maxTokens: 40))
            #expect(summary.tokens == expected, "\(strategy)")
        }
    }

    /// A run that ended while a block was pending returned the block.
    @Test
    func `What was drafted and not verified is never part of the output`() {
        // The draft model is sure, and wrong about every token.
        let wrong = ToyModel(table: countingModel(26).table.map { [$0[25]] + $0.dropLast() })
        for limit in 1...12 {
            let harness = Harness(target: ToyRunner(countingModel(26)), draft: ToyRunner(wrong))
            let summary = harness.generate(
                GenerationRequest(
                    prompt: tokens(0, 1), strategy: "pearl", parameters: ["gamma": 5, "adaptive": false],
                    sampler: .greedy, maxTokens: limit))
            #expect(summary.tokens.map(\.rawValue) == Array(2..<2 + Int32(limit)))
            #expect(harness.rounds.flatMap(\.committed).allSatisfy { $0.source != .draft })
        }
        // And where it is right: a cancel while a block is pending gives out what was verified.
        let harness = Harness(target: ToyRunner(countingModel(26)), draft: ToyRunner(countingModel(26)))
        harness.onEvent = { [unowned harness] event in
            if case .round(let round) = event, round.index == 1 { harness.cancellation.cancel() }
        }
        let summary = harness.generate(
            GenerationRequest(
                prompt: tokens(0, 1), strategy: "pearl", parameters: ["gamma": 5, "adaptive": false], sampler: .greedy,
                maxTokens: 20))
        #expect(summary.reason == .cancelled && harness.rounds.last?.pending.count == 4)
        #expect(summary.tokens == harness.rounds.flatMap(\.committed).map(\.id) && summary.tokens.count == 6)
        #expect(harness.cachesHold(tokens(0, 1) + summary.tokens))
    }

    // MARK: Tokens

    /// Ids that went through a half-precision tensor came back rounded, and sizes of one vocabulary were written into the
    /// code of another.
    @Test
    func `Ids of a large vocabulary come back as they are`() {
        for (strategy, longest) in Self.drafting {
            let run = DecodingRun(target: WideRunner(), draft: WideRunner())
            let summary = Generator(makeTextDecoder: { ByteTextDecoder(Array(repeating: [], count: WideRunner.size)) })
                .run(
                    GenerationRequest(
                        prompt: tokens(70_001, 70_002), strategy: strategy.id, parameters: [longest: 3],
                        sampler: .greedy, maxTokens: 6), run
                ) { _ in }
            #expect(summary.tokens == tokens(70_003...70_008), "\(strategy)")
        }
    }

    // MARK: Caches

    /// Clearing a cache in place of rolling it back costs the prompt in every round.
    @Test
    func `No token of the prompt or of the output is computed twice`() {
        let prompt = tokens(7, 7, 0, 4, 11, 2, 9)
        for strategy in [StrategyDescriptor.speculative, .specDecPlusPlus, .promptLookup] {
            let harness = Harness(model)
            harness.generate(
                GenerationRequest(prompt: prompt, strategy: strategy.id, sampler: .unmodified(seed: 4), maxTokens: 60))
            #expect(harness.rounds.contains { $0.verdict?.rejection != nil } || strategy.id == "prompt-lookup")
            // A row for the root and one for each drafted token, whatever was rejected before.
            #expect(
                harness.rounds.allSatisfy { round in
                    round.spans.filter { $0.lane == .target }.map(\.rowCount) == [1 + round.draftedCount]
                })
            // The draft model reads what was committed since, which is one token or two, and what it drafts.
            let draftRows = harness.rounds.flatMap(\.spans).filter { $0.lane == .draft }.map(\.rowCount)
            #expect(draftRows.allSatisfy { $0 <= 2 })
        }
    }

    /// The draft model never read the last token of a draft that was accepted as a whole, nor the one after it; going on
    /// from the newest token alone leaves a hole, and acceptance falls for drafts longer than one.
    @Test
    func `A draft model that is the target has every token accepted, and with a hole in its cache it has not`() {
        func statistics(_ fault: FaultyDrafter.Fault?) -> GenerationStatistics {
            let harness = Harness(target: ToyRunner(model), draft: ToyRunner(model))
            harness.strategies = [row("same", fault)]
            return harness.generate(
                GenerationRequest(prompt: tokens(1, 2, 3), strategy: "same", sampler: .unmodified(), maxTokens: 80)
            ).statistics
        }
        #expect(statistics(nil).judgedAcceptanceRate == 1)
        #expect((statistics(.cacheHole).judgedAcceptanceRate ?? 1) < 0.95)
    }
}

/// Drafts three tokens, with a fault or without.
private struct FaultyDrafter: Drafter {
    enum Fault {
        /// Tells the probabilities of the model's own distribution, though the sampler cut it before the draw.
        case rawProbabilities
        /// Feeds the newest token alone, however many the draft model has not read.
        case cacheHole
    }

    let fault: Fault?

    mutating func propose(_ run: DecodingRun, limit: Int) throws(GenerationError) -> Draft {
        var draft = Draft(stop: .length)
        guard limit > 0, let missing = run.missingInDraft() else { return draft }
        var history = run.history
        var batch = ModelBatch(fault == .cacheHole ? missing.suffix(1) : missing)
        while draft.count < min(3, limit) {
            let rows = try run.draftLogits(batch)
            let logits = rows[rows.rowCount - 1]
            let law = run.sampler.distribution(logits: logits, history: history)
            let token = law.sample(run.random.uniform(at: history.count, for: .draft, draw: run.roundIndex))
            let told =
                fault == .rawProbabilities
                ? Sampler(.unmodified()).distribution(logits: logits, history: history) : law
            draft.append(token, drawnFrom: told)
            run.sampler.append(token, drawnFrom: law, to: &history)
            batch = ModelBatch([token])
        }
        return draft
    }

    mutating func observe(_ verdict: Verdict, of draft: Draft, _ run: DecodingRun) {
        run.truncateDraft(to: run.roundPosition + verdict.acceptedPath.count)
    }
}

/// Judges a chain of drawn tokens, with a fault or without.
private struct FaultyVerifier: Verifier {
    enum Fault {
        /// Every second position is decided by the number of the one before it.
        case pairedNumbers
        /// For a token that the target's list lacks, the probability of the one before it is taken.
        case staleProbability
    }

    let fault: Fault?

    func verify(_ draft: Draft, target: Rows, _ run: DecodingRun) -> Verdict {
        var stale: Float = 1
        for node in 0..<draft.count {
            let token = draft.tokens[node]
            let p = run.sampler.distribution(logits: target[node], history: run.history)
            guard let q = draft.distributions[node] else { preconditionFailure("for drawn drafts") }
            let place = fault == .pairedNumbers ? run.position / 2 * 2 : run.position
            let uniform = run.random.uniform(at: place, for: .accept)
            var probability = p.probability(of: token)
            if fault == .staleProbability, probability == 0 { probability = stale }
            stale = probability
            if uniform * Double(q.probability(of: token)) < Double(probability) {
                run.commit(token, source: .draft, distribution: p, logits: target[node])
                continue
            }
            let next = p.residual(subtracting: q).sample(run.random.uniform(at: run.position, for: .residual))
            run.commit(next, source: .correction, distribution: p, logits: target[node])
            return Verdict(
                acceptedPath: Array(0..<node), next: next,
                rejection: Verdict.Rejection(
                    node: node, targetProbability: probability, draftProbability: q.probability(of: token),
                    uniform: uniform))
        }
        let logits = target[draft.count]
        let p = run.sampler.distribution(logits: logits, history: run.history)
        let next = p.sample(run.random.uniform(at: run.position, for: .sample))
        run.commit(next, source: draft.isEmpty ? .target : .bonus, distribution: p, logits: logits)
        return Verdict(acceptedPath: Array(0..<draft.count), next: next)
    }
}

/// Two favourites of the draft model, each compared with a draw of its own.
private struct Lottery: DecodingStrategy {
    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        guard let draft = run.draft, let missing = run.missingInDraft(), run.remainingCount > 1 else {
            return try Self.plainRound(run)
        }
        let base = draft.cachedCount + missing.count - 1
        let logits = try run.draftLogits(ModelBatch(missing))[0]
        draft.truncate(to: base)
        var tree = DraftTree()
        for favourite in TokenScores.alternatives(2, logits: logits) {
            tree.append(favourite.id, parent: -1, probability: 1)
        }
        let cached = run.target.cachedCount
        let rows = try run.targetLogits(tree.batch(root: run.root))
        let law = run.sampler.distribution(logits: rows[0], history: run.history)
        let position = run.position
        for node in 0..<tree.count
        where law.sample(run.random.uniform(at: position, for: .sample, draw: node)) == tree.tokens[node] {
            run.commit(tree.tokens[node], source: .draft, distribution: law, logits: rows[0])
            let after = run.sampler.distribution(logits: rows[node + 1], history: run.history)
            let next = after.sample(run.random.uniform(at: run.position, for: .sample))
            run.commit(next, source: .bonus, distribution: after, logits: rows[node + 1])
            run.target.keep([0, node + 1], after: cached)
            return run.endRound(draft: tree, verdict: Verdict(acceptedPath: [node], next: next))
        }
        let next = law.sample(run.random.uniform(at: position, for: .sample, draw: tree.count))
        run.commit(next, source: .correction, distribution: law, logits: rows[0])
        run.target.keep([0], after: cached)
        return run.endRound(draft: tree, verdict: Verdict(acceptedPath: [], next: next))
    }

    private static func plainRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        let logits = try run.targetLogits(ModelBatch([run.root]))[0]
        let law = run.sampler.distribution(logits: logits, history: run.history)
        run.commit(
            law.sample(run.random.uniform(at: run.position, for: .sample)), source: .target, distribution: law,
            logits: logits)
        return run.endRound()
    }
}

/// Counts through a vocabulary as wide as real ones.
private final class WideRunner: ModelRunner {
    static let size = 131_072

    let vocabularySize = WideRunner.size
    let contextCapacity = 64
    private(set) var ledger: [TokenID?] = []
    let cacheBytes = (used: 0, capacity: 0)

    func forward(_ batch: ModelBatch) throws(ModelError) -> ForwardOutput {
        var values: [Float] = []
        for case .token(let token) in batch.rows {
            ledger.append(token)
            guard batch.want != .nothing else { continue }
            if batch.want == .lastLogits { values.removeAll(keepingCapacity: true) }
            let start = values.count
            values += repeatElement(0, count: Self.size)
            values[start + (Int(token.rawValue) + 1) % Self.size] = 30
        }
        guard !values.isEmpty else { return ForwardOutput() }
        return ForwardOutput(
            logits: Rows(rowCount: values.count / Self.size, columnCount: Self.size, values: values))
    }

    func truncate(to count: Int) { ledger.removeLast(ledger.count - count) }
    func keep(_ rows: [Int], after base: Int) { truncate(to: base + rows.count) }
}
