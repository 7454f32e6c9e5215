// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTemplates
import InklingTensor
import InklingTokenizer

/// Reads the lines of a trace.
struct TraceDecoder {
    /// See ``TraceEncoder``.
    private var lastEnd: (id: GenerationID, summary: GenerationSummary)?

    // MARK: The header

    static func header(_ fields: TraceFields) throws(TraceProblem) -> TraceHeader {
        var header = TraceHeader(
            program: try fields.string("program"), command: try fields.string("command"), strategy: "")
        (header.strategy, header.parameters, header.sampler) = try making(fields)
        for model in try fields.objects("models") {
            header.models.append(
                TraceHeader.Model(
                    role: try model.word("role", Lane.self), name: try model.string("name"),
                    architecture: try model.string("architecture"),
                    parameters: try model.optional("parameters") { key throws(TraceProblem) in
                        try model.int(key, 0...Int.max)
                    },
                    quantization: try model.optional("quantization", model.string),
                    bytes: try model.int("bytes")))
        }
        return header
    }

    // MARK: Events

    mutating func entry(_ value: TemplateValue) throws(TraceProblem) -> TraceEntry {
        let unnamed = try TraceFields(value, "the event")
        let name = try unnamed.string("event")
        let fields = try TraceFields(value, "event \"\(name.prefix(40))\"")
        let time = try fields.duration("t")
        if name == "pieces" {
            let texts = try fields.object("texts")
            var pieces: [TokenID: String] = [:]
            for key in texts.names {
                guard let number = Int32(key), number >= 0 else { throw texts.problem(key, "is no number of a token") }
                pieces[TokenID(number)] = try texts.string(key)
            }
            return TraceEntry(time: time, event: .pieces(pieces))
        }
        return TraceEntry(time: time, event: .engine(try engine(name, fields)))
    }

    private mutating func engine(_ name: String, _ fields: TraceFields) throws(TraceProblem) -> EngineEvent {
        switch name {
        case "unloaded": return .unloaded
        case "stopped": return .stopped
        case "token-count":
            return .tokenCount(
                id: try fields.int("id"),
                count: try fields.optional("count") { key throws(TraceProblem) in try fields.int(key) })
        case "load", "memory-tight", "loaded", "load-cancelled", "load-failed":
            return .load(LoadID(try fields.int("load")), try Self.load(name, fields))
        default:
            let event = try generation(name, fields)
            return .generation(GenerationID(try fields.int("generation")), event)
        }
    }

    private mutating func generation(_ name: String, _ fields: TraceFields) throws(TraceProblem) -> GenerationEvent {
        switch name {
        case "asked": return .asked(try Self.request(fields))
        case "accepted": return .accepted(try Self.prompt(fields))
        case "prefill": return .decode(.prefill(try Self.prefill(fields)))
        case "round": return .decode(.round(try Self.round(fields)))
        case "text": return .decode(.text(try fields.string("text")))
        case "hypotheses": return .decode(.hypotheses(try Self.hypotheses(fields)))
        case "end":
            let summary = try Self.summary(fields)
            lastEnd = (GenerationID(try fields.int("generation")), summary)
            return .decode(.finished(summary))
        case "done":
            if fields.has("finish") { return .finished(.done(try Self.summary(fields))) }
            guard let lastEnd, lastEnd.id == GenerationID(try fields.int("generation")) else {
                throw fields.problem("finish", "is missing, and no event \"end\" of this generation came before")
            }
            return .finished(.done(lastEnd.summary))
        case "refused": return .finished(.refused(try Self.error(fields)))
        default: throw TraceProblem("there is no event \"\(name.prefix(40))\"")
        }
    }

    // MARK: Loads

    private static func load(_ name: String, _ fields: TraceFields) throws(TraceProblem) -> LoadEvent {
        switch name {
        case "loaded": return .ended(.loaded(try session(fields)))
        case "load-cancelled": return .ended(.cancelled)
        case "load-failed": return .ended(.failed(try error(fields)))
        case "memory-tight": return .memoryIsTight(try memory(try fields.object("memory")))
        default: break
        }
        switch try fields.string("stage") {
        case "opening": return .progress(.opening)
        case "preparing": return .progress(.preparing)
        case "packing":
            return .progress(
                .packing(
                    name: try fields.string("name"),
                    LoadProgress(done: try fields.int("done"), total: try fields.int("total"))))
        default: throw fields.problem("stage", "must be one of opening, packing, preparing")
        }
    }

