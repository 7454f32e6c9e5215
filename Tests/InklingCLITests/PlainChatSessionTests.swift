// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import Testing

/// The chat as a program, at a terminal and in a pipe, on a model that talks without end.
@Suite(.enabled(if: BuiltProgram.path != nil, "the program is not beside the tests"))
struct PlainChatSessionTests {
    private let folder: ProgramFolder
    private let model: String

    init() throws {
        folder = try ProgramFolder()
        model = folder.path + "/endless.gguf"
        _ = try folder.file("endless.gguf", EndlessModel.bytes())
    }

    private func session(_ arguments: [String] = []) throws -> TerminalSession {
        guard let program = BuiltProgram.path else { throw BuiltProgram.Problem.notFound }
        return try TerminalSession(
            program, ["chat", "--plain", "-m", model, "--threads", "1"] + arguments,
            environment: [
                "PATH=/usr/bin:/bin", "HOME=\(folder.path)", "XDG_STATE_HOME=\(folder.path)/state", "TERM=xterm",
                "NO_COLOR=1", "INPUTRC=/dev/null",
            ])
    }

    private static let prompt = "> "

    @Test func `A session at a terminal: ask, stop, ask again, leave`() throws {
        let chat = try session()
        let before = chat.modesBefore
        #expect(try chat.wait(for: "Ctrl-D leaves.").contains("endless (llama, context 65536)"))
        try chat.wait(for: Self.prompt)
        for question in ["first question", "second question"] {
            chat.type("\(question)\r")
            try chat.wait(for: question)
            try chat.wait(forBytes: 200)
            chat.type("\u{3}")
            let answer = try chat.wait(for: "[stopped]")
            #expect(answer.allSatisfy { $0.isLowercase || $0 == " " || $0.isNewline || $0.isASCII && !$0.isLetter })
            try chat.wait(for: Self.prompt)
        }
        chat.type("/show\r")
        let shown = try chat.wait(for: "You: second question")
        #expect(shown.contains("You: first question") && shown.contains("(stopped)"))
        try chat.wait(for: Self.prompt)
        chat.type("\u{4}")
        #expect(try chat.end() == 0)
        #expect(chat.modes == before)
        #if Readline
            let history = try folder.bytes("state/inkling/history")
            #expect(String(decoding: history, as: UTF8.self) == "first question\nsecond question\n/show\n")
        #endif
    }

    #if Readline
        @Test func `Ctrl-C at the prompt clears the line, and twice says how to leave`() throws {
            let chat = try session()
            try chat.wait(for: "Ctrl-D leaves.")
            try chat.wait(for: Self.prompt)
            chat.type("/quit")
            try chat.wait(for: "/quit")
            chat.type("\u{3}")
            for _ in 0..<2 {
                try chat.wait(for: "^C")
                #expect(!chat.text.contains("To leave"))
                try chat.wait(for: Self.prompt)
                chat.type("\u{3}")
            }
            try chat.wait(for: "To leave press Ctrl-D or type /quit.")
            try chat.wait(for: Self.prompt)
            chat.type("/quit\r")
            #expect(try chat.end() == 0)
        }

