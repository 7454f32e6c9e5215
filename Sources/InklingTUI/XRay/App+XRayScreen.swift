// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

extension App {
    static func drawXRay(_ state: inout AppState, _ canvas: inout Canvas) {
        guard let run = state.xray.run, !run.rounds.isEmpty || run.prefill != nil || run.ending == nil else {
            return drawXRayWelcome(state, &canvas)
        }
        let shown = state.xray.shown
        let cursor = state.xray.cursor
        let round = cursor.flatMap { run[$0] }
        let sample = run.rounds.suffix(64)
        let hasLanes = sample.contains { XRayMethod($0) == .preVerify || XRayMethod($0) == .postVerify }
        let isSuperposed = sample.contains { !$0.hypotheses.isEmpty }
        let layout = XRayLayout(
            state.size, lanes: hasLanes ? .overlapping : sample.contains { $0.draftPassCount > 0 } ? .inTurn : .one,
            detailRows: shown.suffix(32).compactMap { run[$0] }.map { detailRows($0) }.max() ?? 5)
        drawXRayFacts(state, run, layout.facts, &canvas)
        drawXRayText(&state, run, shown, cursor, layout, &canvas)
        drawXRayRounds(state, run, shown, cursor, layout, isSuperposed: isSuperposed, hasLanes: hasLanes, &canvas)
        if !layout.lanes.isEmpty, let cursor {
            drawLanes(
                run, shown: shown, cursor: cursor, isFollowing: state.xray.isFollowing, rule: layout.lanesRule,
                in: layout.lanes, &canvas)
        }
        if let round {
            drawDetail(round, rule: layout.detailRule, in: layout.detail, &canvas)
        } else {
            let text =
                state.xray.heldCount > 0
                ? "\(keyName(state, .xrayStep)) shows the first round, \(keyName(state, .xrayHold)) all of them."
                : "The model is reading the prompt\(run.prefill.map { ": \($0.done) of \($0.total) tokens" } ?? "")."
            canvas.remark(text, in: layout.detail.inset(dx: 1))
        }
    }

    private static func keyName(_ state: AppState, _ action: Action) -> String {
        state.keyMap.key(for: action, in: .xray)?.name ?? action.title
    }

    // MARK: Nothing yet

    private static func drawXRayWelcome(_ state: AppState, _ canvas: inout Canvas) {
        var area = Rect(state.size)
        _ = area.cutTop(1)
        _ = area.cutBottom(1)
        let key = state.keyMap.key(for: .chatScreen)?.name ?? "chat"
        let strategy = StrategyRegistry.all.first { $0.id == state.preferences.strategy }
        var lines = [TextLine("X-ray: how an answer is decoded", role: .heading, attributes: .bold), TextLine()]
        lines.append(TextLine("Nothing has been decoded yet. Ask something in the chat (\(key)) and come back."))
        if let strategy {
            let next = state.keyMap.key(for: .nextStrategy)?.name ?? "a key"
            lines.append(
                TextLine("The method is \(strategy.id): \(strategy.help). \(next) takes the next one.", role: .dim))
        }
        lines.append(TextLine())
        lines.append(
            TextLine(
                "Each round, the draft model writes some tokens and the target checks them in one pass:", role: .text))
        for (cell, meaning) in legend(canvas.glyphs) {
            lines.append(TextLine("  ") + cell + TextLine("  " + meaning, role: .dim))
        }
        let width = min(area.width - 2, 76)
        let wrapped = lines.flatMap { $0.isEmpty ? [$0] : $0.wrapped(to: width, hangingIndent: 2) }
        let box = area.centered(Size(width: width, height: wrapped.count))
        for (row, line) in wrapped.prefix(box.height).enumerated() {
            canvas.write(line, at: Point(x: box.x, y: box.y + row), within: area)
        }
    }

    /// Each fate with an example and what it means.
    private static func legend(_ glyphs: GlyphSet) -> [(TextLine, String)] {
        let cells: [(XRayCell, String)] = [
            (
                XRayCell(fate: .accepted, text: "word", probability: 0.9),
                "drafted and taken; the mark behind says how sure the draft was"
            ),
            (XRayCell(fate: .rejected, text: "word", probability: 0.4), "refused by the target"),
            (XRayCell(fate: .unseen, text: "word", probability: 0.3), "drafted after that, in vain"),
            (XRayCell(fate: .correction, text: "word"), "what the target put instead"),
            (XRayCell(fate: .bonus, text: "word"), "the target's own after a draft that it took as a whole"),
            (XRayCell(fate: .pending, text: "word"), "drafted, and not judged yet"),
        ]
        return cells.map { cell, meaning in
            var chip = cell.chip(glyphs)
            chip.append(String(repeating: " ", count: max(0, 9 - chip.width)))
            return (chip, meaning)
        }
    }