    private static func memory(_ fields: TraceFields) throws(TraceProblem) -> MemoryNeed {
        var need = MemoryNeed(
            contextLength: try fields.int("context"),
            freeBytes: try fields.optional("free") { key throws(TraceProblem) in try fields.int(key, 0...Int.max) })
        need.weightBytes = try fields.int("weights", 0...Int.max)
        need.peakBytes = try fields.int("peak", 0...Int.max)
        need.cacheBytes = try fields.int("cache", 0...Int.max)
        return need
    }

    private static func session(_ fields: TraceFields) throws(TraceProblem) -> SessionSnapshot {
        let warning = try fields.optional("chat_format_warning", fields.string)
        let origin: ChatFormat.Origin
        switch try fields.string("chat_format") {
        case "file": origin = .file
        // What was wrong with the template stands in the warning.
        case "replaced": origin = .replaced(.raised(warning ?? "", TemplatePosition(line: 0, column: 0)))
        default: origin = .builtIn(try fields.word("chat_format", ChatFormat.Name.self))
        }
        var fit: DraftFit?
        if fields.has("fit") {
            let object = try fields.object("fit")
            var checks: [DraftFit.Check] = []
            for check in try object.objects("checks") {
                checks.append(
                    DraftFit.Check(
                        subject: try check.string("subject"), outcome: try check.outcome("outcome"),
                        finding: try check.string("finding")))
            }
            fit = DraftFit(target: try object.string("target"), draft: try object.string("draft"), checks: checks)
        }
        var session = SessionSnapshot(
            target: try model(try fields.object("target")),
            draft: try fields.optional("draft") { key throws(TraceProblem) in try model(try fields.object(key)) },
            contextLength: try fields.int("context", 1...TraceFields.positionLimit),
            kvFormat: try fields.word("kv", KVFormat.self), memory: try memory(try fields.object("memory")),
            chatFormat: origin, chatFormatWarning: warning, fit: fit, kernels: try fields.string("kernels"),
            targetThreads: try fields.int("target_threads"),
            draftThreads: try fields.optional("draft_threads") { key throws(TraceProblem) in try fields.int(key) })
        session.head = try fields.optional("head", fields.string)
        return session
    }

    private static func model(_ fields: TraceFields) throws(TraceProblem) -> SessionSnapshot.Model {
        SessionSnapshot.Model(
            name: try fields.string("name"), path: try fields.string("file"),
            architecture: try fields.string("architecture"),
            parameters: try fields.optional("parameters") { key throws(TraceProblem) in try fields.int(key, 0...Int.max)
            },
            quantization: try fields.optional("quantization", fields.string), fileBytes: try fields.int("bytes"),
            weightBytes: try fields.int("weights"), trainedContext: try fields.int("trained_context"),
            vocabularySize: try fields.int("vocabulary"), loadDuration: try fields.duration("load_s"),
            cacheBytesPerToken: try fields.int("cache_bytes_per_token"))
    }

    private static func error(_ fields: TraceFields) throws(TraceProblem) -> EngineError {
        guard fields.has("prompt_too_long") else {
            return .recorded(try fields.string("error"), hint: try fields.optional("hint", fields.string))
        }
        let facts = try fields.object("prompt_too_long")
        return .generation(
            .promptTooLong(
                tokenCount: try facts.int("tokens"), capacity: try facts.int("capacity"),
                lane: try facts.word("lane", Lane.self)))
    }

    // MARK: Requests

    private static func request(_ fields: TraceFields) throws(TraceProblem) -> ChatRequest {
        var messages: [ChatMessage] = []
        for message in try fields.objects("messages") {
            messages.append(
                ChatMessage(try message.word("role", ChatMessage.Role.self), try message.string("content")))
        }
        let (strategy, parameters, sampler) = try making(fields)
        var request = ChatRequest(messages: messages, strategy: strategy, parameters: parameters, sampler: sampler)
        if fields.has("prefix_tokens") {
            request.answerPrefix = .tokens(try fields.tokens("prefix_tokens"))
        } else if fields.has("prefix_text") {
            request.answerPrefix = .text(try fields.string("prefix_text"))
        }
        request.maxTokens = try fields.optional("max_tokens") { key throws(TraceProblem) in try fields.int(key) }
        if fields.has("stop") {
            for item in try fields.list("stop") {
                guard case .string(let text) = item else { throw fields.problem("stop", "is not a list of texts") }
                request.stopStrings.append(text)
            }
        }
        request.alternativeCount = try fields.int("alternatives")
        switch try fields.string("when_full") {
        case "refuse": request.contextPolicy = .refuse
        case "drop-turns": request.contextPolicy = .dropOldestTurns(keepsSystem: true)
        case "drop-turns-and-system": request.contextPolicy = .dropOldestTurns(keepsSystem: false)
        default: throw fields.problem("when_full", "must be one of refuse, drop-turns, drop-turns-and-system")
        }
        request.droppedTurnCount = try fields.int("dropped_turns")
        return request
    }

