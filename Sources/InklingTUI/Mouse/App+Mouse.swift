// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingEngine
internal import InklingStore

extension App {
    /// The wheel moves what is under the pointer, the left button chooses it. Where things are is what the last frame
    /// noted, so that a click means what its user saw.
    static func mouse(_ state: inout AppState, _ event: MouseEvent) -> [Effect] {
        let target = state.hits.last { $0.area.contains(event.position) }
        switch event.action {
        case .scrollUp: return wheel(&state, target?.target, by: -1)
        case .scrollDown: return wheel(&state, target?.target, by: 1)
        case .press where event.button == .left: return click(&state, target, at: event.position)
        case .press, .release, .drag: return []
        }
    }

    /// Lines of text that a step of the wheel is; lists move by rows.
    private static let linesPerStep = 3

    private static func wheel(_ state: inout AppState, _ target: MouseTarget?, by step: Int) -> [Effect] {
        guard let target else { return [] }
        let action: Action = step < 0 ? .up : .down
        switch target {
        case .transcript, .message, .composer:
            scrollTranscript(&state, by: step * linesPerStep)
            return []
        case .row, .list, .overlay:
            if case .palette(var palette) = state.overlays.last {
                palette.list.move(by: step, count: paletteRows(state, palette.filter.text).count)
                state.overlays[state.overlays.count - 1] = .palette(palette)
                return []
            }
            let isPage = if case .page = state.overlays.last { true } else { false }
            if isPage { return (0..<linesPerStep).flatMap { _ in perform(&state, action) } }
            if state.overlays.isEmpty, state.screen == .playground {
                return perform(&state, step < 0 ? .previousDraft : .nextDraft)
            }
            return perform(&state, action)
        case .screen, .action, .playgroundText, .option: return []
        }
    }

    private static func click(_ state: inout AppState, _ hit: MouseHit?, at point: Point) -> [Effect] {
        guard let hit else {
            // Beside what lies on top: it is closed, unless something is being written there.
            if case .field = state.overlays.last { return [] }
            if !state.overlays.isEmpty { state.overlays.removeLast() }
            return []
        }
        switch hit.target {
        case .screen(let screen): return perform(&state, screen.action)
        case .action(let action): return perform(&state, action)
        case .composer(let first):
            state.chat.focus = .composer
            let layout = EditorLayout(state.chat.composer, width: hit.area.width)
            state.chat.composer.moveCursor(
                to: layout.position(row: first + point.y - hit.area.y, column: point.x - hit.area.x))
            return []
        case .playgroundText(let first):
            let layout = EditorLayout(state.playground.editor, width: hit.area.width)
            state.playground.editor.moveCursor(
                to: layout.position(row: first + point.y - hit.area.y, column: point.x - hit.area.x))
            return complete(&state)
        case .message(let id):
            state.chat.focus = .transcript
            state.chat.selected = id
            return []
        case .transcript:
            if state.chat.focus == .composer, !state.chat.path.isEmpty { return perform(&state, .focusNext) }
            return []
        case .row(let index): return clickRow(&state, index)
        case .option(let index):
            guard case .choice(let choice) = state.overlays.last, choice.options.indices.contains(index) else {
                return []
            }
            return key(&state, KeyPress(.character(choice.options[index].key)))
        case .overlay, .list: return []
        }
    }

    /// A row is selected by the first click and chosen by the second.
    private static func clickRow(_ state: inout AppState, _ index: Int) -> [Effect] {
        switch state.overlays.last {
        case .palette(var palette):
            palette.list.select(index, count: paletteRows(state, palette.filter.text).count)
            state.overlays[state.overlays.count - 1] = .palette(palette)
            return key(&state, KeyPress(.enter))
        case .chats(var list):
            if list.list.selected == index { return perform(&state, .choose) }
            list.list.select(index, count: list.rows?.count ?? 0)
            list.isFiltering = false
            state.overlays[state.overlays.count - 1] = .chats(list)
            return []
        case .themes(var list):
            if list.list.selected == index { return perform(&state, .choose) }
            list.list.select(index, count: state.themeNames.count)
            state.overlays[state.overlays.count - 1] = .themes(list)
            return []
        case .page, .field, .choice: return []
        case nil: break
        }
        switch state.screen {
        case .models:
            state.models.isFiltering = false
            if state.models.list.selected == index { return perform(&state, .choose) }
            state.models.list.select(index, count: state.models.rows.count)
            return askMemory(&state)
        case .settings:
            if state.settings.list.selected == index { return perform(&state, .choose) }
            let count = SettingRegistry.all(for: state.preferences, themes: state.themes.map(\.name)).count
            state.settings.list.select(index, count: count)
        case .playground:
            if state.playground.selected == index { return perform(&state, .takeDraft) }
            if state.playground.drafts.indices.contains(index) { state.playground.selected = index }
        case .xray: state.xray.select(index)
        case .race: if !state.race.isRunning, state.race.racers.indices.contains(index) { state.race.selected = index }
        case .chat: break
        }
        return []
    }
}
