// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine
internal import InklingStore

extension App {
    static func engine(_ state: inout AppState, _ event: EngineEvent) -> [Effect] {
        switch event {
        case .load(_, let event): return load(&state, event)
        case .unloaded:
            state.session = nil
            return []
        case .generation(_, let generationEvent):
            state.xray.take(withTexts(event, state))
            return generation(&state, generationEvent)
        case .tokenCount(_, let count):
            if let count, let text = state.chat.askedTokens { state.chat.composerTokens = (text, count) }
            return []
        case .stopped: return []
        }
    }

    // MARK: Loading

    /// Asks for other models; the chat and, until they are ready, the models in use stay.
    static func load(_ state: inout AppState, target: String, draft: String?, name: String) -> [Effect] {
        guard state.replay == nil else {
            state.note("this is a replay: no models are in use that could be changed")
            return []
        }
        guard !isRacing(&state) else { return [] }
        state.loading = LoadingState(name: name)
        return [.load(target: target, draft: draft)]
    }

    private static func load(_ state: inout AppState, _ event: LoadEvent) -> [Effect] {
        switch event {
        case .progress(.opening): state.loading?.stage = "opening"
        case .progress(.packing(let name, let progress)):
            if state.loading == nil { state.loading = LoadingState(name: name) }
            state.loading?.name = name
            state.loading?.stage = "loading"
            state.loading?.share = progress.total > 0 ? Double(progress.done) / Double(progress.total) : nil
        case .progress(.preparing):
            let waits = state.isGenerating
            state.loading?.stage = waits ? "ready after this answer" : "preparing"
            state.loading?.share = nil
        case .memoryIsTight(let need): state.note("memory is tight: \(need.description)", .warning)
        case .ended(.cancelled):
            state.loading = nil
            state.note("loading was cancelled")
        case .ended(.failed(let error)):
            state.loading = nil
            state.note(error.description + (error.hint.map { " (\($0))" } ?? ""), .failure)
        case .ended(.loaded(let session)): return loaded(&state, session)
        }
        return []
    }

    private static func loaded(_ state: inout AppState, _ session: SessionSnapshot) -> [Effect] {
        let isOtherTarget = state.session?.target.path != session.target.path
        state.session = session
        state.models.forgetMemory()
        if state.screen != .models { selectModelInUse(&state) }
        state.preferences.recommendedSampling = session.recommendedSampling.overrides
        state.loading = nil
        state.metrics.reset()
        // Tokens mean something else to another model.
        if isOtherTarget { state.chat.tokens.removeAll() }
        state.chat.askedTokens = nil
        state.chat.composerTokens = nil
        let pair = RecentPair(
            target: session.target.path, draft: session.draft?.path, targetName: session.target.name,
            draftName: session.draft?.name)
        state.recentPairs.removeAll { $0.target == pair.target && $0.draft == pair.draft }
        state.recentPairs.insert(pair, at: 0)
        if state.recentPairs.count > 9 { state.recentPairs.removeLast(state.recentPairs.count - 9) }
        if let warning = session.chatFormatWarning { state.note(warning, .warning) }
        if let warning = session.recommendedSampling.warning { state.note(warning, .warning) }
        let draft = session.draft.map { ", drafts by \($0.name)" } ?? ""
        if state.replay == nil { state.note("\(session.target.name) is ready\(draft)") }
        state.playground.outcomes = [:]
        let drafts = state.screen == .playground ? complete(&state) : []
        return drafts + askMemory(&state) + [
            .store(
                .rememberPair(
                    target: InklingStore.ModelReference(name: session.target.name, path: session.target.path),
                    draft: session.draft.map { InklingStore.ModelReference(name: $0.name, path: $0.path) }))
        ] + countTokens(&state)
    }

    // MARK: Generating

    private static func generation(_ state: inout AppState, _ event: GenerationEvent) -> [Effect] {
        guard let answer = state.chat.answer else { return [] }
        switch event {
        // Whoever asked knows.
        case .asked: break
        case .accepted(let prompt):
            state.chat.answer?.promptTokenCount = prompt.tokens.count
            state.chat.droppedTurnCount = prompt.droppedTurnCount
            state.chat.droppedMessageCount = prompt.droppedMessageCount
            if prompt.hasDroppedMore {
                state.note("the context is full: the oldest turns are no longer read", .warning)
            }
            // A branch begins with a token that the model did not choose.
            appendForced(&state, prompt, answer)
        case .decode(let event): decode(&state, event, answer)
        case .finished(.done(let summary)): return finish(&state, summary, answer)
        case .finished(.refused(let error)): return refuse(&state, error, answer)
        }
        return []
    }

