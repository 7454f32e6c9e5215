// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import InklingTuning

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

private func softmax(_ logits: [Float]) -> [Double] {
    let peak = Double(logits.max() ?? 0)
    let powers = logits.map { exp(Double($0) - peak) }
    return powers.map { $0 / powers.reduce(0, +) }
}

private func tokens(_ ids: [Int32]) -> [TokenID] { ids.map { TokenID($0) } }

struct ExampleCollectorTests {
    private let target = ToyModel(vocabularySize: 9, seed: 3)
    private let draft = ToyModel(vocabularySize: 9, seed: 3).perturbed(by: 1.5, seed: 4)
    private let text = tokens([1, 5, 2, 8, 0, 0, 7, 3, 4, 6, 1, 2, 3])

    private func collector(
        capacity: Int = 256, ends: Set<TokenID> = [], drawCount: Int = 3
    ) -> (ExampleCollector, ToyRunner, ToyRunner) {
        let runners = (ToyRunner(target, contextCapacity: capacity), ToyRunner(draft, contextCapacity: capacity))
        return (
            ExampleCollector(
                target: runners.0, draft: runners.1, drawCount: drawCount, endTokens: ends, seed: 1),
            runners.0, runners.1
        )
    }

    @Test
    func `Examples carry the state, odds and acceptance of tokens drawn along the text`() throws {
        var (collector, targetRunner, draftRunner) = collector()
        try collector.add(text, from: 4, samplers: [.unmodified()])
        let examples = try #require(collector.examples)
        #expect(collector.positionCount == text.count - 4)
        #expect(examples.hiddenSize == draft.hiddenSize)
        // In the order of positions; each has a weight of 1 in all.
        var position = 4
        var weight: Float = 0
        for index in 0..<examples.count {
            let path = Array(text[..<position])
            let p = softmax(target.logits(after: path)), q = softmax(draft.logits(after: path))
            // Which token it was, its odds tell.
            let odds = Double(examples.odds(of: index))
            let drawn = try #require(q.firstIndex { abs(log($0 / (1 - $0)) - odds) < 1e-4 })
            #expect(abs(Double(examples.labels[index]) - min(1, p[drawn] / q[drawn])) < 1e-5)
            #expect(examples.temperature(of: index) == 1)
            // The state of the text before it, as it is without what was read later.
            let hidden = try ToyRunner(draft).forward(ModelBatch(path, want: .allLogitsAndHidden)).hidden
            let start = index * examples.inputCount
            #expect(hidden?[position - 1] == examples.inputs[start..<start + examples.hiddenSize])
            weight += examples.weights[index]
            if weight > 0.999 {
                #expect(weight < 1.001)
                (position, weight) = (position + 1, 0)
            }
        }
        #expect(position == text.count)
        #expect(targetRunner.ledger == text.dropLast().map { Optional($0) })
        #expect(draftRunner.ledger == targetRunner.ledger)
    }

    @Test
    func `Greedy examples are the draft's first choice, accepted where it is the target's`() throws {
        var (collector, _, _) = collector()
        try collector.add(text, from: 1, samplers: [.greedy])
        let examples = try #require(collector.examples)
        #expect(examples.count == text.count - 1)
        for index in 0..<examples.count {
            let path = Array(text[...index])
            let p = softmax(target.logits(after: path)), q = softmax(draft.logits(after: path))
            let most = try #require(q.max())
            #expect(abs(Double(examples.odds(of: index)) - log(most / (1 - most))) < 1e-4)
            #expect(examples.labels[index] == (p.firstIndex(of: p.max() ?? 0) == q.firstIndex(of: most) ? 1 : 0))
            #expect(examples.temperature(of: index) == 0 && examples.weights[index] == 1)
        }
        #expect(Set(examples.labels) == [0, 1])
    }

    @Test
    func `Mean acceptance is that of the two distributions`() throws {
        // After one path, many times: the mean of min(1, p / q) under q is Σ min(p, q).
        var (collector, _, _) = collector(drawCount: 4_000)
        try collector.add(Array(text.prefix(3)), from: 2, samplers: [.unmodified()])
        let examples = try #require(collector.examples)
        let path = Array(text.prefix(2))
        let p = softmax(target.logits(after: path)), q = softmax(draft.logits(after: path))
        let expected = zip(p, q).reduce(0) { $0 + min($1.0, $1.1) }
        let mean = zip(examples.labels, examples.weights).reduce(0) { $0 + Double($1.0 * $1.1) }
        #expect(examples.count <= 9)
        #expect(abs(mean - expected) < 0.03)
    }

