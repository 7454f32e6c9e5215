// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
@testable import InklingDecoding
@testable import InklingEngine
import InklingTensor
import InklingTokenizer
import Testing

/// What a real run of the bundled models said, round by round, as short as it can be written: a file of `Recordings`.
///
/// `INKLING_RECORD_RUNS=1` runs the models again and writes the files anew.
struct Recording: Codable {
    struct Token: Codable {
        var id: Int32
        var text: String
        var source: String?
        var logProbability: Float?
        /// The likeliest tokens, where they are shown.
        var alternatives: [Alternative]?
    }

    struct Alternative: Codable {
        var id: Int32
        var probability: Float
        var text: String
    }

    struct Draft: Codable {
        var tokens: [Token]
        var parents: [Int]?
        var probabilities: [Float]
        var confidences: [Float]
        var risks: [Float]
    }

    struct Rejection: Codable {
        var node: Int
        var target: Float
        var draft: Float
        var uniform: Double?
    }

    struct Span: Codable {
        var lane: String
        /// Microseconds.
        var start: Int
        var duration: Int
        var rows: Int
    }

    struct Share: Codable {
        var tokens: [Token]
        var score: Float
        var weight: Float
        var supports: [Float]
    }

    struct Round: Codable {
        var draft: Draft?
        var accepted: [Int]?
        var next: Int32?
        var rejection: Rejection?
        var committed: [Token]
        var hypotheses: [Share]
        var measures: [String: Double]
        var drafted: Int
        var stop: String?
        var method: String?
        var reason: String?
        var pending: [Token]
        var spans: [Span]
        var start: Int
        var duration: Int
        var baseline: Int?
    }

    var strategy: String
    var rounds: [Round]
    var ending: String

    // MARK: Files

    static func load(_ name: String, at location: SourceLocation = #_sourceLocation) -> Recording {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recordings/\(name).json")
        do { return try JSONDecoder().decode(Recording.self, from: Data(contentsOf: file)) } catch {
            Issue.record("cannot read the recording \(name): \(error)", sourceLocation: location)
            return Recording(strategy: name, rounds: [], ending: "eos")
        }
    }

    func save(_ name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recordings/\(name).json")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: file)
    }

    // MARK: To and from events

    init(strategy: String, rounds: [Round], ending: String) {
        (self.strategy, self.rounds, self.ending) = (strategy, rounds, ending)
    }

    /// With the time between passes shortened: tests are not optimised, and would be shown doing little but that.
    init(_ rounds: [DecodingRound], _ summary: GenerationSummary) {
        strategy = summary.strategy
        self.rounds = Self.compressed(rounds).map(Round.init)
        ending = summary.reason.word
    }

    private static func compressed(_ rounds: [DecodingRound]) -> [DecodingRound] {
        var rounds = rounds
        let longest = Duration.microseconds(30)
        let passes = rounds.flatMap(\.spans).map { $0.start..<$0.start + $0.duration }.sorted {
            $0.lowerBound < $1.lowerBound
        }
        var (reached, removed) = (rounds.first?.start ?? .zero, Duration.zero)
        var cuts: [(after: Duration, removed: Duration)] = []
        for pass in passes {
            if pass.lowerBound - reached > longest { removed += pass.lowerBound - reached - longest }
            cuts.append((pass.lowerBound, removed))
            reached = max(reached, pass.upperBound)
        }
        func moved(_ time: Duration) -> Duration {
            let cut = cuts.last { $0.after <= time }?.removed ?? .zero
            // A moment between two passes is no later than the second one.
            let next = cuts.first { $0.after > time }.map { $0.after - $0.removed } ?? time
            return min(time - cut, next)
        }
        let plain = passes.map { $0.upperBound - $0.lowerBound }.sorted()
        for index in rounds.indices {
            let ends = rounds[index].spans.map { $0.start + $0.duration }.max() ?? rounds[index].start
            let start = moved(rounds[index].start)
            rounds[index].start = start
            rounds[index].duration = moved(ends) + .microseconds(10) - start
            for span in rounds[index].spans.indices {
                rounds[index].spans[span].start = moved(rounds[index].spans[span].start)
            }
            if rounds[index].baseline != nil {
                rounds[index].baseline = plain.last { $0 < .milliseconds(1) } ?? plain[plain.count / 2]
            }
        }
        return rounds
    }

