// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// What a user sees of the bytes that a program sends to an xterm, and what those bytes leave the terminal in.
///
/// Colours and attributes are passed over. A sequence that is not known here is kept, so that a test can say so.
struct TerminalScreen {
    /// What can be on or off, and how deep the stack of titles is: to be the same after a program as before it.
    struct State: Equatable {
        /// Private modes that are on. Lines wrap (7) and the cursor is shown (25) from the beginning.
        var modes: Set<Int> = [7, 25]
        var hasKeypadCodes = false
        var savedTitleCount = 0
    }

    private(set) var state = State()
    /// Texts sent to the clipboard, as they were sent: in base64.
    private(set) var copied: [String] = []
    private(set) var title = ""
    /// Sequences that nothing here understands.
    private(set) var unknown: [String] = []

    private var size: Size
    /// One text for each column; empty to the right of a wide character.
    private var cells: [[String]]
    private var mainCells: [[String]]?
    private var cursor = Point.zero
    private var saved = Point.zero
    /// A character stands in the last column, and the next one begins a new row.
    private var isFull = false
    private var scrolling: Range<Int>
    private var inserts = false
    private var last = " "

    private var parse = Parse.text
    private var scalar: [UInt8] = []

    private enum Parse {
        case text
        case escape
        /// After the bytes that say which set of characters, or which line, is meant.
        case skip
        case control([UInt8])
        /// A string for the terminal; whether it began as OSC, and whether it has come to an escape.
        case string([UInt8], isCommand: Bool, hasEscape: Bool)
    }

    init(size: Size) {
        self.size = size
        cells = Self.blank(size)
        scrolling = 0..<size.height
    }

    private static func blank(_ size: Size) -> [[String]] {
        Array(repeating: Array(repeating: " ", count: size.width), count: size.height)
    }

    /// As many rows as there are, without the blanks at their ends.
    var rows: [String] {
        cells.map { row in
            var text = Substring(row.joined())
            while text.last == " " { text.removeLast() }
            return String(text)
        }
    }

    /// Whether the program is in the middle of a synchronised update: what a user sees changes at its end.
    var isBeingDrawn: Bool { state.modes.contains(2026) }

    var text: String { rows.joined(separator: "\n") }

    /// Where the next character would stand.
    var cursorPosition: Point { cursor }

    mutating func resize(to new: Size) {
        func fitted(_ cells: [[String]]) -> [[String]] {
            (0..<new.height).map { y in
                (0..<new.width).map { x in y < cells.count && x < cells[y].count ? cells[y][x] : " " }
            }
        }
        cells = fitted(cells)
        mainCells = mainCells.map(fitted)
        size = new
        scrolling = 0..<new.height
        cursor = Point(x: min(cursor.x, new.width - 1), y: min(cursor.y, new.height - 1))
        isFull = false
    }

    mutating func feed(_ bytes: some Sequence<UInt8>) { for byte in bytes { feed(byte) } }

    private mutating func feed(_ byte: UInt8) {
        switch parse {
        case .text: takeText(byte)
        case .escape: takeEscape(byte)
        case .skip: parse = .text
        case .control(var bytes):
            if (0x40...0x7E).contains(byte) {
                parse = .text
                control(bytes, final: byte)
            } else {
                bytes.append(byte)
                parse = .control(bytes)
            }
        case .string(var bytes, let isCommand, let hasEscape):
            if byte == 0x07 || hasEscape && byte == UInt8(ascii: "\\") {
                parse = .text
                if isCommand { command(String(decoding: bytes, as: UTF8.self)) }
            } else {
                if hasEscape { bytes.append(0x1B) }
                if byte != 0x1B { bytes.append(byte) }
                parse = .string(bytes, isCommand: isCommand, hasEscape: byte == 0x1B)
            }
        }
    }

    // MARK: Text

