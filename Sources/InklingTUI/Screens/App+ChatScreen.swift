// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine
internal import InklingStore

extension App {
    static func drawChat(_ state: inout AppState, _ canvas: inout Canvas) {
        let layout = ChatLayout(state)
        canvas.note(.transcript, in: layout.transcript)
        canvas.note(.composer(first: 0), in: layout.composerRule)
        if state.chat.path.isEmpty {
            drawWelcome(state, layout.transcript, &canvas)
        } else {
            drawTranscript(&state, layout, &canvas)
        }
        if let replay = state.replay {
            drawTransport(replay, layout, &canvas)
        } else {
            drawComposer(state, layout, &canvas)
        }
        if !layout.summary.isEmpty { drawSummary(state, layout.summary, &canvas) }
        if !layout.panels.isEmpty { drawPanels(state, layout.panels, &canvas) }
    }

    private static func drawWelcome(_ state: AppState, _ area: Rect, _ canvas: inout Canvas) {
        var lines = [TextLine("Inkling", role: .heading, attributes: .bold), TextLine()]
        if let replay = state.replay {
            lines += replay.summary
        } else if let session = state.session {
            lines.append(TextLine("\(session.target.name) is ready. Ask it something.", role: .text))
            if let draft = session.draft {
                lines.append(TextLine("\(draft.name) drafts for it (\(session.fitVerdict ?? "")).", role: .dim))
            }
        } else if let loading = state.loading {
            var line = TextLine("\(loading.stage.isEmpty ? "loading" : loading.stage) \(loading.name)", role: .text)
            line.append(state.hint(.cancel, "cancels"), role: .dim)
            lines.append(line)
        } else {
            lines.append(TextLine("No model is loaded: choose one.", role: .warning))
        }
        lines.append(TextLine())
        let actions: [Action] =
            state.replay == nil
            ? [.modelsScreen, .chats, .playgroundScreen, .settingsScreen, .palette, .help]
            : [.replayPause, .replayStep, .replaySlower, .replayFaster, .help]
        for action in actions {
            guard let key = state.keyMap.key(for: action) else { continue }
            lines.append(
                TextLine([
                    TextSpan(padded(key.name, to: 8), role: .key), TextSpan(action.title, role: .dim),
                ]))
        }
        let box = area.centered(Size(width: min(area.width - 2, lines.map(\.width).max() ?? 0), height: lines.count))
        for (row, line) in lines.prefix(box.height).enumerated() {
            canvas.write(
                line.truncated(to: box.width, mark: canvas.glyphs.ellipsis), at: Point(x: box.x, y: box.y + row),
                within: area)
        }
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - displayWidth(text)))
    }

    private static func drawTranscript(_ state: inout AppState, _ layout: ChatLayout, _ canvas: inout Canvas) {
        let transcript = transcriptLayout(&state)
        let area = layout.transcript
        let visible = state.chat.scroll.visible(height: area.height, count: transcript.lineCount)
        let selected = state.chat.focus == .composer ? nil : selectedMessage(state)?.id
        for (row, index) in visible.enumerated() {
            guard let line = transcript.line(index) else { continue }
            let y = area.y + row
            let isHead = index == line.entry.start
            canvas.note(.message(line.entry.id), in: area.row(row))
            if line.entry.id == selected {
                canvas.write(canvas.glyphs == .ascii ? "|" : "▌", .borderFocused, at: Point(x: area.x, y: y))
            }
            let x = area.x + (isHead ? 1 : 3)
            guard let text = line.text else {
                canvas.write(head(of: line.entry.message, state), at: Point(x: x, y: y), within: area)
                continue
            }
            canvas.write(text, at: Point(x: x, y: y), within: area)
            if let search = state.chat.search { mark(search.text, in: text, at: Point(x: x, y: y), area, &canvas) }
        }
        canvas.buffer.drawScrollbar(
            in: Rect(x: area.maxX - 1, y: area.y, width: 1, height: area.height), visible: visible,
            count: transcript.lineCount, theme: canvas.theme, glyphs: canvas.glyphs)
        let below = state.chat.scroll.below(height: area.height, count: transcript.lineCount)
        if below > 0 {
            let text = " \(below) more line\(below == 1 ? "" : "s") \(canvas.glyphs == .ascii ? "v" : "↓") "
            canvas.write(text, .selection, at: Point(x: area.maxX - displayWidth(text) - 2, y: area.maxY - 1))
        }
    }

    private static func mark(_ text: String, in line: TextLine, at point: Point, _ area: Rect, _ canvas: inout Canvas) {
        let lower = line.text.lowercased()
        let needle = text.lowercased()
        guard !needle.isEmpty else { return }
        let style = canvas.theme[.searchMatch]
        var start = lower.startIndex
        while let range = lower[start...].firstRange(of: needle) {
            let x = point.x + displayWidth(sanitizedForTerminal(String(lower[..<range.lowerBound])))
            let rect = Rect(x: x, y: point.y, width: displayWidth(sanitizedForTerminal(needle)), height: 1)
            canvas.buffer.restyle(
                rect.intersection(area), foreground: style.foreground, background: style.background,
                adding: style.attributes)
            start = range.upperBound
        }
    }

    private static func drawComposer(_ state: AppState, _ layout: ChatLayout, _ canvas: inout Canvas) {
        let hasFocus = state.chat.focus == .composer && state.overlays.isEmpty
        var title = TextLine()
        if state.chat.editing != nil {
            title.append("edit the message", role: .warning)
        } else if case .tokens = state.chat.focus {
            title.append("tokens, and what else might have stood in their places", role: .accent)
        } else if let search = state.chat.search {
            title.append("search: \(search.text)", role: .accent)
        } else {
            title.append("message", role: hasFocus ? .accent : .dim)
        }
        for file in state.chat.attachments { title.append("  + \(file.name)", role: .success) }
        canvas.buffer.drawRule(
            layout.composerRule, title: title, role: hasFocus ? .borderFocused : .border, theme: canvas.theme,
            glyphs: canvas.glyphs)
        drawContextMeter(state, layout.composerRule, titleWidth: title.width + 6, &canvas)

        let editor = state.chat.composerLayout(width: layout.composerWidth)
        canvas.write(
            canvas.glyphs == .ascii ? ">" : "❯", hasFocus ? .accent : .dim,
            at: Point(x: layout.composer.x - 2, y: layout.composer.y))
        if state.chat.composer.isEmpty {
            let invitation =
                state.session != nil
                ? "Ask something, or /help"
                : state.loading != nil
                    ? "the model is being loaded; you can write already"
                    : "no model is loaded" + state.hint(.modelsScreen, "lists them")
            canvas.write(
                invitation, .inputPlaceholder, at: layout.composer.origin, within: layout.composer)
        }
        let first = max(0, editor.cursor.y - layout.composer.height + 1)
        canvas.note(.composer(first: first), in: layout.composer)
        let cursor = editor.draw(
            in: layout.composer, on: &canvas.buffer, style: canvas.theme[.inputText], first: first)
        if hasFocus { canvas.cursor = cursor }
    }

    /// Tokens of the message, and how full the context is.
    private static func drawContextMeter(
        _ state: AppState, _ rule: Rect, titleWidth: Int, _ canvas: inout Canvas
    ) {
        guard let session = state.session, session.contextLength > 0 else { return }
        var line = TextLine(" ")
        if let tokens = state.chat.composerTokens, tokens.count > 0, !state.chat.composer.isEmpty {
            line.append("\(tokens.count) token\(tokens.count == 1 ? "" : "s")  ", role: .dim)
        }
        let used = state.metrics.cells.used
        let share = Double(used) / Double(session.contextLength)
        line.append(
            "context \(used)/\(Quantity.tokens(session.contextLength)) ",
            role: share > 0.9 ? .warning : .dim)
        let gauge = rule.width >= 70 ? 10 : 0
        let width = line.width + gauge + 2
        guard rule.width - titleWidth >= width else { return }
        let x = rule.maxX - width
        canvas.write(line, at: Point(x: x, y: rule.y))
        if gauge > 0 {
            canvas.buffer.drawGauge(
                share, in: Rect(x: x + line.width, y: rule.y, width: gauge, height: 1),
                fill: share > 0.9 ? .warning : .gaugeFill, theme: canvas.theme, glyphs: canvas.glyphs)
        }
    }

    /// The panels in one line.
    private static func drawSummary(_ state: AppState, _ area: Rect, _ canvas: inout Canvas) {
        if case .tokens = state.chat.focus, let line = AlternativesLine.make(state) {
            canvas.write(
                line.truncated(to: area.width - 2, mark: canvas.glyphs.ellipsis), at: Point(x: area.x + 1, y: area.y))
            return
        }
        var line = TextLine()
        func add(_ name: String, _ value: String, _ role: Role) {
            if !line.isEmpty { line.append("   ", role: .dim) }
            line.append(name + " ", role: .dim)
            line.append(value, role: role)
        }
        let statistics = state.metrics.statistics
        if let speed = state.metrics.speeds.last?.smoothed ?? statistics.decodeTokensPerSecond {
            add("speed", "\(Figures.speed(speed)) tok/s", .text)
        }
        if let first = state.metrics.firstTokenTimes.last {
            add("first", Figures.duration(first, canvas.glyphs), .text)
        }
        if let rate = state.metrics.acceptanceRate { add("accepted", Figures.percent(rate), .draftAccepted) }
        if let gain = state.metrics.netGain.percent { add("gain", Figures.gain(gain), gain < 0 ? .warning : .success) }
        if state.metrics.cells.used > 0 { add("KV", Quantity.bytes(state.metrics.cells.usedBytes), .text) }
        if line.isEmpty { line.append("speed, acceptance and cache show here", role: .dim) }
        canvas.write(
            line.truncated(to: area.width - 2, mark: canvas.glyphs.ellipsis), at: Point(x: area.x + 1, y: area.y))
    }
}
