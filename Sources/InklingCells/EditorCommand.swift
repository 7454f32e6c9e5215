// SPDX-License-Identifier: Apache-2.0

/// What a key does to a ``TextEditor``.
public enum EditorCommand: Hashable, Sendable, CaseIterable {
    case left, right, up, down
    case wordLeft, wordRight
    case lineStart, lineEnd, textStart, textEnd
    case deleteBackward, deleteForward
    case deleteWordBackward, deleteSpaceWordBackward, deleteWordForward
    case killToLineStart, killToLineEnd
    case yank
    case undo, redo

    /// Whether what it removes can be yanked.
    var isKill: Bool {
        switch self {
        case .deleteWordBackward, .deleteSpaceWordBackward, .deleteWordForward, .killToLineStart, .killToLineEnd: true
        default: false
        }
    }

    /// The keys of editing: those of emacs and readline, and those of text fields elsewhere.
    public static let keys: [(names: [String], command: EditorCommand, help: String)] = [
        (["left", "ctrl-b"], .left, "one character left"),
        (["right", "ctrl-f"], .right, "one character right"),
        (["up"], .up, "one row up"),
        (["down"], .down, "one row down"),
        (["alt-b", "ctrl-left", "alt-left"], .wordLeft, "one word left"),
        (["alt-f", "ctrl-right", "alt-right"], .wordRight, "one word right"),
        (["ctrl-a", "home"], .lineStart, "start of the line"),
        (["ctrl-e", "end"], .lineEnd, "end of the line"),
        (["ctrl-home", "alt-<"], .textStart, "start of the text"),
        (["ctrl-end", "alt->"], .textEnd, "end of the text"),
        (["backspace", "ctrl-h"], .deleteBackward, "delete the character before"),
        (["delete", "ctrl-d"], .deleteForward, "delete the character after"),
        (["ctrl-w"], .deleteSpaceWordBackward, "delete back to a blank"),
        (["alt-backspace", "ctrl-backspace"], .deleteWordBackward, "delete the word before"),
        (["alt-d", "ctrl-delete"], .deleteWordForward, "delete the word after"),
        (["ctrl-u"], .killToLineStart, "delete to the start of the line"),
        (["ctrl-k"], .killToLineEnd, "delete to the end of the line"),
        (["ctrl-y"], .yank, "put back what was deleted"),
        (["ctrl-_", "alt-u"], .undo, "undo"),
        (["alt-_", "alt-r"], .redo, "redo"),
    ]

    private static let commands: [KeyPress: EditorCommand] = keys.reduce(into: [:]) { result, row in
        for name in row.names { if let press = KeyPress(name: name) { result[press] = row.command } }
    }

    public init?(_ press: KeyPress) {
        guard let command = Self.commands[press] else { return nil }
        self = command
    }
}

extension TextEditor {
    /// Does what a key does in any text field, typing included; Enter, Tab and Escape are left to the caller.
    ///
    /// - Returns: whether the key did anything.
    @discardableResult
    public mutating func handle(_ press: KeyPress, width: Int) -> Bool {
        if let command = EditorCommand(press) { return perform(command, width: width) }
        guard case .character(let character) = press.key, press.modifiers.isEmpty else { return false }
        insert(String(character))
        return true
    }
}