    private mutating func takeText(_ byte: UInt8) {
        switch byte {
        case 0x1B: parse = .escape
        case 0x08:
            cursor.x = max(0, cursor.x - 1)
            isFull = false
        case 0x09:
            cursor.x = min(size.width - 1, (cursor.x / 8 + 1) * 8)
        case 0x0A, 0x0B, 0x0C: lineFeed()
        case 0x0D:
            cursor.x = 0
            isFull = false
        case 0..<0x20, 0x7F: break
        case 0x20..<0x7F: put(String(UnicodeScalar(byte)))
        default:
            scalar.append(byte)
            let length = scalar[0] >= 0xF0 ? 4 : scalar[0] >= 0xE0 ? 3 : 2
            guard scalar.count >= length else { return }
            put(String(decoding: scalar, as: UTF8.self))
            scalar = []
        }
    }

    private mutating func put(_ text: String) {
        let width = displayWidth(text)
        if width == 0 {
            // A mark on the character before.
            let x = isFull ? cursor.x : max(0, cursor.x - 1)
            cells[cursor.y][x] += text
            return
        }
        if isFull || cursor.x + width > size.width {
            cursor.x = 0
            lineFeed()
        }
        isFull = false
        if inserts { insertBlanks(width) }
        cells[cursor.y][cursor.x] = text
        if width == 2, cursor.x + 1 < size.width { cells[cursor.y][cursor.x + 1] = "" }
        last = text
        if cursor.x + width >= size.width {
            cursor.x = size.width - 1
            isFull = true
        } else {
            cursor.x += width
        }
    }

    private mutating func lineFeed() {
        isFull = false
        if cursor.y == scrolling.upperBound - 1 {
            scroll(by: 1)
        } else {
            cursor.y = min(size.height - 1, cursor.y + 1)
        }
    }

    /// Moves the rows of the scrolling region up, or down for a negative count.
    private mutating func scroll(by count: Int, in region: Range<Int>? = nil) {
        let region = region ?? scrolling
        for _ in 0..<min(abs(count), region.count) {
            let row = Array(repeating: " ", count: size.width)
            if count > 0 {
                cells.remove(at: region.lowerBound)
                cells.insert(row, at: region.upperBound - 1)
            } else {
                cells.remove(at: region.upperBound - 1)
                cells.insert(row, at: region.lowerBound)
            }
        }
    }

    private mutating func insertBlanks(_ count: Int) {
        for _ in 0..<min(count, size.width - cursor.x) {
            cells[cursor.y].insert(" ", at: cursor.x)
            cells[cursor.y].removeLast()
        }
    }

    private mutating func erase(_ columns: Range<Int>, row: Int) {
        for x in columns.clamped(to: 0..<size.width) { cells[row][x] = " " }
    }

    // MARK: Sequences

    private mutating func takeEscape(_ byte: UInt8) {
        parse = .text
        switch UnicodeScalar(byte) {
        case "[": parse = .control([])
        case "]": parse = .string([], isCommand: true, hasEscape: false)
        case "P", "_", "^": parse = .string([], isCommand: false, hasEscape: false)
        case "(", ")", "*", "+", "#": parse = .skip
        case "7": saved = cursor
        case "8": move(to: saved)
        case "=": state.hasKeypadCodes = true
        case ">": state.hasKeypadCodes = false
        case "M":
            if cursor.y == scrolling.lowerBound { scroll(by: -1) } else { cursor.y = max(0, cursor.y - 1) }
        case "D": lineFeed()
        case "E":
            cursor.x = 0
            lineFeed()
        case "\\": break
        default: unknown.append("ESC \(UnicodeScalar(byte))")
        }
    }

