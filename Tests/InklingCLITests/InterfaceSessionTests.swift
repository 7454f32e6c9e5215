// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import InklingCells
import Testing

/// The whole interface at a terminal: what a user types, what the screen shows of it, and what is left afterwards.
///
/// Nothing here measures time: each step waits for what it needs to see. After Escape that is not left out even where
/// there is nothing to be seen: with the next key it would be another one.
@Suite(.enabled(if: BuiltProgram.path != nil, "the program is not beside the tests"), .serialized)
struct InterfaceSessionTests {
    private let folder: ProgramFolder
    private let models: String

    init() throws {
        folder = try ProgramFolder()
        models = folder.path + "/some models"
        try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: false)
        _ = try folder.file("some models/endless.gguf", EndlessModel.bytes(layers: 24))
        _ = try folder.file("some models/other.gguf", EndlessModel.bytes(layers: 25))
    }

    private var environment: [String] {
        [
            "PATH=/usr/bin:/bin", "HOME=\(folder.path)", "TERM=xterm-256color", "LANG=C.UTF-8",
            // Signals of a crash are the program's own; nobody reads a report.
            "SWIFT_BACKTRACE=enable=no",
        ]
    }

    private var arguments: [String] {
        ["chat", "--models-dir", models, "-m", models + "/endless.gguf", "--threads", "1"]
    }

    private func session(_ more: [String] = [], size: Size = Size(width: 100, height: 30)) throws -> TerminalSession {
        guard let program = BuiltProgram.path else { throw BuiltProgram.Problem.notFound }
        return try TerminalSession(program, arguments + more, environment: environment, size: size)
    }

    /// A session whose model is ready.
    private func ready(_ more: [String] = [], size: Size = Size(width: 100, height: 30)) throws -> TerminalSession {
        let chat = try session(more, size: size)
        try chat.wait(showing: "endless is ready")
        return chat
    }

    /// Asks, and waits until there is something of the answer.
    private func ask(_ question: String, _ chat: TerminalSession) throws {
        chat.type(question)
        try chat.wait(showing: question)
        chat.type("\r")
        // The line that names the model may be out of sight already when one looks.
        try chat.wait("text of an answer in the making") { screen in
            // Not the line that names the model, which is there before the question is kept.
            let rows = screen.rows.dropLast(3).filter { $0.hasPrefix("   ") }.map { $0.prefix(60).dropFirst(3) }
            return Self.isAnswering(screen)
                && rows.contains { row in
                    // The question may be of small letters as well, and so may a notice, which stands on the right.
                    row.first?.isLowercase == true && row.allSatisfy { $0.isLowercase || $0 == " " }
                        && !row.hasPrefix(question)
                }
        }
    }

    /// The footer offers to stop only while there is something to be stopped.
    private static func isAnswering(_ screen: TerminalScreen) -> Bool { screen.rows.last?.contains("esc stop") == true }

    /// Stops the answer in the making.
    private func stop(_ chat: TerminalSession, by key: String = InterfaceSessionTests.escape) throws {
        chat.type(key)
        try chat.wait("no answer in the making") { !Self.isAnswering($0) }
    }

    /// Everything at the terminal is as it was, and the screen of before is back.
    private func expectRestored(
        _ chat: TerminalSession, _ before: TerminalSession.Modes, at location: SourceLocation = #_sourceLocation
    ) {
        #expect(chat.modes == before, sourceLocation: location)
        #expect(chat.screen.state == TerminalScreen.State(), sourceLocation: location)
        #expect(!chat.screen.text.contains("message"), "what was drawn stays", sourceLocation: location)
        #expect(chat.screen.unknown.isEmpty, sourceLocation: location)
    }

    private static let escape = "\u{1B}"
    private static let (controlC, controlD, controlO, controlZ) = ("\u{3}", "\u{4}", "\u{F}", "\u{1A}")
    private static let (f2, f6) = ("\u{1B}OQ", "\u{1B}[17~")

    /// The question whether to leave, and yes.
    private func leave(_ chat: TerminalSession) throws {
        chat.type(Self.controlC)
        try chat.wait(showing: "Leave Inkling?")
        chat.type("y")
    }

    // MARK: A session

    @Test func `Ask, stop in mid-answer, change the model with the chat kept, ask again, leave`() throws {
        let chat = try session()
        let before = chat.modesBefore
        try chat.wait(showing: "endless is ready")
        #expect(chat.modes != before)
        #expect(chat.screen.state.modes.isSuperset(of: [1049, 2004]))

        try ask("first question", chat)
        try stop(chat)

        chat.type(Self.f6)
        try chat.wait(showing: "other")
        // A filter that leaves one model, the way to the list, and the choice.
        chat.type("/")
        try chat.wait(showing: "to the list")
        chat.type("other")
        try chat.wait("one model") { $0.rows.filter { $0.contains("llama") }.count == 1 }
        chat.type("\r")
        try chat.wait(hiding: "to the list")
        chat.type("\r")
        try chat.wait(showing: "other is ready")
        chat.type(Self.f2)
        // The beginning of the conversation, wherever its end is by now.
        chat.type("\tg")
        try chat.wait(showing: "first question")
        chat.type("i")
        try ask("second question", chat)
        try stop(chat, by: Self.controlC)
        // A message is shown from its head on when it is walked to.
        chat.type("\tgJJJ")
        try chat.wait("the other model's name over its answer") { screen in
            screen.rows.contains { $0.contains("other") && $0.contains("stopped") }
        }
        chat.type("i")
        try leave(chat)
        #expect(try chat.end() == 0)
        expectRestored(chat, before)
    }

    @Test func `Resizing at any moment shows what fits, down to a sentence and back`() throws {
        let chat = try ready()
        try ask("will it fit?", chat)
        for (width, height) in [(80, 24), (40, 12), (20, 5), (1, 1), (200, 60), (39, 9), (120, 40)] {
            chat.resize(to: Size(width: width, height: height))
            chat.type(" ")
        }
        try stop(chat)
        try chat.wait("a footer in the last of 40 rows") { $0.rows.count == 40 && $0.rows[39].contains("help") }
        try chat.wait("the panels at the right") { $0.rows.contains { $0.contains("KV cache") } }
        chat.resize(to: Size(width: 20, height: 5))
        try chat.wait(showing: "Too small")
        chat.resize(to: Size(width: 80, height: 24))
        try chat.wait("a footer in the last of 24 rows") { $0.rows.count == 24 && $0.rows[23].contains("help") }
    }

    @Test func `A paste of 5,000 lines is one message that nothing has sent`() throws {
        let chat = try ready()
        let lines = (1...5000).map { "pasted line \($0)" }.joined(separator: "\r")
        chat.type(Self.escape + "[200~" + lines + Self.escape + "[201~")
        try chat.wait(showing: "pasted line 5000")
        #expect(!Self.isAnswering(chat.screen))
        chat.type(Self.controlC)
        try chat.wait(hiding: "pasted line")
    }

    // MARK: Ways out

    @Test(arguments: [SIGTERM, SIGHUP, SIGQUIT], [true, false])
    func `A signal that ends the program leaves the terminal as it was, and the sender sees it`(
        signal: Int32, isAnswering: Bool
    ) throws {
        let chat = try session()
        let before = chat.modesBefore
        try chat.wait(showing: "endless is ready")
        if isAnswering { try ask("go on for ever", chat) }
        kill(chat.process, signal)
        #expect(try chat.end() == -signal)
        expectRestored(chat, before)
    }

    @Test func `An interrupt from outside stops the answer, then asks whether to leave`() throws {
        let chat = try session()
        let before = chat.modesBefore
        try chat.wait(showing: "endless is ready")
        try ask("go on for ever", chat)
        kill(chat.process, SIGINT)
        try chat.wait("no answer in the making") { !Self.isAnswering($0) }
        kill(chat.process, SIGINT)
        try chat.wait(showing: "Leave Inkling?")
        chat.type("n")
        try chat.wait(hiding: "Leave Inkling?")
        try leave(chat)
        #expect(try chat.end() == 0)
        expectRestored(chat, before)
    }

    @Test(arguments: [SIGSEGV, SIGABRT, SIGILL])
    func `A crash leaves the terminal as it was`(signal: Int32) throws {
        let chat = try session()
        let before = chat.modesBefore
        try chat.wait(showing: "endless is ready")
        kill(chat.process, signal)
        #expect(try chat.end() == -signal)
        expectRestored(chat, before)
    }

    @Test(arguments: [true, false])
    func `Ctrl-Z gives the terminal back until fg`(isAnswering: Bool) throws {
        guard let program = BuiltProgram.path else { throw BuiltProgram.Problem.notFound }
        // A shell with jobs, which says what it sees and waits for a line before it goes on.
        let script = """
            set -m
            "$@"
            echo "stopped with $?"
            read line
            fg > /dev/null
            echo "ended with $?"
            """
        let chat = try TerminalSession(
            "/bin/sh", ["-c", script, "sh", program] + arguments, environment: environment,
            size: Size(width: 100, height: 30))
        let before = chat.modesBefore
        try chat.wait(showing: "endless is ready")
        if isAnswering { try ask("before the break", chat) }
        chat.type(Self.controlZ)
        try chat.wait(showing: "stopped with")
        expectRestored(chat, before)
        chat.type("\r")
        try chat.wait("the interface again") { $0.rows.last?.contains("commands") == true }
        #expect(chat.screen.state.modes.isSuperset(of: [1049, 2004]))
        if isAnswering {
            try stop(chat)
        }
        chat.type("still here")
        try chat.wait(showing: "still here")
        chat.type(Self.controlC)
        try chat.wait(hiding: "still here")
        try leave(chat)
        try chat.wait(showing: "ended with 0")
        #expect(try chat.end() == 0)
        expectRestored(chat, before)
    }

    // MARK: What is kept

    @Test func `A terminal that goes away ends the program, and a kill too: the questions are there again`() throws {
        let first = try ready()
        try ask("asked before the window closed", first)
        first.hangUp()
        #expect(try first.end() == -SIGHUP)

        let second = try ready()
        try ask("asked before the kill", second)
        kill(second.process, SIGKILL)
        #expect(try second.end() == -SIGKILL)

        let third = try ready()
        third.type(Self.controlO)
        try third.wait(showing: "asked before the window closed")
        try third.wait(showing: "asked before the kill")
        third.type("\r")
        try third.wait("the question in its chat") {
            $0.rows.contains { $0.hasPrefix("   asked before the kill") } && !$0.text.contains("search in titles")
        }
        try leave(third)
        #expect(try third.end() == 0)
    }

    @Test func `A database that is no database is kept aside, told, and a new one begun`() throws {
        let data = folder.path + "/.local/share/inkling"
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        let garbage = Array(String(repeating: "this is no database\n", count: 500).utf8)
        _ = try folder.file(".local/share/inkling/chats.sqlite", garbage)
        let chat = try ready()
        try ask("is it kept?", chat)
        try stop(chat)
        chat.type(Self.controlO)
        try chat.wait(showing: "2 messages")
        chat.type(Self.escape)
        try chat.wait(hiding: "2 messages")
        try leave(chat)
        #expect(try chat.end() == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: data)
        let kept = names.filter { $0 != "chats.sqlite" && $0.hasPrefix("chats") }
        let copies = try kept.map { try folder.bytes(".local/share/inkling/" + $0) }
        #expect(copies.contains(garbage), "what was there is lost: \(names)")
    }

    @Test func `Two programs at once keep their chats in one place`() throws {
        let first = try ready()
        let second = try ready()
        try ask("of the first", first)
        try ask("of the second", second)
        for chat in [first, second] {
            try stop(chat)
        }
        first.type(Self.controlO)
        try first.wait(showing: "of the second")
        first.type(Self.escape)
        try first.wait(hiding: "search in titles")
        for chat in [first, second] {
            try leave(chat)
            #expect(try chat.end() == 0)
        }
    }

    @Test func `A model file that is deleted while it runs goes on, and cannot be chosen again`() throws {
        let chat = try ready()
        try FileManager.default.removeItem(atPath: models + "/endless.gguf")
        try FileManager.default.removeItem(atPath: models + "/other.gguf")
        try ask("still there?", chat)
        try stop(chat)
        chat.type("/model \(models)/other.gguf\r")
        try chat.wait(showing: "! ")
        // The one in use stays.
        try ask("and now?", chat)
        try stop(chat)
        try leave(chat)
        #expect(try chat.end() == 0)
    }

    // MARK: Other terminals

    @Test func `A terminal that nobody knows is used as an xterm, and told so`() throws {
        guard let program = BuiltProgram.path else { throw BuiltProgram.Problem.notFound }
        let chat = try TerminalSession(
            program, arguments, environment: environment.filter { !$0.hasPrefix("TERM=") } + ["TERM=nobody-knows-this"])
        let before = chat.modesBefore
        try chat.wait(showing: "\"nobody-knows-this\" is not known")
        try chat.wait(showing: "is ready")
        try leave(chat)
        #expect(try chat.end() == 0)
        expectRestored(chat, before)
    }

    @Test(arguments: ["TERM=dumb", "TERM="])
    func `On a terminal that can only print lines, the chat is one of lines`(_ term: String) throws {
        guard let program = BuiltProgram.path else { throw BuiltProgram.Problem.notFound }
        let chat = try TerminalSession(
            program, arguments, environment: environment.filter { !$0.hasPrefix("TERM=") } + [term])
        try chat.wait(for: "Ctrl-D leaves.")
        try chat.wait(for: "> ")
        #expect(!chat.text.contains(Self.escape + "[?1049h"))
        chat.type(Self.controlD)
        #expect(try chat.end() == 0)
    }
}
