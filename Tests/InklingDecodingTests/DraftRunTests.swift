// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import InklingDecoding

struct DraftRunTests {
    private static let model = ToyModel(vocabularySize: 16, seed: 21)
    private static let prompt = tokens(7, 7, 0, 4, 11, 2, 9)

    private func slowLogProbabilities(_ tokens: [TokenID], _ model: ToyModel, after prompt: [TokenID]) -> [Double] {
        tokens.indices.map { index in
            let law = Slow.softmax(model.logits(after: prompt + tokens[..<index]))
            return Slow.ln(law[Int(tokens[index].rawValue)])
        }
    }

    @Test(arguments: DraftMethod.allCases)
    func `Probabilities are the model's own`(method: DraftMethod) throws {
        // More rows than one pass takes.
        let request = DraftRequest(prompt: Self.prompt, method: method, count: 7, length: 9, endTokens: [3])
        let report = try DraftRun(target: ToyRunner(Self.model)).run(request)
        #expect(report.continuations.count == request.draftCount)
        #expect((report.scoringPassCount > 0) == (method == .superposed))
        for draft in report.continuations {
            let expected = slowLogProbabilities(draft.tokens, Self.model, after: Self.prompt)
            #expect(draft.logProbabilities.count == expected.count)
            #expect(zip(draft.logProbabilities, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 })
            #expect(draft.isFinished == (draft.tokens.last == 3))
            #expect(!draft.tokens.dropLast().contains(3))
            if method != .superposed {
                let mean = expected.reduce(0, +) / Double(expected.count)
                #expect(abs(Double(draft.score) - mean) < 1e-4)
            }
        }
        #expect(zip(report.continuations, report.continuations.dropFirst()).allSatisfy { $0.score >= $1.score })
    }

    @Test(arguments: DraftMethod.allCases)
    func `The cache holds the prompt afterwards and nothing else, and is used again`(method: DraftMethod) throws {
        let runner = ToyRunner(Self.model)
        let run = DraftRun(target: runner)
        var request = DraftRequest(prompt: Self.prompt, method: method, count: 3, length: 6)
        let first = try run.run(request)
        #expect(first.prefill.reused == 0)
        #expect(runner.ledger == Self.prompt.map { $0 })
        let again = try run.run(request)
        #expect(again.prefill.reused == Self.prompt.count - 1)
        #expect(again.continuations == first.continuations)
        // A draft was chosen and something typed.
        request.prompt += first.continuations[0].tokens + [1]
        let longer = try run.run(request)
        #expect(longer.prefill.reused == Self.prompt.count)
        #expect(longer.continuations == (try DraftRun(target: ToyRunner(Self.model)).run(request)).continuations)
        #expect(runner.ledger == request.prompt.map { $0 })
    }

