// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

/// What every row of the registry must hold.
struct StrategyConformanceTests {
    /// The registry, and a method of the tests' own, so that the suite itself is tested on trees and several tokens a round.
    static let strategies = StrategyRegistry.all + [.matchingTree]
    static let model = ToyModel(vocabularySize: 12, seed: 5)
    static let prompts: [[TokenID]] = [tokens(3), tokens(1, 2), tokens(7, 7, 0, 4, 11, 2, 9)]

    private func request(
        _ strategy: StrategyDescriptor, _ prompt: [TokenID], maxTokens: Int = 24
    ) -> GenerationRequest {
        GenerationRequest(
            prompt: prompt, strategy: strategy.id, sampler: .unmodified(seed: 11), maxTokens: maxTokens)
    }

    private func greedy(_ strategy: StrategyDescriptor, _ prompt: [TokenID], maxTokens: Int = 24) -> GenerationRequest {
        GenerationRequest(prompt: prompt, strategy: strategy.id, sampler: .greedy, maxTokens: maxTokens)
    }

    /// Requests whose output depends on the prompt alone. A method that chooses may draw other tokens whenever what it
    /// learned, or where a draft ended, changes its choice; at temperature 0 it may not.
    private func steady(
        _ strategy: StrategyDescriptor, _ prompt: [TokenID], maxTokens: Int = 24
    ) -> GenerationRequest {
        strategy.id == StrategyDescriptor.automatic.id
            ? greedy(strategy, prompt, maxTokens: maxTokens) : request(strategy, prompt, maxTokens: maxTokens)
    }

    /// Plain greedy decoding, written out, without cache or generator.
    private func argmaxContinuation(_ model: ToyModel, _ prompt: [TokenID], count: Int) -> [TokenID] {
        var path = prompt
        for _ in 0..<count {
            let logits = model.logits(after: path)
            let best = logits.max() ?? 0
            path.append(TokenID(Int32(logits.firstIndex(of: best) ?? 0)))
        }
        return Array(path.dropFirst(prompt.count))
    }

    // MARK: 1. Events

    @Test(arguments: strategies)
    func `One finished event, last, and every round makes progress`(_ strategy: StrategyDescriptor) {
        for prompt in Self.prompts {
            let harness = Harness(Self.model)
            let summary = harness.generate(request(strategy, prompt))
            #expect(harness.finishedCount == 1)
            #expect(harness.events.last == .finished(summary))
            for round in harness.rounds { #expect(!round.committed.isEmpty || !round.hypotheses.isEmpty) }
            #expect(harness.rounds.map(\.index) == Array(0..<harness.rounds.count))
        }
    }

    @Test(arguments: strategies)
    func `Tokens of the rounds are the tokens of the summary, and the counts add up`(_ strategy: StrategyDescriptor) {
        let harness = Harness(Self.model)
        let prompt = Self.prompts[2]
        let summary = harness.generate(request(strategy, prompt))
        let committed = harness.rounds.flatMap(\.committed)
        #expect(committed.map(\.id) == summary.tokens)
        #expect(committed.map(\.position) == Array(prompt.count..<prompt.count + summary.tokens.count))
        #expect(harness.texts.joined() == summary.text)
        let statistics = summary.statistics
        #expect(statistics.generatedTokenCount == summary.tokens.count)
        #expect(statistics.acceptedCount == committed.count { $0.source == .draft })
        #expect(statistics.acceptedCount <= statistics.draftedCount)
        #expect(statistics.roundCount == harness.rounds.count)
        let bySource = Dictionary(grouping: committed, by: \.source).mapValues(\.count)
        #expect(
            statistics.acceptedCount + [.target, .bonus, .correction].reduce(0) { $0 + (bySource[$1] ?? 0) }
                == summary.tokens.count)
        #expect(statistics.judgedCount == statistics.acceptedCount + (bySource[.correction] ?? 0))
        for round in harness.rounds {
            if strategy.guarantee == .sameDistribution {
                #expect(round.committed.count { [.target, .bonus, .correction].contains($0.source) } <= 1)
            }
            #expect((round.draft?.count ?? 0) == round.draftedCount)
            if let draft = round.draft, let verdict = round.verdict, round.index < harness.rounds.count - 1 {
                let path = verdict.acceptedPath.map { draft.tokens[$0] }
                #expect(round.committed.map(\.id) == path + [verdict.next].compactMap(\.self))
            }
        }
        #expect(statistics.targetPassCount == harness.target.passCount - (prompt.count > 1 ? 1 : 0))
        #expect(statistics.cache.usedTokens == prompt.count + summary.tokens.count - 1)
    }