    @Test
    func `Both ways of choosing share a text, as far as the context reaches`() throws {
        let samplers: [SamplerSettings] = [.greedy, SamplerSettings(temperature: 0.7, topK: 4, seed: 9)]
        var (whole, _, _) = collector()
        var (short, _, _) = collector(capacity: 8)
        try whole.add(text, from: 1, samplers: samplers)
        try short.add(text, from: 1, samplers: samplers)
        let all = try #require(whole.examples), some = try #require(short.examples)
        #expect(all.inputs.starts(with: some.inputs) && all.labels.starts(with: some.labels))
        #expect(short.positionCount == 7 && some.count < all.count)
        #expect(Set((0..<all.count).map { all.temperature(of: $0) }) == [0, 0.7])
    }

    @Test
    func `Tokens that end an answer are not assessed, and unknown ones end the text`() throws {
        var (all, _, _) = collector(drawCount: 50)
        var (without, _, _) = collector(ends: Set(tokens([0, 1, 2, 3])), drawCount: 50)
        try all.add(Array(text.prefix(3)), from: 2, samplers: [.unmodified()])
        try without.add(Array(text.prefix(3)), from: 2, samplers: [.unmodified()])
        let q = softmax(draft.logits(after: Array(text.prefix(2))))
        #expect(try #require(all.examples).weights.reduce(0, +) > 0.999)
        let rest = try #require(without.examples).weights.reduce(0, +)
        #expect(abs(Double(rest) - q[4...].reduce(0, +)) < 0.2 && rest < 0.999)

        let narrow = ToyModel(vocabularySize: 5, seed: 1)
        var other = ExampleCollector(
            target: ToyRunner(target), draft: ToyRunner(narrow), drawCount: 1, endTokens: [],
            seed: 1)
        try other.add(tokens([1, 2, 3, 8, 1, 2]), from: 1, samplers: [.unmodified()])
        #expect(other.positionCount == 2)
        try other.add([], from: 0, samplers: [.unmodified()])
        try other.add(tokens([1]), from: 0, samplers: [.unmodified()])
        try other.add(tokens([8, 1]), from: 0, samplers: [.unmodified()])
        #expect(other.positionCount == 2)
    }

    @Test
    func `A toy pair is learned from the text to a calibrated head that keeps the output`() throws {
        // Alike after the first tokens of the vocabulary, unlike after the rest.
        let target = ToyModel(vocabularySize: 12, seed: 8, memory: 0)
        let stranger = ToyModel(vocabularySize: 12, seed: 80, memory: 0)
        let draft = ToyModel(
            table: target.table.enumerated().map { row, logits in row < 6 ? logits : stranger.table[row] })
        var collector = ExampleCollector(
            target: ToyRunner(target), draft: ToyRunner(draft), drawCount: 2,
            endTokens: [], seed: 4)
        var random = SplitMix(seed: 6)
        for _ in 0..<24 {
            var path = [TokenID(Int32.random(in: 0..<12, using: &random))]
            for _ in 0..<30 {
                let law = softmax(target.logits(after: path))
                var rest = Double.random(in: 0..<1, using: &random)
                let next = law.firstIndex { probability in
                    rest -= probability
                    return rest < 0
                }
                path.append(TokenID(Int32(next ?? 0)))
            }
            try collector.add(path, from: 1, samplers: [.greedy, .unmodified()])
        }
        var settings = TrainingSettings()
        settings.width = 8
        settings.blockCount = 1
        settings.learningRate = 1e-2
        settings.dropout = 0.1
        settings.batchSize = 64
        let trained = try HeadTrainer(settings).train(try #require(collector.examples))
        #expect(trained.report.after.logLoss < trained.report.constant.logLoss - 0.03)
        #expect(trained.report.after.calibrationError < 0.1)
        #expect(trained.report.byTemperature.map(\.temperature) == [0, 1])

        for start: Int32 in 0..<12 {
            func output(_ strategy: String, _ head: ResidualHead?) -> [TokenID] {
                let run = DecodingRun(target: ToyRunner(target), draft: ToyRunner(draft), acceptanceHead: head)
                let request = GenerationRequest(
                    prompt: tokens([start]), strategy: strategy, parameters: strategy == "ar" ? [:] : ["min": 1],
                    sampler: .greedy, maxTokens: 40)
                return Generator(makeTextDecoder: { NoText() }).run(request, run) { event in
                    guard case .round(let round) = event, head != nil else { return }
                    #expect(round.measures.contains(RoundMeasure("head", 1)))
                }.tokens
            }
            #expect(output("specdec++", trained.head) == output("ar", nil))
        }
    }
}

private struct NoText: TokenTextDecoder {
    mutating func append(_ token: TokenID) -> String { "" }
    mutating func finish() -> String { "" }
}
