// SPDX-License-Identifier: Apache-2.0

/// Text that is being edited: by characters as a reader sees them, with undo and one kill buffer.
///
/// A value: it knows no keys (``EditorCommand/init(_:)`` does) and no place on the screen (``EditorLayout`` does).
/// Controls other than line feed and tab never get into the text.
public struct TextEditor: Sendable, Equatable {
    /// Whether line feeds are blanks instead.
    public let isSingleLine: Bool
    public private(set) var characters: [Character] = []
    /// Characters before the cursor.
    public private(set) var cursor = 0

    private var killed: [Character] = []
    private var lastCommand: EditorCommand?
    /// The column that going up and down aims at.
    private var goalColumn: Int?
    private var done: [Change] = []
    private var undone: [Change] = []
    private var isTypingRun = false

    /// What was replaced by what.
    private struct Change: Sendable, Equatable {
        var start: Int
        var removed: [Character]
        var inserted: [Character]
        var cursorBefore: Int
    }

    static let undoLimit = 500

    public init(_ text: String = "", isSingleLine: Bool = false) {
        self.isSingleLine = isSingleLine
        characters = filtered(text)
        cursor = characters.count
    }

    public var text: String { String(characters) }
    public var isEmpty: Bool { characters.isEmpty }
    public var count: Int { characters.count }

    // MARK: Changes

    /// Puts typed text at the cursor.
    public mutating func insert(_ text: String) {
        let new = filtered(text)
        guard !new.isEmpty else { return }
        // A word, or what comes after it, is undone as one.
        let continues = isTypingRun && new.count == 1 && !(new[0].isWhitespace && lastTyped?.isWhitespace == false)
        replace(cursor..<cursor, with: new, joining: continues)
        isTypingRun = new.count == 1
        lastCommand = nil
    }

    /// Replaces everything; can be undone.
    public mutating func replaceAll(with text: String) {
        let new = filtered(text)
        if new != characters { replace(0..<characters.count, with: new) }
        cursor = new.count
        endRun()
    }

    /// Replaces characters; the cursor is after the new ones.
    public mutating func replace(_ range: Range<Int>, with text: String) {
        replace(range.clamped(to: 0..<characters.count), with: filtered(text))
        endRun()
    }

    public mutating func moveCursor(to position: Int) {
        cursor = max(0, min(position, characters.count))
        endRun()
    }

    /// - Parameter width: columns of the layout, which going up and down goes by.
    /// - Returns: whether anything changed; going up in the first row, for example, changes nothing.
    @discardableResult
    public mutating func perform(_ command: EditorCommand, width: Int) -> Bool {
        let before = (cursor, characters.count, done.count, undone.count)
        let goal = goalColumn
        isTypingRun = false
        switch command {
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(characters.count, cursor + 1)
        case .wordLeft: cursor = wordStart(before: cursor)
        case .wordRight: cursor = wordEnd(after: cursor)
        case .lineStart: cursor = lineStart(of: cursor)
        case .lineEnd: cursor = lineEnd(of: cursor)
        case .textStart: cursor = 0
        case .textEnd: cursor = characters.count
        case .up: moveVertically(-1, width, goal)
        case .down: moveVertically(1, width, goal)
        case .deleteBackward: replace(max(0, cursor - 1)..<cursor, with: [])
        case .deleteForward: replace(cursor..<min(characters.count, cursor + 1), with: [])
        case .deleteWordBackward: kill(wordStart(before: cursor)..<cursor)
        case .deleteSpaceWordBackward: kill(spaceWordStart(before: cursor)..<cursor)
        case .deleteWordForward: kill(cursor..<wordEnd(after: cursor))
        case .killToLineStart: kill(lineStart(of: cursor)..<cursor)
        case .killToLineEnd:
            let end = lineEnd(of: cursor)
            // At the end of a line the line feed goes.
            kill(cursor..<(end == cursor ? min(characters.count, end + 1) : end))
        case .yank: replace(cursor..<cursor, with: killed)
        case .undo: undo()
        case .redo: redo()
        }
        if command != .up, command != .down { goalColumn = nil }
        lastCommand = command
        return before != (cursor, characters.count, done.count, undone.count)
    }

    // MARK: Undo

