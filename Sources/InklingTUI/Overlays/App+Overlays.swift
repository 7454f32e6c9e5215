// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingEngine
internal import InklingMarkdown
internal import InklingStore

extension Overlay {
    /// Overlays of one kind replace each other.
    var kind: Int {
        switch self {
        case .page: 0
        case .palette: 1
        case .chats: 2
        case .field: 3
        case .choice: 4
        case .themes: 5
        }
    }
}

extension App {
    /// Keys that the overlay on top takes itself; nil for those that mean what the key map says.
    static func overlayKey(_ state: inout AppState, _ press: KeyPress) -> [Effect]? {
        guard let overlay = state.overlays.last else { return nil }
        // Nothing that is open keeps the terminal from its shell.
        let action = state.keyMap.action(for: press, in: [.everywhere])
        if let action, action == .suspend || action == .redraw { return perform(&state, action) }
        // Ctrl-C closes what is open, like Escape.
        let closes = press.key == .escape || press == KeyPress(.character("c"), .control)
        switch overlay {
        case .page, .themes: return nil
        case .chats(var list):
            guard list.isFiltering else { return nil }
            return chatsFilterKey(&state, &list, press, closes: closes)
        case .palette(var palette):
            if closes {
                state.overlays.removeLast()
                return []
            }
            return paletteKey(&state, &palette, press)
        case .field(var field):
            if closes {
                state.overlays.removeLast()
                return []
            }
            return fieldKey(&state, &field, press)
        case .choice(let choice):
            if closes {
                state.overlays.removeLast()
                return []
            }
            guard case .character(let letter) = press.key, press.modifiers.isEmpty else { return [] }
            guard let option = choice.options.first(where: { String($0.key) == letter.lowercased() }) else { return [] }
            state.overlays.removeLast()
            return answer(&state, option.answer)
        }
    }

    static func overlayAction(_ state: inout AppState, _ action: Action) -> [Effect] {
        switch state.overlays.last {
        case .page(var page):
            if action == .cancel {
                state.overlays.removeLast()
                return []
            }
            let height = OverlayLayout.page(state.size, page).height
            let last = max(0, page.lines.count - height)
            let step =
                switch action {
                case .up: -1
                case .down: 1
                case .pageUp: -height
                case .pageDown: height
                case .top: -page.lines.count
                case .bottom: page.lines.count
                default: 0
                }
            page.scroll = max(0, min(last, min(page.scroll, last) + step))
            state.overlays[state.overlays.count - 1] = .page(page)
            return []
        case .chats(let list): return chatsAction(&state, list, action)
        case .themes(let list): return themesAction(&state, list, action)
        case .palette, .field, .choice, nil: return []
        }
    }

    // MARK: The palette

    /// What the palette offers for what was typed, best first.
    static func paletteRows(_ state: AppState, _ filter: String) -> [Action] {
        let actions = Action.allCases.filter { action in
            guard action.isInPalette else { return false }
            // A pair that is not there cannot be chosen.
            return action.recentIndex.map { state.recentPairs.indices.contains($0) } ?? true
        }
        guard !filter.isEmpty else { return actions }
        return actions.enumerated().compactMap { index, action in
            FuzzyMatch.score(filter, in: action.title + " " + action.rawValue).map { (action, $0, index) }
        }
        .sorted { ($0.1, $0.2) < ($1.1, $1.2) }.map(\.0)
    }

    private static func paletteKey(
        _ state: inout AppState, _ palette: inout PaletteState, _ press: KeyPress
    ) -> [Effect] {
        let rows = paletteRows(state, palette.filter.text)
        switch press.key {
        case .up: palette.list.move(by: -1, count: rows.count)
        case .down: palette.list.move(by: 1, count: rows.count)
        case .pageUp: palette.list.move(by: -10, count: rows.count)
        case .pageDown: palette.list.move(by: 10, count: rows.count)
        case .enter:
            state.overlays.removeLast()
            guard rows.indices.contains(palette.list.selected) else { return [] }
            return performFromPalette(&state, rows[palette.list.selected])
        default:
            if palette.filter.handle(press, width: 80) { palette.list = ListState() }
        }
        state.overlays[state.overlays.count - 1] = .palette(palette)
        return []
    }

    /// Actions of one screen are meant for it wherever one is.
    static func performFromPalette(_ state: inout AppState, _ action: Action) -> [Effect] {
        if action == .quit { return leave(&state) }
        let places = state.keyMap.rows.filter { $0.action == action }.map(\.context)
        if places.contains(.transcript) || places.contains(.composer) {
            state.screen = .chat
            state.panels.zoomed = nil
            if case .tokens = state.chat.focus { state.chat.focus = .transcript }
        } else if places == [.models] {
            state.screen = .models
        }
        return perform(&state, action)
    }

    // MARK: Fields