    /// The tokens of an answer's beginning that are not among those known already: text that was chosen for it.
    private static func appendForced(_ state: inout AppState, _ prompt: ChatPrompt, _ answer: AnswerInProgress) {
        let known = state.chat.tokens[answer.message]
        let forced = prompt.answerPrefix.dropFirst(answer.prefixTokenCount)
        guard known.count == answer.prefixTokenCount, answer.prefixTokenCount > 0 || forced.count == 1 else { return }
        for (offset, id) in forced.enumerated() {
            let text = state.text(of: id)
            let position = prompt.tokens.count - forced.count + offset
            state.chat.tokens.append(
                [CommittedToken(id: id, position: position, source: .prompt, logProbability: 0, text: text)],
                to: answer.message)
            state.chat.tree.appendContent(text, to: answer.message)
        }
    }

    private static func decode(_ state: inout AppState, _ event: DecodeEvent, _ answer: AnswerInProgress) {
        state.metrics.take(event)
        switch event {
        case .round(let round): state.chat.tokens.append(round.committed, to: answer.message)
        case .text(let text):
            state.chat.tree.appendContent(text, to: answer.message)
            if state.chat.unsavedSince == nil { state.chat.unsavedSince = state.now.elapsed }
        case .prefill, .hypotheses, .finished: break
        }
    }

    private static func finish(
        _ state: inout AppState, _ summary: GenerationSummary, _ answer: AnswerInProgress
    ) -> [Effect] {
        state.chat.answer = nil
        state.chat.unsavedSince = nil
        let ending: MessageEnding
        switch summary.reason {
        case .endOfText: ending = .endOfText
        case .tokenLimit: ending = .tokenLimit
        case .stopString: ending = .stopString
        case .contextFull:
            ending = .contextFull
            state.note(
                "the context is full"
                    + state.hint(.continueAnswer, "goes on after the oldest turns are dropped", in: .everywhere)
                    + state.hint(.newChat, "is a new chat"), .warning)
        case .cancelled: ending = .cancelled
        case .failed(let error):
            ending = .failed
            state.note(error.description, .failure)
        }
        let stats = JSONText(encoding: AnswerFigures(summary))
        state.chat.tree.finish(answer.message, ending, stats: stats)
        guard let message = state.chat.tree[answer.message] else { return [] }
        return [.store(.finish(message.id, content: message.content, ending: ending, stats: stats))]
    }

    private static func refuse(
        _ state: inout AppState, _ error: EngineError, _ answer: AnswerInProgress
    ) -> [Effect] {
        state.chat.answer = nil
        state.chat.unsavedSince = nil
        guard let message = state.chat.tree[answer.message], let chat = state.chat.chat else { return [] }
        var effects: [Effect] = []
        if message.content.isEmpty {
            // An answer that never began is none.
            state.chat.tree.deleteSubtree(of: message.id)
            effects.append(.store(.deleteSubtree(message.id, chat.id, leaf: state.chat.tree.leaf)))
        } else {
            state.chat.tree.finish(message.id, .failed)
            effects.append(.store(.finish(message.id, content: message.content, ending: .failed, stats: nil)))
        }
        guard case .generation(.promptTooLong(let count, let capacity, _)) = error else {
            state.note(error.description + (error.hint.map { " (\($0))" } ?? ""), .failure)
            return effects
        }
        open(
            &state,
            .choice(
                ChoiceState(
                    title: "The context is full",
                    lines: [
                        TextLine("The conversation has \(count) tokens, the context room for \(capacity)."),
                        TextLine("Nothing was dropped and nothing was sent."),
                    ],
                    options: [
                        .init("d", "drop the oldest turns and answer", .dropOldestOnce),
                        .init("a", "always do so", .dropOldestAlways),
                        .init("n", "new chat with this question", .newChatWithQuestion),
                        .init("k", "keep everything as it is", .cancel),
                    ])))
        return effects
    }
}

/// What is kept of how an answer was made: the same figures as `generate --json` prints under `stats`.
struct AnswerFigures: Codable, Equatable {
    var tokens: Int
    var decode_tps: Double?
    var ttft_s: Double?
    var acceptance_rate: Double?
    var target_passes: Int

    init(_ summary: GenerationSummary) {
        let statistics = summary.statistics
        tokens = statistics.generatedTokenCount
        decode_tps = statistics.decodeTokensPerSecond
        ttft_s = statistics.timeToFirstToken?.seconds
        acceptance_rate = statistics.acceptanceRate
        target_passes = statistics.targetPassCount
    }
}
