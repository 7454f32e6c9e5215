// SPDX-License-Identifier: Apache-2.0

import InklingCells
import InklingDecoding
@testable import InklingEngine
@testable import InklingStore
@testable import InklingTUI
import Testing

/// What a user has written, and how little it takes to lose it: nothing should.
@Suite struct KeepingTests {
    private func ready() -> Stage {
        var stage = Stage()
        stage.load()
        return stage
    }

    private func asked(_ question: String = "one") -> Stage {
        var stage = ready()
        stage.type(question)
        stage.press("enter")
        stage.answer(["first ", "answer"])
        _ = stage.takeEffects()
        return stage
    }

    private func stored(_ effects: [Effect]) -> [StoreCommand] {
        effects.compactMap { if case .store(let command) = $0 { command } else { nil } }
    }

    private func saved(_ effects: [Effect]) -> [Conversation] {
        stored(effects).compactMap { if case .save(let conversation) = $0 { conversation } else { nil } }
    }

    // MARK: Trouble with the disk

    @Test func `A message that could not be stored is tried again with each step, all of the chat at once`() throws {
        var stage = asked()
        stage.send(.store(.trouble("the disk is full")))
        let first = try #require(saved(stage.takeEffects()).first)
        #expect(first.tree.messages.map(\.content) == ["one", "first answer"])
        // Failing again is told, and asks for nothing by itself.
        stage.send(.store(.trouble("the disk is full")))
        #expect(stage.takeEffects().isEmpty)

        stage.type("two")
        stage.press("enter")
        let effects = stage.takeEffects()
        #expect(saved(effects).first?.tree.messages.map(\.content) == ["one", "first answer", "two", ""])
        #expect(!stored(effects).contains { if case .append = $0 { true } else { false } })
        #expect(effects.contains { if case .generate = $0 { true } else { false } }, "the answer is made all the same")
        stage.answer(["second"])
        #expect(saved(stage.takeEffects()).first?.tree.messages.last?.content == "second")

        stage.send(.store(.saved(first.chat.id)))
        #expect(stage.state.storeTrouble == nil)
        stage.type("three")
        stage.press("enter")
        let later = stored(stage.takeEffects())
        #expect(saved(later.map { .store($0) }).isEmpty)
        #expect(later.contains { if case .append = $0 { true } else { false } })
    }

    @Test func `A chat that is left while it cannot be saved is not forgotten`() throws {
        var stage = asked()
        let first = try #require(stage.state.chat.chat?.id)
        stage.send(.store(.trouble("the disk is full")))
        stage.press("ctrl-n")
        _ = stage.takeEffects()
        stage.type("another")
        stage.press("enter")
        let tried = saved(stage.takeEffects())
        let second = try #require(stage.state.chat.chat?.id)
        #expect(tried.last?.chat.id == second)
        #expect(tried.first?.chat.id == first && tried.first?.tree.count == 2)
        stage.send(.store(.saved(first)))
        #expect(stage.state.storeTrouble != nil)
        stage.send(.store(.saved(second)))
        #expect(stage.state.storeTrouble == nil)
    }

    @Test func `Leaving with a chat that is not saved asks, and tries a last time`() throws {
        var stage = asked()
        stage.send(.store(.trouble("the disk is full")))
        _ = stage.takeEffects()
        stage.press("ctrl-d")
        #expect(stage.takeEffects().isEmpty)
        #expect(stage.screen().contains("the disk is full"))
        stage.press("y")
        let effects = stage.takeEffects()
        #expect(saved(effects).first?.tree.count == 2)
        #expect(effects.last == .quit)
    }

    @Test func `What was looked for and is not there is no trouble with saving`() {
        var stage = asked()
        stage.send(.store(.failed("there is no chat")))
        #expect(stage.state.storeTrouble == nil)
        #expect(stage.state.toasts.last?.kind == .failure)
    }