    private static func fieldKey(_ state: inout AppState, _ field: inout FieldState, _ press: KeyPress) -> [Effect] {
        let isNewline = press == KeyPress(.enter, .alt) || press == KeyPress(.character("j"), .control)
        if isNewline, !field.editor.isSingleLine {
            field.editor.insert("\n")
        } else if press.key == .enter {
            state.overlays.removeLast()
            return submit(&state, field)
        } else {
            field.editor.handle(press, width: OverlayLayout.fieldWidth(state.size))
        }
        state.overlays[state.overlays.count - 1] = .field(field)
        return []
    }

    private static func submit(_ state: inout AppState, _ field: FieldState) -> [Effect] {
        let text = field.editor.text
        switch field.purpose {
        case .systemPrompt: return set(&state, "chat.system", text)
        case .setting(let name): return set(&state, name, text.trimmingBlanks())
        case .racePrompt:
            state.race.prompt = text
            return []
        case .raceParameters(let index):
            setRaceParameters(&state, index, text)
            return []
        case .raceSave: return saveRace(state, to: text.trimmingBlanks())
        case .attach:
            let path = text.trimmingBlanks()
            return path.isEmpty ? [] : [.readFile(path)]
        case .renameChat(let id):
            let title = ChatTitle.make(from: text)
            guard !title.isEmpty else { return [] }
            if state.chat.chat?.id == id { state.chat.chat?.title = title }
            return [.store(.rename(id, title: title)), .store(.list(query: ""))]
        case .export(let id):
            let path = text.trimmingBlanks()
            return path.isEmpty ? [] : [export(id, to: path)]
        case .search:
            guard !text.isEmpty else {
                state.chat.search = nil
                return []
            }
            state.chat.search = TranscriptSearch(text: text, current: -1)
            // From what is on the screen on.
            let layout = transcriptLayout(&state)
            let first = state.chat.scroll.first(height: ChatLayout(state).transcript.height, count: layout.lineCount)
            let matches = layout.lines(holding: text)
            state.chat.search?.current = (matches.firstIndex { $0 >= first } ?? 0) - 1
            moveSearch(&state, by: 1)
            return []
        }
    }

    // MARK: Choices

    private static func answer(_ state: inout AppState, _ answer: ChoiceState.Answer) -> [Effect] {
        switch answer {
        case .quit: return quit(&state)
        case .cancel: return []
        case .copyCode(let index):
            guard let message = selectedMessage(state) else { return [] }
            let blocks = state.chat.documents.codeBlocks(of: message)
            return blocks.indices.contains(index) ? [.copy(blocks[index].text)] : []
        case .dropOldestOnce, .dropOldestAlways:
            if answer == .dropOldestAlways { state.preferences.contextChoice = .dropOldest }
            // Once a turn is dropped in a chat, those after it may be as well.
            state.chat.droppedTurnCount = max(1, state.chat.droppedTurnCount)
            guard let last = state.chat.path.last, last.role == .user else { return [] }
            return beginAnswer(&state, after: last.id)
        case .newChatWithQuestion:
            guard let last = state.chat.path.last, last.role == .user else { return [] }
            let text = last.content
            let written = state.chat.composer
            _ = newChat(&state)
            state.chat.composer = TextEditor(text)
            let effects = send(&state)
            state.chat.composer = written
            return effects
        case .deleteFrom(let id):
            guard let chat = state.chat.chat else { return [] }
            let parent = state.chat.tree[id]?.parent
            state.chat.tree.deleteSubtree(of: id)
            state.chat.selected = parent ?? state.chat.path.last?.id
            if state.chat.path.isEmpty { state.chat.focus = .composer }
            return [.store(.deleteSubtree(id, chat.id, leaf: state.chat.tree.leaf))]
        }
    }

    // MARK: Chats

