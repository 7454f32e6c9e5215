// SPDX-License-Identifier: Apache-2.0

public import InklingCells
internal import InklingEngine
internal import InklingStore

extension App {
    /// The screen. Rendering keeps in the state what it rendered and how far lists are scrolled, and changes nothing else
    /// there.
    public static func render(_ state: inout AppState) -> Frame {
        let theme = state.theme
        var canvas = Canvas(
            buffer: CellBuffer(size: state.size, style: theme[.text]), theme: theme, glyphs: state.glyphs)
        guard !ChatLayout.isTooSmall(state.size) else {
            let text = "Too small: Inkling needs \(ChatLayout.leastSize.width)x\(ChatLayout.leastSize.height)"
            for (row, line) in TextLine(text).wrapped(to: max(1, state.size.width)).enumerated() {
                canvas.write(line, at: Point(x: 0, y: row))
            }
            return Frame(buffer: canvas.buffer)
        }
        if state.panels.zoomed != nil {
            drawZoomed(state, &canvas)
        } else {
            switch state.screen {
            case .chat: drawChat(&state, &canvas)
            case .playground: drawPlayground(state, &canvas)
            case .models: drawModels(&state, &canvas)
            case .settings: drawSettings(&state, &canvas)
            }
        }
        drawHeader(state, &canvas)
        drawFooter(state, &canvas)
        for index in state.overlays.indices {
            var overlay = state.overlays[index]
            draw(&overlay, state, &canvas)
            state.overlays[index] = overlay
        }
        drawToasts(state, &canvas)
        return Frame(
            buffer: canvas.buffer, cursor: canvas.cursor, title: title(state), wantsMouse: state.preferences.mouse)
    }

    private static func title(_ state: AppState) -> String {
        let chat = state.chat.chat.map(\.title).flatMap { $0.isEmpty ? nil : $0 }
        return ["Inkling", chat].compactMap { $0 }.joined(separator: ": ")
    }

    // MARK: Header

    private static func drawHeader(_ state: AppState, _ canvas: inout Canvas) {
        let area = Rect(state.size).row(0)
        canvas.fill(area, .statusBar)
        let titles = Screen.allCases.map(\.title)
        let active = Screen.allCases.firstIndex(of: state.screen) ?? 0
        var x = area.x
        // Where there is no room for all of them, the one that is shown.
        let isNarrow = titles.reduce(0) { $0 + displayWidth($1) + 2 } + 16 > area.width
        for (index, title) in titles.enumerated() where !isNarrow || index == active {
            let isActive = index == active && state.panels.zoomed == nil
            x += canvas.write(
                TextLine([TextSpan(isActive ? "[\(title)]" : " \(title) ", role: isActive ? .tabActive : .statusBar)]),
                at: Point(x: x, y: area.y), on: .statusBar)
        }
        let right = headerFacts(state).truncated(to: max(0, area.maxX - x - 2), mark: canvas.glyphs.ellipsis)
        canvas.write(right, at: Point(x: area.maxX - right.width - 1, y: area.y), on: .statusBar)
    }

    private static func headerFacts(_ state: AppState) -> TextLine {
        var line = TextLine()
        if let loading = state.loading {
            line.append(
                "\(loading.stage.isEmpty ? "loading" : loading.stage) \(loading.name)"
                    + (loading.share.map { " \(Figures.percent($0))" } ?? "") + "  ", role: .warning)
        }
        guard let session = state.session else {
            if state.loading == nil { line.append("no model", role: .warning) }
            return line
        }
        line.append(session.target.name, role: .statusBar, attributes: .bold)
        if let draft = session.draft {
            line.append(state.glyphs == .ascii ? " <- " : " ← ", role: .dim)
            line.append(draft.name, role: .statusBar)
        }
        line.append("  \(state.preferences.strategy)", role: .statusKey)
        return line
    }

    // MARK: Footer

    private static func drawFooter(_ state: AppState, _ canvas: inout Canvas) {
        let area = Rect(state.size).splitBottom(1).bottom
        canvas.fill(area, .statusBar)
        var line = TextLine(" ", role: .statusBar)
        func add(_ key: String, _ title: String, to line: inout TextLine) {
            line.append(key, role: .statusKey)
            line.append(" \(title)  ", role: .statusBar)
        }
        // The way back, and what leads to all the rest, have places of their own.
        var end = TextLine()
        if let (key, title) = wayBack(state) { add(key, title, to: &end) }
        if let help = state.keyMap.key(for: .help, in: .everywhere), state.overlays.isEmpty {
            add(help.name, "help", to: &end)
        }
        for (key, title) in footerKeys(state) {
            let width = displayWidth(key) + displayWidth(title) + 3
            guard line.width + width + end.width <= area.width else { break }
            add(key, title, to: &line)
        }
        canvas.write(line, at: area.origin, on: .statusBar)
        if line.width + end.width <= area.width {
            canvas.write(end, at: Point(x: area.maxX - end.width + 1, y: area.y), on: .statusBar)
        }
    }

