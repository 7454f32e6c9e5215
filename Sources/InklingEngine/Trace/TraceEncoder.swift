// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTensor
import InklingTokenizer

/// Writes a trace, line by line.
struct TraceEncoder {
    private var line = JSONLine()
    /// What the last generation ended with: said once, though the generator and the engine both do.
    private var lastEnd: (id: GenerationID, summary: GenerationSummary)?
    private var spelled: Set<TokenID> = []

    /// The first line.
    mutating func header(_ header: TraceHeader) -> [UInt8] {
        finished { line in
            line.field("format", TraceHeader.formatName)
            line.field("version", TraceHeader.version)
            line.field("program", header.program)
            line.field("command", header.command)
            line.field("models", list: header.models) { line, model in
                line.object { line in
                    line.field("role", model.role.rawValue)
                    line.field("name", model.name)
                    line.field("architecture", model.architecture)
                    if let parameters = model.parameters { line.field("parameters", parameters) }
                    if let quantization = model.quantization { line.field("quantization", quantization) }
                    line.field("bytes", model.bytes)
                }
            }
            line.making(strategy: header.strategy, header.parameters, header.sampler)
        }
    }

    /// The line of an event, and before it one for tokens that it names for the first time.
    ///
    /// - Parameter text: what a token stands for.
    mutating func lines(_ event: EngineEvent, at time: Duration, text: (TokenID) -> String) -> [UInt8] {
        var bytes: [UInt8] = []
        let unknown = event.unspelledTokens.filter { spelled.insert($0).inserted }
        if !unknown.isEmpty {
            let pieces = Dictionary(unknown.map { ($0, text($0)) }) { first, _ in first }
            bytes = self.line(TraceEntry(time: time, event: .pieces(pieces)))
        }
        if case .load(_, .ended(.loaded)) = event { spelled = [] }
        return bytes + self.line(TraceEntry(time: time, event: .engine(event)))
    }

    mutating func line(_ entry: TraceEntry) -> [UInt8] {
        let end = lastEnd
        if case .engine(.generation(let id, .decode(.finished(let summary)))) = entry.event { lastEnd = (id, summary) }
        return finished { line in
            line.field("t", entry.time)
            switch entry.event {
            case .pieces(let pieces):
                line.event("pieces")
                line.field("texts") { line in
                    for token in pieces.keys.sorted() { line.field(String(token.rawValue), pieces[token] ?? "") }
                }
            case .engine(let event): line.write(event, lastEnd: end)
            }
        }
    }

    private mutating func finished(_ fields: (inout JSONLine) -> Void) -> [UInt8] {
        line.clear()
        line.object(fields)
        line.endLine()
        return line.bytes
    }
}

extension JSONLine {
    fileprivate mutating func event(_ name: String) { field("event", name) }

    fileprivate mutating func tokens(_ name: String, _ tokens: [TokenID]) {
        field(name, list: tokens) { $0.integer($1.rawValue) }
    }

    /// Nothing where there are none.
    fileprivate mutating func texts(_ name: String, _ texts: [String]) {
        if !texts.isEmpty { field(name, list: texts) { $0.string($1) } }
    }

    fileprivate mutating func write(_ event: EngineEvent, lastEnd: (id: GenerationID, summary: GenerationSummary)?) {
        switch event {
        case .load(let id, let event):
            write(event)
            field("load", id.number)
        case .unloaded: self.event("unloaded")
        case .tokenCount(let id, let count):
            self.event("token-count")
            field("id", id)
            if let count { field("count", count) }
        case .stopped: self.event("stopped")
        case .generation(let id, let event):
            switch event {
            case .asked(let request): write(request)
            case .accepted(let prompt): write(prompt)
            case .decode(let event): write(event)
            case .finished(.done(let summary)):
                self.event("done")
                if lastEnd?.id != id || lastEnd?.summary != summary { write(summary) }
            case .finished(.refused(let error)):
                self.event("refused")
                write(error)
            }
            field("generation", id.number)
        }
    }

    // MARK: Loads

