// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

/// Where things are in the playground.
struct PlaygroundLayout {
    let text: Rect
    let results: Rect

    var textWidth: Int { max(2, text.width) }

    init(_ state: AppState) {
        var rest = Rect(state.size)
        _ = rest.cutTop(1)
        _ = rest.cutBottom(1)
        // Beside one another drafts are narrow, and each may need a few rows.
        let rows = state.playground.compares ? 3 * state.playground.count + 3 : state.playground.count + 3
        let height = min(max(rows, 5), max(4, rest.height / 2))
        results = rest.cutBottom(height)
        text = rest.inset(dx: 2, dy: 1)
    }
}

extension App {
    static func drawPlayground(_ state: AppState, _ canvas: inout Canvas) {
        let layout = PlaygroundLayout(state)
        canvas.buffer.drawBorder(
            layout.text.inset(dx: -2, dy: -1), title: TextLine("Type, and drafts appear", role: .panelTitle),
            note: TextLine(note(state), role: .dim),
            isFocused: true, theme: canvas.theme, glyphs: canvas.glyphs)
        drawText(state, layout.text, &canvas)
        if state.playground.compares {
            let places = layout.results.columns(PlaygroundState.methods.count)
            for (method, place) in zip(PlaygroundState.methods, places) { drawOutcome(method, state, place, &canvas) }
        } else {
            drawOutcome(.superposed, state, layout.results, &canvas)
        }
    }

    /// What the drafts are made of.
    private static func note(_ state: AppState) -> String {
        let drafts = "\(state.playground.count) drafts of \(state.playground.length) tokens"
        guard let session = state.session else { return drafts }
        return drafts + (session.ngrams.map { " · n-grams: \($0.name)" } ?? " · no n-grams")
    }

    /// The text with the chosen draft in it, as it would be.
    private static func drawText(_ state: AppState, _ area: Rect, _ canvas: inout Canvas) {
        let editor = state.playground.editor
        guard !editor.isEmpty else {
            canvas.write(
                state.session == nil ? "the model is being loaded" : "To list all files in", .inputPlaceholder,
                at: area.origin, within: area)
            canvas.cursor = area.origin
            drawHints(state, area, &canvas)
            return
        }
        var whole = editor
        let draft = state.playground.selectedDraft ?? ""
        whole.insert(draft)
        let ghost = editor.cursor..<whole.cursor
        whole.moveCursor(to: editor.cursor)
        let layout = EditorLayout(whole, width: max(2, area.width))
        let first = max(0, layout.cursor.y - area.height + 1)
        canvas.note(.playgroundText(first: first), in: area)
        for line in 0..<area.height where layout.rows.indices.contains(first + line) {
            var x = area.x
            for (offset, character) in layout.text(row: first + line).enumerated() {
                let position = layout.rows[first + line].lowerBound + offset
                x += canvas.write(
                    String(character), ghost.contains(position) ? .ghostText : .inputText,
                    at: Point(x: x, y: area.y + line), within: area)
            }
        }
        if state.overlays.isEmpty {
            canvas.cursor = Point(x: area.x + min(layout.cursor.x, area.width - 1), y: area.y + layout.cursor.y - first)
        }
    }

    /// What can be done here, while nothing is.
    private static func drawHints(_ state: AppState, _ area: Rect, _ canvas: inout Canvas) {
        var lines = [
            TextLine(), TextLine(),
            TextLine("While you type, several drafts of what comes next appear below,", role: .dim),
            TextLine("all of them from one pass of the model for each token.", role: .dim), TextLine(),
        ]
        for action in [Action.takeDraft, .nextDraft, .compare, .moreDrafts] {
            guard let key = state.keyMap.key(for: action, in: .playground) else { continue }
            lines.append(
                TextLine([TextSpan(key.name.padded(to: 8), role: .key), TextSpan(action.title, role: .dim)]))
        }
        if let key = state.keyMap.key(for: .recent1) {
            lines.append(
                TextLine([
                    TextSpan(key.name.padded(to: 8), role: .key), TextSpan("take the first; and so on", role: .dim),
                ]))
        }
        for (row, line) in lines.enumerated() where row < area.height {
            canvas.write(
                line.truncated(to: area.width, mark: canvas.glyphs.ellipsis), at: Point(x: area.x, y: area.y + row),
                within: area)
        }
    }

