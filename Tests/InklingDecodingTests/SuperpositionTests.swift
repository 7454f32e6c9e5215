// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTestSupport
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

/// The published algorithm written out: no cache, no shared code, all candidates sorted each time.
private enum SlowSuperposition {
    struct Draft {
        var tokens: [TokenID]
        var score: Double
        /// Which first token it has.
        var family = 0
    }

    static func softmax(_ values: [Double]) -> [Double] {
        let powers = values.map { exp($0 - (values.max() ?? 0)) }
        return powers.map { $0 / powers.reduce(0, +) }
    }

    /// What n-grams of `text` say, counted anew each time.
    static func support(_ token: TokenID, after context: [TokenID], text: [TokenID], weights: [Float]) -> Double {
        var sum = 0.0
        for (index, weight) in weights.enumerated() where context.count > index {
            let tail = Array(context.suffix(index + 1))
            var total = 0, hits = 0
            for end in tail.count..<text.count where Array(text[end - tail.count..<end]) == tail {
                total += 1
                if text[end] == token { hits += 1 }
            }
            if total > 0 { sum += Double(weight) * Double(hits) / Double(total) }
        }
        return sum
    }

    /// - Parameter table: a model whose logits are linear in what it reads, and depend on nothing before.
    static func run(
        table: [[Float]], prompt: [TokenID], count: Int, length: Int, settings: SuperpositionSettings,
        text: [TokenID]?, endTokens: Set<TokenID>
    ) -> [(draft: Draft, isFinished: Bool)] {
        var alive = [Draft(tokens: [], score: 0)], done: [Draft] = []
        var logits = table[Int(prompt[prompt.count - 1].rawValue)].map(Double.init)
        let shown = settings.candidateCount > 0 ? settings.candidateCount : 3 * count
        for step in 0..<length {
            let best = logits.indices.sorted { logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1 }
                .prefix(shown)
            let law = softmax(best.map { logits[$0] / settings.temperature })
            var candidates: [Draft] = []
            for draft in alive {
                let supports = best.map { id in
                    text.map {
                        support(
                            TokenID(Int32(id)), after: prompt + draft.tokens, text: $0, weights: settings.weights)
                    }
                }
                for (rank, id) in best.enumerated() {
                    let own = log(law[rank])
                    var score = own
                    if text != nil {
                        if supports.allSatisfy({ $0 == 0 }) {
                            score = (1 - settings.share) * own - settings.penalty
                        } else {
                            score = (1 - settings.share) * own + settings.share * log(supports[rank] ?? 0)
                        }
                    }
                    if score > -.infinity {
                        candidates.append(
                            Draft(
                                tokens: draft.tokens + [TokenID(Int32(id))], score: draft.score + score,
                                family: draft.family))
                    }
                }
            }
            var order = candidates.indices.sorted {
                candidates[$0].score != candidates[$1].score
                    ? candidates[$0].score > candidates[$1].score : $0 < $1
            }
            if step > 0, settings.siblings > 0 {
                var kept: [Int] = []
                for index in order {
                    let family = candidates[index].family
                    let members = kept.count { candidates[$0].family == family } + done.count { $0.family == family }
                    if members < settings.siblings { kept.append(index) }
                }
                order = kept
            }
            var next: [Draft] = []
            for (rank, index) in order.prefix(2 * count).enumerated() {
                var candidate = candidates[index]
                if step == 0 { candidate.family = rank }
                if let last = candidate.tokens.last, endTokens.contains(last) {
                    if rank < count { done.append(candidate) }
                } else if next.count < count {
                    next.append(candidate)
                }
            }
            done = Array(done.sorted { $0.score > $1.score }.prefix(count))
            alive = next
            if alive.isEmpty || step == length - 1 { break }
            if done.count == count, alive[0].score <= done[count - 1].score { break }
            let weights = softmax(alive.map { $0.score / settings.evenness })
            logits = table[0].indices.map { column in
                zip(alive, weights).reduce(0) { sum, entry in
                    let last = entry.0.tokens.last?.rawValue ?? 0
                    return sum + entry.1 * Double(table[Int(last)][column])
                }
            }
        }
        let all = done.map { ($0, true) } + alive.map { ($0, false) }
        func mean(_ draft: Draft) -> Double { draft.score / Double(draft.tokens.count) }
        return Array(all.sorted { mean($0.0) > mean($1.0) }.prefix(count)).map { (draft: $0.0, isFinished: $0.1) }
    }
}

struct SuperpositionTests {
    /// Logits are linear in what is read, so that a mixture of tokens gives the mixture of their logits.
    private static func linear(_ seed: UInt64) -> ToyModel { ToyModel(vocabularySize: 24, seed: seed, memory: 0) }

    private static let prompt = tokens(7, 7, 0, 4, 11, 2, 9)

    private static func text(_ seed: UInt64) -> [TokenID] {
        var noise = TestNoise(seed)
        return (0..<600).map { _ in TokenID(Int32.random(in: 0..<24, using: &noise)) }
    }