    private static func chatsAction(_ state: inout AppState, _ list: ChatListState, _ action: Action) -> [Effect] {
        var list = list
        let rows = list.rows ?? []
        let height = max(1, state.size.height - 8)
        var effects: [Effect] = []
        switch action {
        case .cancel:
            state.overlays.removeLast()
            return []
        case .up: list.list.move(by: -1, count: rows.count)
        case .down: list.list.move(by: 1, count: rows.count)
        case .pageUp: list.list.move(by: -height, count: rows.count)
        case .pageDown: list.list.move(by: height, count: rows.count)
        case .top: list.list.select(0, count: rows.count)
        case .bottom: list.list.select(rows.count - 1, count: rows.count)
        case .filter: list.isFiltering = true
        case .choose:
            guard rows.indices.contains(list.list.selected) else { return [] }
            guard !state.isGenerating else {
                state.note("an answer is being made" + state.hint(.cancel, "stops it"))
                return []
            }
            state.overlays.removeLast()
            return [.store(.open(rows[list.list.selected].summary.id))]
        case .renameChat:
            guard rows.indices.contains(list.list.selected) else { return [] }
            let row = rows[list.list.selected].summary
            state.overlays[state.overlays.count - 1] = .chats(list)
            open(&state, .field(FieldState(.renameChat(row.id), title: "Rename the chat", text: row.title)))
            return []
        case .deleteChat:
            guard rows.indices.contains(list.list.selected) else { return [] }
            let row = rows[list.list.selected].summary
            guard row.id != state.chat.chat?.id || !state.isGenerating else { return [] }
            state.deletedChats.append(row.id)
            list.rows?.remove(at: list.list.selected)
            list.list.select(list.list.selected, count: rows.count - 1)
            if row.id == state.chat.chat?.id {
                state.turn(to: nil)
            }
            state.note("deleted \"\(row.title)\"" + state.hint(.undoDelete, "brings it back", in: .chats))
            effects = [.store(.delete(row.id))]
        case .undoDelete:
            guard let id = state.deletedChats.popLast() else {
                state.note("no chat was deleted that could be brought back")
                return []
            }
            effects = [.store(.undelete(id)), .store(.list(query: list.filter.text))]
        case .exportChat:
            guard rows.indices.contains(list.list.selected) else { return [] }
            let row = rows[list.list.selected].summary
            state.overlays[state.overlays.count - 1] = .chats(list)
            open(&state, .field(exportField(row.id, title: row.title)))
            return []
        default: break
        }
        state.overlays[state.overlays.count - 1] = .chats(list)
        return effects
    }

    private static func chatsFilterKey(
        _ state: inout AppState, _ list: inout ChatListState, _ press: KeyPress, closes: Bool
    ) -> [Effect] {
        var effects: [Effect] = []
        if closes {
            list.isFiltering = false
            if !list.filter.isEmpty {
                list.filter.replaceAll(with: "")
                effects = [.store(.list(query: ""))]
            }
        } else if press.key == .enter || press.key == .down || press.key == .tab {
            list.isFiltering = false
        } else {
            let before = list.filter.text
            list.filter.handle(press, width: 80)
            if list.filter.text != before { effects = [.store(.list(query: list.filter.text))] }
        }
        state.overlays[state.overlays.count - 1] = .chats(list)
        return effects
    }

    // MARK: What the store says

    static func store(_ state: inout AppState, _ reply: StoreReply) -> [Effect] {
        switch reply {
        case .opened(let conversation):
            guard !state.isGenerating else { return [] }
            state.turn(to: conversation)
            state.screen = .chat
            return []
        case .listed(let query, let rows):
            guard let index = state.overlays.lastIndex(where: { $0.kind == 2 }),
                case .chats(var list) = state.overlays[index], list.filter.text == query
            else { return [] }
            list.rows = rows
            list.list.select(list.list.selected, count: rows.count)
            state.overlays[index] = .chats(list)
            return []
        case .prompts(let prompts):
            state.chat.history.prompts = prompts
            return []
        case .pairs(let pairs):
            let known = state.recentPairs
            state.recentPairs = Array(
                (known
                    + pairs.filter { pair in
                        !known.contains { $0.target == pair.target && $0.draft == pair.draft }
                    }).prefix(9))
            return []
        case .exported(let path):
            state.note("exported to \(path)")
            return []
        case .trouble(let text):
            let isNew = state.storeTrouble == nil
            state.storeTrouble = text
            state.note(text, .failure)
            // Once at once, as what failed may have been one step alone; then with each message.
            return isNew ? state.conversationsToSave.map { .store(.save($0)) } : []
        case .saved(let id):
            state.unsaved.removeAll { $0.chat.id == id }
            let isCurrent = id == state.chat.chat?.id || state.chat.chat == nil
            guard state.storeTrouble != nil, isCurrent, state.unsaved.isEmpty else { return [] }
            state.storeTrouble = nil
            state.note("chats are saved again")
            return []
        case .failed(let text):
            state.note(text, .failure)
            return []
        case .notice(let text):
            state.note(text, .warning)
            return []
        }
    }
}

/// Letters of a pattern found in a text in their order.
enum FuzzyMatch {
    /// Lower is better; nil if the letters are not all there.
    static func score(_ pattern: String, in text: String) -> Int? {
        let lower = text.lowercased()
        // What was typed, as it stands, at the beginning of a word or elsewhere.
        if let range = lower.firstRange(of: pattern.lowercased()) {
            let startsWord = range.lowerBound == lower.startIndex || lower[lower.index(before: range.lowerBound)] == " "
            return startsWord ? -2 : -1
        }
        let text = Array(lower)
        var position = 0
        var score = 0
        var last: Int?
        for letter in pattern.lowercased() where letter != " " {
            guard let found = text[position...].firstIndex(of: letter) else { return nil }
            let startsWord = found == 0 || text[found - 1] == " " || text[found - 1] == "-"
            // Letters in a row and at the beginnings of words are what was meant.
            score += last.map { found - $0 == 1 ? 0 : startsWord ? 1 : 3 } ?? (startsWord ? found / 8 : 4)
            last = found
            position = found + 1
        }
        return score
    }
}
