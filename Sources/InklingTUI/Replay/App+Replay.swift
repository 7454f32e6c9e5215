// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine
internal import InklingStore
internal import InklingTokenizer

extension App {
    /// Plays a recording instead of running models.
    public static func start(_ state: inout AppState, replaying replay: ReplayState) -> [Effect] {
        state.chat.focus = .transcript
        state.replayedStrategy = replay.trace.header.strategy
        var replay = replay
        replay.keep(state)
        state.replay = replay
        if let warning = replay.trace.warning { state.note("\(replay.name): \(warning)", .warning) }
        return []
    }

    /// Applies what is due.
    static func tickReplay(_ state: inout AppState) {
        guard let range = state.replay?.due(at: state.now.elapsed), !range.isEmpty else { return }
        apply(&state, range)
        if state.replay?.isAtEnd == true { state.note("the recording ends here; 0 plays it again, q leaves") }
    }

    private static func apply(_ state: inout AppState, _ range: Range<Int>) {
        for index in range {
            guard let entry = state.replay?.trace.entries[index] else { return }
            switch entry.event {
            case .pieces(let pieces):
                state.pieces.merge(pieces) { _, new in new }
            case .engine(.generation(let id, .asked(let request))):
                state.xray.take(.generation(id, .asked(request)))
                state.replayedStrategy = request.strategy
                ask(&state, request)
            // Nothing is stored and nothing is loaded: what was done then was done.
            case .engine(let event): _ = engine(&state, event)
            }
        }
        guard var replay = state.replay, replay.wantsKeyframe else { return }
        replay.keep(state)
        state.replay = replay
    }

    /// Goes to a place, forwards or backwards.
    private static func seek(_ state: inout AppState, to target: Int) {
        guard var replay = state.replay else { return }
        let toasts = state.toasts
        if target < replay.position {
            guard let earlier = replay.rewind(to: target) else { return }
            state.restore(earlier)
        }
        // In pieces, so that copies are kept on a long way.
        while replay.position < min(target, replay.trace.entries.count) {
            let range = replay.advance(to: min(target, replay.position + 1024))
            state.replay = replay
            apply(&state, range)
            replay = state.replay ?? replay
        }
        state.replay = replay
        // What was said on the way is old news.
        state.toasts = toasts
        state.chat.scroll.follow()
    }

    /// What keys do with the recording; nil for actions that are about something else.
    static func replayAction(_ state: inout AppState, _ action: Action) -> [Effect]? {
        guard let replay = state.replay else { return nil }
        switch action {
        case .replayPause:
            // At the end there is nothing to go on with but the beginning.
            if replay.isAtEnd { seek(&state, to: 0) }
            state.replay?.pause(replay.isAtEnd ? false : !replay.isPaused)
        case .replayStep: step(&state, to: replay.stop(by: 1))
        case .replayStepBack: step(&state, to: replay.stop(by: -1))
        case .replayForward: seek(&state, to: replay.stop(by: 10))
        case .replayBack: seek(&state, to: replay.stop(by: -10))
        case .replayNext: seek(&state, to: replay.answer(by: 1))
        case .replayPrevious: seek(&state, to: replay.answer(by: -1))
        case .replayFaster: state.replay?.change(speedBy: 2)
        case .replaySlower: state.replay?.change(speedBy: 0.5)
        case .replayRestart:
            seek(&state, to: 0)
            state.replay?.pause(false)
        case .replayEnd: seek(&state, to: replay.trace.entries.count)
        case .interrupt: return [.quit]
        case .cancel where state.overlays.isEmpty && state.screen == .chat && state.panels.zoomed == nil:
            if case .tokens = state.chat.focus { return nil }
            // There is no message to go back to.
            state.chat.search = nil
        default:
            guard let reason = action.reasonAgainstReplay else { return nil }
            state.note("this is a replay: \(reason)")
        }
        return []
    }

    private static func step(_ state: inout AppState, to target: Int) {
        state.replay?.pause(true)
        seek(&state, to: target)
    }

    // MARK: What was asked

