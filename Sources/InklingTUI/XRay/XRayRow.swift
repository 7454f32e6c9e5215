// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

/// The columns of the list of rounds, as far as a run needs them and the width has room.
struct XRayColumns: Equatable {
    let number: Int
    let badge: Int
    let cells: Int
    let taken: Int
    let risk: Int
    let stop: Int
    let times: Int

    init(width: Int, hasBadge: Bool, hasRisk: Bool, isSuperposed: Bool) {
        number = width >= 60 ? 5 : 4
        badge = hasBadge && width >= 56 ? 6 : 0
        taken = isSuperposed ? 0 : 6
        risk = hasRisk && width >= 64 ? 13 : 0
        stop = width >= 110 && !isSuperposed ? 10 : 0
        times = width >= 96 ? 18 : 0
        cells = max(1, width - number - badge - taken - risk - stop - times - 2)
    }

    /// Their captions, for the rule above.
    func captions() -> [(text: String, width: Int)] {
        [
            ("#", number), ("how", badge), ("draft", cells), ("taken", taken), ("refusal", risk), ("end", stop),
            ("draft + pass", times),
        ]
    }
}

extension App {
    /// One round in one row.
    static func drawRound(
        _ round: DecodingRound, columns: XRayColumns, in row: Rect, isSelected: Bool, _ canvas: inout Canvas
    ) {
        var rest = row
        let glyphs = canvas.glyphs
        let mark = rest.cutLeft(1)
        if isSelected { canvas.write(glyphs == .ascii ? ">" : "▌", .borderFocused, at: mark.origin) }
        let number = rest.cutLeft(columns.number)
        canvas.writeRight(TextLine("\(round.index + 1)", role: isSelected ? .accent : .dim), in: number)
        _ = rest.cutLeft(1)
        let method = XRayMethod(round)
        if columns.badge > 0 {
            canvas.write(method.badge, .dim, at: rest.cutLeft(columns.badge).origin)
        }
        if columns.times > 0 { canvas.writeRight(times(round, glyphs), in: rest.cutRight(columns.times)) }
        if columns.stop > 0 {
            canvas.writeRight(TextLine(stopWord(round), role: .dim), in: rest.cutRight(columns.stop))
        }
        if columns.risk > 0 { drawRisk(round, in: rest.cutRight(columns.risk), &canvas) }
        if columns.taken > 0 {
            let place = rest.cutRight(columns.taken)
            if round.draftedCount > 0 {
                canvas.writeRight(TextLine("\(round.acceptedCount)/\(round.draftedCount)", role: .text), in: place)
            }
        }
        let line =
            round.hypotheses.isEmpty
            ? chips(of: round, width: rest.width - 1, glyphs) : hypotheses(of: round, width: rest.width - 1, glyphs)
        canvas.write(line.truncated(to: rest.width - 1, mark: glyphs.ellipsis), at: rest.origin, within: rest)
    }

    /// The tokens of a round, what decided it in any case.
    static func chips(of round: DecodingRound, width: Int, _ glyphs: GlyphSet) -> TextLine {
        let cells = XRayCell.cells(of: round)
        let chips = cells.map { $0.chip(glyphs) }
        var room = width
        var tail = TextLine()
        if let tree = round.draft, !tree.isChain {
            tail = TextLine("tree of \(tree.count)", role: .dim)
            room -= tail.width + 1
        }
        var line = TextLine()
        for index in XRayCell.fit(cells, widths: chips.map { $0.width + 1 }, in: room + 1) {
            if !line.isEmpty { line.append(" ") }
            if let index { line.spans += chips[index].spans } else { line.append(glyphs.ellipsis, role: .dim) }
        }
        if !tail.isEmpty { line = line + TextLine(line.isEmpty ? "" : " ") + tail }
        return line
    }

    /// Several drafts of which none is chosen yet: their shares and how they end.
    private static func hypotheses(of round: DecodingRound, width: Int, _ glyphs: GlyphSet) -> TextLine {
        if !round.committed.isEmpty { return chips(of: round, width: width, glyphs) }
        var line = TextLine()
        let share = max(8, width / max(1, round.hypotheses.count))
        for draft in round.hypotheses {
            if !line.isEmpty { line.append("  ") }
            line.append(
                XRayCell.percent(Double(draft.weight)), role: TokenInView.role(Double(draft.weight)), attributes: .bold)
            let whole = XRayCell.oneLine(draft.texts.joined(), glyphs)
            let text = whole.first == " " ? String(whole.dropFirst()) : whole
            let room = share - 8
            // The end is what is new.
            let tail = displayWidth(text) > room ? glyphs.ellipsis + String(text.suffix(max(1, room - 1))) : text
            line.append(" " + tail, role: draft.weight == 0 ? .dim : .text)
        }
        return line
    }

    /// How likely a refusal had become, and where drafting ends for that.
    private static func drawRisk(_ round: DecodingRound, in area: Rect, _ canvas: inout Canvas) {
        guard let risk = round.measure("stop-probability") else { return }
        var rest = area
        let limit = round.measure("threshold")
        let isOver = limit.map { risk > $0 } ?? false
        canvas.writeRight(TextLine(Figures.percent(risk), role: isOver ? .warning : .dim), in: rest.cutRight(5))
        _ = rest.cutLeft(1)
        drawRiskGauge(risk, limit: limit, in: rest, &canvas)
    }

    static func drawRiskGauge(_ risk: Double, limit: Double?, in area: Rect, _ canvas: inout Canvas) {
        let isOver = limit.map { risk > $0 } ?? false
        canvas.buffer.drawGauge(
            risk, in: area, fill: isOver ? .warning : .gaugeFill, theme: canvas.theme, glyphs: canvas.glyphs)
        guard let limit, limit.isFinite, area.width >= 3 else { return }
        let x = area.x + min(area.width - 1, max(0, Int((min(max(limit, 0), 1) * Double(area.width)).rounded(.down))))
        canvas.write(canvas.glyphs == .ascii ? "|" : "┃", .text, at: Point(x: x, y: area.y), within: area)
    }

    private static func times(_ round: DecodingRound, _ glyphs: GlyphSet) -> TextLine {
        guard !round.spans.isEmpty else { return TextLine() }
        var line = TextLine()
        if round.draftPassCount > 0 {
            line.append(Figures.duration(round.draftDuration, glyphs), role: .laneDraft)
            line.append(" + ", role: .dim)
        }
        line.append(Figures.duration(round.verifyDuration, glyphs), role: .laneTarget)
        return line
    }

    /// Why the draft ended, in a word.
    private static func stopWord(_ round: DecodingRound) -> String {
        switch round.stop {
        case .length: "as set"
        case .limit: "no room"
        case .endToken: "end"
        case .likelyRejection: "unsure"
        case .noMatch: "no match"
        case .unknownToken: "unknown"
        case .noGain: "no gain"
        case .targetReady: "on time"
        case nil: ""
        }
    }
}
