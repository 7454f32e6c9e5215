// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding

extension PanelDescriptor {
    /// Tokens a second now and over time, and how long the first one took.
    static let speed = PanelDescriptor(id: "speed", title: "Speed", action: .speedPanel, rows: 3...7) {
        state, area, canvas in
        var rest = area
        let metrics = state.metrics
        let now = metrics.speeds.last?.smoothed ?? metrics.statistics.decodeTokensPerSecond
        canvas.fact("tokens a second", now.map { Figures.speed($0) } ?? "-", role: .accent, in: rest.cutTop(1))
        let first = metrics.firstTokenTimes.last.map { Figures.duration($0, canvas.glyphs) } ?? "-"
        let prefill =
            metrics.statistics.prefillTokensPerSecond.flatMap { $0 > 0 ? $0 : nil }.map {
                ", prompt \(Figures.speed($0))/s"
            } ?? ""
        let row = rest.cutTop(1)
        canvas.fact("first token", displayWidth(first + prefill) + 12 > row.width ? first : first + prefill, in: row)
        if rest.height >= 4, let pass = metrics.targetPasses.last {
            let draft = metrics.draftPasses.last.map { ", draft \(Figures.duration($0.duration, canvas.glyphs))" } ?? ""
            canvas.fact("a pass", Figures.duration(pass.duration, canvas.glyphs) + draft, in: rest.cutTop(1))
        }
        canvas.buffer.drawGraph(metrics.speeds.map(\.smoothed), in: rest, theme: canvas.theme, glyphs: canvas.glyphs)
    }
}
