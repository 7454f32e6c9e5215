// SPDX-License-Identifier: Apache-2.0

@testable import InklingDecoding
@testable import InklingEngine
@testable import InklingTUI
import InklingTokenizer
import Testing

@Suite struct XRayHistoryTests {
    private func history(_ events: [EngineEvent]) -> XRayHistory {
        var history = XRayHistory()
        for event in events { history.take(event) }
        return history
    }

    @Test func `Each generation is a run of its rounds`() {
        let history = history([
            .begin(1), .round(.plain(index: 0, "a"), of: 1), .round(.plain(index: 1, "b"), of: 1),
            .end(1, strategy: "ar"),
            .begin(2), .round(.plain(index: 0, "c"), of: 2),
        ])
        #expect(history.runs.map(\.rounds.count) == [2, 1])
        #expect(history.runs[0].strategy == "ar" && history.runs[0].ending == .tokenLimit)
        #expect(history.runs[1].ending == nil)
        #expect(history.runs[1].statistics.generatedTokenCount == 1)
    }

    @Test func `A trace that begins in the middle of a generation is shown from there`() {
        let history = history([.round(.plain(index: 7, "a")), .round(.plain(index: 8, "b"))])
        #expect(history.runs.map(\.rounds.count) == [2])
    }

    @Test func `What was refused before its first round leaves nothing`() {
        let history = history([
            .begin(1),
            .generation(
                GenerationID(1),
                .finished(.refused(.generation(.promptTooLong(tokenCount: 9, capacity: 5, lane: .target))))),
        ])
        #expect(history.runs.isEmpty)
    }

    @Test func `The end of a generation that never began does not end the one that runs`() {
        var events: [EngineEvent] = [.begin(1), .end(1)]
        events.append(.begin(2))
        events.append(.round(.plain("a"), of: 2))
        let history = history(events)
        #expect(history.runs.count == 1 && history.runs[0].ending == nil)
    }

    @Test func `Memory is bounded, and the rounds that are kept keep their numbers`() {
        var history = XRayHistory()
        history.take(.begin())
        for index in 0..<10_000 { history.take(.round(.plain(index: index, "x"))) }
        let run = history.runs[0]
        #expect(run.rounds.count <= XRayHistory.roundLimit)
        #expect(run.indices.upperBound == 10_000)
        #expect(run[9_999]?.index == 9_999)
        #expect(run[run.indices.lowerBound]?.index == run.indices.lowerBound)
        #expect(run[0] == nil)
        #expect(run.statistics.roundCount == 10_000)
    }

    @Test func `Old runs give way to new ones`() {
        var history = XRayHistory()
        for number in 1...100 {
            history.take(.begin(number))
            history.take(.round(.plain("x"), of: number))
            history.take(.end(number))
        }
        #expect(history.runs.count == XRayHistory.runLimit)
        for index in 0..<XRayHistory.roundLimit { history.take(.round(.plain(index: index, "x"))) }
        #expect(history.runs.count == 1)
    }

    @Test func `Drafts of the playground take the place of those before them`() {
        var history = XRayHistory()
        history.take(.begin())
        history.take(.round(.plain("x")))
        history.take(.end())
        let live = LiveCompletion(
            text: " a",
            state: LiveContinuation(tokens: [TokenID(1)], score: -1, weight: 1, hasSupport: false, isFinished: false),
            pieces: [" a"])
        for text in ["T", "To"] {
            history.beginDrafts(of: text)
            history.take([live])
        }
        #expect(history.runs.map(\.kind) == [.answer, .drafts(of: "To")])
        #expect(history.newest?.rounds.map(\.hypotheses.count) == [1])
        history.endDrafts(.tokenLimit, repairPassCount: 4)
        // What comes too late counts no more.
        history.take([live])
        #expect(history.newest?.rounds.count == 1 && history.newest?.repairPassCount == 4)
    }

    @Test(arguments: [
        ("ar", "ar"), ("sd", "sd"), ("specdec++", "specdec++"), ("pearl", "pearl"), ("prompt-lookup", "prompt-lookup"),
        ("auto", "auto"),
        ("superposed", "superposed"),
    ])
    func `The method of a run is known while it goes on`(_ name: String, _ method: String) {
        let recording = Recording.load(name)
        let run = history(recording.events(ends: false)).newest
        #expect(run?.strategy == nil)
        #expect(run?.method == method)
        #expect(history(recording.events()).newest?.method == method)
    }
}

@Suite struct XRayStateTests {
    private func state(_ count: Int, ends: Bool = true) -> XRayState {
        var state = XRayState()
        state.take(.begin())
        for index in 0..<count { state.take(.round(.plain(index: index, "x\(index) "))) }
        if ends { state.take(.end()) }
        return state
    }

    private func change(_ state: inout XRayState, by step: Int) -> Bool { state.changeRun(by: step) }

    @Test func `Rounds show as they come`() {
        var state = state(3, ends: false)
        #expect(state.shown == 0..<3 && state.cursor == 2)
        state.take(.round(.plain(index: 3, "x")))
        #expect(state.shown == 0..<4 && state.cursor == 3 && state.isFollowing)
    }

