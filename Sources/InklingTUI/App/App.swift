// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine
internal import InklingStore

/// The interface as two functions: what a message changes, and what the state looks like.
public enum App {
    /// What to do first.
    public static func start(_ state: inout AppState, target: String?, draft: String?) -> [Effect] {
        // A path is shown as the name that its model will have.
        let name = target.map { target in target.split(separator: "/").last.map(String.init) ?? target }
        let model = name.map { $0.hasSuffix(".gguf") ? String($0.dropLast(5)) : $0 }
        state.loading = LoadingState(name: model ?? "the last used model")
        return [.loadChoice(target: target, draft: draft), .findModels, .store(.recall)]
    }

    /// The one place where the state changes.
    public static func update(_ state: inout AppState, _ message: AppMessage) -> [Effect] {
        let before = (now: state.preferences, configured: state.configured)
        let chat = state.chat.chat?.id
        var effects = effects(&state, of: message)
        effects += keepSettings(&state, ofChat: chat, since: before)
        if case .terminal = message, state.screen == .chat {
            state.chat.layOutComposer(width: ChatLayout(state).composerWidth)
        }
        // Nothing runs and nothing is stored while a recording plays.
        guard state.replay == nil else { return effects.filter(\.isPossibleInReplay) }
        return state.storeTrouble == nil ? effects : insisting(state, effects)
    }

    /// While chats cannot be kept, each step of one is a try to keep all of it: its beginning may be what is missing.
    private static func insisting(_ state: AppState, _ effects: [Effect]) -> [Effect] {
        var rest: [Effect] = []
        var isStep = false
        for effect in effects {
            switch effect {
            case .store(.append), .store(.finish), .store(.select), .store(.reopen), .store(.update): isStep = true
            case .store(.saveDraft): break
            case .quit:
                isStep = true
                rest.append(effect)
            default: rest.append(effect)
            }
        }
        return isStep ? state.conversationsToSave.map { .store(.save($0)) } + rest : rest
    }

    private static func effects(_ state: inout AppState, of message: AppMessage) -> [Effect] {
        switch message {
        case .time(let moment): return tick(&state, moment)
        case .terminal(let event): return terminal(&state, event)
        case .engine(let event): return engine(&state, event)
        case .store(let reply): return store(&state, reply)
        case .models(let listing):
            let isFirst = state.models.listing == nil
            state.models.listing = listing
            if isFirst { selectModelInUse(&state) }
            state.models.list.select(state.models.list.selected, count: state.models.rows.count)
            return askMemory(&state)
        case .memory(let path, let outlook):
            state.models.memory[path] = .some(outlook)
            return []
        case .race(let number, let event): return race(&state, number, event)
        case .autocomplete(let number, let event): return autocomplete(&state, number, event)
        case .edited(.success(let text)) where state.screen == .playground:
            state.playground.editor.replaceAll(with: text.hasSuffix("\n") ? String(text.dropLast()) : text)
            return complete(&state)
        case .edited(.success(let text)):
            composerChanged(&state) { $0.replaceAll(with: text.hasSuffix("\n") ? String(text.dropLast()) : text) }
            return countTokens(&state)
        case .edited(.failure(let failure)):
            state.note(failure.description, .failure)
            return []
        case .fileRead(let path, .success(let text)):
            state.chat.attachments.append(Attachment(path: path, text: text))
            state.note("\(Attachment(path: path, text: "").name) goes with the next message")
            return countTokens(&state)
        case .fileRead(_, .failure(let failure)):
            state.note(failure.description, .failure)
            return []
        case .fileWritten(let path, let failure):
            if let failure { state.note(failure.description, .failure) } else { state.note("written to \(path)") }
            return []
        case .configured(let preferences, let themes, let keys, let issues):
            let before = (state.themes, state.preferences, state.keyMap)
            if !themes.isEmpty { state.themes = themes }
            if let preferences {
                state.preferences.takeChanges(from: state.configured, to: preferences)
                state.configured = preferences
            }
            if let keys { state.keyMap = keys }
            state.settings.issues = issues
            let hasChanged = before != (state.themes, state.preferences, state.keyMap)
            if issues.isEmpty, hasChanged { state.note("your settings were read again") }
            if let first = issues.first {
                let more = issues.count > 1 ? " (and \(issues.count - 1) more; see the settings)" : ""
                state.note(first.description + more, .warning)
            }
            return []
        case .vocabulary(let vocabulary):
            state.vocabulary = vocabulary
            return []
        case .copied(let bytes, let wasSent):
            if wasSent {
                state.note("copied \(Quantity.bytes(bytes))")
            } else {
                state.note("the text is too long for the terminal's clipboard; export the chat instead", .warning)
            }
            return []
        }
    }

    private static func tick(_ state: inout AppState, _ moment: Moment) -> [Effect] {
        state.now = moment
        state.xray.pass(to: moment.elapsed)
        state.toasts.removeAll { $0.until <= moment.elapsed }
        if state.replay != nil {
            tickReplay(&state)
            return []
        }
        // A kill loses at most this much of an answer.
        if let since = state.chat.unsavedSince, moment.elapsed - since >= .seconds(1), let answer = state.chat.answer,
            let message = state.chat.tree[answer.message]
        {
            state.chat.unsavedSince = nil
            return [.store(.saveDraft(message.id, content: message.content))]
        }
        return []
    }

    private static func terminal(_ state: inout AppState, _ event: TerminalEvent) -> [Effect] {
        switch event {
        case .resize(let size):
            state.size = size
            return []
        case .key(let press): return key(&state, press)
        case .paste(let text): return paste(&state, text)
        case .mouse(let event): return mouse(&state, event)
        case .ground(let ground):
            state.ground = ground
            return []
        case .focus: return []
        case .endOfInput: return quit(&state)
        }
    }

    /// Leaves; an answer in progress is kept as far as it got.
    static func quit(_ state: inout AppState) -> [Effect] {
        var effects: [Effect] = []
        if let answer = state.chat.answer, let message = state.chat.tree[answer.message] {
            effects.append(.cancelGeneration)
            effects.append(
                .store(.finish(message.id, content: message.content, ending: .cancelled, stats: nil)))
        }
        return effects + [.quit]
    }
}
