// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingEngine
import Testing

@testable import inkling

/// What messages and commands do to a conversation.
struct PlainChatStateTests {
    private func answered(_ pairs: [(String, String)], system: String? = nil) -> PlainChatState {
        var state = PlainChatState(system: system)
        for (question, answer) in pairs {
            #expect(state.take(question) == .answer)
            state.finish(answer, .complete)
        }
        return state
    }

    private func said(_ action: PlainChatAction?) -> String {
        guard case .say(let text) = action else { return "nothing said, but \(String(describing: action))" }
        return text
    }

    // MARK: Messages

    @Test func `A message asks for an answer, and both stay in the conversation`() {
        var state = answered([("Hello", "Hi")], system: "Be brief")
        #expect(state.take("And you?\n\n") == .answer)
        #expect(
            state.messages == [
                ChatMessage(.system, "Be brief"), ChatMessage(.user, "Hello"), ChatMessage(.assistant, "Hi"),
                ChatMessage(.user, "And you?"),
            ])
    }

    @Test func `Blank lines are nothing`() {
        var state = PlainChatState()
        let before = state
        for text in ["", "  ", "\n\n", "\t"] { #expect(state.take(text) == nil) }
        #expect(state == before)
    }

    @Test func `Text that only looks like a command is a message`() {
        for text in ["/etc/passwd is what?", " /help", "//", "/", "/3 of 4", "/usr/bin\nis a folder"] {
            var state = PlainChatState()
            #expect(state.take(text) == .answer)
            #expect(state.turns.last?.question == text)
        }
    }

    @Test(arguments: [
        ("/hlep", "did you mean /help?"), ("/sav x", "did you mean /save?"), ("/regen", "did you mean /regenerate?"),
        ("/QUIZ", "did you mean /quit?"), ("/xyzzy", "/help lists commands"),
    ])
    func `An unknown command suggests a known one and says how to send it`(text: String, suggestion: String) {
        var state = PlainChatState()
        let reply = said(state.take(text))
        #expect(reply.contains("unknown command \(text.split(separator: " ")[0])"))
        #expect(reply.contains(suggestion))
        #expect(reply.contains("put a space before it"))
        #expect(state.turns.isEmpty)
    }

    @Test func `An answer that never came leaves the conversation as it was`() {
        var state = answered([("Hello", "Hi")])
        let before = state
        #expect(state.take("And?") == .answer)
        state.takeBack()
        #expect(state == before)
        state.takeBack()
        #expect(state == before)
    }

    @Test func `A stopped answer keeps its text`() {
        var state = PlainChatState()
        #expect(state.take("Count") == .answer)
        state.finish("one two", .stopped)
        #expect(state.messages.last == ChatMessage(.assistant, "one two"))
        #expect(PlainChatTranscript.shown(state).contains("one two (stopped)"))
    }

    // MARK: Commands

    @Test func `Regenerating asks the same again with another seed`() {
        var state = answered([("a", "1"), ("b", "2")])
        let seed = state.answerSampler.seed
        #expect(state.take("/regenerate") == .answer)
        #expect(state.messages.map(\.content) == ["a", "1", "b"])
        #expect(state.answerSampler.seed != seed)
        #expect(state.sampler.seed == seed)
        state.finish("3", .complete)
        #expect(state.messages.map(\.content) == ["a", "1", "b", "3"])
    }

    @Test func `The old answer stays when there is no new one`() {
        var state = answered([("a", "1")])
        #expect(state.take("/retry") == .answer)
        state.takeBack()
        #expect(state.turns == [PlainChatTurn(question: "a", answer: "1")])
    }

    @Test func `Undo takes back one turn at a time`() {
        var state = answered([("a", "1"), ("b", "2")], system: "s")
        #expect(said(state.take("/undo")).contains("\"b\""))
        #expect(state.messages.map(\.content) == ["s", "a", "1"])
        #expect(said(state.take("/undo")).contains("\"a\""))
        #expect(said(state.take("/undo")).contains("nothing"))
        #expect(said(state.take("/regenerate")).contains("nothing"))
        #expect(state.messages.map(\.content) == ["s"])
    }

    @Test func `A new conversation keeps system message and settings`() {
        var state = answered([("a", "1")], system: "s")
        _ = state.take("/set temp 0.1")
        _ = state.take("/new")
        #expect(state.turns.isEmpty)
        #expect(state.system == "s")
        #expect(state.sampler.temperature == 0.1)
    }

    @Test func `The system message can be set, shown and removed`() {
        var state = PlainChatState()
        #expect(said(state.take("/system")).contains("no system message"))
        _ = state.take("/system  Answer in\none line. ")
        #expect(state.system == "Answer in\none line.")
        #expect(said(state.take("/system")).contains("Answer in\none line."))
        _ = state.take("/system none")
        #expect(state.system == nil)
    }

    @Test func `Commands that the chat carries out are handed on`() {
        var state = PlainChatState()
        #expect(state.take("/save notes of today.md") == .save("notes of today.md"))
        #expect(state.take("/model") == .showModel)
        #expect(state.take("/stats") == .showFigures)
        for text in ["/quit", "/q", "/exit", "/QUIT", "/quit "] { #expect(state.take(text) == .leave) }
    }

    @Test func `A command with too much or too little says so and does nothing`() {
        var state = answered([("a", "1")])
        #expect(said(state.take("/save")).contains("FILE"))
        for text in ["/quit now", "/new chat", "/undo 2"] { #expect(said(state.take(text)).contains("stands alone")) }
        #expect(state.turns.count == 1)
    }

    @Test func `Help names every command and fits a small terminal`() {
        var state = PlainChatState()
        let lines = said(state.take("/help")).split(separator: "\n", omittingEmptySubsequences: false)
        for command in PlainChatCommand.all { #expect(lines.contains { $0.hasPrefix("/\(command.name)") }) }
        #expect(lines.count <= 22)
        #expect(lines.allSatisfy { $0.count < 80 })
    }

    @Test func `No two commands have a name in common`() {
        let names = PlainChatCommand.all.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
        for name in names { #expect(PlainChatCommand.parse("/\(name)")?.word == name) }
    }

    // MARK: Completion

    @Test func `Completion offers commands, settings and files where they belong`() {
        #expect(PlainChatCommand.completions(line: "", word: "/s") == ["/system", "/show", "/save", "/set", "/stats"])
        #expect(PlainChatCommand.completions(line: "", word: "hello") == [])
        #expect(PlainChatCommand.completions(line: "/set ", word: "top") == ["top-k", "top-p"])
        #expect(PlainChatCommand.completions(line: "/save ", word: "no") == nil)
        #expect(PlainChatCommand.completions(line: "/set top-k ", word: "") == [])
        #expect(PlainChatCommand.completions(line: "look at ", word: "/etc/pa") == [])
    }

    // MARK: The context

    @Test func `What the model no longer reads is still there to see and to save`() {
        var state = answered([("aaaa", "bbbb"), ("cccc", "dddd")], system: "ssss")
        _ = state.take("eeee")
        #expect(state.drop(1) == 1)
        #expect(state.drop(1) == 0)
        #expect(state.request.droppedTurnCount == 1)
        #expect(state.request.messages.map(\.content) == ["ssss", "aaaa", "bbbb", "cccc", "dddd", "eeee"])
        #expect(PlainChatTranscript.shown(state).contains("no longer reads"))
        #expect(PlainChatTranscript.markdown(state, model: "m").contains("aaaa"))
    }

    @Test func `Taking turns back never counts more dropped turns than there are`() {
        var state = answered([("aaaa", "bbbb"), ("cccc", "dddd")])
        _ = state.take("eeee")
        #expect(state.drop(2) == 2)
        state.finish("ffff", .complete)
        for _ in 0..<3 { _ = state.take("/undo") }
        #expect(state.droppedCount == 0)
        #expect(state.take("x") == .answer)
        #expect(state.messages.map(\.content) == ["x"])
    }
}
