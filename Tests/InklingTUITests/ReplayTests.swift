// SPDX-License-Identifier: Apache-2.0

import InklingCells
@testable import InklingDecoding
@testable import InklingEngine
@testable import InklingStore
@testable import InklingTUI
import InklingTokenizer
import Testing

extension Trace {
    /// Two answers of three rounds each, 0.2 s a round, with a pause of a minute between them.
    static func sample(rounds: Int = 3, gap: Duration = .milliseconds(200)) -> Trace {
        var entries: [TraceEntry] = []
        var time = Duration.zero
        func add(_ event: EngineEvent) { entries.append(TraceEntry(time: time, event: .engine(event))) }
        var header = TraceHeader(program: "0.1.0", command: "chat", strategy: "sd")
        let session = SessionSnapshot.sample(draft: true, context: 1280)
        for (role, model) in [(Lane.target, session.target), (.draft, session.draft ?? session.target)] {
            header.models.append(
                TraceHeader.Model(
                    role: role, name: model.name, architecture: model.architecture, parameters: model.parameters,
                    quantization: model.quantization, bytes: model.fileBytes))
        }
        add(.load(LoadID(1), .ended(.loaded(session))))
        entries.append(TraceEntry(time: time, event: .pieces([TokenID(100): " draft", TokenID(101): "ed"])))
        var messages: [ChatMessage] = []
        for (number, question) in ["What is ink?", "And a squid?"].enumerated() {
            let id = GenerationID(number + 1)
            time += .seconds(60)
            messages.append(ChatMessage(.user, question))
            add(.generation(id, .asked(ChatRequest(messages: messages, strategy: number == 0 ? "sd" : "pearl"))))
            add(.generation(id, .accepted(ChatPrompt(tokens: [TokenID(1), TokenID(2)]))))
            add(.generation(id, .decode(.prefill(PrefillProgress(lane: .target, done: 1, total: 1, reused: 0)))))
            var text = ""
            for index in 0..<rounds {
                time += gap
                let piece = " word\(number)\(index)"
                text += piece
                add(
                    .generation(
                        id, .decode(.round(.sample(index: index, text: piece, position: 12 + 2 * index, drafted: true)))
                    ))
                add(.generation(id, .decode(.text(piece))))
            }
            let summary = GenerationSummary(
                reason: .endOfText(TokenID(2)), strategy: "sd", seed: 1, promptTokenCount: 12, tokens: [], text: text,
                statistics: GenerationStatistics())
            add(.generation(id, .decode(.finished(summary))))
            add(.generation(id, .finished(.done(summary))))
            messages.append(ChatMessage(.assistant, text))
        }
        return Trace(header: header, entries: entries)
    }
}

extension Stage {
    mutating func replay(_ trace: Trace = .sample(), speed: Double? = nil) {
        _ = App.start(&state, replaying: ReplayState(name: "a.jsonl", trace: trace, speed: speed))
        pass(.zero)
    }
}

@Suite struct ReplayTests {
    private func stage(_ trace: Trace = .sample()) -> Stage {
        var stage = Stage(80, 24)
        stage.replay(trace)
        return stage
    }

    private func contents(_ stage: Stage) -> [String] { stage.state.chat.path.map(\.content) }

