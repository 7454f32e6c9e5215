// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingEngine
import InklingTokenizer

/// The `stats` object of the contract. Rates that nothing was measured for are null.
struct StatsJSON: Encodable {
    struct KV: Encodable {
        var used_tokens, capacity_tokens, bytes: Int
    }

    var load_s, prefill_s: Double
    var prefill_tps: Double?
    var ttft_s: Double?
    var decode_s: Double
    var decode_tps: Double?
    var rounds, target_passes, draft_passes, drafted, accepted: Int
    var acceptance_rate, mean_accepted: Double?
    var kv: KV

    init(_ statistics: GenerationStatistics, load: Duration) {
        load_s = load.seconds
        prefill_s = statistics.prefillDuration.seconds
        prefill_tps = statistics.prefillTokensPerSecond
        ttft_s = statistics.timeToFirstToken?.seconds
        decode_s = statistics.decodeDuration.seconds
        decode_tps = statistics.decodeTokensPerSecond
        rounds = statistics.roundCount
        target_passes = statistics.targetPassCount
        draft_passes = statistics.draftPassCount
        drafted = statistics.draftedCount
        accepted = statistics.acceptedCount
        acceptance_rate = statistics.acceptanceRate
        mean_accepted = statistics.meanAcceptedCount
        kv = KV(
            used_tokens: statistics.cache.usedTokens, capacity_tokens: statistics.cache.capacityTokens,
            bytes: statistics.cache.usedBytes)
    }

    private enum CodingKeys: String, CodingKey {
        case load_s, prefill_s, prefill_tps, ttft_s, decode_s, decode_tps, rounds, target_passes, draft_passes, drafted
        case accepted, acceptance_rate, mean_accepted, kv
    }

    /// Every key is always there, so that scripts need no cases.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(load_s, forKey: .load_s)
        try container.encode(prefill_s, forKey: .prefill_s)
        try container.encode(prefill_tps, forKey: .prefill_tps)
        try container.encode(ttft_s, forKey: .ttft_s)
        try container.encode(decode_s, forKey: .decode_s)
        try container.encode(decode_tps, forKey: .decode_tps)
        try container.encode(rounds, forKey: .rounds)
        try container.encode(target_passes, forKey: .target_passes)
        try container.encode(draft_passes, forKey: .draft_passes)
        try container.encode(drafted, forKey: .drafted)
        try container.encode(accepted, forKey: .accepted)
        try container.encode(acceptance_rate, forKey: .acceptance_rate)
        try container.encode(mean_accepted, forKey: .mean_accepted)
        try container.encode(kv, forKey: .kv)
    }
}

/// What `generate --json` prints.
struct GenerationJSON: Encodable {
    var model: String
    var draft: String?
    /// The path of the acceptance head that judged drafts.
    var head: String?
    var strategy: String
    var seed: UInt64
    var prompt_tokens: [Int32]
    var tokens: [Int32]
    var text: String
    var finish: String
    var stats: StatsJSON

    init(_ summary: GenerationSummary, request: GenerationRequest, session: ModelSession, stats: StatsJSON) {
        model = session.target.name
        draft = session.draft?.name
        head = session.head(for: summary.strategy)?.path
        strategy = summary.strategy
        seed = summary.seed
        prompt_tokens = request.prompt.map(\.rawValue)
        tokens = summary.tokens.map(\.rawValue)
        text = summary.text
        finish = summary.reason.word
        self.stats = stats
    }

    private enum CodingKeys: String, CodingKey {
        case model, draft, head, strategy, seed, prompt_tokens, tokens, text, finish, stats
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(draft, forKey: .draft)
        try container.encode(head, forKey: .head)
        try container.encode(strategy, forKey: .strategy)
        try container.encode(seed, forKey: .seed)
        try container.encode(prompt_tokens, forKey: .prompt_tokens)
        try container.encode(tokens, forKey: .tokens)
        try container.encode(text, forKey: .text)
        try container.encode(finish, forKey: .finish)
        try container.encode(stats, forKey: .stats)
    }
}

/// The events of `--ndjson`.
enum NDJSON {
    struct Prefill: Encodable {
        var event = "prefill"
        var lane: String
        var done, total, reused: Int

        init(_ progress: PrefillProgress) {
            lane = progress.lane.rawValue
            (done, total, reused) = (progress.done, progress.total, progress.reused)
        }
    }

    struct Draft: Encodable {
        var event = "draft"
        var round: Int
        var tokens: [Int32]
        var probs: [Float]
        var parents: [Int]?
        /// Why the draft ended there: a word of ``DraftStop``.
        var stop: String?

