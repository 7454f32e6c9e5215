// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingEngine

extension App {
    /// Where a key is looked up first; ``KeyContext/everywhere`` comes last.
    static func contexts(of state: AppState) -> [KeyContext] {
        switch state.overlays.last {
        case .page: return [.page, .everywhere]
        case .chats(let list): return list.isFiltering ? [.everywhere] : [.chats, .everywhere]
        case .themes: return [.themes, .everywhere]
        // They take text or letters of their own.
        case .palette, .field, .choice: return []
        case nil: break
        }
        guard state.replay == nil else { return replayContexts(of: state) + [.everywhere] }
        return screenContexts(of: state) + [.everywhere]
    }

    /// The transport's keys count where one watches, and come last where one chooses.
    private static func replayContexts(of state: AppState) -> [KeyContext] {
        let contexts = screenContexts(of: state)
        return contexts == [.transcript] ? [.replay] + contexts : contexts + [.replay]
    }

    private static func screenContexts(of state: AppState) -> [KeyContext] {
        if state.panels.zoomed != nil { return [.panel] }
        switch state.screen {
        case .chat:
            switch state.chat.focus {
            case .composer: return [.composer]
            case .transcript: return [.transcript]
            case .tokens: return [.tokens]
            }
        case .playground: return [.playground]
        case .xray: return [.xray]
        case .race: return [.race]
        case .models: return state.models.isFiltering ? [] : [.models]
        case .settings: return [.settings]
        }
    }

    static func key(_ state: inout AppState, _ press: KeyPress) -> [Effect] {
        if let effects = overlayKey(&state, press) { return effects }
        if state.overlays.isEmpty, state.screen == .models, state.models.isFiltering {
            return modelsFilterKey(&state, press)
        }
        if let action = state.keyMap.action(for: press, in: contexts(of: state)) {
            // In a text Ctrl-D deletes, unless there is nothing to delete.
            if action == .leaveIfEmpty, !state.chat.composer.isEmpty { return type(&state, press) }
            return perform(&state, action)
        }
        guard state.replay == nil else { return [] }
        if state.overlays.isEmpty, state.panels.zoomed == nil, state.screen == .playground {
            return typeInPlayground(&state, press)
        }
        if state.overlays.isEmpty, state.panels.zoomed == nil, state.screen == .chat, state.chat.focus == .composer {
            return type(&state, press)
        }
        return []
    }

    /// A key for the text of the message.
    private static func type(_ state: inout AppState, _ press: KeyPress) -> [Effect] {
        let width = ChatLayout(state).composerWidth
        if press.modifiers.isEmpty, press.key == .up || press.key == .down {
            if let effects = walkHistory(&state, back: press.key == .up, width: width) { return effects }
        }
        composerChanged(&state) { $0.handle(press, width: width) }
        return countTokens(&state)
    }

    /// Up in the first row and down in the last walk through the messages sent before.
    private static func walkHistory(_ state: inout AppState, back: Bool, width: Int) -> [Effect]? {
        let layout = state.chat.composerLayout(width: width)
        guard back ? layout.cursor.y == 0 : layout.cursor.y == layout.rows.count - 1 else { return nil }
        let found =
            back ? state.chat.history.older(than: state.chat.composer.text) : state.chat.history.newer()
        guard let found else { return nil }
        state.chat.composer.replaceAll(with: found)
        return countTokens(&state)
    }

    static func composerChanged(_ state: inout AppState, _ change: (inout TextEditor) -> Void) {
        let before = state.chat.composer.characters
        change(&state.chat.composer)
        if state.chat.composer.characters != before { state.chat.history.leave() }
    }

    /// Asks how many tokens the message has, unless that is known or asked already.
    static func countTokens(_ state: inout AppState) -> [Effect] {
        let text = messageText(state)
        guard state.session != nil, state.chat.askedTokens != text else { return [] }
        state.chat.askedTokens = text
        return [.countTokens(text)]
    }

    /// A longer paste is no line of text to be edited, in bytes.
    static let pasteLimit = 1 << 18
    /// A longer one is more than any model here reads.
    static let pastedFileLimit = 4 << 20

    static func paste(_ state: inout AppState, _ text: String) -> [Effect] {
        guard text.utf8.count <= pasteLimit else { return pasteAsFile(&state, text) }
        if case .field(var field) = state.overlays.last {
            field.editor.insert(text)
            state.overlays[state.overlays.count - 1] = .field(field)
            return []
        }
        if case .palette(var palette) = state.overlays.last {
            palette.filter.insert(text)
            state.overlays[state.overlays.count - 1] = .palette(palette)
            return []
        }
        guard state.overlays.isEmpty else { return [] }
        if state.screen == .models, state.models.isFiltering {
            state.models.filter.insert(text)
            return []
        }
        guard state.replay == nil else { return [] }
        if state.screen == .playground {
            state.playground.editor.insert(text)
            return complete(&state)
        }
        guard state.screen == .chat else { return [] }
        state.chat.focus = .composer
        composerChanged(&state) { $0.insert(text) }
        return countTokens(&state)
    }

    /// A paste too long to be edited goes with the message as a file would.
    private static func pasteAsFile(_ state: inout AppState, _ text: String) -> [Effect] {
        let size = Quantity.bytes(text.utf8.count)
        guard state.overlays.isEmpty, state.screen == .chat, text.utf8.count <= pastedFileLimit else {
            state.note("nothing was pasted: \(size) is too long here", .warning)
            return []
        }
        let number = state.chat.attachments.count { $0.path.hasPrefix("pasted-") } + 1
        state.chat.attachments.append(Attachment(path: "pasted-\(number).txt", text: text))
        state.chat.focus = .composer
        state.note("the paste of \(size) goes with the next message as a file")
        return countTokens(&state)
    }
}
