// SPDX-License-Identifier: Apache-2.0

/// Finds where lines break, one character after another, in one pass and with constant memory but for the result.
///
/// Breaks are after blanks, after a hyphen between letters, and beside wide characters (with the usual exceptions for
/// punctuation). A word longer than a line is broken anywhere.
struct LineWrapper {
    enum Blanks {
        /// Blanks at a break are in no line; those at the end of a line are cut where the line is full.
        case dropped
        /// Every character but line feeds is in a line. The one blank after a full line is still in it, so lines are
        /// up to one column wider.
        case kept
    }

    /// Columns from one tab stop to the next.
    static let tabWidth = 4

    private struct Part {
        let position: Int
        let end: Int
        let cells: Int
    }

    private let blanks: Blanks
    private let continuationWidth: Int
    private var width: Int

    /// Parts of the text, in the numbers that ``feed(_:cells:at:length:)`` was given.
    private(set) var lines: [Range<Int>] = []

    private var start = 0
    private var column = 0
    /// Where this line was last not too wide.
    private var fittingEnd = 0
    /// The last place to break: where the line would end, and where the next one would begin.
    private var breakEnd = 0
    private var breakStart = 0
    /// What is on the line after the last place to break.
    private var unbroken: [Part] = []
    private var previous: UInt32 = 0
    private var beforePrevious: UInt32 = 0
    private var previousIsWide = false
    private var blankStart: Int?

    /// - Parameters:
    ///   - width: columns of the first line.
    ///   - continuationWidth: columns of the others.
    init(width: Int, continuationWidth: Int, blanks: Blanks) {
        self.width = max(1, width)
        self.continuationWidth = max(1, continuationWidth)
        self.blanks = blanks
    }

    /// Columns of a tab in this column.
    static func cellsOfTab(at column: Int) -> Int { tabWidth - column % tabWidth }

    /// - Parameters:
    ///   - scalar: the first of the character.
    ///   - cells: its columns; of no matter for tabs and line feeds.
    ///   - position, length: of the character in the text, in whatever is counted.
    mutating func feed(_ scalar: UInt32, cells: Int, at position: Int, length: Int) {
        switch scalar {
        case 0x0A:
            endLine(at: position)
            beginLine(at: position + length)
            forgetPrevious()
        case 0x20, 0x09:
            feedBlank(isTab: scalar == 0x09, at: position, end: position + length)
            remember(0x20, isWide: false)
        default:
            feedWordPart(scalar, cells: cells, at: position, end: position + length)
            remember(scalar, isWide: Self.isWide(scalar))
        }
    }

    mutating func finish(at end: Int) {
        endLine(at: end)
    }

    private mutating func feedBlank(isTab: Bool, at position: Int, end: Int) {
        var cells = isTab ? Self.cellsOfTab(at: column) : 1
        if blanks == .kept, column + cells > width + 1, position > start {
            endLine(at: position)
            beginLine(at: position)
            if isTab { cells = Self.cellsOfTab(at: 0) }
        }
        let visibleEnd = blankStart ?? position
        blankStart = visibleEnd
        column += cells
        if column <= width { fittingEnd = end }
        // Indentation stays with what it indents.
        guard blanks == .kept || visibleEnd > start else { return }
        breakLine(after: visibleEnd, before: end)
    }

    private mutating func feedWordPart(_ scalar: UInt32, cells: Int, at position: Int, end: Int) {
        if blankStart == nil, position > start, isBreak(before: scalar, isWide: Self.isWide(scalar)) {
            breakLine(after: position, before: position)
        }
        if column + cells > width, breakStart > start {
            endLine(at: blanks == .kept ? breakStart : breakEnd)
            let carried = unbroken
            beginLine(at: breakStart)
            for part in carried { place(part) }
        }
        place(Part(position: position, end: end, cells: cells))
    }

    /// Puts a part of a word on the line, or on the next one if it is full.
    private mutating func place(_ part: Part) {
        if column + part.cells > width, part.position > start {
            endLine(at: part.position)
            beginLine(at: part.position)
        }
        blankStart = nil
        column += part.cells
        fittingEnd = part.end
        unbroken.append(part)
    }

    private mutating func endLine(at end: Int) {
        lines.append(start..<(blanks == .kept ? end : max(start, min(end, fittingEnd))))
    }

    private mutating func beginLine(at position: Int) {
        (start, breakStart, breakEnd, fittingEnd) = (position, position, position, position)
        column = 0
        unbroken.removeAll(keepingCapacity: true)
        width = continuationWidth
        blankStart = nil
    }

    /// Notes that the line may end at `end`, and the next one begin at `start`.
    private mutating func breakLine(after end: Int, before start: Int) {
        (breakEnd, breakStart) = (end, start)
        unbroken.removeAll(keepingCapacity: true)
    }

    private mutating func remember(_ scalar: UInt32, isWide: Bool) {
        (beforePrevious, previous, previousIsWide) = (previous, scalar, isWide)
    }

    private mutating func forgetPrevious() {
        (beforePrevious, previous, previousIsWide) = (0, 0, false)
    }

    private func isBreak(before scalar: UInt32, isWide: Bool) -> Bool {
        if previous == 0x2D { return Self.isLetter(beforePrevious) && Self.isLetter(scalar) }
        if previous == 0x200B { return true }
        guard isWide || previousIsWide || previous == 0x2014 else { return false }
        return !Self.isClosing(scalar) && !Self.isOpening(previous)
    }

    /// Ideographs, syllables that stand as those do, and emoji; not what is wide because its parts are beside one another.
    private static func isWide(_ scalar: UInt32) -> Bool {
        guard scalar >= 0x1100 else { return false }
        return scalar >= 0x1F000 || Unicode.Scalar(scalar).map { DisplayWidth.cells(of: $0) == 2 } ?? false
    }

    private static func isLetter(_ scalar: UInt32) -> Bool {
        (0x41...0x5A).contains(scalar) || (0x61...0x7A).contains(scalar) || scalar >= 0xC0 && scalar < 0x2000
    }

    /// What must not begin a line: closing punctuation, small kana, the mark of a long vowel.
    private static func isClosing(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x21, 0x29, 0x2C, 0x2E, 0x3A, 0x3B, 0x3F, 0x5D, 0x7D, 0xBB, 0x2019, 0x201D, 0x2026, 0x3001, 0x3002, 0x3005,
            0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0x3017, 0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3063,
            0x3083, 0x3085, 0x3087, 0x308E, 0x30A1, 0x30A3, 0x30A5, 0x30A7, 0x30A9, 0x30C3, 0x30E3, 0x30E5, 0x30E7,
            0x30EE, 0x30FB, 0x30FC, 0xFF01, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF3D, 0xFF5D:
            true
        default: false
        }
    }

    /// What must not end a line.
    private static func isOpening(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x28, 0x5B, 0x7B, 0xAB, 0x2018, 0x201C, 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0x3016, 0xFF08,
            0xFF3B, 0xFF5B:
            true
        default: false
        }
    }
}
