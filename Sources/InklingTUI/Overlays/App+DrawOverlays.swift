// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingStore

extension App {
    static func draw(_ overlay: inout Overlay, _ state: AppState, _ canvas: inout Canvas) {
        switch overlay {
        case .page(let page): draw(page, state, &canvas)
        case .palette(var palette):
            draw(&palette, state, &canvas)
            overlay = .palette(palette)
        case .chats(var list):
            draw(&list, state, &canvas)
            overlay = .chats(list)
        case .themes(let list): draw(list, state, &canvas)
        case .field(let field): draw(field, state, &canvas)
        case .choice(let choice): draw(choice, state, &canvas)
        }
    }

    /// A box with nothing in it, in the middle of the screen; returns its inside.
    static func box(
        _ title: String, width: Int, height: Int, _ state: AppState, _ canvas: inout Canvas
    ) -> Rect {
        let outer = OverlayLayout.box(state.size, width: width, height: height)
        canvas.fill(outer, .text)
        canvas.cursor = nil
        canvas.note(.overlay, in: outer)
        return canvas.buffer.drawBorder(
            outer, title: TextLine(title, role: .panelTitle), isFocused: true, theme: canvas.theme,
            glyphs: canvas.glyphs
        ).inset(dx: 1)
    }

    private static func draw(_ page: PageState, _ state: AppState, _ canvas: inout Canvas) {
        let area = OverlayLayout.page(state.size, page)
        let inside = box(page.title, width: area.width + 4, height: area.height + 2, state, &canvas)
        let first = max(0, min(page.scroll, page.lines.count - inside.height))
        for row in 0..<inside.height where page.lines.indices.contains(first + row) {
            canvas.write(
                page.lines[first + row].truncated(to: inside.width, mark: canvas.glyphs.ellipsis),
                at: Point(x: inside.x, y: inside.y + row), within: inside)
        }
        canvas.buffer.drawScrollbar(
            in: Rect(x: inside.maxX, y: inside.y, width: 1, height: inside.height),
            visible: first..<min(page.lines.count, first + inside.height), count: page.lines.count,
            theme: canvas.theme, glyphs: canvas.glyphs)
    }

    private static func draw(_ palette: inout PaletteState, _ state: AppState, _ canvas: inout Canvas) {
        let rows = paletteRows(state, palette.filter.text)
        var inside = box("Commands", width: 64, height: min(state.size.height - 4, 20), state, &canvas)
        let field = inside.cutTop(1)
        canvas.cursor = palette.filter.drawField(in: field, on: &canvas.buffer, style: canvas.theme[.inputText])
        if palette.filter.isEmpty { canvas.write("what do you want to do?", .inputPlaceholder, at: field.origin) }
        canvas.buffer.drawRule(inside.cutTop(1), theme: canvas.theme, glyphs: canvas.glyphs)
        if rows.isEmpty { canvas.write("nothing is called so", .dim, at: inside.origin) }
        let visible = palette.list.scroll(height: inside.height, count: rows.count)
        for (row, index) in visible.enumerated() {
            let place = inside.row(row)
            var title = rows[index].title
            if let recent = rows[index].recentIndex, state.recentPairs.indices.contains(recent) {
                let pair = state.recentPairs[recent]
                title = "use \(pair.targetName)" + (pair.draftName.map { " with \($0)" } ?? "")
            }
            canvas.write(title, .text, at: place.origin, within: place)
            if let key = state.keyMap.key(for: rows[index]) {
                canvas.writeRight(TextLine(key.name, role: .key), in: place)
            }
            canvas.note(.row(index), in: place)
            if index == palette.list.selected { canvas.buffer.select(place, theme: canvas.theme) }
        }
    }

    private static func draw(_ list: inout ChatListState, _ state: AppState, _ canvas: inout Canvas) {
        var inside = box(
            "Chats", width: min(100, state.size.width - 2), height: min(state.size.height - 4, 30), state, &canvas)
        let field = inside.cutTop(1)
        canvas.write("/ ", .key, at: field.origin, within: field)
        let text = field.splitLeft(2).right
        let cursor = list.filter.drawField(in: text, on: &canvas.buffer, style: canvas.theme[.inputText])
        if list.isFiltering { canvas.cursor = cursor }
        if list.filter.isEmpty, !list.isFiltering {
            canvas.write("search in titles and messages", .inputPlaceholder, at: text.origin, within: text)
        }
        canvas.buffer.drawRule(inside.cutTop(1), theme: canvas.theme, glyphs: canvas.glyphs)
        guard let rows = list.rows else {
            canvas.write("reading…", .dim, at: inside.origin)
            return
        }
        if rows.isEmpty {
            canvas.write(
                list.filter.isEmpty ? "no chats yet" : "nothing found", .dim, at: inside.origin, within: inside)
        }
        let visible = list.list.scroll(height: inside.height, count: rows.count)
        for (row, index) in visible.enumerated() {
            let place = inside.row(row)
            let summary = rows[index].summary
            let facts = facts(summary, width: place.width)
            let left = place.splitLeft(max(0, place.width - facts.count - 2)).left
            var line = TextLine(summary.title.isEmpty ? summary.firstLine : summary.title)
            if let snippet = rows[index].snippet { line.append("  \(snippet)", role: .dim) }
            canvas.write(line.truncated(to: left.width, mark: canvas.glyphs.ellipsis), at: left.origin, within: left)
            canvas.writeRight(TextLine(facts, role: .dim), in: place)
            canvas.note(.row(index), in: place)
            if index == list.list.selected { canvas.buffer.select(place, theme: canvas.theme) }
        }
    }