    // MARK: Facts

    private static func drawXRayFacts(_ state: AppState, _ run: XRayRun, _ area: Rect, _ canvas: inout Canvas) {
        let isASCII = canvas.glyphs == .ascii
        var line = TextLine(" ")
        let total = run.indices.upperBound
        let runs = state.xray.history.runs
        if let place = runs.firstIndex(where: { $0.id == run.id }), place < runs.count - 1 {
            line.append("\(runs.count - 1 - place) back: ", role: .key)
        }
        switch state.xray.pace {
        case .live:
            let word = run.ending != nil ? "all" : state.replay == nil ? "live" : "replay"
            line.append(word, role: .success, attributes: .bold)
        case .step: line.append("held", role: .warning, attributes: .bold)
        case .slow: line.append("slow, \(state.xray.rate) a second:", role: .warning, attributes: .bold)
        }
        if state.xray.pace == .live {
            line.append(" \(total) round\(total == 1 ? "" : "s")", role: .text)
        } else {
            line.append(" round \(state.xray.shown.upperBound) of \(total)", role: .text)
        }
        let separator = isASCII ? " | " : " · "
        func add(_ text: String, _ role: Role = .dim) {
            line.append(separator, role: .border)
            line.append(text, role: role)
        }
        if case .drafts = run.kind {
            add("playground: one pass, every draft a token longer", .text)
            if run.repairPassCount > 0, state.xray.heldCount == 0 {
                let count = run.repairPassCount
                add("then ends written anew in \(count) pass\(count == 1 ? "" : "es")")
            }
        } else {
            if let method = run.method { add(method, .text) }
            // Of what is shown: what is held back has not happened yet, as far as is seen.
            let statistics =
                state.xray.heldCount == 0
                ? run.statistics
                : state.xray.shown.reduce(into: GenerationStatistics()) { sum, index in run[index].map { sum.add($0) } }
            add("\(statistics.generatedTokenCount) tokens")
            if let perPass = statistics.tokensPerTargetPass, perPass > 0 {
                add("\(Quantity.decimal(perPass, digits: 1)) a pass")
            }
            if let rate = statistics.acceptanceRate { add("\(Figures.percent(rate)) of drafts taken") }
        }
        var rest = area
        if run.kind == .answer, run.id == state.xray.history.newest?.id, let percent = state.metrics.netGain.percent {
            let graph = area.width >= 100 ? 16 : 0
            var gain = TextLine("net gain ", role: .dim)
            gain.append(Figures.gain(percent), role: percent < 0 ? .warning : .success, attributes: .bold)
            let place = rest.cutRight(gain.width + graph + (graph > 0 ? 2 : 1))
            canvas.write(gain, at: place.origin, within: area)
            if graph > 0 {
                let history = Array(state.metrics.netGain.history.suffix(graph))
                canvas.buffer.drawSparkline(
                    history, in: Rect(x: place.maxX - graph - 1, y: place.y, width: graph, height: 1),
                    range: min(0, history.min() ?? 0)...max(10, history.max() ?? 10), theme: canvas.theme,
                    glyphs: canvas.glyphs)
            }
            _ = rest.cutRight(1)
        }
        canvas.write(line.truncated(to: rest.width, mark: canvas.glyphs.ellipsis), at: rest.origin, within: rest)
    }

    // MARK: Text

    private static func drawXRayText(
        _ state: inout AppState, _ run: XRayRun, _ shown: Range<Int>, _ cursor: Int?, _ layout: XRayLayout,
        _ canvas: inout Canvas
    ) {
        let area = layout.text.inset(dx: 1)
        if !layout.textRule.isEmpty {
            var title = TextLine("Text", role: .panelTitle)
            title.append("  draft, taken", role: .draftAccepted)
            title.append("  bonus", role: .bonus)
            title.append("  ")
            title.append("correction", role: .correction)
            title.append("  plain", role: .plainToken)
            canvas.buffer.drawRule(layout.textRule, title: title, theme: canvas.theme, glyphs: canvas.glyphs)
        }
        if case .drafts(let text) = run.kind {
            let best = cursor.flatMap { run[$0] }?.hypotheses.first?.texts.joined() ?? ""
            var line = TextLine(text)
            line.append(best, role: .ghostText)
            let lines = line.wrapped(to: max(1, area.width))
            for (row, line) in lines.suffix(area.height).enumerated() {
                canvas.write(line, at: Point(x: area.x, y: area.y + row), within: area)
            }
            return
        }
        state.xray.flow.update(run, width: area.width)
        let flow = state.xray.flow
        // What is held back has not happened yet, as far as is seen.
        let end = shown.upperBound < run.indices.upperBound ? flow.line(of: shown.upperBound) + 1 : flow.starts.count
        let focus = cursor.map { flow.line(of: $0) } ?? 0
        let wanted = state.xray.isFollowing ? end - area.height : focus - area.height / 2
        let first = max(0, min(wanted, end - area.height))
        let marked = state.xray.isFollowing && state.xray.pace == .live ? nil : cursor
        for row in 0..<area.height where first + row < end {
            var line = flow.line(first + row, of: run, before: shown.upperBound, cursor: marked)
            if first + row == end - 1, let round = shown.last.flatMap({ run[$0] }) {
                // What may still be refused, or lose against another draft.
                let best = round.committed.isEmpty ? round.hypotheses.first?.texts.joined() ?? "" : ""
                let text = (round.pendingTexts.joined() + best).filter { !$0.isNewline }
                line.append(text, role: .ghostText)
            }
            canvas.write(
                line.truncated(to: area.width, mark: canvas.glyphs.ellipsis), at: Point(x: area.x, y: area.y + row),
                within: area)
        }
    }

