// SPDX-License-Identifier: Apache-2.0

import InklingCells
@testable import InklingDecoding
@testable import InklingEngine
import InklingModel
import InklingStore
@testable import InklingTUI
import InklingTokenizer
import Testing

@Suite struct UpdateTests {
    private func ready(_ width: Int = 80, _ height: Int = 24) -> Stage {
        var stage = Stage(width, height)
        stage.load()
        return stage
    }

    private func asked() -> Stage {
        var stage = ready()
        stage.type("one")
        stage.press("enter")
        stage.answer(["first ", "answer"])
        _ = stage.takeEffects()
        return stage
    }

    private func request(_ effects: [Effect]) -> ChatRequest? {
        effects.compactMap { if case .generate(let request) = $0 { request } else { nil } }.last
    }

    private func stored(_ effects: [Effect]) -> [StoreCommand] {
        effects.compactMap { if case .store(let command) = $0 { command } else { nil } }
    }

    // MARK: Sending

    @Test func `Enter stores the question and the empty answer, then asks`() throws {
        var stage = ready()
        stage.type("How?")
        stage.press("enter")
        let effects = stage.takeEffects()
        let asked = try #require(request(effects))
        #expect(asked.messages == [ChatMessage(.user, "How?")])
        #expect(asked.contextPolicy == .refuse)
        let roles = stored(effects).compactMap { if case .append(let message, _) = $0 { message.role } else { nil } }
        #expect(roles == [.user, .assistant])
        let store = try #require(effects.firstIndex { if case .store(.append) = $0 { true } else { false } })
        let generate = try #require(effects.firstIndex { if case .generate = $0 { true } else { false } })
        #expect(store < generate, "a message is on disk before the next one starts")
        #expect(stage.state.chat.composer.isEmpty)
        #expect(stage.state.chat.chat?.title == "How?")
    }

    @Test(arguments: ["", "   ", "\n\n"])
    func `A message without text is not sent`(_ text: String) {
        var stage = ready()
        stage.send(.terminal(.paste(text)))
        stage.press("enter")
        #expect(request(stage.takeEffects()) == nil)
        #expect(stage.state.chat.tree.isEmpty)
    }

    @Test func `While the model loads, what is written stays`() {
        var stage = Stage()
        stage.type("too early")
        stage.press("enter")
        #expect(request(stage.takeEffects()) == nil)
        #expect(stage.state.chat.composer.text == "too early")
        #expect(stage.state.toasts.count == 1)
    }

    @Test func `A pasted line feed never sends`() {
        var stage = ready()
        stage.send(.terminal(.paste("line one\nline two\n")))
        #expect(request(stage.takeEffects()) == nil)
        #expect(stage.state.chat.composer.text == "line one\nline two\n")
    }

    @Test func `The system prompt comes first, and settings go with each request`() throws {
        var stage = ready()
        stage.type("/system Be brief.")
        stage.press("enter")
        stage.type("/set temperature 0.2")
        stage.press("enter")
        stage.type("/method sd")
        stage.press("enter")
        stage.type("Hi")
        stage.press("enter")
        let asked = try #require(request(stage.takeEffects()))
        #expect(asked.messages == [ChatMessage(.system, "Be brief."), ChatMessage(.user, "Hi")])
        #expect(asked.sampler.temperature == 0.2)
        #expect(asked.strategy == "sd")
        #expect(asked.sampler.seed == 1)
    }

