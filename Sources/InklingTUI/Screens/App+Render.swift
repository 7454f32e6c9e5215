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
            case .xray: drawXRay(&state, &canvas)
            case .race: drawRace(state, &canvas)
            case .models: drawModels(&state, &canvas)
            case .settings: drawSettings(&state, &canvas)
            }
        }
        drawHeader(state, &canvas)
        drawFooter(state, &canvas)
        for index in state.overlays.indices {
            // What lies below cannot be clicked.
            canvas.hits = []
            var overlay = state.overlays[index]
            draw(&overlay, state, &canvas)
            state.overlays[index] = overlay
        }
        state.hits = canvas.hits
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
        let all = Screen.allCases
        // Where there is no room for all of them, where one is says enough.
        let fits = all.reduce(0) { $0 + displayWidth($1.title) + 2 } + 16 <= area.width
        var x = area.x
        for screen in fits ? all : [state.screen] {
            let title = screen.title
            let isActive = screen == state.screen && state.panels.zoomed == nil
            let start = x
            x += canvas.write(
                TextLine([TextSpan(isActive ? "[\(title)]" : " \(title) ", role: isActive ? .tabActive : .statusBar)]),
                at: Point(x: x, y: area.y), on: .statusBar)
            canvas.note(
                .screen(screen), in: Rect(x: start, y: area.y, width: x - start, height: 1))
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
        func add(_ key: String, _ title: String, to line: inout TextLine) {
            line.append(key, role: .statusKey)
            line.append(" \(title)  ", role: .statusBar)
        }
        // The way back, and what leads to all the rest, have places of their own.
        var end = TextLine()
        var endActions: [(Action, Range<Int>)] = []
        for (key, title, action) in wayBack(state) + helpKey(state) {
            let start = end.width
            add(key, title, to: &end)
            if let action { endActions.append((action, start..<end.width - 2)) }
        }
        for (key, title, action) in footerKeys(state) {
            let width = displayWidth(key) + displayWidth(title) + 3
            guard line.width + width + end.width <= area.width else { break }
            if let action {
                canvas.note(.action(action), in: Rect(x: area.x + line.width, y: area.y, width: width - 1, height: 1))
            }
            add(key, title, to: &line)
        }
        canvas.write(line, at: area.origin, on: .statusBar)
        guard line.width + end.width <= area.width else { return }
        let start = area.maxX - end.width + 1
        canvas.write(end, at: Point(x: start, y: area.y), on: .statusBar)
        for (action, columns) in endActions {
            canvas.note(
                .action(action), in: Rect(x: start + columns.lowerBound, y: area.y, width: columns.count, height: 1))
        }
    }

    private static func footerKeys(_ state: AppState) -> [(key: String, title: String, action: Action?)] {
        switch state.overlays.last {
        case .palette: return [("enter", "do it", nil), ("esc", "close", nil)]
        case .field(let field):
            return [("enter", "ok", nil), ("esc", "close", nil)]
                + (field.editor.isSingleLine ? [] : [("alt-enter", "new line", nil)])
        case .choice(let choice): return choice.options.map { (String($0.key), $0.title, nil) }
        case .page:
            let keys = [Action.down, .up].compactMap { state.keyMap.key(for: $0, in: .page)?.name }
            return [(state.keyName(of: .cancel, in: [.everywhere]) ?? "ctrl-c", "close", nil)]
                + (keys.isEmpty ? [] : [(keys.joined(separator: "/"), "scroll", nil)])
        case .chats(let list):
            if list.isFiltering { return [("enter", "to the list", nil), ("esc", "no filter", nil)] }
        case .themes, nil: break
        }
        var keys: [(key: String, title: String, action: Action?)] = []
        if state.isGenerating, state.overlays.isEmpty, state.replay == nil {
            keys.append((state.keyName(of: .cancel, in: [.everywhere]) ?? "ctrl-c", "stop", .cancel))
        }
        if state.race.isRunning, state.overlays.isEmpty, state.screen == .race {
            return [
                (state.keyName(of: .cancel, in: [.everywhere]) ?? "ctrl-c", "stop the race", .cancel),
                (state.keyName(of: .help, in: [.race, .everywhere]) ?? "f1", "help", .help),
            ]
        }
        if state.overlays.isEmpty, state.screen == .models, state.models.isFiltering {
            return [("enter", "to the list", nil), ("esc", "no filter", nil)]
        }
        func add(_ context: KeyContext) {
            // Where one is one need not go.
            for row in state.keyMap.rows(in: context) where row.action != state.screen.action {
                if let caption = row.caption { keys.append((row.key.name, caption, row.action)) }
            }
        }
        for context in contexts(of: state) where context != .everywhere { add(context) }
        if state.overlays.isEmpty { add(.everywhere) }
        return keys
    }

    /// What Escape does where it leads back.
    private static func wayBack(_ state: AppState) -> [(key: String, title: String, action: Action?)] {
        guard let name = state.keyName(of: .cancel, in: [.everywhere]) else { return [] }
        switch state.overlays.last {
        case .chats(let list): return list.isFiltering ? [] : [(name, "close", .cancel)]
        case .themes: return [(name, "close", .cancel)]
        case .page, .palette, .field, .choice: return []
        case nil: break
        }
        let isAtHome = state.screen == .chat && state.chat.focus == .composer && state.panels.zoomed == nil
        let isFiltering = state.screen == .models && state.models.isFiltering
        guard !isAtHome, !isFiltering, !state.isGenerating || state.replay != nil else { return [] }
        return [(name, "back", .cancel)]
    }

    private static func helpKey(_ state: AppState) -> [(key: String, title: String, action: Action?)] {
        guard state.overlays.isEmpty, let name = state.keyName(of: .help, in: [.everywhere]) else { return [] }
        return [(name, "help", .help)]
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
    var hits: [MouseHit] = []

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
            if base.attributes.contains(.reverse) {
                // Reversed, the foreground is the bar's ground.
                style.foreground = base.foreground
                style.attributes.insert(.reverse)
            }
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