        /// nil where nothing was drafted, unless something kept the strategy from it: plain decoding prints no empty
        /// drafts.
        init?(_ round: DecodingRound) {
            let draft = round.draft ?? DraftTree()
            guard !draft.isEmpty || round.stop == .noMatch || round.stop == .unknownToken else { return nil }
            self.round = round.index
            tokens = draft.tokens.map(\.rawValue)
            probs = draft.probabilities
            parents = draft.isChain ? nil : draft.parents
            stop = round.stop?.rawValue
        }
    }

    struct Verify: Encodable {
        /// The drafted token that the target did not take, with the probabilities that decided it.
        struct Rejected: Encodable {
            /// Index in the draft.
            var index: Int
            var token: Int32
            var target_prob, draft_prob: Float
        }

        var event = "verify"
        var round, accepted, drafted: Int
        var correction: Int32?
        var rejected: Rejected?
        /// Drafted already, and judged in the next round.
        var pending: [Int32]

        /// nil where there was nothing to judge.
        init?(_ round: DecodingRound) {
            guard let draft = round.draft, !draft.isEmpty else { return nil }
            self.round = round.index
            accepted = round.acceptedCount
            drafted = round.draftedCount
            correction = round.committed.first { $0.source == .correction }?.id.rawValue
            if let rejection = round.verdict?.rejection {
                rejected = Rejected(
                    index: rejection.node, token: draft.tokens[rejection.node].rawValue,
                    target_prob: rejection.targetProbability, draft_prob: rejection.draftProbability)
            }
            pending = round.pending.map(\.rawValue)
        }
    }

    /// What a strategy shows about a round: the method it chose, and its own figures.
    struct Round: Encodable {
        var event = "round"
        var round: Int
        var method, reason: String?
        var seconds: Double
        var measures: [String: Double]

        /// nil where there is nothing to show.
        init?(_ round: DecodingRound) {
            guard round.choice != nil || !round.measures.isEmpty else { return nil }
            self.round = round.index
            method = round.choice?.method
            reason = round.choice?.reason.rawValue
            seconds = round.duration.seconds
            measures = Dictionary(
                round.measures.lazy.filter { $0.value.isFinite }.map { ($0.name, $0.value) }
            ) { first, _ in first }
        }
    }

    struct Token: Encodable {
        struct Alternative: Encodable {
            var id: Int32
            var prob: Float
        }

        var event = "token"
        var id: Int32
        var text, source: String
        var logprob: Float
        var alternatives: [Alternative]

        init(_ token: CommittedToken) {
            id = token.id.rawValue
            text = token.text
            source = token.source.rawValue
            logprob = token.logProbability.isFinite ? token.logProbability : -Float.greatestFiniteMagnitude
            alternatives = token.alternatives.map { Alternative(id: $0.id.rawValue, prob: $0.probability) }
        }
    }

    struct Stats: Encodable {
        var event = "stats"
        var stats: StatsJSON
    }

    struct End: Encodable {
        var event = "end"
        var finish, text: String
        var tokens: [Int32]
        var error: String?

        init(_ summary: GenerationSummary) {
            finish = summary.reason.word
            text = summary.text
            tokens = summary.tokens.map(\.rawValue)
            if case .failed(let failure) = summary.reason { error = failure.description }
        }
    }
}

/// One line of figures for people.
enum GenerationReport {
    static func line(_ statistics: GenerationStatistics) -> String {
        func rate(_ value: Double?) -> String { value.map { tenths($0) } ?? "-" }
        var parts = [
            "prompt \(statistics.prefilledTokenCount) tokens, \(rate(statistics.prefillTokensPerSecond)) tokens/s",
            "answer \(statistics.generatedTokenCount) tokens, \(rate(statistics.decodeTokensPerSecond)) tokens/s",
        ]
        if statistics.draftedCount > 0 {
            parts.append("accepted \(statistics.acceptedCount) of \(statistics.draftedCount) drafted")
        }
        return parts.joined(separator: "; ")
    }

    /// By what drafts end, for strategies that an acceptance head can tell; nil for others.
    static func judge(_ session: ModelSession, strategy: String) -> String? {
        guard let descriptor = try? StrategyRegistry.descriptor(strategy), descriptor.uses.contains(.acceptanceHead)
        else { return nil }
        return session.head.map { "drafts end by the acceptance head \"\($0.path)\"" }
            ?? "drafts end by the draft model's own confidence; \"inkling tune\" trains a head"
    }

    private static func tenths(_ value: Double) -> String {
        let scaled = (value * 10).rounded()
        return "\(Int(scaled) / 10).\(Int(scaled) % 10)"
    }
}

extension ModelSession {
    /// The acceptance head, if the strategy uses one.
    func head(for strategy: String) -> HeadFile? {
        (try? StrategyRegistry.descriptor(strategy))?.uses.contains(.acceptanceHead) == true ? head : nil
    }
}