    private static func making(
        _ fields: TraceFields
    ) throws(TraceProblem) -> (String, [String: ParameterValue], SamplerSettings) {
        var parameters: [String: ParameterValue] = [:]
        let given = try fields.object("parameters")
        for name in given.names { parameters[name] = try given.parameter(name) }
        let object = try fields.object("sampler")
        func figure(_ key: String) throws(TraceProblem) -> Float { Float(try object.figure(key)) }
        let anything = -TraceFields.countLimit...TraceFields.countLimit
        var sampler = SamplerSettings(
            temperature: try figure("temperature"), topK: try object.int("top_k", anything), topP: try figure("top_p"),
            minP: try figure("min_p"), typicalP: try figure("typical_p"),
            repetitionPenalty: try figure("repetition_penalty"), frequencyPenalty: try figure("frequency_penalty"),
            presencePenalty: try figure("presence_penalty"), penaltyWindow: try object.int("penalty_window", anything),
            seed: try object.seed("seed"))
        if object.has("logit_bias") {
            let biases = try object.object("logit_bias")
            for key in biases.names {
                guard let number = Int32(key) else { throw biases.problem(key, "is no number of a token") }
                sampler.logitBias[TokenID(number)] = Float(try biases.figure(key))
            }
        }
        if object.has("dry") {
            let dry = try object.object("dry")
            sampler.dry = DrySettings(
                multiplier: Float(try dry.figure("multiplier")), base: Float(try dry.figure("base")),
                allowedLength: try dry.int("allowed_length", anything), window: try dry.int("window", anything))
        }
        if object.has("mirostat") {
            let mirostat = try object.object("mirostat")
            guard let version = MirostatSettings.Version(rawValue: try mirostat.int("version")) else {
                throw mirostat.problem("version", "must be 0, 1 or 2")
            }
            sampler.mirostat = MirostatSettings(
                version: version, targetSurprise: Float(try mirostat.figure("surprise")),
                learningRate: Float(try mirostat.figure("rate")),
                surpriseMeasure: try mirostat.word("measure", MirostatSettings.SurpriseMeasure.self))
        }
        return (try fields.string("strategy"), parameters, sampler)
    }

    private static func prompt(_ fields: TraceFields) throws(TraceProblem) -> ChatPrompt {
        let tokens = try fields.tokens("tokens")
        let prefix = try fields.optional("prefix", fields.tokens) ?? []
        guard tokens.suffix(prefix.count) == prefix[...] else {
            throw fields.problem("prefix", "is not the end of \"tokens\"")
        }
        return ChatPrompt(
            tokens: tokens, answerPrefix: prefix, reusedTokenCount: try fields.int("reused", 0...tokens.count),
            droppedTurnCount: try fields.int("dropped_turns"), droppedMessageCount: try fields.int("dropped_messages"),
            hasDroppedMore: try fields.bool("dropped_more"))
    }

    // MARK: Decoding

    private static func prefill(_ fields: TraceFields) throws(TraceProblem) -> PrefillProgress {
        let total = try fields.int("total", 0...TraceFields.positionLimit)
        let done = try fields.int("done", 0...total)
        return PrefillProgress(
            lane: try fields.word("lane", Lane.self), done: done, total: total,
            reused: try fields.int("reused", 0...done),
            span: try fields.optional("span") { key throws(TraceProblem) in try span(try fields.object(key)) })
    }

    private static func span(_ fields: TraceFields) throws(TraceProblem) -> PassSpan {
        PassSpan(
            lane: try fields.word("lane", Lane.self), start: try fields.duration("start"),
            duration: try fields.duration("seconds"), rowCount: try fields.int("rows", 0...TraceFields.positionLimit))
    }

    private static func cache(_ fields: TraceFields) throws(TraceProblem) -> CacheUsage {
        let capacity = try fields.int("capacity", 0...TraceFields.positionLimit)
        return CacheUsage(
            usedTokens: try fields.int("used", 0...capacity), capacityTokens: capacity,
            usedBytes: try fields.int("used_bytes"), capacityBytes: try fields.int("capacity_bytes"))
    }

