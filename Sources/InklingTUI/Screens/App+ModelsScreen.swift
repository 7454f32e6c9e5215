// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingEngine

extension App {
    static func drawModels(_ state: inout AppState, _ canvas: inout Canvas) {
        var rest = Rect(state.size)
        _ = rest.cutTop(1)
        _ = rest.cutBottom(1)
        drawFilter(state, rest.cutTop(1).inset(dx: 1), &canvas)
        let details = rest.cutBottom(min(7, max(0, rest.height / 3)))
        guard state.models.listing != nil else {
            canvas.write("looking for models…", .dim, at: Point(x: 2, y: rest.y + 1))
            return
        }
        let rows = state.models.rows
        guard !rows.isEmpty else {
            canvas.write(
                state.models.filter.isEmpty
                    ? "no models were found; put a .gguf into a folder that the help page names"
                    : "nothing matches", .dim, at: Point(x: 2, y: rest.y + 1), within: rest)
            return
        }
        drawList(&state, rows, rest, &canvas)
        drawDetails(state, rows, details, &canvas)
    }

    private static func drawFilter(_ state: AppState, _ area: Rect, _ canvas: inout Canvas) {
        let label = "/ "
        canvas.write(label, .key, at: area.origin, within: area)
        let field = area.splitLeft(label.count).right
        if state.models.filter.isEmpty, !state.models.isFiltering {
            canvas.write("filter", .inputPlaceholder, at: field.origin, within: field)
        } else {
            let cursor = state.models.filter.drawField(in: field, on: &canvas.buffer, style: canvas.theme[.inputText])
            if state.models.isFiltering, state.overlays.isEmpty { canvas.cursor = cursor }
        }
    }

    private static let columns = [
        TableColumn("", width: 2, rank: 9), TableColumn("model", width: 22, share: 3, rank: 9),
        TableColumn("kind", width: 8, share: 1, rank: 3), TableColumn("size", width: 8, isAlignedRight: true, rank: 8),
        TableColumn("parameters", width: 10, isAlignedRight: true, rank: 2),
        TableColumn("quantised", width: 9, rank: 5), TableColumn("context", width: 8, isAlignedRight: true, rank: 4),
        TableColumn("remark", width: 12, share: 2, rank: 6),
    ]

    private static func drawList(
        _ state: inout AppState, _ rows: [ModelsState.Row], _ area: Rect, _ canvas: inout Canvas
    ) {
        canvas.note(.list, in: area)
        let area = area.inset(dx: 1)
        let visible = state.models.list.scroll(height: area.height - 1, count: rows.count)
        let texts = visible.map { index -> [TextLine] in
            switch rows[index] {
            case .place: return []
            case .model(let entry): return cells(entry, state)
            }
        }
        // A heading takes the whole row, so it is drawn over the table's empty one.
        canvas.buffer.drawTable(
            columns, rows: texts.map { $0.isEmpty ? columns.map { _ in TextLine() } : $0 },
            selected: rows.indices.contains(state.models.list.selected)
                ? state.models.list.selected - visible.lowerBound : nil,
            in: area, theme: canvas.theme, glyphs: canvas.glyphs)
        for (row, index) in visible.enumerated() {
            if case .model = rows[index] { canvas.note(.row(index), in: area.row(row + 1)) }
            guard case .place(let title, let remark) = rows[index] else { continue }
            var line = TextLine(title, role: .heading)
            if let remark { line.append("  \(remark)", role: .warning) }
            let place = area.row(row + 1)
            canvas.write(line.truncated(to: place.width, mark: canvas.glyphs.ellipsis), at: place.origin, within: place)
        }
        canvas.buffer.drawScrollbar(
            in: Rect(x: area.maxX, y: area.y + 1, width: 1, height: area.height - 1), visible: visible,
            count: rows.count, theme: canvas.theme, glyphs: canvas.glyphs)
    }

