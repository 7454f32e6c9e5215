// SPDX-License-Identifier: Apache-2.0

extension CellBuffer {
    /// Draws a border around a rectangle, with a title in it and a note at its right end.
    ///
    /// - Returns: the rectangle inside.
    @discardableResult
    public mutating func drawBorder(
        _ rect: Rect, title: TextLine = TextLine(), note: TextLine = TextLine(), isFocused: Bool = false, theme: Theme,
        glyphs: GlyphSet = .unicode
    ) -> Rect {
        guard rect.width >= 2, rect.height >= 2 else { return Rect(x: rect.x, y: rect.y, width: 0, height: 0) }
        let style = theme[isFocused ? .borderFocused : .border]
        let border = glyphs.border
        let line = String(repeating: border.horizontal, count: rect.width - 2)
        write(border.topLeft + line + border.topRight, at: rect.origin, style: style, within: rect)
        for y in rect.y + 1..<rect.maxY - 1 {
            write(border.vertical, at: Point(x: rect.x, y: y), style: style, within: rect)
            write(border.vertical, at: Point(x: rect.maxX - 1, y: y), style: style, within: rect)
        }
        write(
            border.bottomLeft + line + border.bottomRight, at: Point(x: rect.x, y: rect.maxY - 1), style: style,
            within: rect)
        // Corner, line, blank, title, blank, line, corner.
        var room = rect.width - 6
        if !title.isEmpty, room > 0 {
            let title = title.truncated(to: room, mark: glyphs.ellipsis)
            room -= write(padded(title), at: Point(x: rect.x + 2, y: rect.y), theme: theme, within: rect)
        }
        if !note.isEmpty, room >= note.width + 2 {
            write(padded(note), at: Point(x: rect.maxX - 4 - note.width, y: rect.y), theme: theme, within: rect)
        }
        return rect.inset(dx: 1, dy: 1)
    }

    private func padded(_ line: TextLine) -> TextLine {
        TextLine(" ") + line + TextLine(" ")
    }

    /// Draws a line from left to right, with a title in it.
    public mutating func drawRule(
        _ rect: Rect, title: TextLine = TextLine(), role: Role = .border, theme: Theme, glyphs: GlyphSet = .unicode
    ) {
        guard !rect.isEmpty else { return }
        write(
            String(repeating: glyphs.border.horizontal, count: rect.width), at: rect.origin, style: theme[role],
            within: rect)
        if !title.isEmpty, rect.width > 6 {
            let title = title.truncated(to: rect.width - 6, mark: glyphs.ellipsis)
            write(padded(title), at: Point(x: rect.x + 2, y: rect.y), theme: theme, within: rect)
        }
    }

    /// Draws the titles of tabs in one row, the active one marked. Returns the columns that each takes, for the mouse.
    @discardableResult
    public mutating func drawTabs(_ titles: [String], active: Int, in area: Rect, theme: Theme) -> [Range<Int>] {
        guard !area.isEmpty else { return [] }
        var places: [Range<Int>] = []
        var x = area.x
        for (index, title) in titles.enumerated() {
            let used = write(
                " \(title) ", at: Point(x: x, y: area.y), style: theme[index == active ? .tabActive : .tab],
                within: area.row(0))
            places.append(x..<x + used)
            x += used
        }
        return places
    }

    /// Draws where in `count` lines the `visible` ones are, in the first column of `area`. Nothing if all are visible.
    public mutating func drawScrollbar(
        in area: Rect, visible: Range<Int>, count: Int, theme: Theme, glyphs: GlyphSet = .unicode
    ) {
        guard !area.isEmpty, count > visible.count, !visible.isEmpty else { return }
        let height = area.height
        let length = max(1, Int(Double(height) * Double(visible.count) / Double(count)))
        let travel = Double(visible.lowerBound) / Double(count - visible.count)
        let start = Int((Double(height - length) * min(1, max(0, travel))).rounded())
        for row in 0..<height {
            let isThumb = row >= start && row < start + length
            write(
                isThumb ? glyphs.scrollThumb : glyphs.scrollTrack, at: Point(x: area.x, y: area.y + row),
                style: theme[isThumb ? .scrollbarThumb : .scrollbar], within: area)
        }
    }
}