    private static func hypotheses(_ fields: TraceFields) throws(TraceProblem) -> [Hypothesis] {
        var hypotheses: [Hypothesis] = []
        for hypothesis in try fields.objects("hypotheses") {
            hypotheses.append(
                Hypothesis(
                    tokens: try hypothesis.tokens("tokens"), logProbability: Float(try hypothesis.figure("logprob")),
                    score: Float(try hypothesis.figure("score")),
                    weight: try hypothesis.optional("weight", hypothesis.probability) ?? 0,
                    supports: try probabilities(hypothesis, "supports"), texts: try hypothesis.texts("texts")))
        }
        return hypotheses
    }

    private static func draft(_ fields: TraceFields) throws(TraceProblem) -> DraftTree {
        let tokens = try fields.tokens("tokens")
        let items = try fields.list("probs")
        guard items.count == tokens.count else { throw fields.problem("probs", "has not one number for each token") }
        let parents = try fields.optional("parents", fields.list)
        if let parents, parents.count != tokens.count {
            throw fields.problem("parents", "has not one number for each token")
        }
        var tree = DraftTree()
        for (index, token) in tokens.enumerated() {
            var parent = index - 1
            if let parents {
                parent = try TraceFields.int(parents[index], -1...max(-1, index - 1)) { fields.problem("parents", $0) }
            }
            let probability = try TraceFields.probability(items[index]) { fields.problem("probs", $0) }
            tree.append(token, parent: parent, probability: probability)
        }
        tree.texts = try fields.texts("texts")
        tree.confidences = try probabilities(fields, "confidences")
        tree.rejectionRisks = try probabilities(fields, "risks")
        for (key, count) in [
            ("texts", tree.texts.count), ("confidences", tree.confidences.count), ("risks", tree.rejectionRisks.count),
        ] where count > tree.count {
            throw fields.problem(key, "has more than there are tokens")
        }
        return tree
    }

    /// Some probabilities; none where nothing is said.
    private static func probabilities(_ fields: TraceFields, _ key: String) throws(TraceProblem) -> [Float] {
        var result: [Float] = []
        for item in try fields.optional(key, fields.list) ?? [] {
            result.append(try TraceFields.probability(item) { fields.problem(key, $0) })
        }
        return result
    }

    private static func verdict(_ fields: TraceFields, of draft: DraftTree) throws(TraceProblem) -> Verdict {
        var path: [Int] = []
        for item in try fields.list("accepted") {
            let node = try TraceFields.int(item, 0...Int(Int32.max)) { fields.problem("accepted", $0) }
            guard node < draft.count, draft.parents[node] == path.last ?? -1 else {
                throw fields.problem("accepted", "is not a path through the draft")
            }
            path.append(node)
        }
        var verdict = Verdict(acceptedPath: path, next: try fields.optional("next", fields.token))
        guard fields.has("rejected") else { return verdict }
        let rejected = try fields.object("rejected")
        guard !draft.isEmpty else { throw fields.problem("rejected", "stands where nothing was drafted") }
        verdict.rejection = Verdict.Rejection(
            node: try rejected.int("index", 0...draft.count - 1),
            targetProbability: try rejected.probability("target_prob"),
            draftProbability: try rejected.probability("draft_prob"),
            uniform: try rejected.optional("uniform") { key throws(TraceProblem) in try rejected.real(key, 0...1) })
        return verdict
    }

    private static func committed(_ fields: TraceFields) throws(TraceProblem) -> CommittedToken {
        var alternatives: [TokenAlternative] = []
        if fields.has("alternatives") {
            for item in try fields.list("alternatives") {
                guard case .list(let parts) = item, parts.count == 3, case .string(let text) = parts[2] else {
                    throw fields.problem("alternatives", "has something that is not [id, probability, text]")
                }
                alternatives.append(
                    TokenAlternative(
                        id: try TraceFields.token(parts[0]) { fields.problem("alternatives", $0) },
                        probability: try TraceFields.probability(parts[1]) { fields.problem("alternatives", $0) },
                        text: text))
            }
        }
        return CommittedToken(
            id: try fields.token("id"), position: try fields.int("position", 0...TraceFields.positionLimit),
            source: try fields.word("source", TokenSource.self), logProbability: try fields.logProbability("logprob"),
            alternatives: alternatives,
            entropy: try fields.optional("entropy") { key throws(TraceProblem) in Float(try fields.real(key, -1...1000))
            },
            text: try fields.string("text"))
    }

