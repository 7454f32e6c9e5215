// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding

extension PanelDescriptor {
    /// What the decoding method is worth, measured against plain decoding at the same place of the same text.
    static let netGain = PanelDescriptor(id: "net-gain", title: "Net gain", action: .gainPanel, rows: 3...5) {
        state, area, canvas in
        var rest = area
        let gain = state.metrics.netGain
        if let percent = gain.percent {
            canvas.fact(
                "over plain", Figures.gain(percent), role: percent < 0 ? .warning : .success,
                in: rest.cutTop(1))
        } else {
            canvas.fact("over plain", "not measured yet", role: .dim, in: rest.cutTop(1))
        }
        let with = gain.with.map { Figures.speed($0) } ?? "-"
        let without = gain.without.map { Figures.speed($0) } ?? "-"
        canvas.fact("with / without", "\(with) / \(without) tok/s", in: rest.cutTop(1))
        let history = Array(gain.history)
        let most = max(10, history.map { abs($0) }.max() ?? 10)
        canvas.buffer.drawGraph(
            history, in: rest, range: min(0, history.min() ?? 0)...most, role: .success, theme: canvas.theme,
            glyphs: canvas.glyphs)
    }
}
