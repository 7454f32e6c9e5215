// SPDX-License-Identifier: Apache-2.0

/// A column of a table on the screen.
public struct TableColumn: Hashable, Sendable {
    public var title: String
    /// Columns it has at least.
    public var width: Int
    /// Its share of what is left when every column has its width; 0 leaves it as it is.
    public var share: Int
    public var isAlignedRight: Bool
    /// Columns of a lower rank are left out first where there is not enough room.
    public var rank: Int

    public init(_ title: String, width: Int, share: Int = 0, isAlignedRight: Bool = false, rank: Int = 0) {
        self.title = title
        self.width = width
        self.share = share
        self.isAlignedRight = isAlignedRight
        self.rank = rank
    }
}

extension CellBuffer {
    /// Draws a heading and rows. What does not fit in its column is cut; columns that do not fit are left out, the
    /// last one of the lowest rank first.
    ///
    /// - Parameters:
    ///   - rows: those to show, one text a column.
    ///   - selected: the row to mark.
    public mutating func drawTable(
        _ columns: [TableColumn], rows: [[TextLine]], selected: Int? = nil, in area: Rect, theme: Theme,
        glyphs: GlyphSet = .unicode
    ) {
        guard !area.isEmpty else { return }
        let places = Self.places(of: columns, width: area.width)
        for (column, place) in zip(columns, places) {
            guard let place else { continue }
            let cell = Rect(x: area.x + place.lowerBound, y: area.y, width: place.count, height: 1)
            drawText(
                TextLine(column.title, role: .dim), isAlignedRight: column.isAlignedRight, in: cell, theme, glyphs)
        }
        for (index, row) in rows.prefix(area.height - 1).enumerated() {
            for (column, (place, text)) in zip(columns, zip(places, row)) {
                guard let place else { continue }
                let cell = Rect(x: area.x + place.lowerBound, y: area.y + 1 + index, width: place.count, height: 1)
                drawText(text, isAlignedRight: column.isAlignedRight, in: cell, theme, glyphs)
            }
            if index == selected { select(area.row(index + 1), theme: theme) }
        }
    }

    /// Makes a row look selected, whatever is written in it.
    public mutating func select(_ rect: Rect, theme: Theme) {
        let style = theme[.selection]
        restyle(rect, foreground: style.foreground, background: style.background, adding: style.attributes)
    }

    private mutating func drawText(
        _ text: TextLine, isAlignedRight: Bool, in cell: Rect, _ theme: Theme, _ glyphs: GlyphSet
    ) {
        let text = text.truncated(to: cell.width, mark: glyphs.ellipsis)
        let x = isAlignedRight ? cell.maxX - text.width : cell.x
        write(text, at: Point(x: x, y: cell.y), theme: theme, within: cell)
    }

    /// Where each column is, a blank between two of them; nil for those that are left out.
    static func places(of columns: [TableColumn], width: Int) -> [Range<Int>?] {
        var shown = Array(columns.indices)
        func needed() -> Int { shown.reduce(shown.count - 1) { $0 + max(0, columns[$1].width) } }
        while shown.count > 1, needed() > width {
            let lowest = shown.map { columns[$0].rank }.min() ?? 0
            guard let last = shown.lastIndex(where: { columns[$0].rank == lowest }) else { break }
            shown.remove(at: last)
        }
        let free = max(0, width - needed())
        let shares = shown.reduce(0) { $0 + max(0, columns[$1].share) }
        var result = [Range<Int>?](repeating: nil, count: columns.count)
        var (x, shared) = (0, 0)
        for index in shown {
            // By sums, so that the parts add up to what is free.
            let before = shares == 0 ? 0 : free * shared / shares
            shared += max(0, columns[index].share)
            let extra = shares == 0 ? 0 : free * shared / shares - before
            let end = min(width, x + max(0, columns[index].width) + extra)
            result[index] = min(x, width)..<max(min(x, width), end)
            x = end + 1
        }
        return result
    }
}
