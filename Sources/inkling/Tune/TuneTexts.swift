// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingEngine
import InklingTokenizer
import InklingTuning

/// Texts for a head to learn from: answers of the target, or parts of files.
struct TuneTexts {
    enum Source {
        case prompts([String])
        case texts([[UInt8]])
    }

    private let session: ModelSession
    private let source: Source
    private let tokenLimit: Int
    private let temperature: Float
    private let seed: UInt64
    private let deadline: ContinuousClock.Instant
    private var progress = ProgressLine()

    /// Of all that is sampled where the user asks for temperature 0 alone.
    private static let startTemperature = SamplerSettings().temperature
    /// A greedy answer starts with up to so many tokens that are drawn, or there would be one answer to a prompt.
    private static let startLengths = 64
    private static let startStep = 8
    /// Tokens of an answer: long enough to show how the pair goes on, short enough for many subjects.
    private static let answerLength = 200
    /// Tokens of a part of a file.
    private static let partLength = 256

    init(
        session: ModelSession, source: Source, tokenLimit: Int, temperature: Float, seed: UInt64,
        deadline: ContinuousClock.Instant
    ) {
        self.session = session
        self.source = source
        self.tokenLimit = tokenLimit
        self.temperature = temperature
        self.seed = seed
        self.deadline = deadline
    }

    mutating func collect(into collector: inout ExampleCollector, cancellation: CancellationFlag) throws {
        defer { progress.clear() }
        switch source {
        case .prompts(let prompts): try answer(prompts, into: &collector, cancellation)
        case .texts(let texts): try read(texts, into: &collector, cancellation)
        }
    }

    private func hasTime(_ collector: ExampleCollector) -> Bool {
        collector.positionCount < tokenLimit && ContinuousClock.now < deadline
    }

    private mutating func show(_ collector: ExampleCollector) {
        progress.show("\(collector.positionCount) of \(tokenLimit) tokens, \(collector.examples?.count ?? 0) examples")
    }

    // MARK: Answers

    /// Answers each prompt greedily and at the temperature, from the first to the last and again.
    ///
    /// Examples are made for the way in which an answer was chosen, since acceptance along the way depends on it.
    private mutating func answer(
        _ prompts: [String], into collector: inout ExampleCollector, _ cancellation: CancellationFlag
    ) throws {
        var cycle = 0
        while hasTime(collector) {
            let before = collector.positionCount
            for (index, prompt) in prompts.enumerated() where hasTime(collector) {
                let tokens: [TokenID]
                do throws(EngineError) {
                    tokens = try session.target.chatFormat.tokens(
                        [ChatMessage(.user, prompt)], tokenizer: session.target.tokenizer)
                } catch { throw Failure(error) }
                let sampled = sampled(seed &+ UInt64(cycle * prompts.count + index))
                let startLength = cycle * Self.startStep % Self.startLengths
                let start = try generate(after: tokens, sampled, startLength, cancellation)
                if start.last.map({ !session.endTokens.contains($0) }) ?? (startLength == 0) {
                    let head = tokens + start
                    let answer = try generate(after: head, .greedy, Self.answerLength, cancellation)
                    try add(head + answer, from: head.count, for: [.greedy], into: &collector)
                }
                if temperature >= SamplerSettings.greedyTemperature {
                    let answer = try generate(after: tokens, sampled, Self.answerLength, cancellation)
                    try add(tokens + answer, from: tokens.count, for: [sampled], into: &collector)
                }
                show(collector)
            }
            // Prompts that nothing is ever said to.
            if collector.positionCount == before { return }
            cycle += 1
        }
    }

    private func sampled(_ seed: UInt64) -> SamplerSettings {
        let isGreedy = temperature < SamplerSettings.greedyTemperature
        return SamplerSettings(temperature: isGreedy ? Self.startTemperature : temperature, seed: seed)
    }

    private func generate(
        after tokens: [TokenID], _ sampler: SamplerSettings, _ count: Int, _ cancellation: CancellationFlag
    ) throws -> [TokenID] {
        guard count > 0 else { return [] }
        let summary = session.generate(
            GenerationRequest(
                prompt: tokens, strategy: StrategyDescriptor.speculative.id, sampler: sampler, maxTokens: count,
                endTokens: session.endTokens), cancellation: cancellation)
        switch summary.reason {
        case .cancelled: throw Failure.interrupted
        // A prompt that is too long for the context is one prompt less.
        case .failed(.promptTooLong), .failed(.emptyPrompt): return []
        case .failed(let error): throw Failure(.generation(error))
        default: return summary.tokens
        }
    }

    // MARK: Files

    private mutating func read(
        _ texts: [[UInt8]], into collector: inout ExampleCollector, _ cancellation: CancellationFlag
    ) throws {
        let tokenizer = session.target.tokenizer
        let vocabulary = tokenizer.vocabulary
        let first = vocabulary.addsBOS ? vocabulary.special.beginOfSequence.map { [$0] } ?? [] : []
        let parts = texts.flatMap { text in
            let tokens = tokenizer.encode(text, special: .ignore)
            return stride(from: 0, to: tokens.count, by: Self.partLength).map { start in
                first + tokens[start..<min(start + Self.partLength, tokens.count)]
            }
        }
        // Spread over all texts, should there be more than can be used.
        let samplers = temperature < SamplerSettings.greedyTemperature ? [.greedy] : [.greedy, sampled(seed)]
        let step = max(1, parts.count * Self.partLength / max(1, tokenLimit))
        for offset in 0..<step {
            for index in stride(from: offset, to: parts.count, by: step) {
                guard hasTime(collector) else { return }
                if cancellation.isCancelled { throw Failure.interrupted }
                try add(parts[index], from: 1, for: samplers, into: &collector)
                show(collector)
            }
        }
    }

    private func add(
        _ tokens: [TokenID], from start: Int, for samplers: [SamplerSettings], into collector: inout ExampleCollector
    ) throws {
        do throws(TuningError) {
            try collector.add(tokens, from: start, samplers: samplers)
        } catch { throw Failure(error.description) }
    }
}