    // MARK: Rounds

    private static func drawXRayRounds(
        _ state: AppState, _ run: XRayRun, _ shown: Range<Int>, _ cursor: Int?, _ layout: XRayLayout,
        isSuperposed: Bool,
        hasLanes: Bool, _ canvas: inout Canvas
    ) {
        let area = layout.rounds
        guard !area.isEmpty else { return }
        canvas.note(.list, in: area)
        let focus = cursor ?? shown.lowerBound
        let wanted = state.xray.isFollowing ? shown.upperBound - area.height : focus - area.height / 2
        let first = max(shown.lowerBound, min(wanted, shown.upperBound - area.height))
        let visible = first..<max(first, min(shown.upperBound, first + area.height))
        let near = run.rounds.suffix(64)
        let hasBadge = near.contains { $0.choice != nil || $0.measure("post-verify") != nil }
        let hasRisk = near.contains { $0.measure("stop-probability") != nil }
        let width = area.width - 1
        let columns = XRayColumns(width: width, hasBadge: hasBadge, hasRisk: hasRisk, isSuperposed: isSuperposed)
        for (row, index) in visible.enumerated() {
            guard let round = run[index] else { continue }
            let place = Rect(x: area.x, y: area.y + row, width: width, height: 1)
            canvas.note(.row(index), in: place)
            drawRound(round, columns: columns, in: place, isSelected: index == cursor, &canvas)
            if index == cursor, !state.xray.isFollowing || state.xray.pace != .live {
                let style = canvas.theme[.cursorLine]
                canvas.buffer.restyle(place, background: style.background)
            }
        }
        canvas.buffer.drawScrollbar(
            in: Rect(x: area.maxX - 1, y: area.y, width: 1, height: area.height),
            visible: visible.lowerBound - shown.lowerBound..<visible.upperBound - shown.lowerBound, count: shown.count,
            theme: canvas.theme, glyphs: canvas.glyphs)
        if !layout.roundsRule.isEmpty {
            drawRoundsRule(columns, layout.roundsRule, isSuperposed: isSuperposed, hasLanes: hasLanes, &canvas)
        }
        let below = shown.upperBound - visible.upperBound
        if below > 0 {
            let text = " \(below) more \(canvas.glyphs == .ascii ? "v" : "↓") "
            canvas.write(text, .selection, at: Point(x: area.maxX - displayWidth(text) - 1, y: area.maxY - 1))
        }
    }

    private static func drawRoundsRule(
        _ columns: XRayColumns, _ rule: Rect, isSuperposed: Bool, hasLanes: Bool, _ canvas: inout Canvas
    ) {
        let glyphs = canvas.glyphs
        var title = TextLine("Rounds", role: .panelTitle)
        if isSuperposed {
            title.append("  the drafts after each pass, and their shares of what is read next", role: .dim)
        } else {
            title.append("  taken", role: .draftAccepted)
            title.append("  ")
            title.append(XRayCell.rejectedMark(glyphs) + "refused", role: .draftRejected)
            title.append("  ")
            title.append("(unseen)", role: .draftRejected)
            title.append("  ")
            title.append("+instead", role: .correction)
            title.append(hasLanes ? "  waiting?" : "  *bonus", role: hasLanes ? .ghostText : .bonus)
        }
        canvas.buffer.drawRule(rule, title: title, theme: canvas.theme, glyphs: glyphs)
        // Captions over the columns at the right end, as far as the legend leaves room.
        var right = rule.maxX - 1
        let reached = rule.x + 4 + title.width
        for (text, width) in columns.captions().reversed() where width > 0 {
            guard text != "draft", text != "#", text != "how" else { break }
            let x = right - displayWidth(text)
            guard x > reached + 1 else { break }
            canvas.write(text, .dim, at: Point(x: x, y: rule.y), within: rule)
            right -= width
        }
    }
}