    @Test func `Going on with an answer puts it back in flight on disk`() throws {
        var stage = asked()
        let answer = try #require(stage.state.chat.lastAnswer)
        stage.press("alt-o")
        #expect(stored(stage.takeEffects()).first == .reopen(answer.id))
    }

    @Test func `Another model from some message on is kept with the chat`() throws {
        var stage = asked()
        stage.state.session?.target.name = "another"
        stage.type("two")
        stage.press("enter")
        let updates = stored(stage.takeEffects()).compactMap { if case .update(let chat) = $0 { chat } else { nil } }
        #expect(updates.map(\.target?.name) == ["another"])
        stage.answer(["ok"])
        stage.type("three")
        stage.press("enter")
        #expect(!stored(stage.takeEffects()).contains { if case .update = $0 { true } else { false } })
    }

    // MARK: What is being written

    @Test(arguments: ["esc", "ctrl-c"])
    func `Giving an edit up brings back what was being written`(_ key: String) {
        var stage = asked()
        stage.type("half a thought")
        stage.press("tab", "e")
        #expect(stage.state.chat.composer.text == "one")
        stage.press(key)
        #expect(stage.state.chat.composer.text == "half a thought")
        #expect(stage.state.chat.editing == nil)
    }

    @Test func `Sending an edit brings back what was being written`() {
        var stage = asked()
        stage.type("half a thought")
        stage.press("tab", "e", "x", "enter")
        #expect(stage.state.chat.path.first?.content == "onex")
        #expect(stage.state.chat.composer.text == "half a thought")
    }