        @Test func `A paste of several lines is one message, and so are lines that go on`() throws {
            let chat = try session(["-n", "3"])
            try chat.wait(for: "Ctrl-D leaves.")
            try chat.wait(for: Self.prompt)
            chat.type("\u{1B}[200~one\rtwo\u{1B}[201~\r")
            try chat.wait(for: "[stopped at the limit of tokens")
            try chat.wait(for: Self.prompt)
            chat.type("three\\\r")
            try chat.wait(for: "... ")
            chat.type("four\r")
            try chat.wait(for: "[stopped at the limit of tokens")
            try chat.wait(for: Self.prompt)
            // Alt-Enter.
            chat.type("five\u{1B}\rsix\r")
            try chat.wait(for: "[stopped at the limit of tokens")
            try chat.wait(for: Self.prompt)
            let saved = folder.path + "/chat.json"
            chat.type("/save \(saved)\r")
            try chat.wait(for: "saved to")
            chat.type("\u{4}")
            #expect(try chat.end() == 0)
            let text = String(decoding: try folder.bytes("chat.json"), as: UTF8.self)
            for message in ["one\\ntwo", "three\\nfour", "five\\nsix"] { #expect(text.contains("\"\(message)\"")) }
        }

    #endif

    @Test(arguments: [SIGTERM, SIGHUP], [true, false])
    func `Signals that end the program leave the terminal as it was`(signal: Int32, isAnswering: Bool) throws {
        let chat = try session()
        let before = chat.modesBefore
        try chat.wait(for: "Ctrl-D leaves.")
        try chat.wait(for: Self.prompt)
        if isAnswering {
            chat.type("go\r")
            try chat.wait(for: "go")
            try chat.wait(forBytes: 200)
        } else {
            chat.type("half a mess")
            try chat.wait(for: "mess")
        }
        #if Readline
            #expect(chat.modes != before)
        #else
            #expect((chat.modes != before) == isAnswering)
        #endif
        kill(chat.process, signal)
        #expect(try chat.end() == 130)
        #expect(chat.modes == before)
    }

    @Test func `What is typed during an answer waits for the next prompt`() throws {
        let chat = try session(["-n", "2000"])
        try chat.wait(for: "Ctrl-D leaves.")
        try chat.wait(for: Self.prompt)
        chat.type("go\r")
        try chat.wait(for: "go")
        try chat.wait(forBytes: 50)
        chat.type("/QUIT\r")
        #expect(!(try chat.wait(for: "[stopped at the limit")).contains("QUIT"))
        #expect(try chat.end() == 0)
    }

    @Test func `A pipe gets the answers alone`() throws {
        let arguments = ["chat", "--plain", "-m", model, "-n", "8", "--temp", "0", "--threads", "1"]
        let chat = try BuiltProgram.run(arguments, input: Array("Hello\n\nAnd\\\nyou?\n".utf8), in: folder)
        #expect(chat.status == 0)
        #expect(chat.error.isEmpty)
        let answers = chat.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(answers.count == 3 && answers[2].isEmpty)
        #expect(answers.dropLast().allSatisfy { $0.utf8.count == 8 })
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/.local/state/inkling/history"))
        // Nothing in, nothing out.
        let silence = try BuiltProgram.run(arguments, in: folder)
        #expect(silence.status == 0 && silence.output.isEmpty && silence.error.isEmpty)
    }

    @Test func `In a pipe a message that cannot be answered is an error, and the others are answered`() throws {
        let chat = try BuiltProgram.run(
            ["chat", "-m", model, "-n", "4", "-c", "64", "--threads", "1"],
            input: Array((String(repeating: "x", count: 80) + "\nHi\n/nonsense\n").utf8), in: folder)
        #expect(chat.status == 1)
        #expect(chat.error.contains("the context of the target model holds 64"))
        #expect(chat.error.contains("unknown command /nonsense"))
        #expect(chat.text.split(separator: "\n").count == 1)
    }

    @Test func `What the configuration says holds, and options come before it`() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/.config/inkling", withIntermediateDirectories: true)
        _ = try folder.file(
            ".config/inkling/config.toml",
            Array(
                """
                [decoding]
                strategy = "prompt-lookup"
                [prompt-lookup]
                gamma = 6
                [sampling]
                temperature = 0.25
                seed = 77
                max-tokens = 5
                [chat]
                system = "Be brief."
                when-full = "ask"
                """.utf8))
        func said(_ options: [String], _ input: String) throws -> BuiltProgram.Outcome {
            try BuiltProgram.run(
                ["chat", "--plain", "-m", model, "-c", "96", "--threads", "1"] + options, input: Array(input.utf8),
                in: folder)
        }
        let commands = ["strategy", "gamma", "temperature", "seed", "max-tokens"]
        let input = "Hi\n" + commands.map { "/set \($0)\n" }.joined() + "/system\n"
        let configured = try said([], input)
        #expect(configured.text.utf8.count == 6)
        for text in [
            "strategy is prompt-lookup", "gamma is 6", "temperature is 0.25", "seed is 77", "is 5", "Be brief.",
        ] {
            #expect(configured.error.contains(text), "\(text)")
        }
        let options = ["--temp", "0.5", "--seed", "3", "-n", "2", "--set", "gamma=4", "--system", "Be long."]
        let given = try said(options, input)
        for text in ["strategy is prompt-lookup", "gamma is 4", "temperature is 0.5", "seed is 3", "is 2", "Be long."] {
            #expect(given.error.contains(text), "\(text)")
        }
        // Nothing is dropped where it says so.
        #expect(try said(["-n", "16"], "one\ntwo\nthree\n").status == 1)
    }

    @Test func `A method of the configuration that cannot run here gives way, and a mistake is told`() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/.config/inkling", withIntermediateDirectories: true)
        _ = try folder.file(
            ".config/inkling/config.toml", Array("[decoding]\nstrategy = \"sd\"\nx = 1\n".utf8))
        let chat = try BuiltProgram.run(
            ["chat", "--plain", "-m", model, "-n", "4", "--threads", "1"], input: Array("Hi\n".utf8), in: folder)
        #expect(chat.status == 0 && chat.text.utf8.count == 5)
        #expect(chat.error.contains("note: sd, as config.toml has it, needs"))
        #expect(chat.error.contains("config.toml:3:1: unknown key \"decoding.x\""))
    }

    @Test func `A full context says what is dropped`() throws {
        let chat = try BuiltProgram.run(
            ["chat", "-m", model, "-n", "16", "-c", "160", "--threads", "1"],
            input: Array("one\ntwo\nthree\nfour\n/show\n".utf8), in: folder)
        #expect(chat.status == 0)
        #expect(chat.error.contains("[the context of 160 tokens is full: the model no longer reads the oldest"))
        #expect(chat.error.contains("(the model no longer reads what is above)"))
        #expect(chat.text.split(separator: "\n").count == 4)
    }
}