    private mutating func write(_ event: LoadEvent) {
        switch event {
        case .progress(let stage):
            self.event("load")
            switch stage {
            case .opening: field("stage", "opening")
            case .packing(let name, let progress):
                field("stage", "packing")
                field("name", name)
                field("done", progress.done)
                field("total", progress.total)
            case .preparing: field("stage", "preparing")
            }
        case .memoryIsTight(let need):
            self.event("memory-tight")
            field("memory") { $0.write(need) }
        case .ended(.cancelled): self.event("load-cancelled")
        case .ended(.failed(let error)):
            self.event("load-failed")
            write(error)
        case .ended(.loaded(let session)):
            self.event("loaded")
            write(session)
        }
    }

    private mutating func write(_ need: MemoryNeed) {
        field("weights", need.weightBytes)
        field("peak", need.peakBytes)
        field("cache", need.cacheBytes)
        field("context", need.contextLength)
        if let free = need.freeBytes { field("free", free) }
    }

    private mutating func write(_ session: SessionSnapshot) {
        field("target") { $0.write(session.target) }
        if let draft = session.draft { field("draft") { $0.write(draft) } }
        if let head = session.head { field("head", Self.fileName(head)) }
        field("context", session.contextLength)
        field("kv", session.kvFormat.rawValue)
        field("memory") { $0.write(session.memory) }
        switch session.chatFormat {
        case .file: field("chat_format", "file")
        case .builtIn(let name): field("chat_format", name.rawValue)
        case .replaced: field("chat_format", "replaced")
        }
        if let warning = session.chatFormatWarning { field("chat_format_warning", warning) }
        if let fit = session.fit {
            field("fit") { line in
                line.field("target", Self.fileName(fit.target))
                line.field("draft", Self.fileName(fit.draft))
                line.field("checks", list: fit.checks) { line, check in
                    line.object { line in
                        line.field("subject", check.subject)
                        line.field("outcome", check.outcome.rawValue)
                        line.field("finding", check.finding)
                    }
                }
            }
        }
        field("kernels", session.kernels)
        field("target_threads", session.targetThreads)
        if let threads = session.draftThreads { field("draft_threads", threads) }
    }

    private mutating func write(_ model: SessionSnapshot.Model) {
        field("name", model.name)
        field("file", Self.fileName(model.path))
        field("architecture", model.architecture)
        if let parameters = model.parameters { field("parameters", parameters) }
        if let quantization = model.quantization { field("quantization", quantization) }
        field("bytes", model.fileBytes)
        field("weights", model.weightBytes)
        field("trained_context", model.trainedContext)
        field("vocabulary", model.vocabularySize)
        field("load_s", model.loadDuration)
        field("cache_bytes_per_token", model.cacheBytesPerToken)
    }

    /// Where a model lies on somebody's disk is nobody else's business.
    private static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private mutating func write(_ error: EngineError) {
        field("error", error.description)
        if let hint = error.hint { field("hint", hint) }
        guard case .generation(.promptTooLong(let count, let capacity, let lane)) = error else { return }
        field("prompt_too_long") { line in
            line.field("tokens", count)
            line.field("capacity", capacity)
            line.field("lane", lane.rawValue)
        }
    }

    // MARK: Requests

    private mutating func write(_ request: ChatRequest) {
        event("asked")
        field("messages", list: request.messages) { line, message in
            line.object { line in
                line.field("role", message.role.rawValue)
                line.field("content", message.content)
            }
        }
        switch request.answerPrefix {
        case nil: break
        case .tokens(let tokens): self.tokens("prefix_tokens", tokens)
        case .text(let text): field("prefix_text", text)
        }
        making(strategy: request.strategy, request.parameters, request.sampler)
        if let limit = request.maxTokens { field("max_tokens", limit) }
        if !request.stopStrings.isEmpty { field("stop", list: request.stopStrings) { $0.string($1) } }
        field("alternatives", request.alternativeCount)
        switch request.contextPolicy {
        case .refuse: field("when_full", "refuse")
        case .dropOldestTurns(let keepsSystem): field("when_full", keepsSystem ? "drop-turns" : "drop-turns-and-system")
        }
        field("dropped_turns", request.droppedTurnCount)
    }