    @Test func `Drafts begin differently where more than one beginning is probable, and branch off later elsewhere`()
        throws
    {
        var settings = SuperpositionSettings(forDrafts: 4, promptCount: 7)
        #expect(settings.siblings == 1 && settings.reach > 0)
        for seed in UInt64(0)..<8 {
            let model = Self.linear(seed)
            let law = Slow.softmax(model.logits(after: Self.prompt)).map(Slow.ln)
            for reach in [0.01, 0.5, 1, 3] {
                settings.reach = reach
                let request = DraftRequest(
                    prompt: Self.prompt, count: 4, length: 8, superposition: settings)
                let drafts = try DraftRun(target: ToyRunner(model)).run(request).continuations
                let near = law.indices.sorted { law[$0] > law[$1] }.prefix(12)
                    .filter { law[$0] >= (law.max() ?? 0) - reach }
                let first = Set(drafts.map { Int($0.tokens[0].rawValue) })
                #expect(first.count == min(4, near.count) && first.isSubset(of: near))
                #expect(Set(drafts.map(\.tokens)).count == drafts.count)
            }
        }
    }

    @Test func `A draft ends where it would repeat itself`() {
        for (text, expected) in [
            ([1, 2, 3], nil), ([1, 1], nil), ([1, 1, 1], 2), ([1, 2, 1, 2], nil), ([0, 1, 2, 1, 2, 1, 2], 4),
            ([1, 2, 3, 1, 2, 3], 3), ([9, 1, 2, 3, 4, 1, 2, 3, 4], 4), ([1, 2, 3, 1, 2], nil), ([], nil),
        ] as [([Int32], Int?)] {
            #expect(DraftPool.loopLength(text.map { TokenID($0) }[...]) == expected)
        }
    }

    @Test(arguments: 1...8)
    func `Drafts and scores are those of the algorithm written out`(count: Int) throws {
        for seed in UInt64(0)..<6 {
            for hasNGrams in [false, true] {
                let model = Self.linear(seed)
                let text = Self.text(seed + 50)
                var ngrams = NGramCounts()
                ngrams.add(text)
                var settings = SuperpositionSettings(forDrafts: count, promptCount: 7)
                // Not so sharp that all weight is on one draft.
                settings.temperature = seed % 2 == 0 ? 0.5 : 1
                if seed == 3 { settings.candidateCount = 5 }
                settings.siblings = Int(seed % 3)
                settings.reach = 0
                settings.evenness = seed == 4 ? 3 : 1
                let request = DraftRequest(
                    prompt: Self.prompt, count: count, length: 9, superposition: settings,
                    endTokens: seed % 3 == 0 ? [] : [2, 5])
                let run = DraftRun(target: ToyRunner(model), ngrams: hasNGrams ? ngrams : nil)
                let found = try run.run(request).continuations
                let expected = SlowSuperposition.run(
                    table: model.table, prompt: Self.prompt, count: count, length: 9, settings: settings,
                    text: hasNGrams ? text : nil, endTokens: request.endTokens)
                let note: Comment = "seed \(seed), n-grams \(hasNGrams)"
                // Nearly equal scores may change places: the model computes in Float.
                #expect(Set(found.map(\.tokens)) == Set(expected.map(\.draft.tokens)), note)
                for (rank, own) in found.enumerated() {
                    guard let other = expected.first(where: { $0.draft.tokens == own.tokens }) else { continue }
                    let atRank = expected[rank].draft.score / Double(expected[rank].draft.tokens.count)
                    let mean = other.draft.score / Double(own.tokens.count)
                    #expect(own.isFinished == other.isFinished, note)
                    #expect(abs(Double(own.score) - mean) < 1e-3 * max(1, abs(mean)), note)
                    #expect(abs(Double(own.score) - atRank) < 1e-3 * max(1, abs(mean)), note)
                }
            }
        }
    }

    @Test func `One draft is the greedy text, with end tokens and without`() throws {
        for seed in UInt64(0)..<30 {
            let model = ToyModel(vocabularySize: 24, seed: seed)
            for endTokens in [Set<TokenID>(), [1, 2, 3, 4, 5]] {
                let harness = Harness(model)
                let greedy = harness.generate(
                    GenerationRequest(
                        prompt: Self.prompt, sampler: .greedy, maxTokens: 12, endTokens: endTokens))
                let request = DraftRequest(
                    prompt: Self.prompt, count: 1, length: 12, endTokens: endTokens)
                for method in DraftMethod.allCases where method != .nucleus {
                    var own = request
                    own.method = method
                    let report = try DraftRun(target: ToyRunner(model)).run(own)
                    #expect(report.continuations.map(\.tokens) == [greedy.tokens], "\(method), seed \(seed)")
                }
            }
        }
    }