    private mutating func replace(_ range: Range<Int>, with new: [Character], joining: Bool = false) {
        guard !range.isEmpty || !new.isEmpty else { return }
        var (range, new) = (range, new)
        var end = range.lowerBound + new.count
        // What is put in, or what a deletion brings together, may combine with the characters beside it.
        let before = range.lowerBound > 0 ? [characters[range.lowerBound - 1]] : []
        let after = Array(characters[range.upperBound...].prefix(1))
        if (new.first ?? after.first)?.isPlain == false || after.first?.isPlain == false {
            let joined = Array(String(before + new + after))
            if joined.count < before.count + new.count + after.count {
                range = range.lowerBound - before.count..<range.upperBound + after.count
                end = range.lowerBound + min(joined.count, String(before + new).count)
                new = joined
            }
        }
        let change = Change(
            start: range.lowerBound, removed: Array(characters[range]), inserted: new, cursorBefore: cursor)
        characters.replaceSubrange(range, with: new)
        cursor = end
        undone = []
        if joining, let last = done.last, change.removed.isEmpty, last.start + last.inserted.count == change.start {
            done[done.count - 1].inserted += change.inserted
        } else {
            done.append(change)
            if done.count > Self.undoLimit { done.removeFirst(done.count - Self.undoLimit) }
        }
    }

    private mutating func undo() {
        guard let change = done.popLast() else { return }
        characters.replaceSubrange(change.start..<change.start + change.inserted.count, with: change.removed)
        cursor = change.cursorBefore
        undone.append(change)
    }

    private mutating func redo() {
        guard let change = undone.popLast() else { return }
        characters.replaceSubrange(change.start..<change.start + change.removed.count, with: change.inserted)
        cursor = change.start + change.inserted.count
        done.append(change)
    }

    /// Removes characters and keeps them for ``EditorCommand/yank``. Kills that follow one another are kept as one.
    private mutating func kill(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        let text = Array(characters[range])
        let follows = lastCommand.map(\.isKill) ?? false
        if !follows {
            killed = text
        } else if range.upperBound == cursor {
            killed = text + killed
        } else {
            killed += text
        }
        replace(range, with: [])
    }

    private mutating func endRun() {
        isTypingRun = false
        goalColumn = nil
        lastCommand = nil
    }

    private var lastTyped: Character? { cursor > 0 ? characters[cursor - 1] : nil }

    private func filtered(_ text: String) -> [Character] {
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A where previous == "\r": break
            case 0x0A, 0x0D, 0x2028, 0x2029: scalars.append(isSingleLine ? " " : "\n")
            case 0x09: scalars.append(isSingleLine ? " " : "\t")
            case 0..<0x20, 0x7F..<0xA0: break
            default: scalars.append(scalar)
            }
            previous = scalar
        }
        return Array(String(scalars))
    }

    // MARK: Where things are

    private func lineStart(of position: Int) -> Int {
        (characters[..<position].lastIndex(of: "\n") ?? -1) + 1
    }

    private func lineEnd(of position: Int) -> Int {
        characters[position...].firstIndex(of: "\n") ?? characters.count
    }

    private func wordStart(before position: Int) -> Int {
        var position = position
        while position > 0, !WordClass(characters[position - 1]).isWord { position -= 1 }
        guard position > 0 else { return 0 }
        let kind = WordClass(characters[position - 1])
        while position > 0, WordClass(characters[position - 1]) == kind { position -= 1 }
        return position
    }

    private func wordEnd(after position: Int) -> Int {
        var position = position
        while position < characters.count, !WordClass(characters[position]).isWord { position += 1 }
        guard position < characters.count else { return position }
        let kind = WordClass(characters[position])
        while position < characters.count, WordClass(characters[position]) == kind { position += 1 }
        return position
    }

    private func spaceWordStart(before position: Int) -> Int {
        var position = position
        while position > 0, characters[position - 1].isWhitespace { position -= 1 }
        while position > 0, !characters[position - 1].isWhitespace { position -= 1 }
        return position
    }

    private mutating func moveVertically(_ step: Int, _ width: Int, _ goal: Int?) {
        let layout = EditorLayout(self, width: width)
        let column = goal ?? layout.cursor.x
        let row = layout.cursor.y + step
        guard layout.rows.indices.contains(row) else { return }
        cursor = layout.position(row: row, column: column)
        goalColumn = column
    }
}

/// What stands together when the cursor goes by words: scripts that do not use blanks are told apart by their letters.
private enum WordClass: Equatable {
    case none, letters, han, hiragana, katakana

    init(_ character: Character) {
        guard let value = character.unicodeScalars.first?.value else {
            self = .none
            return
        }
        switch value {
        case 0x3041...0x309F: self = .hiragana
        case 0x30A0...0x30FF, 0xFF66...0xFF9F: self = .katakana
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: self = .han
        case 0x5F: self = .letters
        default: self = character.isLetter || character.isNumber ? .letters : .none
        }
    }

    var isWord: Bool { self != .none }
}

extension Character {
    /// Whether it surely combines with nothing beside it.
    fileprivate var isPlain: Bool { utf8.count == 1 }
}
