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
        strategy = summary.strategy
        seed = summary.seed
        prompt_tokens = request.prompt.map(\.rawValue)
        tokens = summary.tokens.map(\.rawValue)
        text = summary.text
        finish = summary.reason.word
        self.stats = stats
    }

    private enum CodingKeys: String, CodingKey {
        case model, draft, strategy, seed, prompt_tokens, tokens, text, finish, stats
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(draft, forKey: .draft)
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

        init(_ round: DecodingRound, _ draft: DraftTree) {
            self.round = round.index
            tokens = draft.tokens.map(\.rawValue)
            probs = draft.probabilities
            parents = draft.isChain ? nil : draft.parents
        }
    }

    struct Verify: Encodable {
        var event = "verify"
        var round, accepted, drafted: Int
        var correction: Int32?

        init(_ round: DecodingRound) {
            self.round = round.index
            accepted = round.acceptedCount
            drafted = round.draftedCount
            correction = round.committed.first { $0.source == .correction }?.id.rawValue
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

    private static func tenths(_ value: Double) -> String {
        let scaled = (value * 10).rounded()
        return "\(Int(scaled) / 10).\(Int(scaled) % 10)"
    }
}