    /// How long a chat is and when it was written to last, as far as its title leaves room.
    private static func facts(_ summary: ChatSummary, width: Int) -> String {
        let day = day(summary.updated)
        let count = "\(summary.messageCount) message\(summary.messageCount == 1 ? "" : "s") · "
        let choices = [count + day, day, String(day.dropFirst(5).prefix(5)), ""]
        return choices.first { $0.count + 30 <= width } ?? ""
    }

    /// The date of a moment, `2026-03-01 12:00`.
    private static func day(_ time: Timestamp) -> String {
        String(time.iso8601.prefix(16)).replacing("T", with: " ")
    }

    private static func draw(_ field: FieldState, _ state: AppState, _ canvas: inout Canvas) {
        let width = OverlayLayout.fieldWidth(state.size)
        let layout = EditorLayout(field.editor, width: width)
        let rows = field.editor.isSingleLine ? 1 : max(3, min(layout.rows.count, state.size.height - 8))
        var inside = box(
            field.title, width: width + 4, height: rows + 2 + (field.hint.isEmpty ? 0 : 1), state, &canvas)
        if !field.hint.isEmpty {
            canvas.write(field.hint, .dim, at: inside.cutBottom(1).origin, within: inside)
        }
        if field.editor.isSingleLine {
            canvas.cursor = field.editor.drawField(in: inside, on: &canvas.buffer, style: canvas.theme[.inputText])
        } else {
            let first = max(0, layout.cursor.y - inside.height + 1)
            canvas.cursor = layout.draw(in: inside, on: &canvas.buffer, style: canvas.theme[.inputText], first: first)
        }
    }

    private static func draw(_ choice: ChoiceState, _ state: AppState, _ canvas: inout Canvas) {
        let options = choice.options.map { option in
            TextLine([
                TextSpan(" \(option.key) ", role: .key, attributes: .reverse),
                TextSpan("  \(option.title)", role: .text),
            ])
        }
        let lines = choice.lines + (choice.lines.isEmpty ? [] : [TextLine()]) + options
        let width = min(state.size.width - 4, max(displayWidth(choice.title) + 8, (lines.map(\.width).max() ?? 0) + 4))
        let inside = box(choice.title, width: width, height: lines.count + 2, state, &canvas)
        for (row, line) in lines.enumerated() {
            canvas.write(
                line.truncated(to: inside.width, mark: canvas.glyphs.ellipsis),
                at: Point(x: inside.x, y: inside.y + row), within: inside)
            let option = row - (lines.count - options.count)
            if option >= 0 { canvas.note(.option(option), in: inside.row(row)) }
        }
    }

    // MARK: Help

    static func helpPage(_ state: AppState) -> PageState {
        var lines: [TextLine] = []
        let column = min(26, max(14, state.size.width / 3))
        func add(_ keys: String, _ title: String) {
            let keys = TextLine("  " + keys, role: .key).wrapped(to: column, hangingIndent: 4)
            for (index, part) in keys.enumerated() {
                var line = part
                if index == keys.count - 1 {
                    line.append(String(repeating: " ", count: max(1, column + 2 - part.width)))
                    line.append(title, role: .text)
                }
                lines.append(line)
            }
        }
        // Nine keys that differ in a digit are one line.
        let recent = state.keyMap.rows(in: .everywhere).filter { $0.action.recentIndex != nil }.map(\.key.name)
        let numbers = recent.first.map { recent.count > 1 ? "\($0) to \(recent[recent.count - 1])" : $0 }
        // What counts here first, then the rest.
        let here = contexts(of: state)
        for context in here + KeyContext.allCases.filter({ !here.contains($0) }) {
            let rows = state.keyMap.rows(in: context)
            guard !rows.isEmpty else { continue }
            if !lines.isEmpty { lines.append(TextLine()) }
            lines.append(TextLine(context.title, role: .heading))
            if context == .playground, let numbers { add(numbers, "take the draft of this number") }
            var seen: [Action] = []
            for row in rows where !seen.contains(row.action) {
                seen.append(row.action)
                if let index = row.action.recentIndex {
                    if index == 0, let numbers { add(numbers, "pairs of models used last") }
                    continue
                }
                let keys = rows.filter { $0.action == row.action }.map(\.key.name).joined(separator: ", ")
                add(keys, row.action.title)
            }
        }
        lines += [TextLine(), TextLine("While writing", role: .heading)]
        for row in EditorCommand.keys { add(row.names.joined(separator: ", "), row.help) }
        lines += [TextLine(), TextLine("Commands in a message", role: .heading)]
        for row in SlashCommand.rows {
            add("/" + row.name + (row.argument.isEmpty ? "" : " " + row.argument), row.help)
        }
        return PageState(title: "Help", lines: lines)
    }
}
