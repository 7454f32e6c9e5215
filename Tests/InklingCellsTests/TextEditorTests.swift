// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@Suite struct TextEditorTests {
    /// An editor from text with `|` for the cursor.
    private func editor(_ marked: String) -> TextEditor {
        let parts = marked.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        var editor = TextEditor(parts.joined())
        editor.moveCursor(to: parts[0].count)
        return editor
    }

    private func marked(_ editor: TextEditor) -> String {
        String(editor.characters[..<editor.cursor]) + "|" + String(editor.characters[editor.cursor...])
    }

    @Test(arguments: [
        ("left", "ab|c", "a|bc"), ("left", "|abc", "|abc"), ("right", "a|bc", "ab|c"), ("right", "abc|", "abc|"),
        ("left", "👨‍👩‍👧‍👦|", "|👨‍👩‍👧‍👦"), ("ctrl-b", "e\u{301}|", "|e\u{301}"), ("ctrl-f", "|🇩🇪x", "🇩🇪|x"),
        ("alt-b", "one two|", "one |two"), ("alt-b", "one two, |", "one |two, "), ("alt-f", "|one two", "one| two"),
        ("alt-f", "one| two", "one two|"), ("ctrl-left", "日本語です|", "日本語|です"), ("ctrl-right", "|日本語です", "日本語|です"),
        ("alt-b", "|", "|"), ("ctrl-a", "ab\ncd|e", "ab\n|cde"), ("ctrl-e", "a|b\ncd", "ab|\ncd"),
        ("home", "|ab", "|ab"), ("ctrl-home", "ab\nc|d", "|ab\ncd"), ("ctrl-end", "a|b\ncd", "ab\ncd|"),
        ("backspace", "ab|c", "a|c"), ("backspace", "|abc", "|abc"), ("backspace", "a\n|b", "a|b"),
        ("backspace", "x👍🏽|", "x|"), ("backspace", "e\u{301}\u{323}|", "|"), ("delete", "a|bc", "a|c"),
        ("delete", "abc|", "abc|"), ("ctrl-d", "|🇩🇪🇫🇷", "|🇫🇷"), ("ctrl-w", "one two-three|", "one |"),
        ("alt-backspace", "one two-three|", "one two-|"), ("alt-d", "one| two three", "one| three"),
        ("ctrl-u", "ab\ncd|e", "ab\n|e"), ("ctrl-k", "a|b\ncd", "a|\ncd"), ("ctrl-k", "ab|\ncd", "ab|cd"),
        ("ctrl-k", "ab|", "ab|"), ("ctrl-y", "ab|", "ab|"), ("x", "a|b", "ax|b"), ("space", "a|b", "a |b"),
        ("up", "a|b", "a|b"), ("up", "abc\nde|f", "ab|c\ndef"), ("down", "ab|c\nd", "abc\nd|"),
        ("down", "a|\n\nb", "a\n|\nb"),
    ])
    func `A key does what it says`(key: String, before: String, after: String) throws {
        var editor = editor(before)
        let press = try #require(KeyPress(name: key))
        let isChanged = editor.handle(press, width: 40)
        #expect(marked(editor) == after)
        #expect(isChanged == (before != after))
    }

    @Test func `Every key of the table is a key`() {
        for row in EditorCommand.keys {
            for name in row.names {
                #expect(KeyPress(name: name)?.name == name)
                #expect(KeyPress(name: name).flatMap { EditorCommand($0) } == row.command)
            }
        }
        #expect(Set(EditorCommand.keys.map(\.command)) == Set(EditorCommand.allCases))
        #expect(Set(EditorCommand.keys.flatMap(\.names)).count == EditorCommand.keys.flatMap(\.names).count)
    }

    @Test func `Kills that follow one another come back as one`() {
        var editor = editor("one two three|")
        editor.perform(.deleteSpaceWordBackward, width: 80)
        editor.perform(.deleteSpaceWordBackward, width: 80)
        #expect(editor.text == "one ")
        editor.perform(.yank, width: 80)
        #expect(marked(editor) == "one two three|")
        editor.moveCursor(to: 4)
        editor.perform(.killToLineEnd, width: 80)
        editor.perform(.textStart, width: 80)
        editor.perform(.yank, width: 80)
        #expect(marked(editor) == "two three|one ")
    }

    @Test func `Typing is undone by words and redone`() {
        var editor = TextEditor()
        for character in "hello big world" { editor.insert(String(character)) }
        var seen: [String] = []
        while editor.perform(.undo, width: 80) { seen.append(marked(editor)) }
        #expect(seen == ["hello big|", "hello|", "|"])
        while editor.perform(.redo, width: 80) { seen.append(marked(editor)) }
        #expect(seen.suffix(3) == ["hello|", "hello big|", "hello big world|"])
        editor.perform(.undo, width: 80)
        editor.insert("!")
        let isRedone = editor.perform(.redo, width: 80)
        #expect(!isRedone)
    }

    @Test func `Undo puts the cursor back`() {
        var editor = editor("ab|cd")
        editor.insert("pasted\ntext")
        #expect(marked(editor) == "abpasted\ntext|cd")
        editor.perform(.undo, width: 80)
        #expect(marked(editor) == "ab|cd")
        editor.replaceAll(with: "other")
        editor.perform(.undo, width: 80)
        #expect(marked(editor) == "ab|cd")
    }

    @Test(arguments: 0..<40) func `Undoing everything gives the beginning, redoing everything the end`(seed: Int) {
        var random = RandomText(seed: seed)
        var editor = TextEditor(random.text(pieces: 3))
        let beginning = editor.text
        let commands = EditorCommand.allCases.filter { $0 != .undo && $0 != .redo }
        for _ in 0..<80 {
            if random.number(below: 3) == 0 {
                editor.insert(random.text(pieces: 1))
            } else {
                editor.perform(commands[random.number(below: commands.count)], width: 10)
            }
            #expect((0...editor.count).contains(editor.cursor))
            #expect(editor.characters == Array(editor.text))
        }
        let end = editor.text
        while editor.perform(.undo, width: 10) {}
        #expect(editor.text == beginning)
        while editor.perform(.redo, width: 10) {}
        #expect(editor.text == end)
    }

    @Test func `What combines is joined, whichever comes first`() {
        var editor = editor("e|x")
        editor.insert("\u{301}")
        #expect(editor.characters == ["e\u{301}", "x"] && editor.cursor == 1)
        editor.perform(.undo, width: 80)
        #expect(editor.characters == ["e", "x"])
        editor = TextEditor("\u{301}")
        editor.moveCursor(to: 0)
        editor.insert("a")
        #expect(editor.characters == ["a\u{301}"] && editor.cursor == 1)
    }

    @Test func `Pasted text loses its controls and keeps its lines`() {
        var editor = TextEditor()
        editor.insert("a\r\nb\rc\u{1B}[31m\u{0}\td\u{2028}e\u{9B}")
        #expect(editor.text == "a\nb\nc[31m\td\ne")
        var field = TextEditor(isSingleLine: true)
        field.insert("a\r\nb\tc\n")
        #expect(field.text == "a b c ")
    }

    @Test func `Rows wrap by words, and the blank after a full row stays on it`() {
        let layout = EditorLayout(editor("the quick |brown fox"), width: 10)
        #expect((0..<layout.rows.count).map { layout.text(row: $0) } == ["the quick ", "brown fox"])
        #expect(layout.cursor == Point(x: 0, y: 1))
        #expect(EditorLayout(editor("the quick| brown fox"), width: 10).cursor == Point(x: 9, y: 0))
        #expect(EditorLayout(editor("|"), width: 10).cursor == .zero)
        #expect(EditorLayout(editor("ab\n|"), width: 10).cursor == Point(x: 0, y: 1))
        #expect(EditorLayout(editor("日本|"), width: 10).cursor == Point(x: 4, y: 0))
        #expect(EditorLayout(editor("a\tb|"), width: 10).cursor == Point(x: 5, y: 0))
    }

    @Test func `Going down and up goes by rows and keeps the column`() {
        var editor = editor("a long| first line\nx\nanother line")
        for _ in 0..<3 { editor.perform(.down, width: 20) }
        #expect(marked(editor) == "a long first line\nx\nanothe|r line")
        for _ in 0..<2 { editor.perform(.up, width: 20) }
        #expect(marked(editor) == "a long| first line\nx\nanother line")
        editor = self.editor("the quick| brown fox")
        editor.perform(.down, width: 10)
        #expect(marked(editor) == "the quick brown fox|")
        let isMoved = editor.perform(.down, width: 10)
        #expect(!isMoved)
    }

    @Test(arguments: 0..<100) func `Rows hold every character and are never too wide`(seed: Int) {
        var random = RandomText(seed: seed)
        var editor = TextEditor(random.text(pieces: 25, breaks: [" ", " ", "", "   ", "\n", "\t"]))
        let width = 7 + random.number(below: 30)
        for position in [0, editor.count / 3, editor.count] {
            editor.moveCursor(to: position)
            let layout = EditorLayout(editor, width: width)
            let shown = layout.rows.map { String(editor.characters[$0]) }.joined()
            #expect(shown == editor.text.filter { $0 != "\n" })
            for row in layout.rows.indices { #expect(displayWidth(layout.text(row: row)) <= width) }
            #expect(layout.cursor.x < width && layout.rows.indices.contains(layout.cursor.y))
        }
        // From every place one gets back to it.
        let layout = EditorLayout(editor, width: width)
        for position in 0...editor.count {
            editor.moveCursor(to: position)
            let cursor = EditorLayout(editor, width: width).cursor
            let found = layout.position(row: cursor.y, column: cursor.x)
            editor.moveCursor(to: found)
            #expect(EditorLayout(editor, width: width).cursor.y == cursor.y)
        }
    }

    @Test func `A field scrolls to its cursor`() {
        var buffer = CellBuffer(size: Size(width: 8, height: 1))
        let area = Rect(x: 1, y: 0, width: 6, height: 1)
        let short = editor("abc|").drawField(in: area, on: &buffer, style: Style())
        #expect(short == Point(x: 4, y: 0))
        #expect(buffer.rows == [" abc    "])
        let long = editor("abcdefgh|").drawField(in: area, on: &buffer, style: Style())
        #expect(long == Point(x: 6, y: 0))
        #expect(buffer[1, 0].text == "d" && buffer[5, 0].text == "h")
    }

    @Test func `Rows are drawn from the first one asked for`() {
        var buffer = CellBuffer(size: Size(width: 6, height: 2))
        let layout = EditorLayout(editor("one\ntwo\nth|ree"), width: 6)
        let cursor = layout.draw(in: buffer.bounds, on: &buffer, style: Style(), first: 1)
        #expect(cursor == Point(x: 2, y: 1))
        #expect(buffer.rows == ["two   ", "three "])
        let hidden = layout.draw(in: buffer.bounds, on: &buffer, style: Style(), first: 0)
        #expect(hidden == nil)
    }
}