    /// As the engine would say it: prompt, rounds, end.
    func events(of id: GenerationID = GenerationID(1), rounds count: Int? = nil, ends: Bool = true) -> [EngineEvent] {
        var events: [EngineEvent] = [
            .generation(id, .accepted(ChatPrompt(tokens: Array(repeating: TokenID(5), count: 24)))),
            .generation(id, .decode(.prefill(PrefillProgress(lane: .target, done: 23, total: 23, reused: 0)))),
        ]
        var statistics = GenerationStatistics()
        var text = ""
        var position = 24
        for (index, recorded) in rounds.prefix(count ?? rounds.count).enumerated() {
            let round = recorded.round(index: index, position: position)
            statistics.add(round)
            position += round.committed.count
            text += round.committed.map(\.text).joined()
            events.append(.generation(id, .decode(.round(round))))
        }
        guard ends else { return events }
        let summary = GenerationSummary(
            reason: .endOfText(TokenID(2)), strategy: strategy, seed: 1, promptTokenCount: 24, tokens: [], text: text,
            statistics: statistics)
        return events + [.generation(id, .decode(.finished(summary))), .generation(id, .finished(.done(summary)))]
    }
}

extension Recording.Token {
    init(_ id: TokenID, _ text: String) {
        (self.id, self.text) = (id.rawValue, text)
    }

    init(_ token: CommittedToken) {
        self.init(token.id, token.text)
        source = token.source.rawValue
        logProbability = token.logProbability
        if token.source == .correction || token.source == .target {
            alternatives = token.alternatives.prefix(5).map {
                Recording.Alternative(id: $0.id.rawValue, probability: $0.probability, text: $0.text)
            }
        }
    }
}

extension Recording.Round {
    private static func microseconds(_ duration: Duration) -> Int { Int(duration.seconds * 1e6) }

    init(_ round: DecodingRound) {
        draft = round.draft.map { tree in
            Recording.Draft(
                tokens: zip(tree.tokens, tree.texts).map { Recording.Token($0, $1) },
                parents: tree.isChain ? nil : tree.parents, probabilities: tree.probabilities,
                confidences: tree.confidences, risks: tree.rejectionRisks)
        }
        accepted = round.verdict?.acceptedPath
        next = round.verdict?.next?.rawValue
        rejection = round.verdict?.rejection.map {
            Recording.Rejection(
                node: $0.node, target: $0.targetProbability, draft: $0.draftProbability, uniform: $0.uniform)
        }
        committed = round.committed.map(Recording.Token.init)
        hypotheses = round.hypotheses.map { draft in
            Recording.Share(
                tokens: zip(draft.tokens, draft.texts).map { Recording.Token($0, $1) }, score: draft.score,
                weight: draft.weight, supports: draft.supports)
        }
        measures = Dictionary(round.measures.filter { $0.value.isFinite }.map { ($0.name, $0.value) }) { first, _ in
            first
        }
        drafted = round.draftedCount
        stop = round.stop?.rawValue
        method = round.choice?.method
        reason = round.choice?.reason.rawValue
        pending = zip(round.pending, round.pendingTexts).map { Recording.Token($0, $1) }
        spans = round.spans.map {
            Recording.Span(
                lane: $0.lane.rawValue, start: Self.microseconds($0.start), duration: Self.microseconds($0.duration),
                rows: $0.rowCount)
        }
        start = Self.microseconds(round.start)
        duration = Self.microseconds(round.duration)
        baseline = round.baseline.map(Self.microseconds)
    }

