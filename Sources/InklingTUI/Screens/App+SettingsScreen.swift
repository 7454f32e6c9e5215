// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

extension App {
    static func drawSettings(_ state: inout AppState, _ canvas: inout Canvas) {
        var rest = Rect(state.size)
        _ = rest.cutTop(1)
        _ = rest.cutBottom(1)
        let settings = SettingRegistry.all(for: state.preferences, themes: state.themes.map(\.name))
        let help = rest.cutBottom(rest.height > 12 ? 3 : 2).inset(dx: 2)
        let issues = state.settings.issues
        if !issues.isEmpty {
            let area = rest.cutBottom(min(issues.count + 1, max(2, rest.height / 3))).inset(dx: 2)
            canvas.write("Not understood in your files", .warning, at: area.origin, within: area)
            for (row, issue) in issues.prefix(area.height - 1).enumerated() {
                canvas.write(
                    TextLine(issue.description, role: .warning).truncated(to: area.width, mark: canvas.glyphs.ellipsis),
                    at: Point(x: area.x, y: area.y + 1 + row), within: area)
            }
        }
        // Headings are rows of their own, so the selected setting is looked up among all rows.
        var rows: [(heading: String?, setting: Setting?)] = []
        var section = ""
        for setting in settings {
            if setting.section != section {
                if !rows.isEmpty { rows.append((nil, nil)) }
                rows.append((setting.section, nil))
                section = setting.section
            }
            rows.append((nil, setting))
        }
        let selected = App.selectedSetting(state, settings)
        let current = rows.firstIndex { $0.setting?.id == selected?.id } ?? 0
        let area = rest.inset(dx: 2)
        canvas.note(.list, in: rest)
        state.settings.rows.select(current, count: rows.count)
        // The heading of the first section stays in sight.
        let visible = state.settings.rows.scroll(height: area.height, count: rows.count, margin: 2)
        let nameWidth = min(30, area.width / 2)
        for (row, index) in visible.enumerated() {
            let place = area.row(row)
            if let heading = rows[index].heading {
                var line = TextLine(heading, role: .heading)
                if state.chat.chat != nil, ["Decoding", "Sampling"].contains(heading) {
                    line.append("  of this chat", role: .dim)
                }
                canvas.write(line, at: place.origin, within: place)
            } else if let setting = rows[index].setting {
                canvas.write("  " + setting.title, .text, at: place.origin, within: place.splitLeft(nameWidth).left)
                let value = setting.read(state.preferences).split(separator: "\n").joined(separator: " ")
                let origin = setting.origin(state.preferences)
                let isSet = !value.isEmpty && origin == .user
                let field = place.splitLeft(nameWidth).right
                let shown = value.isEmpty ? "not set" : origin == .model ? "\(value)  from the model" : value
                canvas.write(
                    TextLine(shown, role: isSet ? .accent : .dim)
                        .truncated(to: field.width, mark: canvas.glyphs.ellipsis), at: field.origin, within: field)
                if let position = settings.firstIndex(where: { $0.id == setting.id }) {
                    canvas.note(.row(position), in: place)
                }
                if setting.id == selected?.id { canvas.buffer.select(place, theme: canvas.theme) }
            }
        }
        if let selected {
            canvas.buffer.drawRule(
                Rect(x: help.x, y: help.y, width: help.width, height: 1), theme: canvas.theme, glyphs: canvas.glyphs)
            let lines = TextLine("\(selected.id): \(selected.help) (\(selected.allowed))", role: .dim)
                .wrapped(to: max(1, help.width), hangingIndent: 2)
            for (row, line) in lines.prefix(help.height - 1).enumerated() {
                let isCut = row == help.height - 2 && lines.count > help.height - 1
                canvas.write(line, at: Point(x: help.x, y: help.y + 1 + row), within: help)
                if isCut { canvas.writeRight(TextLine(canvas.glyphs.ellipsis, role: .dim), in: help.row(row + 1)) }
            }
        }
    }
}
