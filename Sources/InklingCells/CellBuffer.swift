// SPDX-License-Identifier: Apache-2.0

/// One place of the screen.
public struct Cell: Hashable, Sendable {
    /// What stands there, one character with all that combines with it; empty in the right half of a wide one.
    public let text: String
    private let storedWidth: UInt8
    public let style: Style

    /// 1, or 2 in the left half of a wide character, and 0 in its right half.
    public var width: Int { Int(storedWidth) }

    init(text: String, width: Int, style: Style) {
        self.text = text
        storedWidth = UInt8(clamping: width)
        self.style = style
    }

    /// A blank.
    public init(style: Style = Style()) {
        self.init(text: " ", width: 1, style: style)
    }

    fileprivate func with(_ style: Style) -> Cell {
        Cell(text: text, width: width, style: style)
    }
}

/// A screen, or a part of one, as cells. Drawing never goes outside it, and whatever is written, no control character,
/// escape sequence or change of direction gets into a cell.
///
/// The right half of a wide character always follows its left half in the same row; drawing over one of them makes
/// the other a blank.
public struct CellBuffer: Sendable, Equatable {
    public let size: Size
    private var cells: [Cell]

    /// Sides beyond this are cut: no terminal has them.
    public static let sideLimit = 4096

    /// Blanks of this style.
    public init(size: Size, style: Style = Style()) {
        self.size = Size(
            width: max(0, min(size.width, Self.sideLimit)), height: max(0, min(size.height, Self.sideLimit)))
        cells = Array(repeating: Cell(style: style), count: self.size.width * self.size.height)
    }

    public var bounds: Rect { Rect(size) }

    /// The cell in this column and row; a blank outside.
    public subscript(x: Int, y: Int) -> Cell {
        guard x >= 0, x < size.width, y >= 0, y < size.height else { return Cell() }
        return cells[y * size.width + x]
    }

    /// The text of every row, blanks at its end included.
    public var rows: [String] {
        (0..<size.height).map { y in
            cells[y * size.width..<(y + 1) * size.width].reduce(into: "") { $0 += $1.text }
        }
    }

    // MARK: Drawing

    /// Fills a rectangle with a character, blanks unless told; one that is not one cell wide counts as a blank.
    public mutating func fill(_ rect: Rect, style: Style, character: Character = " ") {
        let area = bounds.intersection(rect)
        guard !area.isEmpty else { return }
        let text = sanitizedForTerminal(String(character))
        let cell = Cell(text: displayWidth(text) == 1 ? text : " ", width: 1, style: style)
        for y in area.y..<area.maxY {
            // Only at the edges can half of a wide character remain.
            put(cell, area.x, y)
            put(cell, area.maxX - 1, y)
            let start = y * size.width
            for index in start + area.x..<start + area.maxX { cells[index] = cell }
        }
    }

    /// Writes text in one row; line breaks and other controls show as their pictures.
    ///
    /// - Parameters:
    ///   - point: where the text begins; it may lie outside, and what is inside is drawn.
    ///   - clip: where drawing is allowed; a wide character that is inside by half leaves a blank.
    /// - Returns: columns from `point` to the end of the text, or to the edge where it was cut.
    @discardableResult
    public mutating func write(_ text: String, at point: Point, style: Style, within clip: Rect? = nil) -> Int {
        let area = clip.map(bounds.intersection) ?? bounds
        guard point.y >= area.y, point.y < area.maxY, !area.isEmpty, point.x < area.maxX else { return 0 }
        var x = point.x
        CellText.forEachPiece(of: text) { piece, width in
            defer { x += width }
            if x >= area.x, x + width <= area.maxX {
                put(Cell(text: piece, width: width, style: style), x, point.y)
            } else if x < area.x, x + width > area.x {
                put(Cell(style: style), area.x, point.y)
            } else if x < area.maxX, x + width > area.maxX {
                put(Cell(style: style), x, point.y)
            }
            return x + width < area.maxX
        }
        return max(0, min(x, area.maxX) - point.x)
    }