    private static func drawOutcome(_ method: DraftMethod, _ state: AppState, _ area: Rect, _ canvas: inout Canvas) {
        let isMain = method == .superposed
        if isMain { canvas.note(.list, in: area) }
        var rest = canvas.buffer.drawBorder(
            area, title: TextLine(method.title.prefix(1).uppercased() + method.title.dropFirst(), role: .panelTitle),
            theme: canvas.theme, glyphs: canvas.glyphs
        ).inset(dx: 1)
        let outcome = state.playground.outcomes[method]
        let facts = rest.cutBottom(1)
        canvas.write(
            figures(outcome, canvas.glyphs, width: facts.width).truncated(
                to: facts.width, mark: canvas.glyphs.ellipsis),
            at: facts.origin, within: facts)
        guard let outcome else { return }
        if let problem = outcome.problem {
            canvas.remark(problem, in: rest)
            return
        }
        let lines = outcome.drafts.indices.map { line($0, outcome, isMain: isMain) }
        let wrapped = lines.map { $0.wrapped(to: max(4, rest.width), hangingIndent: 2) }
        let isRoomy = wrapped.reduce(0) { $0 + $1.count } <= rest.height
        var y = rest.y
        for index in lines.indices {
            let parts =
                isRoomy ? wrapped[index] : [lines[index].truncated(to: rest.width, mark: canvas.glyphs.ellipsis)]
            guard y + parts.count <= rest.maxY else { return }
            let place = Rect(x: rest.x, y: y, width: rest.width, height: parts.count)
            for (row, part) in parts.enumerated() {
                canvas.write(part, at: Point(x: place.x, y: y + row), within: place)
            }
            if isMain { canvas.note(.row(index), in: place) }
            if isMain, index == state.playground.selected { canvas.buffer.select(place, theme: canvas.theme) }
            y += parts.count
        }
    }

    /// A draft with its number and, while it is made, its share.
    private static func line(_ index: Int, _ outcome: PlaygroundState.Outcome, isMain: Bool) -> TextLine {
        let draft = outcome.drafts[index]
        var line = TextLine("\(index + 1) ", role: isMain ? .key : .dim)
        line.append(draft.split(separator: "\n").joined(separator: "↵"), role: isMain ? .text : .dim)
        if isMain, outcome.live.indices.contains(index), !outcome.isDone {
            let live = outcome.live[index]
            line.append("  \(Figures.percent(Double(live.state.weight)))", role: .dim)
            if live.state.hasSupport { line.append(" n-grams", role: .success) }
        }
        return line
    }

    private static func figures(_ outcome: PlaygroundState.Outcome?, _ glyphs: GlyphSet, width: Int) -> TextLine {
        guard let outcome else { return TextLine() }
        let repaired = outcome.repairPassCount > 0 ? " + \(outcome.repairPassCount)" : ""
        let passes = outcome.passCount.map { "\($0)\(repaired) pass\($0 == 1 && repaired.isEmpty ? "" : "es")" }
        let time = outcome.draftDuration.map { Figures.duration($0 + outcome.repairDuration, glyphs) }
        let latency = outcome.latency.map { "\(Figures.duration($0, glyphs)) after the key" }
        // As much as there is room for.
        let facts = [
            [passes, time.map { "drafted in \($0)" }, latency], [passes, time, latency], [passes, time], [time],
        ].map { $0.compactMap { $0 }.joined(separator: glyphs == .ascii ? ", " : " · ") }
        let text = facts.first { displayWidth($0) <= width } ?? ""
        return TextLine(outcome.isDone ? text : "drafting" + glyphs.ellipsis, role: .dim)
    }
}