    @Test func `What the model reads is a mean: each token once, weights of sum one`() throws {
        let runner = ToyRunner(Self.linear(3))
        var mixtures: [[ModelBatch.WeightedToken]] = []
        runner.willForward = { batch in
            if case .mixture(let parts) = batch.rows[0] { mixtures.append(parts) }
        }
        var settings = SuperpositionSettings()
        settings.temperature = 2
        let request = DraftRequest(
            prompt: Self.prompt, count: 6, length: 12, superposition: settings, wantsProbabilities: false)
        let report = try DraftRun(target: runner).run(request)
        #expect(mixtures.count == 11 && report.passCount == 12 && report.rowCount == 12)
        for parts in mixtures {
            #expect(Set(parts.map(\.token)).count == parts.count)
            #expect(abs(parts.reduce(0) { $0 + $1.weight } - 1) < 1e-5)
        }
        #expect(mixtures.contains { $0.count > 1 } && mixtures.contains { $0.count < 6 })
    }

    @Test func `A single token is read with a weight of exactly one`() throws {
        let runner = ToyRunner(Self.linear(3))
        var weights: [Float] = []
        runner.willForward = { batch in
            if case .mixture(let parts) = batch.rows[0] { weights += parts.map(\.weight) }
        }
        _ = try DraftRun(target: runner).run(DraftRequest(prompt: Self.prompt, count: 1, length: 8))
        #expect(weights == Array(repeating: 1, count: 7))
    }

    @Test func `The first step gives the most probable tokens`() throws {
        let model = ToyModel(vocabularySize: 24, seed: 2)
        let request = DraftRequest(prompt: Self.prompt, count: 5, length: 1)
        let found = try DraftRun(target: ToyRunner(model)).run(request).continuations
        let logits = model.logits(after: Self.prompt)
        #expect(
            found.map(\.tokens) == TokenScores.alternatives(5, logits: logits[...]).map { [$0.id] })
    }

    @Test func `Without a sound number nothing is drafted, and the strategy goes on all the same`() throws {
        let model = ToyModel(table: Array(repeating: Array(repeating: .nan, count: 5), count: 5), memory: 0)
        let report = try DraftRun(target: ToyRunner(model)).run(DraftRequest(prompt: [1], count: 3))
        #expect(report.continuations.isEmpty)
        let summary = Harness(model).generate(
            GenerationRequest(prompt: [1], strategy: "superposed", maxTokens: 7))
        #expect(summary.reason == .tokenLimit && summary.tokens.count == 7)
    }

    @Test func `As a strategy it writes its best draft, one after the other`() throws {
        let model = ToyModel(vocabularySize: 24, seed: 8)
        let summary = Harness(model).generate(
            GenerationRequest(prompt: Self.prompt, strategy: "superposed", maxTokens: 25))
        var expected: [TokenID] = []
        while expected.count < 25 {
            let request = DraftRequest(
                prompt: Self.prompt + expected, count: 3, length: min(10, 25 - expected.count),
                superposition: SuperpositionSettings())
            let best = try #require(try DraftRun(target: ToyRunner(model)).run(request).continuations.first)
            expected += best.tokens
        }
        #expect(summary.tokens == expected)
    }

    @Test func `As a strategy it shows its drafts as they grow`() throws {
        let harness = Harness(ToyModel(vocabularySize: 24, seed: 8))
        harness.generate(GenerationRequest(prompt: Self.prompt, strategy: "superposed", maxTokens: 20))
        let lengths = harness.rounds.map { $0.hypotheses.map(\.tokens.count).max() ?? 0 }
        #expect(lengths == Array(1...10) + Array(1...10))
        #expect(
            harness.rounds.map(\.committed.count) == (Array(repeating: 0, count: 9) + [10])
                + (Array(repeating: 0, count: 9) + [10]))
        #expect(harness.rounds.allSatisfy { $0.hypotheses.count == 3 })
    }

    @Test func `As a strategy it uses n-grams where there are any`() {
        let model = Self.linear(4)
        var ngrams = NGramCounts()
        ngrams.add(Self.text(9))
        let without = Harness(model), with = Harness(model)
        with.run.ngrams = ngrams
        let request = GenerationRequest(
            prompt: Self.prompt, strategy: "superposed", parameters: ["sharpness": 1], maxTokens: 20)
        #expect(without.generate(request).tokens != with.generate(request).tokens)
        var off = request
        off.parameters["lambda"] = 0
        #expect(without.generate(off).tokens == with.generate(off).tokens)
    }

    @Test func `Everything that can be set reaches the settings`() throws {
        var settings = SuperpositionSettings()
        for (index, parameter) in SuperpositionSettings.parameters.enumerated() {
            let value: ParameterValue =
                if case .integer = parameter.kind { 7 } else { .real(0.125 + Double(index) / 64) }
            let isKnown = settings.set(parameter.name, to: value)
            #expect(isKnown, "\(parameter.name)")
        }
        for (name, value) in [("omega6", ParameterValue.real(0.1)), ("k", 3)] {
            let isKnown = settings.set(name, to: value)
            #expect(!isKnown)
        }
        let standard = SuperpositionSettings()
        #expect(settings.share != standard.share && settings.temperature != standard.temperature)
        #expect(settings.candidateCount == 7 && settings.penalty != standard.penalty)
        #expect(zip(settings.weights, standard.weights).allSatisfy { $0 != $1 } && settings.weights.count == 5)
        #expect(SuperpositionSettings(try StrategyDescriptor.superposed.values([:])) == standard)
    }
}