    /// Writes a line, each span in its role's style with the span's attributes added.
    @discardableResult
    public mutating func write(_ line: TextLine, at point: Point, theme: Theme, within clip: Rect? = nil) -> Int {
        var used = 0
        for span in line.spans {
            used += write(
                span.text, at: Point(x: point.x + used, y: point.y), style: theme[span.role].adding(span.attributes),
                within: clip)
        }
        return used
    }

    /// Changes how a rectangle looks and leaves its text: what is nil stays as it is.
    public mutating func restyle(
        _ rect: Rect, foreground: Color? = nil, background: Color? = nil, adding attributes: Attributes = []
    ) {
        restyle(rect) { style in
            Style(
                foreground: foreground ?? style.foreground, background: background ?? style.background,
                attributes: style.attributes.union(attributes))
        }
    }

    /// Changes how a rectangle looks and leaves its text; a wide character that is inside by half changes as a whole.
    public mutating func restyle(_ rect: Rect, _ change: (Style) -> Style) {
        let area = bounds.intersection(rect)
        guard !area.isEmpty else { return }
        for y in area.y..<area.maxY {
            let start = y * size.width
            let first = cells[start + area.x].width == 0 ? area.x - 1 : area.x
            let end = cells[start + area.maxX - 1].width == 2 ? area.maxX + 1 : area.maxX
            for index in start + first..<start + end { cells[index] = cells[index].with(change(cells[index].style)) }
        }
    }

    /// Copies another buffer to this one, its top left to `point`.
    public mutating func draw(_ other: CellBuffer, at point: Point) {
        let area = bounds.intersection(
            Rect(x: point.x, y: point.y, width: other.size.width, height: other.size.height))
        guard !area.isEmpty else { return }
        for y in area.y..<area.maxY {
            for x in area.x..<area.maxX {
                let cell = other[x - point.x, y - point.y]
                let isCut = cell.width == 2 && x + 1 == area.maxX || cell.width == 0 && x == area.x
                if isCut { put(Cell(style: cell.style), x, y) } else if cell.width > 0 { put(cell, x, y) }
            }
        }
    }

    /// Puts a cell that is known to fit, and keeps the halves of wide characters together.
    private mutating func put(_ cell: Cell, _ x: Int, _ y: Int) {
        let index = y * size.width + x
        let last = index + cell.width - 1
        if cells[index].width == 0 { cells[index - 1] = Cell(style: cells[index - 1].style) }
        if cells[last].width == 2 { cells[last + 1] = Cell(style: cells[last + 1].style) }
        cells[index] = cell
        if cell.width == 2 { cells[last] = Cell(text: "", width: 0, style: cell.style) }
    }

    // MARK: Changes

    /// What must be drawn to make `old` this buffer, by rows and then columns. Where a wide character is part of a
    /// change, both its halves are in the run. If the sizes differ, that is everything.
    public func diff(from old: CellBuffer) -> [CellRun] {
        guard old.size == size else {
            return size.width == 0
                ? []
                : (0..<size.height).map { y in
                    CellRun(x: 0, y: y, cells: Array(cells[y * size.width..<(y + 1) * size.width]))
                }
        }
        var runs: [CellRun] = []
        for y in 0..<size.height {
            let row = y * size.width..<(y + 1) * size.width
            var index = row.lowerBound
            while index < row.upperBound {
                guard cells[index] != old.cells[index] else {
                    index += 1
                    continue
                }
                let start = cells[index].width == 0 ? index - 1 : index
                while index < row.upperBound, cells[index] != old.cells[index] || cells[index].width == 0 { index += 1 }
                runs.append(CellRun(x: start - row.lowerBound, y: y, cells: Array(cells[start..<index])))
            }
        }
        return runs
    }

    /// Draws what ``diff(from:)`` found.
    public mutating func apply(_ runs: [CellRun]) {
        for run in runs {
            var x = run.x
            for cell in run.cells where cell.width > 0 && bounds.contains(Point(x: x, y: run.y)) {
                if x + cell.width <= size.width { put(cell, x, run.y) }
                x += cell.width
            }
        }
    }
}

/// Cells beside one another that have changed; never half of a wide character.
public struct CellRun: Hashable, Sendable {
    public let x: Int
    public let y: Int
    public let cells: [Cell]
}