    /// Builds the conversation of a request as far as it is not there yet, and begins its answer.
    private static func ask(_ state: inout AppState, _ request: ChatRequest) {
        var parent: MessageID?
        for message in request.messages where message.role != .system {
            let role: MessageRole = message.role == .user ? .user : .assistant
            let known = state.chat.tree.children(of: parent).last { id in
                state.chat.tree[id].map { $0.role == role && $0.content == message.content } ?? false
            }
            if let known {
                parent = known
            } else {
                parent = add(&state, role, message.content, after: parent, strategy: nil)
            }
        }
        guard let question = parent else { return }
        if state.chat.chat == nil {
            let title = request.messages.first { $0.role == .user }.map { ChatTitle.make(from: $0.content) } ?? ""
            state.chat.chat = Chat(id: state.makeChatID(), created: state.now.wall)
            state.chat.chat?.title = title
        }
        let (answer, tokens) = continued(&state, request, after: question)
        state.chat.tree.select(answer)
        state.chat.answer = AnswerInProgress(
            message: answer, began: state.now.elapsed, prefixTokenCount: tokens.count)
        state.chat.tokens.begin(answer, with: tokens)
        state.chat.scroll.follow()
    }

    /// The answer that a request goes on with, or a new one with what it begins with.
    private static func continued(
        _ state: inout AppState, _ request: ChatRequest, after question: MessageID
    ) -> (MessageID, [CommittedToken]) {
        switch request.answerPrefix {
        case nil: return (add(&state, .assistant, "", after: question, strategy: request.strategy), [])
        case .text(let text):
            let known = state.chat.tree.children(of: question).last { state.chat.tree[$0]?.content == text }
            if let known {
                state.chat.tree.reopen(known)
                return (known, [])
            }
            return (add(&state, .assistant, text, after: question, strategy: request.strategy), [])
        case .tokens(let ids):
            let answers = state.chat.tree.children(of: question)
            if let known = answers.last(where: { state.chat.tokens[$0].map(\.id) == ids }) {
                state.chat.tree.reopen(known)
                return (known, state.chat.tokens[known])
            }
            // A branch: an answer that is there, up to a token that was chosen for it.
            let kept = answers.map { state.chat.tokens[$0] }.first { $0.map(\.id).starts(with: ids.dropLast()) }
            let tokens = Array(kept?.prefix(ids.count - 1) ?? [])
            let text = tokens.map(\.text).joined()
            return (add(&state, .assistant, text, after: question, strategy: request.strategy), tokens)
        }
    }

    private static func add(
        _ state: inout AppState, _ role: MessageRole, _ content: String, after parent: MessageID?, strategy: String?
    ) -> MessageID {
        let message = StoredMessage(
            id: state.makeMessageID(), parent: parent, role: role, content: content, created: state.now.wall,
            ending: role == .assistant && strategy != nil ? nil : .written, model: state.session?.target.name,
            strategy: strategy)
        // The parent is there and the name is new.
        try? state.chat.tree.add(message)
        return message.id
    }
}

extension AppState {
    /// Takes over what a recording plays into, and leaves alone what whoever watches has set.
    fileprivate mutating func restore(_ earlier: AppState) {
        var state = earlier
        (state.size, state.now, state.screen, state.overlays, state.toasts) = (size, now, screen, overlays, toasts)
        (state.preferences, state.themes, state.keyMap, state.colorDepth) = (preferences, themes, keyMap, colorDepth)
        (state.configured, state.ground) = (configured, ground)
        (state.models, state.settings, state.panels) = (models, settings, panels)
        state.replay = replay
        let focus = chat.focus
        self = state
        chat.focus = if case .tokens = focus { .transcript } else { focus }
    }
}

extension Action {
    /// Why this cannot be done while a recording plays; nil for what can.
    fileprivate var reasonAgainstReplay: String? {
        switch self {
        case .send, .newline, .editor, .attach, .focusNext, .editMessage: "there is nothing to write to"
        case .regenerate, .continueAnswer, .takeDraft, .compare, .raceScreen: "no model is loaded that could answer"
        case .setDraft, .noDraft, .recent1, .recent2, .recent3, .recent4, .recent5, .recent6, .recent7, .recent8,
            .recent9, .nextStrategy:
            "no models are in use that could be changed"
        case .chats, .newChat, .deleteMessage, .exportChat, .systemPrompt:
            "it is not one of your chats, and nothing of it is stored"
        default: nil
        }
    }
}