    private static func footerKeys(_ state: AppState) -> [(String, String)] {
        switch state.overlays.last {
        case .palette: return [("enter", "do it"), ("esc", "close")]
        case .field(let field):
            return [("enter", "ok"), ("esc", "close")] + (field.editor.isSingleLine ? [] : [("alt-enter", "new line")])
        case .choice(let choice): return choice.options.map { (String($0.key), $0.title) }
        case .page: return [("esc", "close"), ("j/k", "scroll")]
        case .chats(let list): if list.isFiltering { return [("enter", "to the list"), ("esc", "no filter")] }
        case nil: break
        }
        var keys: [(String, String)] = []
        if state.isGenerating, state.overlays.isEmpty {
            keys.append((state.keyMap.key(for: .cancel, in: .everywhere)?.name ?? "esc", "stop"))
        }
        if state.overlays.isEmpty, state.screen == .models, state.models.isFiltering {
            return [("enter", "to the list"), ("esc", "no filter")]
        }
        func add(_ context: KeyContext) {
            for row in state.keyMap.rows(in: context) {
                if let caption = row.caption { keys.append((row.key.name, caption)) }
            }
        }
        for context in contexts(of: state) where context != .everywhere { add(context) }
        if state.overlays.isEmpty { add(.everywhere) }
        return keys
    }

    /// What Escape does where it leads back.
    private static func wayBack(_ state: AppState) -> (String, String)? {
        guard let key = state.keyMap.key(for: .cancel, in: .everywhere) else { return nil }
        switch state.overlays.last {
        case .chats(let list): return list.isFiltering ? nil : (key.name, "close")
        case .page, .palette, .field, .choice: return nil
        case nil: break
        }
        let isAtHome = state.screen == .chat && state.chat.focus == .composer && state.panels.zoomed == nil
        return isAtHome || state.isGenerating || state.models.isFiltering && state.screen == .models ? nil : (key.name, "back")
    }

    private static func drawToasts(_ state: AppState, _ canvas: inout Canvas) {
        // What is being written, and what is measured, stays in sight.
        let isChat = state.screen == .chat && state.panels.zoomed == nil
        let room =
            isChat
            ? ChatLayout(state).transcript : Rect(x: 0, y: 1, width: state.size.width, height: state.size.height - 2)
        var bottom = room.maxY
        for toast in state.toasts.reversed() {
            let role: Role =
                switch toast.kind {
                case .note: .statusBar
                case .warning: .warning
                case .failure: .error
                }
            let width = max(20, min(room.width - 4, 76))
            let mark = toast.kind == .note ? "" : "! "
            let lines = TextLine(mark + toast.text, role: role).wrapped(
                to: width - 2, hangingIndent: mark.isEmpty ? 0 : 2)
            let shown = lines.prefix(5)
            let columns = min(width, (shown.map(\.width).max() ?? 0) + 2)
            guard bottom - shown.count > 1 else { return }
            bottom -= shown.count
            let area = Rect(x: room.maxX - columns, y: bottom, width: columns, height: shown.count)
            canvas.fill(area, .statusBar)
            for (row, line) in shown.enumerated() {
                canvas.write(line, at: Point(x: area.x + 1, y: area.y + row), on: .statusBar)
            }
        }
    }
}

/// What is drawn on: the cells, how roles look, and where the cursor goes.
struct Canvas {
    var buffer: CellBuffer
    let theme: Theme
    let glyphs: GlyphSet
    var cursor: Point?

    mutating func fill(_ area: Rect, _ role: Role) {
        buffer.fill(area, style: theme[role])
    }

    @discardableResult
    mutating func write(_ line: TextLine, at point: Point, within clip: Rect? = nil) -> Int {
        buffer.write(line, at: point, theme: theme, within: clip)
    }

    @discardableResult
    mutating func write(_ text: String, _ role: Role, at point: Point, within clip: Rect? = nil) -> Int {
        buffer.write(text, at: point, style: theme[role], within: clip)
    }

    /// Writes on the background of another role: a bar's, whatever stands in it.
    @discardableResult
    mutating func write(_ line: TextLine, at point: Point, on role: Role, within clip: Rect? = nil) -> Int {
        let base = theme[role]
        var x = point.x
        for span in line.spans {
            var style = theme[span.role].adding(span.attributes)
            style.background = base.background
            if base.attributes.contains(.reverse) { style.attributes.insert(.reverse) }
            x += buffer.write(span.text, at: Point(x: x, y: point.y), style: style, within: clip)
        }
        return x - point.x
    }

    /// A line that ends at the right edge of an area.
    mutating func writeRight(_ line: TextLine, in area: Rect) {
        let line = line.truncated(to: area.width, mark: glyphs.ellipsis)
        write(line, at: Point(x: area.maxX - line.width, y: area.y), within: area)
    }
}