    @Test func `Events come in their time, and pauses of the one who asked are short`() {
        var stage = stage()
        for _ in 0..<3 { stage.pass(.milliseconds(250)) }
        #expect(contents(stage) == [] && stage.state.session != nil)
        stage.pass(.milliseconds(100))
        #expect(contents(stage) == ["What is ink?", ""])
        stage.pass(.milliseconds(150))
        #expect(contents(stage) == ["What is ink?", " word00"])
        #expect(stage.state.metrics.statistics.roundCount == 1)
        for _ in 0..<2 { stage.pass(.milliseconds(200)) }
        #expect(contents(stage) == ["What is ink?", " word00 word01 word02"])
        #expect(!stage.state.isGenerating)
        for _ in 0..<12 { stage.pass(.milliseconds(250)) }
        #expect(
            contents(stage)
                == ["What is ink?", " word00 word01 word02", "And a squid?", " word10 word11 word12"])
        #expect(stage.state.replay?.isAtEnd == true)
        #expect(stage.takeEffects() == [])
    }

    @Test func `Speed is that of the recording, unless rounds would be too quick to see`() {
        #expect(ReplayState(name: "", trace: .sample()).speed == 1)
        #expect(ReplayState(name: "", trace: .sample(gap: .milliseconds(60))).speed == 0.5)
        #expect(ReplayState(name: "", trace: .sample(gap: .microseconds(300))).speed == 1.0 / 512)
        #expect(ReplayState(name: "", trace: .sample(gap: .microseconds(300)), speed: 2).speed == 2)
        #expect(ReplayState(name: "", trace: .sample(gap: .zero)).speed == 1.0 / 16_384)
        let names = [2, 1, 0.5, 1.0 / 64, 0.3].map { ReplayState(name: "", trace: .sample(), speed: $0).speedText }
        #expect(names == ["2x", "1x", "1/2x", "1/64x", "0.3x"])
    }

    @Test func `Space pauses, and keys change the speed`() {
        var stage = stage()
        stage.press("space")
        for _ in 0..<10 { stage.pass(.seconds(1)) }
        #expect(contents(stage) == [] && stage.state.tickInterval == nil)
        #expect(stage.screen().contains("replay a.jsonl 1x, paused"))
        stage.press("<", "<", ">")
        #expect(stage.state.replay?.speedText == "1/2x")
        stage.press("space")
        #expect(stage.state.tickInterval == .milliseconds(33))
        for _ in 0..<5 { stage.pass(.milliseconds(250)) }
        #expect(contents(stage) == ["What is ink?", ""])
        stage.pass(.milliseconds(250))
        #expect(contents(stage) == ["What is ink?", " word00"])
    }

    @Test func `Steps go a round on and a round back, and what was then is now`() {
        var stage = stage()
        stage.press(".")
        #expect(stage.state.session?.target.name == "inkling" && contents(stage) == [])
        stage.press(".", ".")
        #expect(contents(stage) == ["What is ink?", " word00"])
        let before = stage.state.metrics
        stage.press(".", ".", ".")
        #expect(contents(stage) == ["What is ink?", " word00 word01 word02"] && !stage.state.isGenerating)
        stage.press(",", ",", ",")
        #expect(contents(stage) == ["What is ink?", " word00"] && stage.state.isGenerating)
        #expect(stage.state.metrics == before)
        #expect(stage.state.replay?.isPaused == true)
        stage.press("}")
        #expect(contents(stage).last == "" && contents(stage).count == 4)
        stage.press("{")
        #expect(contents(stage) == ["What is ink?", ""])
        stage.press("$")
        #expect(stage.state.replay?.isAtEnd == true && contents(stage).last == " word10 word11 word12")
        stage.press("left")
        #expect(contents(stage) == [] && stage.state.session != nil)
        stage.press("right")
        stage.press("0")
        #expect(contents(stage) == [] && stage.state.session == nil && stage.state.replay?.isPaused == false)
    }

    @Test func `Going back in a long recording is the same as playing it up to there`() {
        var long = stage(.sample(rounds: 3000, gap: .microseconds(10)))
        long.press("$")
        for _ in 0..<30 { long.press("left") }
        let position = long.state.replay?.position ?? 0
        var straight = stage(.sample(rounds: 3000, gap: .microseconds(10)))
        while let replay = straight.state.replay, replay.position < position { straight.press(".") }
        #expect(straight.state.replay?.position == position)
        #expect(straight.state.metrics == long.state.metrics)
        #expect(contents(straight) == contents(long))
    }

    @Test func `What needs a model says why it cannot be done`() {
        for keys in [["tab"], ["r"], ["o"], ["e"], ["ctrl-n"], ["ctrl-o"], ["d"], ["x"], ["alt-n"], ["alt-1"]] {
            var stage = stage()
            stage.press("$")
            _ = stage.takeEffects()
            let before = contents(stage)
            for key in keys { stage.press(key) }
            #expect(stage.state.toasts.last?.text.hasPrefix("this is a replay: ") == true, "\(keys)")
            #expect(contents(stage) == before && !stage.state.isGenerating && stage.state.overlays.isEmpty)
            #expect(stage.takeEffects() == [] && stage.state.chat.focus == .transcript)
        }
        var stage = stage()
        stage.press("$", "esc")
        #expect(stage.state.chat.focus == .transcript)
        stage.press("q")
        #expect(stage.takeEffects() == [.quit])
    }

    @Test func `The playground neither asks nor waits`() {
        var stage = stage()
        stage.press("$", "f3")
        stage.type("abc")
        #expect(stage.state.playground.editor.isEmpty && stage.takeEffects() == [])
    }

    @Test func `Answers again, edits, branches and continuations find their places`() {
        var entries: [TraceEntry] = []
        func generation(_ number: Int, _ request: ChatRequest, _ text: String) {
            let id = GenerationID(number)
            func add(_ event: GenerationEvent) {
                entries.append(TraceEntry(time: .zero, event: .engine(.generation(id, event))))
            }
            add(.asked(request))
            add(.accepted(ChatPrompt(tokens: [TokenID(1)])))
            var round = DecodingRound.sample(index: 0, text: text, position: 3, drafted: false)
            round.committed[0].id = TokenID(Int32(number))
            add(.decode(.round(round)))
            add(.decode(.text(text)))
            add(
                .finished(
                    .done(
                        GenerationSummary(
                            reason: .tokenLimit, strategy: "ar", seed: 1, promptTokenCount: 1, tokens: [], text: text,
                            statistics: GenerationStatistics()))))
        }
        let first = [ChatMessage(.system, "Be kind"), ChatMessage(.user, "A")]
        generation(1, ChatRequest(messages: first), "one")
        generation(2, ChatRequest(messages: first), "two")
        generation(3, ChatRequest(messages: first, answerPrefix: .tokens([TokenID(2)])), " more")
        generation(
            4, ChatRequest(messages: first + [ChatMessage(.assistant, "one"), ChatMessage(.user, "B")]), "three")
        generation(5, ChatRequest(messages: [ChatMessage(.user, "C")], answerPrefix: .text("It ")), "is")
        var stage = stage(Trace(header: TraceHeader(program: "1", command: "chat", strategy: "ar"), entries: entries))
        stage.press("$")
        let tree = stage.state.chat.tree
        #expect(tree.messages.map(\.content) == ["A", "one", "two more", "B", "three", "C", "It is"])
        #expect(tree.roots.count == 2 && tree.siblings(of: tree.messages[1].id).count == 2)
        #expect(contents(stage) == ["C", "It is"])
        #expect(tree.brokenInvariant() == nil)
    }

    @Test func `A recording that breaks off says so`() {
        var trace = Trace.sample()
        trace.warning = "the recording breaks off in line 9, in the middle of an event"
        var stage = stage(trace)
        #expect(stage.screen().contains("breaks off in line 9"))
    }

    @Test func `Tokens of drafts have their text without a model`() {
        var stage = stage()
        stage.press(".", ".", ".")
        #expect(stage.state.text(of: TokenID(100)) == " draft")
    }
}