    @Test func `A model's recommendation holds until the user says something, and again when that is taken back`()
        throws
    {
        var recommended = SamplerOverrides()
        let (temperature, topK) = (
            try #require(SamplerField.named("temperature")), try #require(SamplerField.named("top-k"))
        )
        try recommended.set(temperature, to: 0.6)
        try recommended.set(topK, to: 20)
        var session = SessionSnapshot.sample(draft: true, context: 1280)
        session.recommendedSampling = RecommendedSampling(recommended, refusals: ["general.sampling.min_p: no"])
        var stage = Stage()
        stage.send(.engine(.load(LoadID(1), .ended(.loaded(session)))))
        #expect(stage.state.toasts.contains { $0.text.contains("general.sampling.min_p: no") && $0.kind == .warning })
        #expect(stage.state.preferences.sampler == SamplerSettings(temperature: 0.6, topK: 20))
        stage.type("/set temperature 0.8")
        stage.press("enter")
        #expect(stage.state.preferences.sampler == SamplerSettings(temperature: 0.8, topK: 20))
        stage.press("f7", "j", "j", "right")
        #expect(stage.state.preferences.sampler.temperature == 0.85)
        stage.press("backspace")
        #expect(stage.state.preferences.sampler.temperature == 0.6)
        // Another model recommends nothing.
        stage.load()
        #expect(stage.state.preferences.sampler == SamplerSettings())
    }

    @Test func `Settings that are read again change what is new in them, and nothing else`() throws {
        func configured(_ change: (inout Preferences) throws -> Void) throws -> AppMessage {
            var preferences = Preferences()
            preferences.theme = Snapshot.theme.name
            preferences.seed = 1
            try change(&preferences)
            return .configured(preferences, themes: [], nil, issues: [])
        }
        let (temperature, topK) = (
            try #require(SamplerField.named("temperature")), try #require(SamplerField.named("top-k"))
        )
        var stage = ready()
        stage.state.configured = stage.state.preferences
        stage.type("/set temperature 0.2")
        stage.press("enter")
        stage.send(try configured { try $0.sampling.set(topK, to: 9) })
        #expect(stage.state.preferences.sampler == SamplerSettings(temperature: 0.2, topK: 9))
        #expect(stage.state.toasts.contains { $0.text == "your settings were read again" })
        // What was set by hand gives way when the file says something new of it.
        stage.send(
            try configured {
                try $0.sampling.set(topK, to: 9)
                try $0.sampling.set(temperature, to: 0.5)
                $0.foldsReasoning = false
            })
        #expect(stage.state.preferences.sampler == SamplerSettings(temperature: 0.5, topK: 9))
        #expect(!stage.state.preferences.foldsReasoning)
        stage.state.toasts = []
        stage.send(
            .configured(
                nil, themes: [], nil,
                issues: [ConfigurationIssue(file: "config.toml", line: 3, column: 1, text: "unknown key \"x\"")]))
        #expect(stage.state.preferences.sampler == SamplerSettings(temperature: 0.5, topK: 9))
        #expect(stage.state.toasts.map(\.text) == ["config.toml:3:1: unknown key \"x\""])
        stage.send(try configured { _ in })
        #expect(stage.state.preferences.sampler == SamplerSettings())
        #expect(stage.state.settings.issues.isEmpty)
    }