    @Test(arguments: DraftMethod.allCases)
    func `A cancel or an error leaves a prefix of the prompt`(method: DraftMethod) throws {
        let request = DraftRequest(
            prompt: Self.prompt, method: method, count: 3, length: 6, prefillChunk: 2)
        let whole = try DraftRun(target: ToyRunner(Self.model)).run(request)
        for stopped in 1...8 {
            for fails in [false, true] {
                let runner = ToyRunner(Self.model)
                let run = DraftRun(target: runner)
                let flag = CancellationFlag()
                var passCount = 0
                runner.willForward = { [unowned runner] _ in
                    passCount += 1
                    guard passCount == stopped else { return }
                    if fails { runner.nextError = .outOfMemory(byteCount: 1, what: "test") } else { flag.cancel() }
                }
                #expect(throws: fails ? GenerationError.model(.outOfMemory(byteCount: 1, what: "test")) : .cancelled) {
                    try run.run(request, cancellation: flag)
                }
                #expect(passCount == stopped)
                #expect(runner.commonPrefix(with: Self.prompt) == runner.cachedCount)
                runner.willForward = nil
                #expect(try run.run(request).continuations == whole.continuations)
            }
        }
    }

    /// What the most probable tokens after `kept` are, the first of them none of `taken`.
    private func greedyEnd(
        of kept: [TokenID], upTo count: Int, avoiding taken: Set<TokenID>, endTokens: Set<TokenID>
    ) -> [TokenID] {
        var tokens = kept
        while tokens.count < count {
            let logits = Self.model.logits(after: Self.prompt + tokens)
            let order = greatestIndices(logits.count, of: logits).map { TokenID(Int32($0)) }
            guard let next = order.first(where: { tokens.count > kept.count || !taken.contains($0) }) else { break }
            tokens.append(next)
            if endTokens.contains(next) { break }
        }
        return tokens
    }

    @Test(arguments: 1...5)
    func `What does not make sense is written anew, each end as the model alone would`(keep: Int) throws {
        let ends: Set<TokenID> = [3]
        var request = DraftRequest(prompt: Self.prompt, count: 4, length: 9, endTokens: ends)
        let astray = try DraftRun(target: ToyRunner(Self.model)).run(request).continuations
        // The best stays as it is.
        let best = astray[0]
        request.soundCount = { $0 == best ? $0.tokens.count : min(keep, $0.tokens.count) }
        let runner = ToyRunner(Self.model)
        let report = try DraftRun(target: runner).run(request)
        #expect(runner.ledger == Self.prompt)
        let repaired = report.continuations
        #expect(repaired[0] == best && repaired.count == astray.count)
        // The first new token comes from rows that were read for probabilities, and no row follows the last.
        let longest = zip(repaired, astray).filter {
            $0.tokens.prefix(keep).elementsEqual($1.tokens.prefix(keep)) && $0 != $1
        }
        .map { $0.0.tokens.count - keep - 1 }.max()
        #expect(report.repairPassCount == longest ?? 0 && (longest ?? 0) > 0)
        for (index, draft) in repaired.enumerated().dropFirst() {
            let before = astray[index].tokens
            let kept = Array(before.prefix(keep))
            guard kept.count < before.count else {
                #expect(draft == astray[index])
                continue
            }
            // It steps aside for those before it; those after it were no longer than what is kept.
            let taken = Set(
                repaired[..<index].map(\.tokens).filter { $0.starts(with: kept) && $0.count > kept.count }
                    .map { $0[kept.count] })
            let found = draft.tokens
            #expect(greedyEnd(of: kept, upTo: 9, avoiding: taken, endTokens: ends) == found)
            let expected = slowLogProbabilities(found, Self.model, after: Self.prompt)
            #expect(draft.logProbabilities.count == expected.count)
            #expect(zip(draft.logProbabilities, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 })
            #expect(draft.isFinished == (found.last == 3))
        }
        #expect(Set(repaired.map(\.tokens)).count == repaired.count)
    }

    @Test func `A repair ends where the cache does, and with a cancel`() throws {
        var request = DraftRequest(prompt: Self.prompt, count: 4, length: 9)
        request.soundCount = { _ in 1 }
        let whole = try DraftRun(target: ToyRunner(Self.model)).run(request)
        let passCount = whole.passCount + whole.scoringPassCount + whole.repairPassCount
        for capacity in Self.prompt.count + 9...Self.prompt.count + 50 {
            let runner = ToyRunner(Self.model, contextCapacity: capacity)
            let report = try DraftRun(target: runner).run(request)
            #expect(report.repairPassCount <= whole.repairPassCount && runner.ledger == Self.prompt)
        }
        for stopped in 1...passCount {
            let runner = ToyRunner(Self.model)
            let flag = CancellationFlag()
            var count = 0
            runner.willForward = { _ in
                count += 1
                if count == stopped { flag.cancel() }
            }
            #expect(throws: GenerationError.cancelled) {
                try DraftRun(target: runner).run(request, cancellation: flag)
            }
            #expect(runner.commonPrefix(with: Self.prompt) == runner.cachedCount)
        }
    }

    @Test func `Sequences drawn together are drawn as each would be alone`() throws {
        let sampler = DraftRequest.nucleus(topP: 0.9, seed: 5)
        let request = DraftRequest(
            prompt: Self.prompt, method: .nucleus, count: 6, length: 8, sampler: sampler, endTokens: [3])
        let runner = ToyRunner(Self.model)
        let found = try DraftRun(target: runner).run(request)
        // The first is what plain decoding draws with this seed.
        let plain = Harness(Self.model).generate(
            GenerationRequest(prompt: Self.prompt, sampler: sampler, maxTokens: 8, endTokens: [3]))
        #expect(found.continuations.contains { $0.tokens == plain.tokens })
        // The others draw other numbers at the same places.
        let random = PositionalRandom(seed: 5)
        for draw in 0..<6 {
            var path = Self.prompt
            for step in 0..<8 {
                let law = Sampler(sampler).distribution(
                    logits: Self.model.logits(after: path), history: SamplingHistory(path))
                let token = law.sample(random.uniform(at: Self.prompt.count + step, for: .sample, draw: draw))
                path.append(token)
                if token == 3 { break }
            }
            #expect(found.continuations.contains { $0.tokens == Array(path.dropFirst(Self.prompt.count)) })
        }
        #expect(found.passCount <= 8 && found.rowCount > found.passCount)
    }

    @Test func `Sequences that agree share a row`() throws {
        let request = DraftRequest(
            prompt: tokens(1), method: .nucleus, count: 5, length: 6, sampler: DraftRequest.nucleus(topP: 0.5))
        // Only one token ever reaches half of the probability.
        let report = try DraftRun(target: ToyRunner(countingModel(8))).run(request)
        #expect(report.rowCount == 6)
        #expect(Set(report.continuations.map(\.tokens)) == [tokens(2...7)])
    }

    @Test func `A beam as wide as everything finds the most probable of all`() throws {
        let model = ToyModel(vocabularySize: 5, seed: 3)
        let request = DraftRequest(prompt: tokens(1, 2), method: .beam, count: 25, length: 3)
        let found = try DraftRun(target: ToyRunner(model)).run(request).continuations
        let laws = Slow.law(of: model, after: tokens(1, 2), .unmodified(), length: 3)
        let best = laws.sorted { $0.value > $1.value }.prefix(25)
        #expect(found.map(\.tokens) == best.map(\.key))
        for (draft, law) in zip(found, best) {
            #expect(abs(Double(draft.logProbability ?? 0) - Slow.ln(law.value)) < 1e-4)
        }
    }

    @Test(arguments: DraftMethod.allCases)
    func `Tokens that are excluded never come, and a draft of nothing can be ruled out`(method: DraftMethod) throws {
        let excluded = tokens(2, 5, 13)
        var request = DraftRequest(
            prompt: Self.prompt, method: method, count: 6, length: 5, sampler: DraftRequest.nucleus(topP: 1),
            endTokens: [0, 1, 3, 4, 6], excludedTokens: excluded)
        let some = try DraftRun(target: ToyRunner(Self.model)).run(request).continuations
        request.mayBeEmpty = false
        let full = try DraftRun(target: ToyRunner(Self.model)).run(request).continuations
        for draft in some + full { #expect(!draft.tokens.contains { excluded.contains($0) }) }
        #expect(!full.isEmpty && full.allSatisfy { !request.endTokens.contains($0.tokens[0]) })
    }

    @Test(arguments: DraftMethod.allCases)
    func `Drafts are as long as the context allows`(method: DraftMethod) throws {
        for capacity in 7...20 {
            let runner = ToyRunner(Self.model, contextCapacity: capacity)
            let request = DraftRequest(prompt: Self.prompt, method: method, count: 3, length: 6)
            let report = try DraftRun(target: runner).run(request)
            let length = min(6, (capacity - 7) / request.draftCount + 1)
            #expect(report.continuations.allSatisfy { $0.tokens.count == length })
        }
        #expect(throws: GenerationError.promptTooLong(tokenCount: 7, capacity: 6, lane: .target)) {
            try DraftRun(target: ToyRunner(Self.model, contextCapacity: 6)).run(DraftRequest(prompt: Self.prompt))
        }
    }

    @Test func `Requests that cannot be are refused`() {
        let run = DraftRun(target: ToyRunner(Self.model))
        func refused(_ change: (inout DraftRequest) -> Void) -> Bool {
            var request = DraftRequest(prompt: Self.prompt, superposition: SuperpositionSettings())
            change(&request)
            do throws(GenerationError) { _ = try run.run(request) } catch { return true }
            return false
        }
        #expect(!refused { _ in })
        #expect(refused { $0.prompt = [] })
        #expect(refused { $0.count = 0 } && refused { $0.count = 33 })
        #expect(refused { $0.length = 0 } && refused { $0.length = 257 })
        #expect(refused { $0.superposition?.temperature = 0 } && refused { $0.superposition?.share = .nan })
        #expect(refused { $0.superposition?.weights = [2] } && refused { $0.superposition?.penalty = -1 })
        #expect(refused { $0.sampler.topP = 2 })
    }

    @Test func `Steps show every draft with its weight`() throws {
        var steps: [[LiveContinuation]] = []
        let request = DraftRequest(prompt: Self.prompt, count: 3, length: 5)
        let report = try DraftRun(target: ToyRunner(Self.model)).run(request) { steps.append($0) }
        #expect(steps.map { $0.map(\.tokens.count) } == (1...5).map { [$0, $0, $0] })
        for step in steps { #expect(abs(step.reduce(0) { $0 + $1.weight } - 1) < 1e-5) }
        #expect(Set(steps[4].map(\.tokens)) == Set(report.continuations.map(\.tokens)))
    }
}