    private static func cells(_ entry: LibraryEntry, _ state: AppState) -> [TextLine] {
        let path = entry.model.path
        let mark =
            path == state.session?.target.path ? "T" : path == state.session?.draft?.path ? "d" : ""
        let summary = entry.summary
        let problem = entry.problem ?? summary?.limitation
        return [
            TextLine(mark, role: .success, attributes: .bold),
            TextLine(entry.model.name, role: problem == nil ? .text : .dim),
            TextLine(summary?.architecture ?? "", role: .dim), TextLine(summary.map { Quantity.bytes($0.bytes) } ?? ""),
            TextLine(summary.map { Quantity.parameters($0.parameters) } ?? ""),
            TextLine(summary?.quantization ?? ""),
            TextLine(summary?.contextLength.map { Quantity.tokens($0) } ?? ""),
            TextLine(problem ?? "", role: .warning),
        ]
    }

    /// What the chosen model would take, and whether there is room for it.
    private static func memoryLines(_ entry: LibraryEntry, _ state: AppState) -> [TextLine] {
        guard let summary = entry.summary, summary.limitation == nil, entry.problem == nil else { return [] }
        let path = entry.model.path
        guard let known = state.models.memory[path], let outlook = known else {
            // Not known yet, or never: the size of the file is near enough.
            let free = state.models.listing?.freeBytes
            let isTooMuch = free.map { summary.bytes > $0 } ?? false
            var line = TextLine("takes about \(Quantity.bytes(summary.bytes)) of memory", role: .dim)
            if let free { line.append(", \(Quantity.bytes(free)) is free", role: isTooMuch ? .error : .dim) }
            return [line]
        }
        let isLoaded = path == state.session?.target.path || path == state.session?.draft?.path
        let sums = outlook.contexts.map { context in
            let mark = context.tokens == outlook.contextLength ? " (in use)" : ""
            return "\(Quantity.bytes(context.totalBytes)) at \(Quantity.tokens(context.tokens))\(mark)"
        }
        let weights = Quantity.bytes(outlook.weightBytes)
        var lines = [TextLine("weights \(weights); \(sums.joined(separator: ", "))", role: .dim)]
        guard let free = outlook.freeBytes.map(Quantity.bytes) else { return lines }
        guard !isLoaded, let verdict = outlook.verdict else {
            lines.append(TextLine("\(free) is free\(isLoaded ? " beside it" : "")", role: .dim))
            return lines
        }
        let length = Quantity.tokens(outlook.contextLength)
        switch verdict {
        case .fits: lines.append(TextLine("fits: \(free) is free", role: .success))
        case .tight(let longest?):
            lines.append(
                TextLine(
                    "\(free) is free: not enough for \(length) tokens; up to \(Quantity.tokens(longest)) fit (--context)",
                    role: .warning))
        case .tight(nil):
            lines.append(TextLine("\(free) is free: enough for the model, not for its context", role: .warning))
        case .impossible: lines.append(TextLine("does not fit: only \(free) is free", role: .error))
        }
        return lines
    }

    private static func drawDetails(
        _ state: AppState, _ rows: [ModelsState.Row], _ area: Rect, _ canvas: inout Canvas
    ) {
        guard area.height > 2 else { return }
        let inside = canvas.buffer.drawBorder(
            area, title: TextLine("Now", role: .panelTitle), theme: canvas.theme, glyphs: canvas.glyphs
        ).inset(dx: 1)
        var lines: [TextLine] = []
        if let entry = selected(state, rows) {
            var line = TextLine(entry.model.path, role: .text)
            if let title = entry.summary?.title, title != entry.model.name { line.append("  \(title)", role: .dim) }
            lines.append(line)
            lines += memoryLines(entry, state)
        }
        if let loading = state.loading {
            lines.append(
                TextLine(
                    "\(loading.stage.isEmpty ? "loading" : loading.stage) \(loading.name)"
                        + (loading.share.map { " \(Figures.percent($0))" } ?? "") + state.hint(.cancel, "cancels"),
                    role: .warning))
        }
        if let session = state.session {
            var line = TextLine("target \(session.target.name)", role: .success)
            if let draft = session.draft { line.append(", draft \(draft.name)", role: .success) }
            lines.append(line)
            if let fit = session.fit {
                lines.append(TextLine("the draft \(fit.verdict)", role: .dim))
                for check in fit.checks where check.outcome != .passed {
                    lines.append(TextLine("\(check.subject): \(check.finding)", role: .warning))
                }
            }
        }
        for (row, line) in lines.prefix(inside.height).enumerated() {
            canvas.write(
                line.truncated(to: inside.width, mark: canvas.glyphs.ellipsis),
                at: Point(x: inside.x, y: inside.y + row), within: inside)
        }
    }
}