    @Test(arguments: strategies)
    func `Committed tokens carry the target's own probability`(_ strategy: StrategyDescriptor) {
        let harness = Harness(Self.model)
        var request = greedy(strategy, Self.prompts[1])
        request.alternativeCount = 3
        harness.generate(request)
        var path = request.prompt
        for token in harness.rounds.flatMap(\.committed) {
            let law = Slow.softmax(Self.model.logits(after: path))
            let probability = law[Int(token.id.rawValue)]
            #expect(abs(Double(token.logProbability) - Slow.ln(probability)) < 1e-5)
            #expect(token.alternatives.count == 3)
            if strategy.guarantee == .sameDistribution { #expect(token.alternatives.first?.id == token.id) }
            if let own = token.alternatives.first(where: { $0.id == token.id }) {
                #expect(abs(Double(own.probability) - probability) < 1e-5)
            }
            path.append(token.id)
        }
    }

    // MARK: 2. Greedy

    @Test(arguments: strategies.filter { $0.guarantee == .sameDistribution })
    func `Greedy output is the argmax of every step`(_ strategy: StrategyDescriptor) {
        for seed in 0..<20 {
            let model = ToyModel(vocabularySize: 12, seed: UInt64(seed))
            for prompt in Self.prompts {
                let summary = Harness(model).generate(greedy(strategy, prompt))
                #expect(summary.tokens == argmaxContinuation(model, prompt, count: 24))
            }
        }
    }

    @Test(arguments: strategies.filter { $0.guarantee == .sameDistribution })
    func `Greedy output takes the lowest id on ties`(_ strategy: StrategyDescriptor) {
        var noise = TestNoise(3)
        for _ in 0..<20 {
            // Logits of 0, 1 and 2 only: nearly every row has ties at the top.
            let model = ToyModel(
                table: (0..<10).map { _ in (0..<10).map { _ in Float(Int.random(in: 0...2, using: &noise)) } })
            let summary = Harness(model).generate(greedy(strategy, tokens(4, 5)))
            #expect(summary.tokens == argmaxContinuation(model, tokens(4, 5), count: 24))
        }
    }

    // MARK: 3. Distribution

    @Test(arguments: strategies.filter { $0.guarantee == .sameDistribution })
    func `Sampled output follows the target's distribution`(_ strategy: StrategyDescriptor) {
        for settings in LawTest.settings {
            let result = LawTest.run(strategy, settings)
            #expect(result.isPlausible, "\(settings): \(result)")
        }
    }

    @Test(arguments: strategies.filter { $0.id != StrategyDescriptor.superposed.id })
    func `The same seed gives the same output, another seed another`(_ strategy: StrategyDescriptor) {
        let prompt = Self.prompts[2]
        let first = Harness(Self.model).generate(request(strategy, prompt))
        #expect(Harness(Self.model).generate(request(strategy, prompt)).tokens == first.tokens)
        var other = request(strategy, prompt)
        other.sampler.seed = 12
        #expect(Harness(Self.model).generate(other).tokens != first.tokens)
    }

    // MARK: 4. Caches

    @Test(arguments: strategies)
    func `After every round the caches hold prompt and committed tokens but the last`(_ strategy: StrategyDescriptor) {
        for prompt in Self.prompts {
            let harness = Harness(Self.model)
            var sequence = prompt
            harness.onEvent = { [unowned harness] event in
                guard case .round(let round) = event else { return }
                sequence += round.committed.map(\.id)
                if !round.committed.isEmpty { #expect(harness.cachesHold(sequence, pending: round.pending)) }
            }
            harness.generate(request(strategy, prompt))
            #expect(harness.cachesHold(sequence))
        }
    }

    @Test(arguments: strategies)
    func `A second turn from the cache equals one from an empty cache`(_ strategy: StrategyDescriptor) {
        let harness = Harness(Self.model)
        let first = harness.generate(steady(strategy, Self.prompts[2], maxTokens: 9))
        let next = Self.prompts[2] + first.tokens + tokens(1, 1, 5)
        let turn = harness.generate(steady(strategy, next))
        #expect(turn.statistics.reusedTokenCount == Self.prompts[2].count + first.tokens.count - 1)
        #expect(turn.tokens == Harness(Self.model).generate(steady(strategy, next)).tokens)
    }

    // MARK: 5. Cancellation

    @Test(arguments: strategies)
    func `A cancel during any pass ends with cancelled, and the session can go on`(_ strategy: StrategyDescriptor) {
        let prompt = Self.prompts[2]
        let whole = Harness(Self.model).generate(greedy(strategy, prompt))
        for cancelledPass in 1...16 {
            let harness = Harness(Self.model)
            var request = greedy(strategy, prompt)
            request.prefillChunk = 2
            let passes = PassCounter()
            let cancellation = harness.cancellation
            let countPass: @Sendable (ModelBatch) -> Void = { _ in
                if passes.next() == cancelledPass { cancellation.cancel() }
            }
            harness.target.willForward = countPass
            harness.draft.willForward = countPass
            let summary = harness.generate(request)
            #expect(summary.reason == .cancelled)
            #expect(harness.finishedCount == 1)
            // The other lane may have begun a pass at the same moment.
            let inFlight = strategy.id == StrategyDescriptor.pearl.id ? 1 : 0
            #expect(
                (cancelledPass...cancelledPass + inFlight).contains(passes.count),
                "nothing runs after the pass in which it was cancelled")
            #expect(whole.tokens.starts(with: summary.tokens))
            if summary.statistics.roundCount > 0 {
                #expect(harness.cachesHold(prompt + summary.tokens))
            } else {
                #expect(harness.target.commonPrefix(with: prompt) == harness.target.cachedCount)
            }

            let again = Harness(continuing: harness)
            let rest = again.generate(greedy(strategy, prompt + summary.tokens, maxTokens: 24 - summary.tokens.count))
            if strategy.guarantee == .sameDistribution { #expect(summary.tokens + rest.tokens == whole.tokens) }
        }
    }

    @Test(arguments: strategies)
    func `A cancel between rounds ends with cancelled before the next pass`(_ strategy: StrategyDescriptor) {
        let harness = Harness(Self.model)
        harness.onEvent = { [unowned harness] event in
            if case .round(let round) = event, round.index == 1 { harness.cancellation.cancel() }
        }
        let summary = harness.generate(request(strategy, Self.prompts[2]))
        #expect(summary.reason == .cancelled)
        #expect(harness.rounds.count == 2)
        #expect(harness.cachesHold(Self.prompts[2] + summary.tokens))
    }

    @Test(arguments: strategies)
    func `A model error ends with failed and leaves the caches in order`(_ strategy: StrategyDescriptor) {
        let harness = Harness(Self.model)
        var passCount = 0
        harness.target.willForward = { [unowned harness] _ in
            passCount += 1
            if passCount == 4 { harness.target.nextError = .outOfMemory(byteCount: 1, what: "test") }
        }
        let summary = harness.generate(request(strategy, Self.prompts[2]))
        #expect(summary.reason == .failed(.model(.outOfMemory(byteCount: 1, what: "test"))))
        #expect(harness.cachesHold(Self.prompts[2] + summary.tokens))
    }

    // MARK: 6. Limits

    @Test(arguments: strategies)
    func `Never more than the token limit`(_ strategy: StrategyDescriptor) {
        for limit in 0...9 {
            let harness = Harness(Self.model)
            let summary = harness.generate(request(strategy, Self.prompts[2], maxTokens: limit))
            #expect(summary.reason == .tokenLimit)
            #expect(summary.tokens.count == limit)
            #expect(harness.cachesHold(Self.prompts[2] + summary.tokens))
        }
    }

    @Test(arguments: strategies)
    func `Ends with contextFull before the cache overflows`(_ strategy: StrategyDescriptor) {
        for capacity in 7...20 {
            let harness = Harness(Self.model, contextCapacity: capacity)
            var request = request(strategy, Self.prompts[2])
            request.maxTokens = nil
            let summary = harness.generate(request)
            #expect(summary.reason == .contextFull)
            // The last token needs no room in the cache.
            #expect(request.prompt.count + summary.tokens.count == capacity + 1)
            #expect(harness.cachesHold(request.prompt + summary.tokens))
        }
    }

    @Test(arguments: strategies.filter { $0.guarantee == .sameDistribution })
    func `An end token cuts the round there`(_ strategy: StrategyDescriptor) {
        let prompt = Self.prompts[0]
        let whole = Harness(Self.model).generate(steady(strategy, prompt)).tokens
        for end in Set(whole) {
            let harness = Harness(Self.model)
            var request = steady(strategy, prompt)
            request.endTokens = [end]
            let summary = harness.generate(request)
            #expect(summary.reason == .endOfText(end))
            #expect(summary.tokens.last == end)
            #expect(!summary.tokens.dropLast().contains(end))
            #expect(harness.cachesHold(prompt + summary.tokens))
            if strategy.guarantee == .sameDistribution, strategy.needs.isEmpty, strategy.uses.isEmpty {
                #expect(summary.tokens == Array(whole.prefix(through: whole.firstIndex(of: end) ?? 0)))
            }
        }
    }

    @Test(arguments: strategies)
    func `A stop string cuts the round there`(_ strategy: StrategyDescriptor) {
        let prompt = Self.prompts[0]
        let whole = Harness(Self.model).generate(greedy(strategy, prompt))
        for start in 0..<20 {
            let stop = String(whole.text.dropFirst(start).prefix(3))
            let harness = Harness(Self.model)
            var request = greedy(strategy, prompt)
            request.stopStrings = [stop]
            let summary = harness.generate(request)
            #expect(summary.reason == .stopString(stop))
            #expect(whole.text.hasPrefix(summary.text + stop))
            #expect(!(summary.text + stop).dropLast().contains(stop))
            #expect(summary.tokens.count == summary.text.count + 3)
            #expect(harness.texts.joined() == summary.text)
            #expect(harness.cachesHold(prompt + summary.tokens))
        }
    }

    // MARK: 7. Parameters

    @Test(arguments: strategies)
    func `Parameters outside their range are refused with the range`(_ strategy: StrategyDescriptor) throws {
        for parameter in strategy.parameters {
            #expect(throws: Never.self) {
                try strategy.values([parameter.name: parameter.defaultValue])
            }
            let outside: [ParameterValue] =
                switch parameter.kind {
                case .integer(let range): [.integer(range.lowerBound - 1), .integer(range.upperBound + 1), "x"]
                case .real(let range): [.real(range.lowerBound - 0.1), .real(range.upperBound + 0.1), .real(.nan), "x"]
                case .choice: ["no such word", 1]
                case .flag: [1, "x"]
                }
            for value in outside {
                let error = #expect(throws: GenerationError.self) { try strategy.values([parameter.name: value]) }
                #expect(
                    error?.description == "\(parameter.name) of strategy \"\(strategy.id)\" is \(value); "
                        + "it must be \(parameter.kind.allowed)")
            }
        }
        let error = #expect(throws: GenerationError.self) { try strategy.values(["no-such": 1]) }
        #expect(error?.description.contains("has no parameter \"no-such\"") == true)
    }

    @Test(arguments: strategies)
    func `A refused request ends with failed and touches no cache`(_ strategy: StrategyDescriptor) {
        let harness = Harness(Self.model)
        let first = harness.generate(request(strategy, Self.prompts[2], maxTokens: 3))
        var bad = request(strategy, Self.prompts[1])
        bad.parameters = ["no-such": 1]
        let summary = harness.generate(bad)
        #expect(summary.reason.word == "failed")
        #expect(harness.events == [.finished(summary)])
        #expect(harness.cachesHold(Self.prompts[2] + first.tokens))
    }

    @Test
    func `Every row has its own id and says what it is`() {
        #expect(Set(Self.strategies.map(\.id)).count == Self.strategies.count)
        for row in Self.strategies {
            #expect(!row.title.isEmpty && !row.source.isEmpty && !row.help.isEmpty)
            #expect(Set(row.parameters.map(\.name)).count == row.parameters.count)
        }
    }
}

extension Harness {
    /// A new generation on the caches of an earlier one, with a flag that is not set.
    convenience init(continuing other: Harness) {
        self.init(target: other.target, draft: other.draft)
        target.willForward = nil
        draft.willForward = nil
    }
}