    @Test func `Held back, rounds wait for a key each`() {
        var state = state(3, ends: false)
        state.hold()
        for index in 3..<6 { state.take(.round(.plain(index: index, "x"))) }
        #expect(state.shown == 0..<3 && state.heldCount == 3)
        state.step(by: 1)
        #expect(state.shown == 0..<4)
        state.step(by: -1)
        state.step(by: -1)
        #expect(state.shown == 0..<2)
        state.step(by: 100)
        #expect(state.shown == 0..<6)
        state.step(by: -100)
        #expect(state.shown == 0..<1)
        state.hold()
        #expect(state.shown == 0..<6 && state.pace == .live)
    }

    @Test func `A new answer begins held back while one steps`() {
        var state = state(3)
        state.hold()
        state.take(.begin(2))
        for index in 0..<4 { state.take(.round(.plain(index: index, "y"), of: 2)) }
        #expect(state.shown.isEmpty && state.heldCount == 4 && state.cursor == nil)
        state.step(by: 1)
        #expect(state.shown == 0..<1)
    }

    @Test func `Slow motion shows as many rounds a second as were asked for`() {
        var state = state(10)
        state.toggleSlow(at: .seconds(5))
        #expect(state.shown.isEmpty && state.wantsTicks)
        for _ in 0..<10 where state.rate > 2 { state.changeRate(by: -1) }
        #expect(state.rate == 2)
        state.pass(to: .milliseconds(5400))
        #expect(state.shown.isEmpty)
        state.pass(to: .milliseconds(5500))
        #expect(state.shown == 0..<1)
        // Ticks that come late lose nothing.
        for time in stride(from: 5600, through: 7500, by: 100) { state.pass(to: .milliseconds(time)) }
        #expect(state.shown == 0..<5)
        for time in stride(from: 7600, through: 20_000, by: 100) { state.pass(to: .milliseconds(time)) }
        #expect(state.shown == 0..<10 && !state.wantsTicks)
        state.toggleSlow(at: .seconds(20))
        #expect(state.pace == .step)
    }

    @Test func `After a long silence slow motion is as slow as before`() {
        var state = state(100)
        state.toggleSlow(at: .zero)
        state.pass(to: .seconds(3600))
        let shown = state.shown.count
        state.pass(to: .seconds(3600) + .milliseconds(250))
        #expect(state.shown.count <= shown + 1)
    }

    @Test func `The cursor moves among the rounds that are shown and follows again at the end`() {
        var state = state(5)
        state.move(by: -2)
        #expect(state.cursor == 2 && !state.isFollowing)
        state.moveToStart()
        #expect(state.cursor == 0)
        state.move(by: -1)
        #expect(state.cursor == 0)
        state.move(by: 2)
        state.take(.begin(2))
        #expect(state.cursor == nil)
        state.take(.round(.plain("x"), of: 2))
        #expect(state.cursor == 0 && state.isFollowing)
    }

    @Test func `Earlier answers can be looked at while a new one is made`() {
        var state = state(3)
        state.take(.begin(2))
        state.take(.round(.plain("x"), of: 2))
        #expect(change(&state, by: -1) == true)
        #expect(state.run?.rounds.count == 3)
        state.take(.round(.plain(index: 1, "x"), of: 2))
        #expect(state.run?.rounds.count == 3)
        #expect(change(&state, by: -1) == false)
        #expect(change(&state, by: 1) == true)
        #expect(state.run?.rounds.count == 2)
        #expect(change(&state, by: 1) == false)
    }

    @Test func `Keys on an empty history do nothing`() {
        var state = XRayState()
        state.hold()
        state.step(by: 1)
        state.step(by: -1)
        state.toggleSlow(at: .zero)
        state.move(by: 1)
        state.moveToStart()
        state.follow()
        #expect(change(&state, by: 1) == false)
        #expect(state.shown.isEmpty && state.cursor == nil)
    }
}

@Suite struct XRayReplayTests {
    @Test func `A recording plays into the X-ray, and its keys step the recording`() {
        var stage = Stage(100, 30)
        _ = App.start(&stage.state, replaying: ReplayState(name: "a.jsonl", trace: .sample()))
        stage.pass(.zero)
        stage.press("f4", "right", "right", "right")
        #expect(stage.state.replay?.isPaused == true)
        #expect(stage.state.xray.shown == 0..<1)
        #expect(stage.state.xray.run?.method == "sd")
        // The recording knows what drafted tokens stand for.
        #expect(stage.state.xray.run?[0]?.draft?.texts == [" draft", "ed"])
        stage.press("right")
        #expect(stage.state.xray.shown == 0..<2)
        stage.press("left")
        #expect(stage.state.xray.shown == 0..<1)
        #expect(stage.state.screen == .xray)
        stage.press("r")
        #expect(stage.state.toasts.last?.text.hasPrefix("this is a replay: ") == true)
    }
}
