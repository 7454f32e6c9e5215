// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

extension App {
    /// What stands in the place of the message while a recording plays: where it is, and how fast.
    static func drawTransport(_ replay: ReplayState, _ layout: ChatLayout, _ canvas: inout Canvas) {
        var title = TextLine("replay \(replay.name)", role: .accent)
        title.append("  \(replay.speedText)", role: .warning)
        if replay.isPaused { title.append(", paused", role: .warning) }
        canvas.buffer.drawRule(
            layout.composerRule, title: title, role: .borderFocused, theme: canvas.theme, glyphs: canvas.glyphs)
        var area = layout.composer
        let isASCII = canvas.glyphs == .ascii
        let mark =
            replay.isAtEnd ? (isASCII ? "#" : "■") : replay.isPaused ? (isASCII ? "=" : "‖") : (isASCII ? ">" : "▶")
        canvas.write(mark, .accent, at: Point(x: area.x - 2, y: area.y))
        let time = "\(Figures.duration(replay.time)) of \(Figures.duration(replay.endTime))"
        let rounds = "round \(replay.playedRoundCount) of \(replay.roundCount)"
        let facts = TextLine(area.width >= 60 ? "  \(rounds)  \(time)" : "  \(rounds)", role: .dim)
        let place = area.cutRight(min(area.width / 2, facts.width))
        canvas.writeRight(facts, in: place)
        canvas.buffer.drawGauge(
            replay.share, in: Rect(x: area.x, y: area.y, width: area.width, height: 1), theme: canvas.theme,
            glyphs: canvas.glyphs)
    }
}

extension ReplayState {
    /// What was recorded, for the screen on which nothing has happened yet.
    var summary: [TextLine] {
        let header = trace.header
        var lines = [TextLine("\(name), recorded by \(header.command) of Inkling \(header.program)", role: .text)]
        for model in header.models {
            var facts = [model.architecture]
            if let parameters = model.parameters { facts.append("\(Quantity.parameters(parameters)) parameters") }
            if let quantization = model.quantization { facts.append(quantization) }
            facts.append(Quantity.bytes(model.bytes))
            lines.append(
                TextLine([
                    TextSpan("\(model.role.rawValue) ", role: .dim), TextSpan(model.name, role: .text),
                    TextSpan("  " + facts.joined(separator: ", "), role: .dim),
                ]))
        }
        lines.append(
            TextLine([TextSpan("method ", role: .dim), TextSpan(header.strategy, role: .text)]))
        return lines
    }
}