struct NGramCountsTests {
    @Test func `Counts are those of a search through the text`() {
        var noise = TestNoise(4)
        let texts = (0..<3).map { _ in (0..<80).map { _ in TokenID(Int32.random(in: 0..<4, using: &noise)) } }
        var counts = NGramCounts(orders: 2...4)
        for text in texts { counts.add(text) }
        let weights: [Float] = [0.1, 0.2, 0.3, 0.4]
        let candidates = tokens(0, 1, 2, 3, 99)
        var result: [Float] = [7]
        for length in 0...5 {
            for _ in 0..<40 {
                let context = (0..<length).map { _ in TokenID(Int32.random(in: 0..<5, using: &noise)) }
                counts.probabilities(of: candidates, after: context[...], weights: weights, into: &result)
                let expected = candidates.map { candidate -> Double in
                    var sum = 0.0
                    // Contexts of four tokens were not counted.
                    for size in 1...3 where size <= length {
                        let tail = Array(context.suffix(size))
                        var total = 0.0, hits = 0.0
                        for text in texts {
                            for end in size..<text.count where Array(text[end - size..<end]) == tail {
                                total += 1
                                if text[end] == candidate { hits += 1 }
                            }
                        }
                        if total > 0 { sum += Double(weights[size - 1]) * hits / total }
                    }
                    return sum
                }
                #expect(result.count == candidates.count)
                #expect(zip(result, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
            }
        }
    }
}