    @Test func `A new chat and an opened one leave what is being written`() throws {
        var stage = asked()
        let conversation = Conversation(chat: try #require(stage.state.chat.chat), tree: stage.state.chat.tree)
        stage.type("half a thought")
        stage.press("ctrl-n")
        #expect(stage.state.chat.tree.isEmpty)
        #expect(stage.state.chat.composer.text == "half a thought")
        stage.send(.store(.opened(conversation)))
        #expect(stage.state.chat.path.count == 2)
        #expect(stage.state.chat.composer.text == "half a thought")
    }

    @Test func `What is set for a chat is kept with it at once, and comes back with it`() throws {
        var stage = ready()
        stage.state.configured = stage.state.preferences
        try stage.state.configured.sampling.set(#require(SamplerField.named("top-k")), to: 9)
        stage.state.configured.parameters = ["sd": ["gamma": 6]]
        stage.press("ctrl-n")
        stage.state.preferences.makeAnswers(as: nil, configured: stage.state.configured)
        stage.type("one")
        stage.press("enter")
        stage.answer(["first"])
        let before = try #require(stage.state.chat.chat)
        #expect(before.strategy == nil && before.sampler == nil && before.parameters == nil)
        _ = stage.takeEffects()
        func set(_ text: String) throws -> Chat {
            stage.type("/set " + text)
            stage.press("enter")
            let updates = stored(stage.takeEffects()).compactMap {
                if case .update(let chat) = $0 { chat } else { nil }
            }
            return try #require(updates.count == 1 ? updates.first : nil, "\(text)")
        }
        #expect(try set("temperature 0.1").sampler?.rawValue == #"{"temperature":0.1}"#)
        #expect(try set("seed 18446744073709551615").sampler?.rawValue.contains("18446744073709551615") == true)
        #expect(try set("max-tokens 50").sampler?.rawValue.contains(#""max-tokens":50"#) == true)
        #expect(try set("strategy sd").strategy == "sd")
        #expect(try set("gamma 2").parameters?.rawValue == #"{"sd":{"gamma":2}}"#)
        stage.state.preferences.sampling.clear(try #require(SamplerField.named("top-k")))
        let chat = try set("system Be a pirate.")
        #expect(chat.sampler?.rawValue.contains(#""top-k":null"#) == true)
        let own = stage.state.preferences
        let conversation = Conversation(chat: chat, tree: stage.state.chat.tree)

        stage.press("ctrl-n")
        #expect(stage.state.preferences == stage.state.configured)
        stage.send(.store(.opened(conversation)))
        #expect(stage.state.preferences == own)
        #expect(stored(stage.takeEffects()).isEmpty)
        // What was not set for it follows the configuration.
        stage.press("ctrl-n")
        stage.state.configured.sampling.clear(try #require(SamplerField.named("top-k")))
        try stage.state.configured.sampling.set(#require(SamplerField.named("min-p")), to: 0.1)
        stage.send(.store(.opened(conversation)))
        #expect(stage.state.preferences.sampler.minP == 0.1 && stage.state.preferences.sampler.temperature == 0.1)
    }

    @Test func `Kept settings that mean nothing here change nothing`() {
        var stage = ready()
        let before = stage.state.preferences
        let chat = Chat(
            id: ChatID(rawValue: 5), created: Timestamp(rawValue: 1), strategy: "of tomorrow",
            parameters: JSONText(rawValue: #"{"sd":{"gamma":-1,"x":true},"y":{"z":1}}"#),
            sampler: JSONText(rawValue: #"{"temperature":1e99,"top-k":"many","max-tokens":-3,"seed":0.5}"#))
        stage.state.configured = before
        stage.send(.store(.opened(Conversation(chat: chat))))
        #expect(stage.state.preferences == before)
    }

    @Test func `What is set before the first message holds for that chat alone`() {
        var stage = ready()
        stage.state.configured = stage.state.preferences
        stage.type("/set temperature 0.25")
        stage.press("enter", "ctrl-n")
        #expect(stage.state.preferences.sampler.temperature == 0.25)
        stage.type("one")
        stage.press("enter")
        stage.answer(["first"])
        #expect(stage.state.chat.chat?.sampler?.rawValue == #"{"temperature":0.25}"#)
        stage.press("ctrl-n")
        #expect(stage.state.preferences == stage.state.configured)
    }

    @Test func `A chat has its own system prompt, and new ones that of the configuration`() {
        var stage = ready()
        stage.state.configured.systemPrompt = "Be brief."
        let chat = Chat(id: ChatID(rawValue: 5), created: Timestamp(rawValue: 1), systemPrompt: "Be a pirate.")
        let plain = Chat(id: ChatID(rawValue: 6), created: Timestamp(rawValue: 1))
        stage.send(.store(.opened(Conversation(chat: chat))))
        #expect(stage.state.preferences.systemPrompt == "Be a pirate.")
        stage.send(.store(.opened(Conversation(chat: plain))))
        #expect(stage.state.preferences.systemPrompt.isEmpty)
        stage.press("ctrl-n")
        #expect(stage.state.preferences.systemPrompt == "Be brief.")
    }

    @Test func `Chats that were deleted come back one by one, also when the list was left meanwhile`() throws {
        var stage = ready()
        let rows = [5, 6].map { number in
            ChatListRow(
                summary: ChatSummary(
                    id: ChatID(rawValue: number), title: "chat \(number)", firstLine: "", messageCount: 2,
                    created: Timestamp(rawValue: 1), updated: Timestamp(rawValue: 1), model: nil))
        }
        stage.press("ctrl-o")
        stage.send(.store(.listed(query: "", rows)))
        stage.press("d", "d", "esc", "ctrl-o")
        stage.send(.store(.listed(query: "", [])))
        _ = stage.takeEffects()
        stage.press("u", "u")
        #expect(
            stored(stage.takeEffects()).filter { if case .undelete = $0 { true } else { false } }
                == [.undelete(ChatID(rawValue: 6)), .undelete(ChatID(rawValue: 5))])
        stage.press("u")
        #expect(stored(stage.takeEffects()).isEmpty)
        #expect(stage.state.toasts.last?.text == "no chat was deleted that could be brought back")
    }

    // MARK: Leaving

    @Test(arguments: [["ctrl-d"], ["/quit", "enter"]])
    func `Where nothing can be lost, leaving that is meant needs no question`(_ keys: [String]) {
        var stage = asked()
        for key in keys { stage.press(key) }
        #expect(stage.takeEffects().last == .quit)
    }

    @Test func `A letter that is near others asks before it leaves`() {
        var stage = asked()
        stage.press("tab", "q")
        #expect(stage.takeEffects().isEmpty)
        #expect(stage.state.overlays.count == 1)
    }

    @Test func `Leaving in mid-answer asks`() {
        var stage = ready()
        stage.type("one")
        stage.press("enter")
        stage.answer(["half"], finished: nil)
        _ = stage.takeEffects()
        stage.press("ctrl-d")
        #expect(stage.takeEffects().isEmpty)
        stage.press("y")
        #expect(stage.takeEffects().last == .quit)
    }

    // MARK: Pastes

    @Test func `A paste too long to be edited goes as a file`() {
        var stage = ready()
        stage.send(.terminal(.paste(String(repeating: "x", count: App.pasteLimit + 1))))
        #expect(stage.state.chat.composer.isEmpty)
        #expect(stage.state.chat.attachments.map(\.name) == ["pasted-1.txt"])
        stage.send(.terminal(.paste(String(repeating: "y", count: App.pasteLimit + 1))))
        #expect(stage.state.chat.attachments.map(\.name) == ["pasted-1.txt", "pasted-2.txt"])
        stage.press("ctrl-c")
        #expect(stage.state.chat.attachments.isEmpty)
    }

    @Test func `A paste that nothing can read is refused, and told`() {
        var stage = ready()
        stage.send(.terminal(.paste(String(repeating: "x", count: App.pastedFileLimit + 1))))
        #expect(stage.state.chat.attachments.isEmpty && stage.state.chat.composer.isEmpty)
        #expect(stage.state.toasts.last?.kind == .warning)
        stage.press("f3")
        stage.send(.terminal(.paste(String(repeating: "x", count: App.pasteLimit + 1))))
        #expect(stage.state.playground.editor.isEmpty)
    }

    @Test func `Ctrl-C clears what one sees: the playground's text, not the message elsewhere`() {
        var stage = ready()
        stage.type("a message")
        stage.press("f3")
        stage.type("ls")
        stage.press("ctrl-c")
        #expect(stage.state.playground.editor.isEmpty)
        #expect(stage.state.chat.composer.text == "a message")
        stage.press("ctrl-c")
        #expect(stage.state.overlays.count == 1)
    }

    // MARK: Lists

    @Test func `A list scrolls only when the selection leaves it`() {
        var stage = Stage(80, 24)
        stage.press("ctrl-o")
        stage.send(.store(.listed(query: "", (1...60).map { .sample($0, "Chat number \($0)") })))
        func first() -> String {
            stage.screen().split(separator: "\n").first { $0.contains("Chat number") }.map(String.init) ?? ""
        }
        for _ in 0..<30 {
            stage.press("j")
            _ = stage.frame()
        }
        let top = first()
        #expect(!top.contains("number 1 "))
        for _ in 0..<3 { stage.press("k") }
        #expect(first() == top)
    }

    @Test(arguments: ["palette", "field"])
    func `Ctrl-Z works with anything open`(_ overlay: String) {
        var stage = ready()
        stage.press(overlay == "palette" ? "ctrl-p" : "alt-y")
        #expect(stage.state.overlays.count == 1)
        stage.press("ctrl-z")
        #expect(stage.takeEffects() == [.suspend])
        #expect(stage.state.overlays.count == 1)
    }

    @Test func `Panels share the rows there are, and none is left over`() {
        let rows = [3...7, 4...11, 3...5]
        #expect(App.shares(of: 10, among: rows) == [3, 4, 3])
        #expect(App.shares(of: 13, among: rows) == [4, 5, 4])
        #expect(App.shares(of: 23, among: rows) == [7, 11, 5])
        #expect(App.shares(of: 26, among: rows) == [8, 12, 6])
        #expect(App.shares(of: 5, among: []) == [])
    }
}