    @Test func `Whatever can be set is taken over when it is read again`() throws {
        // One change for each property, so that a new one is not forgotten.
        let changes: [String: (inout Preferences) throws -> Void] = [
            "theme": { $0.theme = "x" }, "showsPanels": { $0.showsPanels.toggle() }, "panels": { $0.panels = [] },
            "mouse": { $0.mouse.toggle() }, "ascii": { $0.ascii.toggle() },
            "foldsReasoning": { $0.foldsReasoning.toggle() },
            "sampling": { try $0.sampling.set(try #require(SamplerField.named("top-p")), to: 0.5) },
            "seed": { $0.seed = 5 }, "strategy": { $0.strategy = "ar" },
            "parameters": { $0.parameters = ["sd": ["gamma": 3]] }, "maxTokens": { $0.maxTokens = 5 },
            "systemPrompt": { $0.systemPrompt = "x" }, "contextChoice": { $0.contextChoice = .dropOldest },
        ]
        for property in Mirror(reflecting: Preferences()).children.compactMap(\.label) {
            // That is the model's to say, not the configuration's.
            if property == "recommendedSampling" { continue }
            let change = try #require(changes[property], "\(property)")
            var wanted = Preferences()
            try change(&wanted)
            var preferences = Preferences()
            preferences.takeChanges(from: Preferences(), to: wanted)
            #expect(preferences == wanted && wanted != Preferences(), "\(property)")
            preferences.takeChanges(from: wanted, to: Preferences())
            #expect(preferences == Preferences(), "\(property)")
        }
    }

    @Test func `The automatic theme is the terminal's, whenever it says so`() {
        var stage = Stage()
        stage.state.themes = Theme.allBuiltIn
        stage.state.preferences = Preferences()
        #expect(stage.state.theme.name == "dark")
        stage.send(.terminal(.ground(.light)))
        #expect(stage.state.theme.name == "light")
        stage.send(.terminal(.ground(.dark)))
        #expect(stage.state.theme.name == "dark")
        stage.state.preferences.theme = "light"
        #expect(stage.state.theme.name == "light")
        // Round through all of them and back.
        for _ in 0...stage.state.themes.count { stage.press("alt-t") }
        #expect(stage.state.preferences.theme == "light")
    }

    @Test func `What a model would take is asked once, and again when memory has changed`() {
        var stage = ready()
        func asked(_ effects: [Effect]) -> [String] {
            effects.compactMap { if case .estimateMemory(let path) = $0 { path } else { nil } }
        }
        stage.send(.models(.sample))
        #expect(asked(stage.takeEffects()).isEmpty, "nobody looks")
        stage.press("f6")
        #expect(asked(stage.takeEffects()) == ["/models/inkling.gguf"])
        stage.press("j", "k")
        #expect(asked(stage.takeEffects()) == ["/models/inkling-draft.gguf"])
        stage.press("G")
        #expect(asked(stage.takeEffects()).isEmpty, "a broken file takes nothing")
        stage.press("g")
        stage.send(.engine(.load(LoadID(2), .ended(.loaded(.sample(draft: false, context: 1280))))))
        #expect(asked(stage.takeEffects()) == ["/models/inkling.gguf"])
    }

    @Test func `A method that cannot run is replaced by plain decoding, and told`() throws {
        var stage = Stage()
        stage.load(draft: false)
        stage.state.preferences.strategy = "pearl"
        stage.type("Hi")
        stage.press("enter")
        #expect(request(stage.takeEffects())?.strategy == "ar")
        #expect(stage.state.toasts.contains { $0.text.contains("pearl") && $0.kind == .warning })
    }

    @Test func `An attached file goes before the message, in a fence that holds`() throws {
        var stage = ready()
        stage.send(.fileRead(path: "/tmp/notes.md", .success("a\n```\nb\n```")))
        stage.type("Explain")
        stage.press("enter")
        let asked = try #require(request(stage.takeEffects()))
        #expect(asked.messages.last?.content == "notes.md:\n````\na\n```\nb\n```\n````\n\nExplain")
        #expect(stage.state.chat.attachments.isEmpty)
        #expect(stage.state.chat.chat?.title == "Explain")
    }

    // MARK: Answers

    @Test func `An answer grows with its events and ends with its figures`() throws {
        let stage = asked()
        let answer = try #require(stage.state.chat.path.last)
        #expect(answer.content == "first answer")
        #expect(answer.ending == .endOfText)
        #expect(answer.stats?.decoded(as: AnswerFigures.self)?.tokens == 4)
        #expect(!stage.state.isGenerating)
        #expect(stage.state.chat.tokens[answer.id].map(\.text).joined() == "first answer")
    }

    @Test func `The answer so far is saved each second, not with each token`() {
        var stage = ready()
        stage.type("Hi")
        stage.press("enter")
        stage.answer(["a", "b"], finished: nil)
        _ = stage.takeEffects()
        stage.pass(.milliseconds(500))
        #expect(stored(stage.takeEffects()).isEmpty)
        stage.pass(.milliseconds(600))
        guard case .saveDraft(_, "ab")? = stored(stage.takeEffects()).first else {
            Issue.record("nothing was saved")
            return
        }
        stage.pass(.seconds(5))
        #expect(stored(stage.takeEffects()).isEmpty, "nothing new, nothing to save")
    }

    @Test func `Escape stops an answer once and keeps its text`() {
        var stage = ready()
        stage.type("Hi")
        stage.press("enter")
        stage.answer(["half"], finished: nil)
        _ = stage.takeEffects()
        stage.press("esc")
        #expect(stage.takeEffects() == [.cancelGeneration])
        stage.press("esc")
        #expect(stage.takeEffects().isEmpty)
        stage.answer([], finished: .cancelled)
        #expect(stage.state.chat.path.last?.content == "half")
        #expect(stage.state.chat.path.last?.ending == .cancelled)
    }

    @Test func `Ctrl-C stops, then clears, then asks`() {
        var stage = ready()
        stage.type("Hi")
        stage.press("enter")
        stage.type("next")
        _ = stage.takeEffects()
        stage.press("ctrl-c")
        #expect(stage.takeEffects() == [.cancelGeneration])
        stage.answer([], finished: .cancelled)
        stage.press("ctrl-c")
        #expect(stage.state.chat.composer.isEmpty)
        stage.press("ctrl-c")
        guard case .choice? = stage.state.overlays.last else {
            Issue.record("nothing was asked")
            return
        }
        #expect(!stage.takeEffects().contains(.quit))
        stage.press("y")
        #expect(stage.takeEffects().last == .quit)
    }

    @Test func `Ctrl-D leaves only with nothing written, and deletes otherwise`() {
        var stage = ready()
        stage.type("ab")
        stage.press("home", "ctrl-d")
        #expect(stage.state.chat.composer.text == "b")
        #expect(stage.state.overlays.isEmpty)
        stage.press("ctrl-d", "ctrl-d")
        #expect(stage.state.overlays.isEmpty)
        #expect(stage.takeEffects().last == .quit)
    }

    @Test func `The end of input stores the answer so far and leaves`() {
        var stage = ready()
        stage.type("Hi")
        stage.press("enter")
        stage.answer(["half"], finished: nil)
        _ = stage.takeEffects()
        stage.send(.terminal(.endOfInput))
        let effects = stage.takeEffects()
        #expect(effects.first == .cancelGeneration)
        #expect(effects.last == .quit)
        guard case .finish(_, "half", .cancelled, _)? = stored(effects).first else {
            Issue.record("the answer was lost")
            return
        }
    }

    // MARK: Branches

    @Test func `Another answer stands beside the first, and both can be read`() throws {
        var stage = asked()
        stage.press("tab", "r")
        let again = try #require(request(stage.takeEffects()))
        #expect(again.messages == [ChatMessage(.user, "one")])
        stage.answer(["second"])
        #expect(stage.state.chat.path.last?.content == "second")
        stage.press("G", "[")
        #expect(stage.state.chat.path.last?.content == "first answer")
        guard case .select? = stored(stage.takeEffects()).last else {
            Issue.record("the branch was not stored")
            return
        }
        stage.press("]")
        #expect(stage.state.chat.path.last?.content == "second")
        stage.press("]")
        #expect(stage.state.chat.path.last?.content == "second", "there is no third")
    }

    @Test func `An edited question keeps the old branch`() throws {
        var stage = asked()
        stage.press("tab", "e")
        #expect(stage.state.chat.composer.text == "one")
        stage.type(" more")
        stage.press("enter")
        let next = try #require(request(stage.takeEffects()))
        #expect(next.messages == [ChatMessage(.user, "one more")])
        #expect(stage.state.chat.tree.roots.count == 2)
        #expect(stage.state.chat.editing == nil)
    }

    @Test func `Going on with an answer uses its exact tokens`() throws {
        var stage = asked()
        stage.press("alt-o")
        let next = try #require(request(stage.takeEffects()))
        let tokens = stage.state.chat.tokens[try #require(stage.state.chat.lastAnswer).id].map(\.id)
        #expect(next.answerPrefix == .tokens(tokens))
        stage.answer([" goes on"])
        #expect(stage.state.chat.path.last?.content == "first answer goes on")
    }

    @Test func `An alternative begins a branch that has it`() throws {
        var stage = asked()
        stage.press("tab", "t", "right", "right", "down", "enter")
        let next = try #require(request(stage.takeEffects()))
        let old = stage.state.chat.tree.siblings(of: try #require(stage.state.chat.lastAnswer).id)[0]
        let kept = stage.state.chat.tokens[old].prefix(2).map(\.id)
        #expect(next.answerPrefix == .tokens(kept + [TokenID(9)]))
        #expect(stage.state.chat.path.last?.content == "first ")
    }

    @Test func `Deleting asks, and takes what follows with it`() {
        var stage = asked()
        stage.press("tab", "g", "d")
        #expect(stage.state.chat.path.count == 2)
        stage.press("y")
        #expect(stage.state.chat.path.isEmpty)
        guard case .deleteSubtree(_, _, nil)? = stored(stage.takeEffects()).last else {
            Issue.record("nothing was deleted on disk")
            return
        }
    }

    // MARK: The context

    @Test func `A full context drops nothing unasked`() throws {
        var stage = ready()
        stage.type("long")
        stage.press("enter")
        stage.play(.finished(.refused(.generation(.promptTooLong(tokenCount: 9, capacity: 5, lane: .target)))))
        #expect(stage.state.chat.path.map(\.role) == [.user], "an answer that never began is none")
        _ = stage.takeEffects()
        stage.press("d")
        let next = try #require(request(stage.takeEffects()))
        #expect(next.contextPolicy == .dropOldestTurns(keepsSystem: true))
        #expect(stage.state.preferences.contextChoice == .ask, "once is not always")
    }

    // MARK: Models

    private func loads(_ effects: [Effect]) -> [Effect] {
        effects.filter { if case .load = $0 { true } else { false } }
    }

    @Test func `Enter loads a model and keeps the chat; d makes it the draft`() throws {
        var stage = asked()
        stage.send(.models(.sample))
        stage.press("f6")
        stage.press("G", "k", "enter")
        #expect(loads(stage.takeEffects()) == [.load(target: "/models/qwen2.5-0.5b-instruct-q8_0.gguf", draft: nil)])
        #expect(stage.state.session?.target.name == "inkling", "the old one is used until the new one is ready")
        stage.press("g", "j", "d")
        #expect(
            loads(stage.takeEffects()) == [.load(target: "/models/inkling.gguf", draft: "/models/inkling-draft.gguf")])
        #expect(stage.state.chat.path.count == 2)
    }

    @Test func `The list of models begins at the one in use, whichever comes first`() {
        var stage = Stage()
        stage.send(.models(.sample))
        stage.load()
        stage.press("f6")
        #expect(App.selected(stage.state, stage.state.models.rows)?.model.name == "inkling")
        stage.press("j")
        stage.load()
        #expect(App.selected(stage.state, stage.state.models.rows)?.model.name == "inkling-draft", "the cursor jumped")
    }

    @Test func `The filter takes letters, and the list keeps what matches`() {
        var stage = ready()
        stage.send(.models(.sample))
        stage.press("f6", "/", "qwen", "enter")
        #expect(stage.state.models.rows.count == 2)
        stage.press("enter")
        #expect(loads(stage.takeEffects()) == [.load(target: "/models/qwen2.5-0.5b-instruct-q8_0.gguf", draft: nil)])
        // What was chosen among few stays so among all.
        stage.send(.engine(.load(LoadID(1), .ended(.cancelled))))
        let chosen = App.selected(stage.state, stage.state.models.rows)
        stage.press("esc")
        #expect(stage.state.models.filter.isEmpty && stage.state.screen == .models)
        #expect(App.selected(stage.state, stage.state.models.rows) == chosen)
    }

    @Test func `A recent pair is one key away`() {
        var stage = ready()
        stage.send(.store(.pairs([RecentPair(target: "/a.gguf", draft: "/b.gguf", targetName: "a", draftName: "b")])))
        stage.press("alt-2")
        #expect(stage.takeEffects() == [.load(target: "/a.gguf", draft: "/b.gguf")])
    }

    @Test func `A load that failed says why and changes nothing`() {
        var stage = ready()
        stage.send(.engine(.load(LoadID(2), .ended(.failed(.model(path: "/x.gguf", .cancelled))))))
        #expect(stage.state.session?.target.name == "inkling")
        #expect(stage.state.toasts.last?.kind == .failure)
    }

    // MARK: Playground

    @Test func `Loading can be cancelled from the chat, which then says where models are`() {
        var stage = Stage()
        _ = App.start(&stage.state, target: "big.gguf", draft: nil)
        #expect(stage.screen().contains("loading big; esc cancels"))
        stage.press("esc")
        #expect(stage.takeEffects() == [.cancelLoad])
        stage.send(.engine(.load(LoadID(1), .ended(.cancelled))))
        stage.state.toasts = []
        #expect(stage.screen().contains("❯ no model is loaded; f6 lists them"))
    }

    @Test func `Each change of the text asks anew, and only the last request counts`() throws {
        var stage = ready()
        stage.press("f3")
        stage.type("ls")
        let numbers = stage.takeEffects().compactMap { if case .complete(_, let number) = $0 { number } else { nil } }
        #expect(numbers.count == 2 && numbers[0] < numbers[1])
        let late = AutocompleteEvent.finished(CompletionID(number: 1), .sample, latency: .zero)
        stage.send(.autocomplete(number: numbers[0], late))
        #expect(stage.state.playground.drafts.isEmpty)
        stage.send(.autocomplete(number: numbers[1], late))
        #expect(stage.state.playground.drafts.count == 3)
    }

    @Test func `Tab takes the chosen draft, Alt and a digit any of them, and digits are text`() {
        var stage = ready()
        stage.press("f3")
        stage.type("ls 1")
        #expect(stage.state.playground.editor.text == "ls 1")
        stage.send(
            .autocomplete(
                number: stage.state.playground.request, .finished(CompletionID(number: 1), .sample, latency: .zero)))
        stage.press("down", "tab")
        #expect(stage.state.playground.editor.text == "ls 1 the current folder, run")
        stage.send(
            .autocomplete(
                number: stage.state.playground.request, .finished(CompletionID(number: 2), .sample, latency: .zero)))
        stage.press("alt-3")
        #expect(stage.state.playground.editor.text == "ls 1 the current folder, run a folder and below")
    }

    @Test func `Comparing asks the methods one after the other`() {
        var stage = ready()
        stage.press("f3")
        stage.type("x")
        stage.press("ctrl-r")
        var methods: [DraftMethod] = []
        for _ in 0..<4 {
            methods += stage.takeEffects().compactMap {
                if case .complete(let request, _) = $0 { request.method } else { nil }
            }
            stage.send(
                .autocomplete(
                    number: stage.state.playground.request, .finished(CompletionID(number: 1), .sample, latency: .zero))
            )
        }
        #expect(methods == [.superposed, .superposed, .nucleus, .beam])
    }

    // MARK: Commands, settings, keys

    @Test(arguments: [
        ("/sett temperature 1", "did you mean /set?"), ("/set temprature 1", "did you mean \"temperature\"?"),
        ("/set temperature hot", "must be a number from 0 to 2"), ("/method perl", "did you mean \"pearl\"?"),
        ("/model", "/model NAME"),
    ])
    func `A command that is not understood says what would be`(_ text: String, _ answer: String) {
        var stage = ready()
        stage.type(text)
        stage.press("enter")
        #expect(stage.state.toasts.last?.text.contains(answer) == true, "\(stage.state.toasts)")
        #expect(stage.state.chat.tree.isEmpty)
    }

    @Test(arguments: ["//comment", "/usr/bin/env is a path", "/etc/hosts"])
    func `What only looks like a command is a message`(_ text: String) {
        var stage = ready()
        stage.type(text)
        stage.press("enter")
        #expect(request(stage.takeEffects())?.messages.last?.content == text)
    }

    @Test func `Every setting can be stepped, written and read again`() {
        let preferences = Preferences()
        for strategy in StrategyRegistry.all {
            var own = preferences
            own.strategy = strategy.id
            for setting in SettingRegistry.all(for: own, themes: ["a", "b"]) {
                for direction in [-1, 1] {
                    guard let value = setting.stepped(own, by: direction) else { continue }
                    var changed = own
                    #expect(setting.write(&changed, value), "\(setting.id) = \(value)")
                    #expect(setting.read(changed) == value, "\(setting.id)")
                }
                if setting.kind != .text {
                    var changed = own
                    #expect(!setting.write(&changed, "no such value"), "\(setting.id)")
                    #expect(changed == own)
                }
            }
        }
    }

    @Test func `No key means two things in one place`() {
        #expect(KeyMap.standard.conflicts.isEmpty)
    }

    @Test func `Every action of the palette does something or says why not`() {
        for action in Action.allCases where action.isInPalette {
            var stage = asked()
            let before = stage.state
            stage.effects += App.performFromPalette(&stage.state, action)
            let hasChanged =
                stage.state.screen != before.screen || stage.state.overlays != before.overlays
                || stage.state.toasts != before.toasts || stage.state.preferences != before.preferences
                || stage.state.panels != before.panels || stage.state.playground.compares != before.playground.compares
                || stage.state.chat.focus != before.chat.focus
                || stage.state.chat.raw != before.chat.raw || stage.state.chat.unfolded != before.chat.unfolded
                || stage.state.chat.composer != before.chat.composer || stage.state.chat.tree != before.chat.tree
                || stage.state.chat.path.count != before.chat.path.count || !stage.effects.isEmpty
            // Going where one is already, or to the neighbour of an only version, is nothing.
            if [.chatScreen, .branchPrevious, .branchNext, .nextPanel].contains(action) { continue }
            if action.recentIndex != nil { continue }
            #expect(hasChanged, "\(action)")
        }
    }

    @Test func `Up walks through earlier messages and down comes back`() {
        var stage = ready()
        for text in ["first", "second"] {
            stage.type(text)
            stage.press("enter")
            stage.answer(["ok"])
        }
        stage.type("draft")
        stage.press("up")
        #expect(stage.state.chat.composer.text == "second")
        stage.press("up", "up")
        #expect(stage.state.chat.composer.text == "first")
        stage.press("down", "down")
        #expect(stage.state.chat.composer.text == "draft")
    }

    @Test func `Reading back stays where it is while an answer grows`() {
        var stage = ready(80, 16)
        stage.type("Hi")
        stage.press("enter")
        stage.answer((0..<60).map { "line \($0)\n\n" }, finished: nil)
        stage.press("page-up", "page-up")
        #expect(!stage.state.chat.scroll.isFollowing)
        let before = stage.frame().buffer.rows[3]
        stage.play(.decode(.text("more\n\nand more\n\n")))
        #expect(stage.frame().buffer.rows[3] == before)
        stage.press("tab", "G")
        #expect(stage.state.chat.scroll.isFollowing)
    }

    @Test func `An opened chat takes the place of the old one`() throws {
        var other = asked()
        let chat = try #require(other.state.chat.chat)
        let conversation = Conversation(chat: chat, tree: other.state.chat.tree)
        var stage = Stage(seed: 8)
        stage.load()
        stage.send(.store(.opened(conversation)))
        #expect(stage.state.chat.path.map(\.content) == ["one", "first answer"])
        stage.type("two")
        stage.press("enter")
        #expect(request(stage.takeEffects())?.messages.count == 3)
        _ = other.frame()
    }
}
