// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

extension PanelDescriptor {
    /// How much of what is drafted the target takes: over time, by place in the draft, and how long drafts are.
    static let acceptance = PanelDescriptor(
        id: "acceptance", title: "Acceptance", action: .acceptancePanel, rows: 4...11
    ) { state, area, canvas in
        var rest = area
        let metrics = state.metrics
        guard let rate = metrics.acceptanceRate else {
            canvas.remark(
                state.session?.draft == nil ? "nothing is drafted: no draft model" : "nothing drafted yet", in: rest)
            return
        }
        canvas.fact("of drafted tokens", Figures.percent(rate), role: .draftAccepted, in: rest.cutTop(1))
        let perPass = metrics.statistics.tokensPerTargetPass.map { Quantity.decimal($0, digits: 2) } ?? "-"
        canvas.fact("tokens a pass", perPass, in: rest.cutTop(1))
        let label = "lengths "
        var row = rest.cutTop(1)
        canvas.write(label, .dim, at: row.cutLeft(label.count).origin, within: area)
        // The last ones, as many as there is room for.
        var lengths = ""
        for length in metrics.draftLengths.reversed() {
            guard lengths.count + String(length).count < row.width else { break }
            lengths = lengths.isEmpty ? "\(length)" : "\(length) \(lengths)"
        }
        canvas.writeRight(TextLine(lengths), in: row)
        // Places that were judged often enough to mean something, while rows are left; the rest is the graph.
        let places = metrics.positions.enumerated().filter { $0.element.judged > 0 }.prefix(max(0, rest.height - 2))
        if places.count > 1 {
            let bars = rest.cutTop(places.count)
            canvas.buffer.drawBars(
                places.map { index, place in
                    (
                        "\(index + 1)", place.rate ?? 0, "\(Figures.percent(place.rate ?? 0)) of \(place.judged)",
                        .draftAccepted
                    )
                }, in: bars, theme: canvas.theme, glyphs: canvas.glyphs)
        }
        canvas.buffer.drawGraph(
            metrics.acceptances.map(\.smoothed), in: rest, range: 0...1, role: .draftAccepted, theme: canvas.theme,
            glyphs: canvas.glyphs)
    }
}
