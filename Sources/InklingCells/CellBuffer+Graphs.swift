// SPDX-License-Identifier: Apache-2.0

extension CellBuffer {
    /// Draws in one row how much of the whole something is.
    ///
    /// - Parameter fraction: from 0 to 1; what is not a number counts 0.
    public mutating func drawGauge(
        _ fraction: Double, in area: Rect, fill: Role = .gaugeFill, empty: Role = .gaugeEmpty, theme: Theme,
        glyphs: GlyphSet = .unicode
    ) {
        guard !area.isEmpty else { return }
        let filled = bar(fraction, width: area.width, glyphs)
        let used = write(filled, at: area.origin, style: theme[fill], within: area.row(0))
        write(
            String(repeating: glyphs.empty, count: area.width - used), at: Point(x: area.x + used, y: area.y),
            style: theme[empty], within: area.row(0))
    }

    /// A bar of `fraction` of `width` columns, in parts of a column where the glyphs allow it.
    private func bar(_ fraction: Double, width: Int, _ glyphs: GlyphSet) -> String {
        let count = glyphs.parts.count
        let steps = Self.steps(fraction, of: width * count)
        let full = String(repeating: glyphs.parts[count - 1], count: steps / count)
        return steps % count == 0 ? full : full + glyphs.parts[steps % count - 1]
    }

    /// `fraction` of `total`, rounded; more than none is at least one step, and less than all at most all but one.
    private static func steps(_ fraction: Double, of total: Int) -> Int {
        guard fraction > 0, total > 0 else { return 0 }
        guard fraction < 1 else { return total }
        return max(1, min(Int((fraction * Double(total)).rounded()), max(1, total - 1)))
    }

    /// Draws a row of gauges with labels before them and values after them; as many as there are rows.
    public mutating func drawBars(
        _ bars: [(label: String, fraction: Double, value: String, role: Role)], in area: Rect, theme: Theme,
        glyphs: GlyphSet = .unicode
    ) {
        let shown = bars.prefix(area.height)
        let labelWidth = min(shown.map { displayWidth($0.label) }.max() ?? 0, area.width / 3)
        let valueWidth = min(shown.map { displayWidth($0.value) }.max() ?? 0, area.width / 3)
        for (index, bar) in shown.enumerated() {
            var row = area.row(index)
            let label = row.cutLeft(labelWidth)
            write(
                TextLine(bar.label).truncated(to: labelWidth, mark: glyphs.ellipsis), at: label.origin, theme: theme,
                within: label)
            if valueWidth > 0 {
                let value = row.cutRight(valueWidth)
                write(
                    TextLine(bar.value, role: .dim), at: Point(x: value.maxX - displayWidth(bar.value), y: value.y),
                    theme: theme, within: value)
                _ = row.cutRight(1)
            }
            if labelWidth > 0 { _ = row.cutLeft(1) }
            drawGauge(bar.fraction, in: row, fill: bar.role, theme: theme, glyphs: glyphs)
        }
    }

    /// Draws numbers as columns, the last one at the right edge, as high as the area.
    ///
    /// - Parameters:
    ///   - values: one a column; more than fit are left out at the front. What is not finite is a gap.
    ///   - range: what the lowest and the highest place stand for; nil takes 0 and the highest value shown.
    public mutating func drawSparkline(
        _ values: [Double], in area: Rect, range: ClosedRange<Double>? = nil, role: Role = .sparkline, theme: Theme,
        glyphs: GlyphSet = .unicode
    ) {
        guard !area.isEmpty else { return }
        let shown = values.suffix(area.width)
        let (low, high) = Self.scale(shown, range)
        let levels = glyphs.levels.count
        for (index, value) in shown.enumerated() where value.isFinite {
            let x = area.maxX - shown.count + index
            let steps = max(1, Self.steps((value - low) / (high - low), of: area.height * levels))
            for row in 0..<area.height {
                let level = min(levels, steps - row * levels)
                guard level > 0 else { break }
                write(
                    glyphs.levels[level - 1], at: Point(x: x, y: area.maxY - 1 - row), style: theme[role], within: area)
            }
        }
    }

    /// Draws numbers as a filled graph, two a column and four steps a row with Braille; without it, a sparkline of
    /// every second one.
    ///
    /// - Parameters: as of ``drawSparkline(_:in:range:role:theme:glyphs:)``.
    public mutating func drawGraph(
        _ values: [Double], in area: Rect, range: ClosedRange<Double>? = nil, role: Role = .sparkline, theme: Theme,
        glyphs: GlyphSet = .unicode
    ) {
        guard !area.isEmpty else { return }
        let shown = Array(values.suffix(area.width * 2))
        guard glyphs.hasBraille else {
            let scale = Self.scale(shown[...], range)
            let halved = stride(from: shown.count - 1, through: 0, by: -2).map { shown[$0] }.reversed()
            drawSparkline(
                Array(halved), in: area, range: scale.low...scale.high, role: role, theme: theme, glyphs: glyphs)
            return
        }
        let (low, high) = Self.scale(shown[...], range)
        let heights = shown.map { value in
            value.isFinite ? max(1, Self.steps((value - low) / (high - low), of: area.height * 4)) : 0
        }
        // The last number is at the right edge, so the first column may hold one only.
        let padded = (heights.count % 2 == 0 ? [] : [0]) + heights
        for pair in 0..<padded.count / 2 {
            let x = area.maxX - padded.count / 2 + pair
            for row in 0..<area.height {
                let left = Self.leftDots[max(0, min(4, padded[2 * pair] - 4 * row))]
                let right = Self.rightDots[max(0, min(4, padded[2 * pair + 1] - 4 * row))]
                guard left | right != 0, let scalar = Unicode.Scalar(0x2800 | UInt32(left | right)) else { continue }
                write(
                    String(Character(scalar)), at: Point(x: x, y: area.maxY - 1 - row), style: theme[role],
                    within: area)
            }
        }
    }

    /// Dots of a Braille character, as bits, for a column filled from below.
    private static let leftDots: [UInt8] = [0x00, 0x40, 0x44, 0x46, 0x47]
    private static let rightDots: [UInt8] = [0x00, 0x80, 0xA0, 0xB0, 0xB8]

    private static func scale(_ values: ArraySlice<Double>, _ range: ClosedRange<Double>?) -> (
        low: Double, high: Double
    ) {
        let low = range?.lowerBound ?? 0
        let high = range?.upperBound ?? values.reduce(0) { $1.isFinite ? max($0, $1) : $0 }
        return high > low && low.isFinite && high.isFinite ? (low, high) : (low.isFinite ? (low, low + 1) : (0, 1))
    }
}