    private mutating func command(_ text: String) {
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return unknown.append("OSC \(text)") }
        switch parts[0] {
        case "0", "2": title = String(parts[1])
        case "52": copied.append(String(parts[1].split(separator: ";", omittingEmptySubsequences: false).last ?? ""))
        // Questions about colours and the like.
        case "4", "10", "11", "12": break
        default: unknown.append("OSC \(text)")
        }
    }

    private mutating func move(to point: Point) {
        cursor = Point(x: max(0, min(point.x, size.width - 1)), y: max(0, min(point.y, size.height - 1)))
        isFull = false
    }

    private mutating func control(_ bytes: [UInt8], final: UInt8) {
        let text = String(decoding: bytes, as: UTF8.self)
        let isPrivate = text.first.map { "?<=>".contains($0) } ?? false
        let numbers = (isPrivate ? text.dropFirst() : text[...])
            .split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
        func number(_ index: Int, _ standard: Int) -> Int {
            index < numbers.count ? numbers[index] ?? standard : standard
        }
        // Without a number, and with 0, it is one row, one column or one time.
        let count = max(1, number(0, 1))
        let letter = UnicodeScalar(final)
        if isPrivate {
            switch letter {
            case "h", "l": for case let mode? in numbers { set(mode, isOn: letter == "h") }
            case "m", "c", "p", "q", "u", "n": break
            default: unknown.append("CSI \(text)\(letter)")
            }
            return
        }
        switch letter {
        case "A": move(to: Point(x: cursor.x, y: cursor.y - count))
        case "B", "e": move(to: Point(x: cursor.x, y: cursor.y + count))
        case "C", "a": move(to: Point(x: cursor.x + count, y: cursor.y))
        case "D": move(to: Point(x: cursor.x - count, y: cursor.y))
        case "G", "`": move(to: Point(x: count - 1, y: cursor.y))
        case "d": move(to: Point(x: cursor.x, y: count - 1))
        case "H", "f": move(to: Point(x: max(1, number(1, 1)) - 1, y: count - 1))
        case "J":
            let rows =
                switch number(0, 0) {
                case 0: cursor.y + 1..<size.height
                case 1: 0..<cursor.y
                default: 0..<size.height
                }
            for row in rows { erase(0..<size.width, row: row) }
            if number(0, 0) == 0 { erase(cursor.x..<size.width, row: cursor.y) }
            if number(0, 0) == 1 { erase(0..<cursor.x + 1, row: cursor.y) }
        case "K":
            switch number(0, 0) {
            case 0: erase(cursor.x..<size.width, row: cursor.y)
            case 1: erase(0..<cursor.x + 1, row: cursor.y)
            default: erase(0..<size.width, row: cursor.y)
            }
        case "X": erase(cursor.x..<cursor.x + count, row: cursor.y)
        case "@": insertBlanks(count)
        case "P":
            for _ in 0..<min(count, size.width - cursor.x) {
                cells[cursor.y].remove(at: cursor.x)
                cells[cursor.y].append(" ")
            }
        case "L" where scrolling.contains(cursor.y): scroll(by: -count, in: cursor.y..<scrolling.upperBound)
        case "M" where scrolling.contains(cursor.y): scroll(by: count, in: cursor.y..<scrolling.upperBound)
        case "L", "M": break
        case "S": scroll(by: count)
        case "T": scroll(by: -count)
        case "Z": cursor.x = max(0, (cursor.x - 1) / 8 * 8)
        case "b": for _ in 0..<min(count, size.width * size.height) { put(last) }
        case "r":
            let end = max(1, min(number(1, size.height), size.height))
            scrolling = min(count - 1, end - 1)..<end
            move(to: .zero)
        case "h", "l": if numbers.contains(4) { inserts = letter == "h" }
        case "t":
            if number(0, 0) == 22 { state.savedTitleCount += 1 }
            // Nothing comes from an empty stack.
            if number(0, 0) == 23 { state.savedTitleCount = max(0, state.savedTitleCount - 1) }
        case "m", "n", "c": break
        default: unknown.append("CSI \(text)\(letter)")
        }
    }

    private mutating func set(_ mode: Int, isOn: Bool) {
        let was = state.modes.contains(mode)
        if isOn { state.modes.insert(mode) } else { state.modes.remove(mode) }
        guard mode == 1049, was != isOn else { return }
        if isOn {
            mainCells = cells
            saved = cursor
            cells = Self.blank(size)
        } else {
            cells = mainCells ?? cells
            mainCells = nil
            move(to: saved)
        }
        scrolling = 0..<size.height
    }
}
