// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import InklingEngine
import Testing

@testable import inkling

/// Conversations and history on disk.
struct PlainChatFileTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private var state: PlainChatState {
        var state = PlainChatState(system: "Be brief")
        _ = state.take("What is \"tar\"?\nReally?")
        state.finish("An archive.", .complete)
        _ = state.take("More")
        state.finish("It", .stopped)
        return state
    }

    @Test func `Markdown has a heading for each side`() {
        #expect(
            PlainChatTranscript.markdown(state, model: "m") == """
                # Chat with m

                ## System

                Be brief

                ## You

                What is "tar"?
                Really?

                ## m

                An archive.

                ## You

                More

                ## m

                It

                *(stopped)*

                """)
    }

    @Test func `JSON is the list of messages`() throws {
        let bytes = try PlainChatTranscript.json(state)
        let messages = try JSONDecoder().decode([ChatMessage].self, from: Data(bytes))
        #expect(messages.map(\.role) == [.system, .user, .assistant, .user, .assistant])
        #expect(messages.map(\.content) == ["Be brief", "What is \"tar\"?\nReally?", "An archive.", "More", "It"])
    }

    @Test func `A saved file is its owner's and replaces none but the chat's own`() throws {
        let folder = try ProgramFolder()
        let path = folder.path + "/chat.md"
        try PlainChatFile.write(Array("one".utf8), to: path, replaces: false)
        #expect(mode(path) == 0o600)
        #expect(throws: Failure("\"\(path)\" exists already; give another name")) {
            try PlainChatFile.write(Array("two".utf8), to: path, replaces: false)
        }
        #expect(try folder.bytes("chat.md") == Array("one".utf8))
        try PlainChatFile.write(Array("three".utf8), to: path, replaces: true)
        #expect(try folder.bytes("chat.md") == Array("three".utf8))
        #expect(try folder.names == ["chat.md"])
    }

    @Test func `A file that cannot be written is an error that names it`() throws {
        let folder = try ProgramFolder()
        let path = folder.path + "/none/chat.md"
        #expect(throws: Failure("cannot write \"\(path)\": No such file or directory")) {
            try PlainChatFile.write([1], to: path, replaces: false)
        }
    }

    @Test func `The home folder can be written as in a shell`() {
        #expect(PlainChatFile.expanded("~/a.md", home: "/home/x") == "/home/x/a.md")
        #expect(PlainChatFile.expanded("~a.md", home: "/home/x") == "~a.md")
        #expect(PlainChatFile.expanded("~/a.md", home: nil) == "~/a.md")
    }

    // MARK: History

    @Test(arguments: ["plain", "two\nlines", #"back\slash\n"#, "", "ends in \\", "ünïcödé 🦙", "\n\n"])
    func `An entry is one line of the file and comes back as it was`(entry: String) {
        let line = LineHistory.encoded(entry)
        #expect(!line.contains("\n"))
        #expect(LineHistory.decoded(line) == entry)
    }

    @Test func `Entries are kept from run to run, for the user alone`() throws {
        let folder = try ProgramFolder()
        let path = folder.path + "/state/inkling/history"
        let history = LineHistory(path: path)
        #expect(history.load() == [])
        #expect(history.append("one") == nil)
        #expect(history.append("two\nlines") == nil)
        #expect(LineHistory(path: path).load() == ["one", "two\nlines"])
        #expect(mode(path) == 0o600)
        #expect(mode(folder.path + "/state/inkling") == 0o700)
    }

    @Test func `The file stays bounded`() throws {
        let folder = try ProgramFolder()
        let lines = (0..<2 * LineHistory.entryLimit).map { "entry \($0)\n" }.joined()
        let path = try folder.file("history", lines)
        let history = LineHistory(path: path)
        #expect(history.load().count == LineHistory.entryLimit)
        let kept = LineHistory.decoded(try folder.bytes("history"))
        #expect(kept.count == LineHistory.entryLimit)
        #expect(kept.last == "entry \(2 * LineHistory.entryLimit - 1)")
        #expect(history.append(String(repeating: "x", count: LineHistory.entryByteLimit + 1)) == nil)
        #expect(LineHistory.decoded(try folder.bytes("history")).count == LineHistory.entryLimit)
        #expect(try folder.names == ["history"])
    }

    @Test func `A damaged file gives what can be read, and none gives nothing`() throws {
        let folder = try ProgramFolder()
        let path = try folder.file("history", [0xFF, 0xFE, 10, 10] + Array("good\n".utf8) + Array("cut\\".utf8))
        let entries = LineHistory(path: path).load()
        #expect(entries.count == 3)
        #expect(entries.dropFirst() == ["good", "cut"])
        #expect(LineHistory(path: nil).load() == [])
        #expect(LineHistory(path: nil).append("x") == nil)
    }

    @Test func `A history that is a link elsewhere is not written to`() throws {
        let folder = try ProgramFolder()
        _ = try folder.file("other", "")
        unsafe symlink(folder.path + "/other", folder.path + "/history")
        #expect(LineHistory(path: folder.path + "/history").append("x") != nil)
        #expect(try folder.bytes("other") == [])
    }
}