    private static func round(_ fields: TraceFields) throws(TraceProblem) -> DecodingRound {
        let draft = try fields.optional("draft") { key throws(TraceProblem) in try Self.draft(try fields.object(key)) }
        var committed: [CommittedToken] = []
        for token in try fields.objects("tokens") { committed.append(try Self.committed(token)) }
        var round = DecodingRound(
            index: try fields.int("round", 0...TraceFields.positionLimit), draft: draft, committed: committed,
            draftedCount: try fields.int("drafted", 0...TraceFields.positionLimit), spans: [],
            start: try fields.duration("start"), duration: try fields.duration("seconds"),
            cache: try cache(try fields.object("kv")))
        if fields.has("verdict") {
            round.verdict = try verdict(try fields.object("verdict"), of: draft ?? DraftTree())
        }
        if fields.has("hypotheses") { round.hypotheses = try hypotheses(fields) }
        if fields.has("measures") {
            for measure in try fields.objects("measures") {
                round.measures.append(RoundMeasure(try measure.string("name"), try measure.figure("value")))
            }
        }
        round.stop = try fields.optional("stop") { key throws(TraceProblem) in try fields.word(key, DraftStop.self) }
        if fields.has("method") {
            round.choice = MethodChoice(
                method: try fields.string("method"), reason: try fields.word("reason", MethodChoice.Reason.self))
        }
        round.pending = try fields.optional("pending", fields.tokens) ?? []
        round.pendingTexts = try fields.texts("pending_texts")
        for span in try fields.objects("spans") { round.spans.append(try Self.span(span)) }
        round.baseline = try fields.optional("baseline_s", fields.duration)
        return round
    }

    private static func summary(_ fields: TraceFields) throws(TraceProblem) -> GenerationSummary {
        let reason: FinishReason
        switch try fields.string("finish") {
        case "eos": reason = .endOfText(try fields.token("token"))
        case "length": reason = fields.has("context_full") ? .contextFull : .tokenLimit
        case "stop": reason = .stopString(try fields.string("stop"))
        case "cancelled": reason = .cancelled
        case "failed": reason = .failed(.recorded(try fields.string("error")))
        default: throw fields.problem("finish", "must be one of eos, length, stop, cancelled, failed")
        }
        return GenerationSummary(
            reason: reason, strategy: try fields.string("strategy"), seed: try fields.seed("seed"),
            promptTokenCount: try fields.int("prompt_tokens"), tokens: try fields.tokens("tokens"),
            text: try fields.string("text"), statistics: try statistics(try fields.object("stats")))
    }

    private static func statistics(_ fields: TraceFields) throws(TraceProblem) -> GenerationStatistics {
        var statistics = GenerationStatistics()
        statistics.prefillDuration = try fields.duration("prefill_s")
        statistics.prefilledTokenCount = try fields.int("prefilled")
        statistics.reusedTokenCount = try fields.int("reused")
        statistics.timeToFirstToken = try fields.optional("ttft_s", fields.duration)
        statistics.decodeDuration = try fields.duration("decode_s")
        statistics.generatedTokenCount = try fields.int("generated")
        statistics.roundCount = try fields.int("rounds")
        statistics.targetPassCount = try fields.int("target_passes")
        statistics.draftPassCount = try fields.int("draft_passes")
        statistics.draftedCount = try fields.int("drafted")
        statistics.acceptedCount = try fields.int("accepted")
        statistics.judgedCount = try fields.int("judged")
        statistics.draftDuration = try fields.duration("draft_s")
        statistics.verifyDuration = try fields.duration("verify_s")
        statistics.cache = try cache(try fields.object("kv"))
        statistics.draftCache = try fields.optional("draft_kv") { key throws(TraceProblem) in
            try cache(try fields.object(key))
        }
        return statistics
    }
}

extension TraceFields {
    fileprivate func outcome(_ key: String) throws(TraceProblem) -> DraftFit.Outcome {
        guard let outcome = DraftFit.Outcome(rawValue: try string(key)) else {
            throw problem(key, "must be one of passed, warning, failed")
        }
        return outcome
    }

    fileprivate func parameter(_ key: String) throws(TraceProblem) -> ParameterValue {
        if let whole = try? int(key, -Self.countLimit...Self.countLimit) { return .integer(whole) }
        if let flag = try? bool(key) { return .flag(flag) }
        if let word = try? string(key) { return .choice(word) }
        return .real(try figure(key))
    }
}