    func round(index: Int, position: Int) -> DecodingRound {
        var tree = draft.map { draft in
            var tree = DraftTree()
            for (node, token) in draft.tokens.enumerated() {
                tree.append(
                    TokenID(token.id), parent: draft.parents?[node] ?? node - 1, probability: draft.probabilities[node])
            }
            return tree
        }
        tree?.texts = draft?.tokens.map(\.text) ?? []
        tree?.confidences = draft?.confidences ?? []
        tree?.rejectionRisks = draft?.risks ?? []
        let verdict = accepted.map { path in
            Verdict(
                acceptedPath: path, next: next.map { TokenID($0) },
                rejection: rejection.map {
                    Verdict.Rejection(
                        node: $0.node, targetProbability: $0.target, draftProbability: $0.draft, uniform: $0.uniform)
                })
        }
        let tokens = committed.enumerated().map { offset, token in
            CommittedToken(
                id: TokenID(token.id), position: position + offset,
                source: token.source.flatMap(TokenSource.init) ?? .target, logProbability: token.logProbability ?? 0,
                alternatives: (token.alternatives ?? []).map {
                    TokenAlternative(id: TokenID($0.id), probability: $0.probability, text: $0.text)
                },
                text: token.text)
        }
        let used = position + tokens.count
        return DecodingRound(
            index: index, draft: tree, verdict: verdict, committed: tokens,
            hypotheses: hypotheses.map {
                Hypothesis(
                    tokens: $0.tokens.map { TokenID($0.id) }, logProbability: $0.score * Float($0.tokens.count),
                    score: $0.score, weight: $0.weight, supports: $0.supports, texts: $0.tokens.map(\.text))
            },
            measures: measures.sorted { $0.key < $1.key }.map { RoundMeasure($0.key, $0.value) }, draftedCount: drafted,
            stop: stop.flatMap(DraftStop.init),
            choice: method.flatMap { method in
                reason.flatMap(MethodChoice.Reason.init).map { MethodChoice(method: method, reason: $0) }
            },
            pending: pending.map { TokenID($0.id) }, pendingTexts: pending.map(\.text),
            spans: spans.map {
                PassSpan(
                    lane: Lane(rawValue: $0.lane) ?? .target, start: .microseconds($0.start),
                    duration: .microseconds($0.duration), rowCount: $0.rows)
            },
            start: .microseconds(start), duration: .microseconds(duration),
            cache: CacheUsage(
                usedTokens: used, capacityTokens: 1280, usedBytes: used * 2048, capacityBytes: 1280 * 2048),
            baseline: baseline.map { .microseconds($0) })
    }
}

/// Makes the recordings: not a test, but what it needs is all here.
@Suite struct RecordingTests {
    static let asks: Bool = ProcessInfo.processInfo.environment["INKLING_RECORD_RUNS"] != nil

    private final class Box: @unchecked Sendable {
        var rounds: [DecodingRound] = []
        var summary: GenerationSummary?
    }

    @Test(
        .enabled(if: RecordingTests.asks),
        arguments: ["ar", "sd", "specdec++", "pearl", "prompt-lookup", "auto", "superposed"])
    func `Runs are recorded anew`(_ strategy: String) throws {
        let models = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Models")
        let target = try LoadedModel(path: models.appending(path: "inkling.gguf").path, pool: ComputePool(width: 1))
        let draft = try LoadedModel(
            path: models.appending(path: "inkling-draft.gguf").path, pool: ComputePool(width: 1))
        let head = HeadSearch.head(for: target, draft: draft, suggested: nil)
        let session = try ModelSession(
            target: target, draft: draft, head: head, options: SessionOptions(threads: 1))
        let question = ChatMessage(.user, "How do I list files by size?")
        // Something to copy from.
        let answer = ChatMessage(.assistant, "To list files with the largest first, run:\n\n```sh\nls -lhS\n```")
        let request = ChatRequest(
            messages: ["auto", "prompt-lookup"].contains(strategy) ? [question, answer, question] : [question],
            strategy: strategy,
            // Whatever a lane is slowed down by, blocks are as long.
            parameters: strategy == "pearl" ? ["adaptive": .flag(false), "gamma": .integer(4)] : [:],
            sampler: SamplerSettings(temperature: strategy == "superposed" ? 0 : 0.8, seed: 7), maxTokens: 120,
            alternativeCount: 8)
        let prompt = try session.prompt(for: request)
        var generation = session.generation(for: request, prompt: prompt)
        generation.baselineShare = 0.02
        let box = Box()
        // Twice: the second time costs are known and prompts are cached, as in a chat that goes on.
        for _ in 0..<2 {
            box.rounds = []
            box.summary = session.generate(generation) { event in
                if case .round(let round) = event { box.rounds.append(round) }
            }
        }
        let summary = try #require(box.summary)
        try Recording(Array(box.rounds.prefix(48)), summary).save(strategy)
    }
}
