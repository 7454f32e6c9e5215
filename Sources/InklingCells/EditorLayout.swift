// SPDX-License-Identifier: Apache-2.0

/// Where the text of a ``TextEditor`` stands when its lines are wrapped.
public struct EditorLayout: Sendable, Equatable {
    /// The characters of each row, without line feeds. There is at least one row.
    public let rows: [Range<Int>]
    /// The cursor's column and row. The column is less than the width, if that is 2 or more.
    public let cursor: Point
    private let characters: [Character]
    private let width: Int
    private let position: Int

    /// - Parameter width: columns there are, the one for the cursor after a full row included.
    public init(_ editor: TextEditor, width: Int) {
        characters = editor.characters
        self.width = width
        position = editor.cursor
        // A blank after a full row, or the cursor, stands in the last column.
        let room = max(1, width - 1)
        var wrapper = LineWrapper(width: room, continuationWidth: room, blanks: .kept)
        for (position, character) in characters.enumerated() {
            wrapper.feed(
                character.unicodeScalars.first?.value ?? 0, cells: Self.cells(of: character), at: position, length: 1)
        }
        wrapper.finish(at: characters.count)
        rows = wrapper.lines
        var row = rows.count - 1
        while row > 0, rows[row].lowerBound > editor.cursor { row -= 1 }
        let column = Self.width(of: characters[rows[row].lowerBound..<max(rows[row].lowerBound, editor.cursor)])
        // After the blank that stands in the last column already, there is no room.
        cursor = Point(x: min(column, room), y: row)
    }

    /// Whether this is how a text is laid out. Costs nothing where it is the same text.
    public func shows(_ editor: TextEditor, width: Int) -> Bool {
        width == self.width && editor.cursor == position && editor.characters == characters
    }

    /// The position of the cursor nearest to a column in a row, for the mouse and for going up and down.
    public func position(row: Int, column: Int) -> Int {
        guard let range = rows.indices.contains(row) ? rows[row] : nil else {
            return row < 0 ? 0 : characters.count
        }
        var used = 0
        for position in range {
            let cells = Self.cells(of: characters[position], at: used)
            if used + cells > column { return position }
            used += cells
        }
        // The end of a row that goes on in the next one is the start of that.
        let goesOn = row + 1 < rows.count && rows[row + 1].lowerBound == range.upperBound && !range.isEmpty
        return goesOn ? range.upperBound - 1 : range.upperBound
    }

    /// The text of a row as it is drawn, tabs as blanks.
    public func text(row: Int) -> String {
        guard rows.indices.contains(row) else { return "" }
        var (text, column) = ("", 0)
        for character in characters[rows[row]] {
            let cells = Self.cells(of: character, at: column)
            if character == "\t" { text += String(repeating: " ", count: cells) } else { text.append(character) }
            column += cells
        }
        return text
    }

    /// Draws the rows from `first` on. Returns where the cursor is, nil if it is not among them.
    @discardableResult
    public func draw(in area: Rect, on buffer: inout CellBuffer, style: Style, first: Int = 0) -> Point? {
        for line in 0..<area.height where rows.indices.contains(first + line) {
            buffer.write(text(row: first + line), at: Point(x: area.x, y: area.y + line), style: style, within: area)
        }
        let point = Point(x: area.x + min(cursor.x, area.width - 1), y: area.y + cursor.y - first)
        return area.contains(point) ? point : nil
    }

    private static func cells(of character: Character, at column: Int = 0) -> Int {
        if character.utf8.count == 1 { return character == "\t" ? LineWrapper.cellsOfTab(at: column) : 1 }
        return displayWidth(sanitizedForTerminal(String(character)))
    }

    private static func width(of characters: ArraySlice<Character>) -> Int {
        characters.reduce(0) { $0 + cells(of: $1, at: $0) }
    }
}

extension TextEditor {
    /// Draws the one line of a field, scrolled so that the cursor can be seen. Returns where the cursor is.
    @discardableResult
    public func drawField(in area: Rect, on buffer: inout CellBuffer, style: Style) -> Point? {
        guard !area.isEmpty else { return nil }
        let before = String(characters[..<cursor])
        let width = displayWidth(sanitizedForTerminal(before))
        let hidden = max(0, width - area.width + 1)
        buffer.write(text, at: Point(x: area.x - hidden, y: area.y), style: style, within: area.row(0))
        return Point(x: area.x + width - hidden, y: area.y)
    }
}
