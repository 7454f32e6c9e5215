// SPDX-License-Identifier: Apache-2.0

public import InklingCells
public import InklingStore

/// Something on top of the screen that has the keys until it is closed.
public enum Overlay: Sendable, Equatable {
    /// Text to read.
    case page(PageState)
    case palette(PaletteState)
    case chats(ChatListState)
    /// The themes; the one under the cursor is shown.
    case themes(ThemeListState)
    /// One text to be typed.
    case field(FieldState)
    /// One of a few things to be chosen by a letter.
    case choice(ChoiceState)
}

/// Text that is scrolled.
public struct PageState: Sendable, Equatable {
    public var title: String
    public var lines: [TextLine]
    public var scroll = 0

    public init(title: String, lines: [TextLine]) {
        self.title = title
        self.lines = lines
    }
}

/// Everything that can be done, filtered as one types.
public struct PaletteState: Sendable, Equatable {
    public var filter = TextEditor(isSingleLine: true)
    public var list = ListState()

    public init() {}
}

/// The chats there are.
public struct ChatListState: Sendable, Equatable {
    public var filter = TextEditor(isSingleLine: true)
    public var isFiltering = false
    public var list = ListState()
    /// nil while they are being read.
    public var rows: [ChatListRow]?

    public init() {}
}

/// The themes there are.
public struct ThemeListState: Sendable, Equatable {
    public var list: ListState

    public init(selected: Int = 0) {
        list = ListState(selected: selected)
    }
}

extension ChatListRow {
    public static func == (left: ChatListRow, right: ChatListRow) -> Bool {
        left.summary == right.summary && left.snippet == right.snippet
    }
}

/// A text to be typed, and what for.
public struct FieldState: Sendable, Equatable {
    public enum Purpose: Sendable, Equatable {
        case systemPrompt
        case attach
        case renameChat(ChatID)
        case export(ChatID)
        case search
        case setting(String)
        case racePrompt
        /// Of the racer with this number.
        case raceParameters(Int)
        case raceSave
    }

    public var purpose: Purpose
    public var title: String
    public var hint: String
    public var editor: TextEditor

    public init(_ purpose: Purpose, title: String, hint: String = "", text: String = "", isSingleLine: Bool = true) {
        self.purpose = purpose
        self.title = title
        self.hint = hint
        editor = TextEditor(text, isSingleLine: isSingleLine)
    }
}

/// A question with a few answers.
public struct ChoiceState: Sendable, Equatable {
    public enum Answer: Sendable, Equatable {
        case quit
        case cancel
        case copyCode(Int)
        case dropOldestOnce
        case dropOldestAlways
        case newChatWithQuestion
        case deleteFrom(MessageID)
    }

    public struct Option: Sendable, Equatable {
        public var key: Character
        public var title: String
        public var answer: Answer

        public init(_ key: Character, _ title: String, _ answer: Answer) {
            self.key = key
            self.title = title
            self.answer = answer
        }
    }

    public var title: String
    public var lines: [TextLine]
    public var options: [Option]

    public init(title: String, lines: [TextLine] = [], options: [Option]) {
        self.title = title
        self.lines = lines
        self.options = options
    }
}
