// SPDX-License-Identifier: Apache-2.0

public import InklingCells
internal import InklingEngine
internal import InklingStore

extension App {
    /// The screen. Rendering keeps what it rendered in the state, and changes nothing else there.
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
            case .race: drawRace(state, &canvas)
            case .models: drawModels(state, &canvas)
            case .settings: drawSettings(state, &canvas)
            }
        }
        drawHeader(state, &canvas)
        drawFooter(state, &canvas)
        for overlay in state.overlays { draw(overlay, state, &canvas) }
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
        for (index, title) in titles.enumerated() {
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
        if let replay = state.replay {
            line.append("replay \(replay.name) ", role: .statusBar, attributes: .bold)
            line.append(
                replay.speedText + (replay.isPaused ? ", paused" : replay.isAtEnd ? ", ended" : ""), role: .warning)
            line.append("  ", role: .statusBar)
        }
        if state.recording != nil { line.append("rec  ", role: .error, attributes: .bold) }
        guard let session = state.session else {
            if state.loading == nil, state.replay == nil { line.append("no model", role: .warning) }
            return line
        }
        line.append(session.target.name, role: .statusBar, attributes: .bold)
        if let draft = session.draft {
            line.append(state.glyphs == .ascii ? " <- " : " ← ", role: .dim)
            line.append(draft.name, role: .statusBar)
        }
        line.append("  \(state.replay == nil ? state.preferences.strategy : state.replayedStrategy)", role: .statusKey)
        return line
    }

    // MARK: Footer

    private static func drawFooter(_ state: AppState, _ canvas: inout Canvas) {
        let area = Rect(state.size).splitBottom(1).bottom
        canvas.fill(area, .statusBar)
        var line = TextLine(" ", role: .statusBar)
        for (key, title) in footerKeys(state) {
            let width = displayWidth(key) + displayWidth(title) + 3
            guard line.width + width <= area.width else { break }
            line.append(key, role: .statusKey)
            line.append(" \(title)  ", role: .statusBar)
        }
        canvas.write(line, at: area.origin, on: .statusBar)
    }

    private static func footerKeys(_ state: AppState) -> [(String, String)] {
        switch state.overlays.last {
        case .palette: return [("enter", "do it"), ("esc", "close")]
        case .field(let field):
            return [("enter", "ok"), ("esc", "close")] + (field.editor.isSingleLine ? [] : [("alt-enter", "new line")])
        case .choice(let choice): return choice.options.map { (String($0.key), $0.title) }
        case .page: return [("esc", "close"), ("j/k", "scroll")]
        case .chats, nil: break
        }
        var keys: [(String, String)] = []
        if state.isGenerating, state.overlays.isEmpty, state.replay == nil {
            keys.append((state.keyMap.key(for: .cancel, in: .everywhere)?.name ?? "esc", "stop"))
        }
        if state.race.isRunning, state.overlays.isEmpty, state.screen == .race { return [("esc", "stop the race"), ("f1", "help")] }
        if state.overlays.isEmpty, state.screen == .models, state.models.isFiltering {
            return [("enter", "to the list"), ("esc", "no filter")]
        }
        let contexts = contexts(of: state)
        for context in contexts {
            for row in state.keyMap.rows(in: context) {
                if let caption = row.caption { keys.append((row.key.name, caption)) }
            }
        }
        return keys
    }

    private static func drawToasts(_ state: AppState, _ canvas: inout Canvas) {
        // What is being written stays in sight.
        let isChat = state.screen == .chat && state.panels.zoomed == nil
        var bottom = isChat ? ChatLayout(state).composerRule.y : state.size.height - 1
        for toast in state.toasts.reversed() {
            let role: Role =
                switch toast.kind {
                case .note: .statusBar
                case .warning: .warning
                case .failure: .error
                }
            let width = max(20, min(state.size.width - 4, 76))
            let mark = toast.kind == .note ? "" : "! "
            let lines = TextLine(mark + toast.text, role: role).wrapped(
                to: width - 2, hangingIndent: mark.isEmpty ? 0 : 2)
            let shown = lines.prefix(5)
            let columns = min(width, (shown.map(\.width).max() ?? 0) + 2)
            guard bottom - shown.count > 1 else { return }
            bottom -= shown.count
            let area = Rect(x: state.size.width - columns, y: bottom, width: columns, height: shown.count)
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