    /// How answers are made: in the header and in each request.
    fileprivate mutating func making(
        strategy: String, _ parameters: [String: ParameterValue], _ sampler: SamplerSettings
    ) {
        field("strategy", strategy)
        field("parameters") { line in
            for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
                switch value {
                case .integer(let value): line.field(name, value)
                case .real(let value): line.field(name, value)
                case .choice(let value): line.field(name, value)
                case .flag(let value): line.field(name, value)
                }
            }
        }
        field("sampler") { line in
            line.field("temperature", sampler.temperature)
            line.field("top_k", sampler.topK)
            line.field("top_p", sampler.topP)
            line.field("min_p", sampler.minP)
            line.field("typical_p", sampler.typicalP)
            line.field("repetition_penalty", sampler.repetitionPenalty)
            line.field("frequency_penalty", sampler.frequencyPenalty)
            line.field("presence_penalty", sampler.presencePenalty)
            line.field("penalty_window", sampler.penaltyWindow)
            if sampler.dry != DrySettings() {
                line.field("dry") { line in
                    line.field("multiplier", sampler.dry.multiplier)
                    line.field("base", sampler.dry.base)
                    line.field("allowed_length", sampler.dry.allowedLength)
                    line.field("window", sampler.dry.window)
                }
            }
            if !sampler.logitBias.isEmpty {
                line.field("logit_bias") { line in
                    for (token, bias) in sampler.logitBias.sorted(by: { $0.key < $1.key }) {
                        line.field(String(token.rawValue), bias)
                    }
                }
            }
            if sampler.mirostat != MirostatSettings() {
                line.field("mirostat") { line in
                    line.field("version", sampler.mirostat.version.rawValue)
                    line.field("surprise", sampler.mirostat.targetSurprise)
                    line.field("rate", sampler.mirostat.learningRate)
                    line.field("measure", sampler.mirostat.surpriseMeasure.rawValue)
                }
            }
            // A string: most readers of JSON know no whole numbers beyond 2^53.
            line.field("seed", String(sampler.seed))
        }
    }

    private mutating func write(_ prompt: ChatPrompt) {
        event("accepted")
        tokens("tokens", prompt.tokens)
        if !prompt.answerPrefix.isEmpty { tokens("prefix", prompt.answerPrefix) }
        field("reused", prompt.reusedTokenCount)
        field("dropped_turns", prompt.droppedTurnCount)
        field("dropped_messages", prompt.droppedMessageCount)
        field("dropped_more", prompt.hasDroppedMore)
    }

    // MARK: Decoding

    private mutating func write(_ event: DecodeEvent) {
        switch event {
        case .prefill(let progress):
            self.event("prefill")
            field("lane", progress.lane.rawValue)
            field("done", progress.done)
            field("total", progress.total)
            field("reused", progress.reused)
            if let span = progress.span {
                key("span")
                write(span)
            }
        case .round(let round): write(round)
        case .text(let text):
            self.event("text")
            field("text", text)
        case .hypotheses(let hypotheses):
            self.event("hypotheses")
            write(hypotheses)
        case .finished(let summary):
            self.event("end")
            write(summary)
        }
    }

    private mutating func write(_ hypotheses: [Hypothesis]) {
        field("hypotheses", list: hypotheses) { line, hypothesis in
            line.object { line in
                line.tokens("tokens", hypothesis.tokens)
                line.field("logprob", hypothesis.logProbability)
                line.field("score", hypothesis.score)
                if hypothesis.weight != 0 { line.field("weight", hypothesis.weight) }
                if !hypothesis.supports.isEmpty { line.field("supports", list: hypothesis.supports) { $0.real($1) } }
                line.texts("texts", hypothesis.texts)
            }
        }
    }

    private mutating func write(_ span: PassSpan) {
        object { line in
            line.field("lane", span.lane.rawValue)
            line.field("start", span.start)
            line.field("seconds", span.duration)
            line.field("rows", span.rowCount)
        }
    }

    private mutating func write(_ cache: CacheUsage) {
        field("used", cache.usedTokens)
        field("capacity", cache.capacityTokens)
        field("used_bytes", cache.usedBytes)
        field("capacity_bytes", cache.capacityBytes)
    }

    private mutating func write(_ round: DecodingRound) {
        event("round")
        field("round", round.index)
        if let draft = round.draft {
            field("draft") { line in
                line.tokens("tokens", draft.tokens)
                line.field("probs", list: draft.probabilities) { $0.real($1) }
                if !draft.isChain { line.field("parents", list: draft.parents) { $0.integer($1) } }
                line.texts("texts", draft.texts)
                if !draft.confidences.isEmpty { line.field("confidences", list: draft.confidences) { $0.real($1) } }
                if !draft.rejectionRisks.isEmpty { line.field("risks", list: draft.rejectionRisks) { $0.real($1) } }
            }
        }
        if let verdict = round.verdict {
            field("verdict") { line in
                line.field("accepted", list: verdict.acceptedPath) { $0.integer($1) }
                if let next = verdict.next { line.field("next", Int(next.rawValue)) }
                guard let rejection = verdict.rejection else { return }
                line.field("rejected") { line in
                    line.field("index", rejection.node)
                    line.field("target_prob", rejection.targetProbability)
                    line.field("draft_prob", rejection.draftProbability)
                    if let uniform = rejection.uniform { line.field("uniform", uniform) }
                }
            }
        }
        field("tokens", list: round.committed) { $0.write($1) }
        if !round.hypotheses.isEmpty { write(round.hypotheses) }
        if !round.measures.isEmpty {
            field("measures", list: round.measures) { line, measure in
                line.object { line in
                    line.field("name", measure.name)
                    line.field("value", measure.value)
                }
            }
        }
        field("drafted", round.draftedCount)
        if let stop = round.stop { field("stop", stop.rawValue) }
        if let choice = round.choice {
            field("method", choice.method)
            field("reason", choice.reason.rawValue)
        }
        if !round.pending.isEmpty { tokens("pending", round.pending) }
        texts("pending_texts", round.pendingTexts)
        field("spans", list: round.spans) { $0.write($1) }
        field("start", round.start)
        field("seconds", round.duration)
        field("kv") { $0.write(round.cache) }
        if let baseline = round.baseline { field("baseline_s", baseline) }
    }

    private mutating func write(_ token: CommittedToken) {
        object { line in
            line.field("id", Int(token.id.rawValue))
            line.field("position", token.position)
            line.field("source", token.source.rawValue)
            line.field("logprob", token.logProbability)
            line.field("text", token.text)
            if let entropy = token.entropy { line.field("entropy", entropy) }
            guard !token.alternatives.isEmpty else { return }
            // A list each: there are many, and a name for each number would be most of the file.
            line.field("alternatives", list: token.alternatives) { line, alternative in
                line.list(CollectionOfOne(alternative)) { line, alternative in
                    line.integer(alternative.id.rawValue)
                    line.real(alternative.probability)
                    line.string(alternative.text)
                }
            }
        }
    }

    private mutating func write(_ summary: GenerationSummary) {
        field("finish", summary.reason.word)
        switch summary.reason {
        case .endOfText(let token): field("token", Int(token.rawValue))
        case .stopString(let text): field("stop", text)
        case .contextFull: field("context_full", true)
        case .failed(let error): field("error", error.description)
        case .tokenLimit, .cancelled: break
        }
        field("strategy", summary.strategy)
        field("seed", String(summary.seed))
        field("prompt_tokens", summary.promptTokenCount)
        tokens("tokens", summary.tokens)
        field("text", summary.text)
        field("stats") { $0.write(summary.statistics) }
    }

    private mutating func write(_ statistics: GenerationStatistics) {
        field("prefill_s", statistics.prefillDuration)
        field("prefilled", statistics.prefilledTokenCount)
        field("reused", statistics.reusedTokenCount)
        if let first = statistics.timeToFirstToken { field("ttft_s", first) }
        field("decode_s", statistics.decodeDuration)
        field("generated", statistics.generatedTokenCount)
        field("rounds", statistics.roundCount)
        field("target_passes", statistics.targetPassCount)
        field("draft_passes", statistics.draftPassCount)
        field("drafted", statistics.draftedCount)
        field("accepted", statistics.acceptedCount)
        field("judged", statistics.judgedCount)
        field("draft_s", statistics.draftDuration)
        field("verify_s", statistics.verifyDuration)
        field("kv") { $0.write(statistics.cache) }
        if let cache = statistics.draftCache { field("draft_kv") { $0.write(cache) } }
    }
}
