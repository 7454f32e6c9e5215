// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

extension App {
    /// Opens the list of themes, on the one in use.
    static func openThemes(_ state: inout AppState) {
        let current = state.themeNames.firstIndex(of: state.preferences.theme) ?? 0
        open(&state, .themes(ThemeListState(selected: current)))
    }

    static func themesAction(_ state: inout AppState, _ list: ThemeListState, _ action: Action) -> [Effect] {
        var list = list
        let names = state.themeNames
        let count = names.count
        switch action {
        case .up: list.list.move(by: -1, count: count)
        case .down: list.list.move(by: 1, count: count)
        case .pageUp: list.list.move(by: -10, count: count)
        case .pageDown: list.list.move(by: 10, count: count)
        case .top: list.list.select(0, count: count)
        case .bottom: list.list.select(count - 1, count: count)
        case .cancel:
            state.overlays.removeLast()
            return []
        case .choose:
            state.overlays.removeLast()
            guard names.indices.contains(list.list.selected) else { return [] }
            state.preferences.theme = names[list.list.selected]
            let settings = SettingRegistry.all(for: state.preferences, themes: state.themes.map(\.name))
            guard let setting = SettingRegistry.named("appearance.theme", in: settings) else { return [] }
            return [.keep(KeptSetting(setting, of: state.preferences))]
        default: break
        }
        state.overlays[state.overlays.count - 1] = .themes(list)
        return []
    }

    /// Names on the left; on the right some colours of each theme on its own ground.
    static func draw(_ list: ThemeListState, _ state: AppState, _ canvas: inout Canvas) {
        let names = state.themeNames
        let nameWidth = min(24, max(12, names.map { displayWidth($0) }.max() ?? 0) + 2)
        let inside = box(
            "Themes", width: nameWidth + 21, height: min(state.size.height - 4, names.count + 2), state, &canvas)
        let visible = list.list.visible(height: inside.height, count: names.count)
        for (row, index) in visible.enumerated() {
            let place = inside.row(row)
            let theme = state.theme(named: names[index]).adapted(to: state.colorDepth)
            let (name, sample) = place.splitRight(17)
            canvas.write(
                TextLine(names[index]).truncated(to: name.width - 1, mark: canvas.glyphs.ellipsis),
                at: name.origin, within: name)
            canvas.buffer.fill(sample, style: theme[.text])
            var x = sample.x + 1
            x += canvas.buffer.write("Aa ", at: Point(x: x, y: sample.y), style: theme[.text], within: sample)
            let roles: [Role] = [.accent, .success, .warning, .error, .bonus, .laneDraft]
            for role in roles {
                x += canvas.buffer.write(
                    canvas.glyphs == .ascii ? "# " : "● ", at: Point(x: x, y: sample.y), style: theme[role],
                    within: sample)
            }
            canvas.note(.row(index), in: place)
            if index == list.list.selected { canvas.buffer.select(name, theme: canvas.theme) }
        }
    }
}
