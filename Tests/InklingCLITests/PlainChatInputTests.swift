// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import inkling

/// How lines become messages.
struct PlainChatInputTests {
    /// What a sequence of entries gives: a message or nil for each.
    private func taken(_ entries: String...) -> [String?] {
        var input = PlainChatInput()
        return entries.map { input.take($0) }
    }

    @Test func `A line is a message`() {
        #expect(taken("hello", "", " x ") == ["hello", "", " x "])
    }

    @Test func `A backslash at the end goes on in the next line`() {
        #expect(taken("one \\", "two\\", "three") == [nil, nil, "one \ntwo\nthree"])
    }

    @Test func `Two backslashes at the end are text`() {
        #expect(taken(#"C:\\"#, "next") == [#"C:\\"#, "next"])
        #expect(taken(#"C:\\\"#, "next") == [nil, "C:\\\\\nnext"])
    }

    @Test func `Lines between fences are one message, whatever is in them`() {
        #expect(taken("\"\"\"", "a \\", "", "/quit", "\"\"\" ", "b") == [nil, nil, nil, nil, "a \\\n\n/quit", "b"])
        #expect(taken("\"\"\"", "\"\"\"") == [nil, ""])
        #expect(taken("\"\"\"quoted\"\"\"") == ["\"\"\"quoted\"\"\""])
    }

    @Test func `Lines that came at once stay one message`() {
        #expect(taken("one\ntwo\\", "three") == ["one\ntwo\\", "three"])
        #expect(taken("one\\", "two\nthree") == [nil, "one\ntwo\nthree"])
        #expect(taken("\"\"\"\none\ntwo\n\"\"\"") == ["one\ntwo"])
        #expect(taken("\"\"\"", "one\ntwo", "\"\"\"") == [nil, nil, "one\ntwo"])
        #expect(taken("\"\"\"\none\n\"\"\"\ntwo") == ["one\ntwo"])
    }

    @Test func `Line ends of all kinds are one, and other control characters go`() {
        #expect(taken("one\r\ntwo\rthree\r") == ["one\ntwo\nthree"])
        #expect(taken("a\u{1B}[31mb\u{0}\u{7F}\u{9B}c\td") == ["a[31mbc\td"])
    }

    @Test func `What was begun is there at the end, unless it was dropped`() {
        var input = PlainChatInput()
        #expect(input.finish() == nil)
        #expect(input.take("one\\") == nil)
        #expect(input.isOpen)
        #expect(input.finish() == "one")
        #expect(!input.isOpen)
        #expect(input.take("\"\"\"") == nil)
        #expect(input.isOpen)
        input.drop()
        #expect(!input.isOpen)
        #expect(input.finish() == nil)
        #expect(input.take("two") == "two")
    }
}
