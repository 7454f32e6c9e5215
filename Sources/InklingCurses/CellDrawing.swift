// SPDX-License-Identifier: Apache-2.0

import CNcurses
import InklingCells

/// Cells in the form that ncurses takes: a few wide characters in each column, of which only the first takes a place.
///
/// Terminals do not agree on how wide a sequence of emoji is, and ncurses places the cursor by what the C library says of
/// each scalar. So that nothing is ever drawn in a wrong place, such a sequence is drawn as its first part.
struct CellDrawing {
    /// What is drawn in each column of a cell: as many as the cell is wide, each ended by 0 in ``columns(of:)``.
    typealias Columns = [[wchar_t]]

    private let isUnicode: Bool
    private var known: [String: Columns] = [:]
    private static let knownLimit = 4096

    /// - Parameter isUnicode: whether the terminal takes UTF-8; else what is not ASCII is drawn as `?`.
    init(isUnicode: Bool) { self.isUnicode = isUnicode }

    mutating func columns(of cell: Cell) -> Columns {
        if let columns = known[cell.text] { return columns }
        let drawn = isUnicode ? Self.columns(cell.text, cell.width) : Self.plain(cell.text, cell.width)
        let columns = drawn.map { $0 + [0] }
        if known.count >= Self.knownLimit { known = [:] }
        known[cell.text] = columns
        return columns
    }

    private static let blank: [wchar_t] = [0x20]

    static func columns(_ text: String, _ width: Int) -> Columns {
        let scalars = text.unicodeScalars.map { wchar_t(bitPattern: $0.value) }
        guard let first = scalars.first else { return Array(repeating: blank, count: width) }
        let cells = Int(wcwidth(first))
        // A flag: two letters that terminals with flags draw as one, where they stand beside one another.
        if width == 2, cells == 1, scalars.count == 2, isRegional(first), isRegional(scalars[1]) {
            return [[first], [scalars[1]]]
        }
        guard cells == width || cells == 1 else { return [[0xFFFD]] + Array(repeating: blank, count: width - 1) }
        let marks = scalars.dropFirst().filter { wcwidth($0) == 0 && isMark($0) }
        let character = [first] + marks.prefix(Int(NCURSES_CELL_CHARACTERS) - 1)
        return cells == width ? [character] : [character] + Array(repeating: blank, count: width - 1)
    }

    private static func plain(_ text: String, _ width: Int) -> Columns {
        let isASCII = text.utf8.count == 1
        let first: [wchar_t] = [isASCII ? wchar_t(text.utf8.first ?? 0x20) : 0x3F]
        return [first] + Array(repeating: [0x3F], count: max(0, width - 1))
    }

    private static func isRegional(_ character: wchar_t) -> Bool { (0x1F1E6...0x1F1FF).contains(character) }

    /// Whether it changes how the character before it looks, and not how wide it is or what it is joined to.
    private static func isMark(_ character: wchar_t) -> Bool {
        switch character {
        case 0xAD, 0x200B...0x200F, 0x2060...0x206F, 0xFE00...0xFE0F, 0xE0000...0xE0FFF: false
        default: true
        }
    }
}
