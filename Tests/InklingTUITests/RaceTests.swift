// SPDX-License-Identifier: Apache-2.0

import InklingCells
@testable import InklingDecoding
@testable import InklingEngine
import InklingStore
@testable import InklingTUI
import InklingTokenizer
import Testing

extension RaceRun {
    /// Words that come `gap` apart, in rounds of `step` words.
    static func sample(_ words: Int, gap: Duration, step: Int = 1, drafted: Int = 0, accepted: Int = 0) -> RaceRun {
        var run = RaceRun()
        var time = Duration.zero
        for index in stride(from: 0, to: words, by: step) {
            time += gap
            let text = (index..<min(words, index + step)).map { "word\($0) " }.joined()
            run.pieces.append(Piece(time: time, text: text, tokenCount: min(step, words - index)))
        }
        run.statistics.generatedTokenCount = words
        run.statistics.decodeDuration = time
        run.statistics.roundCount = run.pieces.count
        run.statistics.targetPassCount = run.pieces.count
        run.statistics.draftPassCount = drafted
        run.statistics.draftedCount = drafted
        run.statistics.acceptedCount = accepted
        return run
    }
}

extension Stage {
    /// Three racers, of which the second is the fastest and the third goes another way.
    mutating func race(through phase: RacePhase = .done) {
        load()
        state.race.prompt = "How do I list files by size?"
        press("f5")
        state.race.racers = [Racer("ar"), Racer("sd", parameters: ["gamma": 4]), Racer("superposed")]
        guard phase != .setup else { return }
        press("enter")
        let number = state.race.number
        func say(_ event: RaceEvent) { send(.race(number: number, event)) }
        say(.warmingUp(lane: 0))
        for round in 0..<2 {
            say(.began(lane: 0, round: round))
            say(.ended(lane: 0, isReferenceFor: [0, 1, 2], .sample(60, gap: .milliseconds(10 + round))))
            say(.began(lane: 1, round: round))
            if phase == .running, round == 1 {
                say(.progress(lane: 1, .sample(20, gap: .milliseconds(12), step: 2)))
                return
            }
            say(
                .ended(
                    lane: 1, isReferenceFor: [],
                    .sample(60, gap: .milliseconds(12), step: 2, drafted: 100, accepted: 78)))
            say(.compared(lane: 1, nil))
            say(.began(lane: 2, round: round))
            say(.ended(lane: 2, isReferenceFor: [], .sample(60, gap: .milliseconds(14))))
            say(.compared(lane: 2, RaceDifference(index: 33, expected: " the", found: " a")))
        }
        say(.finished(markdown: "# Race", json: "{}"))
        pass(.seconds(20))
    }

    enum RacePhase {
        case setup, running, done
    }
}

@Suite struct RaceTests {
    private func stage(_ width: Int = 120, _ height: Int = 40, _ phase: Stage.RacePhase = .done) -> Stage {
        var stage = Stage(width, height)
        stage.race(through: phase)
        _ = stage.takeEffects()
        return stage
    }

    @Test func `The first time there are racers that can run, and the last question`() {
        var stage = Stage()
        stage.load()
        stage.type("What is ink?")
        stage.press("enter")
        stage.answer(["Ink."])
        _ = stage.takeEffects()
        stage.press("f5")
        #expect(stage.state.race.racers.map(\.strategy) == ["ar", "specdec++", "pearl"])
        #expect(stage.state.race.prompt == "What is ink?")
        stage.press("enter")
        guard case .race(let request, let number) = stage.takeEffects().last else {
            Issue.record("no race")
            return
        }
        #expect(number == 1 && request.rounds == 3 && request.maxTokens == 128 && request.sampler.isGreedy)
        #expect(request.messages == [ChatMessage(.user, "What is ink?")])
        #expect(stage.state.race.isRunning && stage.state.tickInterval != nil)
    }

    @Test func `Racers are chosen from those that can run`() {
        var stage = stage(80, 24, .setup)
        stage.press("right", "down")
        #expect(stage.state.race.racers[1].strategy != "sd" && stage.state.race.racers[1].parameters.isEmpty)
        stage.press("up")
        #expect(stage.state.race.racers[1].strategy == "sd")
        var seen: Set<String> = []
        for _ in StrategyRegistry.all {
            stage.press("down")
            seen.insert(stage.state.race.racers[1].strategy)
        }
        let ready = StrategyRegistry.all.map(\.id).filter { stage.state.session?.availability(of: $0) == .ready }
        #expect(seen == Set(ready))
        stage.press("a")
        #expect(stage.state.race.racers.count == 4 && stage.state.race.selected == 3)
        stage.press("a")
        #expect(stage.state.toasts.last?.text == "four can race at a time")
        stage.press("d", "d", "d")
        #expect(stage.state.race.racers.count == 2)
        #expect(stage.state.toasts.last?.text == "a race needs two")
        stage.press("t", "r", "+")
        #expect(!stage.state.race.isGreedy && stage.state.race.rounds == 5 && stage.state.race.maxTokens == 256)
        stage.press("-", "-")
        #expect(stage.state.race.maxTokens == 64)
    }

    @Test func `Parameters are typed, and what is wrong with them is said`() {
        var stage = stage(80, 24, .setup)
        stage.press("right", "p")
        for _ in 0..<10 { stage.press("backspace") }
        stage.type("gamma=7")
        stage.press("enter")
        #expect(stage.state.race.racers[1].label == "sd:gamma=7")
        stage.press("p")
        for _ in 0..<10 { stage.press("backspace") }
        stage.type("gamma=seven")
        stage.press("enter")
        #expect(stage.state.toasts.last?.text.hasPrefix("gamma of strategy \"sd\" is \"seven\"; it must be") == true)
        #expect(stage.state.race.racers[1].label == "sd:gamma=7")
        stage.press("left", "p")
        #expect(stage.state.toasts.last?.text == "ar has no parameters")
    }

    @Test func `A racer can run on other models`() {
        var stage = stage(80, 24, .setup)
        stage.send(
            .store(.pairs([RecentPair(target: "/m/other.gguf", draft: nil, targetName: "other", draftName: nil)])))
        stage.press("m")
        #expect(stage.state.race.racers[0].models?.targetName == "other")
        stage.press("right", "m", "enter")
        #expect(stage.state.toasts.last?.text == "sd needs a draft model" && !stage.state.race.isRunning)
        stage.press("m", "enter")
        #expect(stage.state.race.isRunning && stage.screen().contains("other"))
    }

    @Test(arguments: [(80, 24), (120, 40), (40, 12), (60, 20), (200, 60)])
    func `No figure is cut`(_ width: Int, _ height: Int) {
        var stage = stage(width, height)
        let screen = stage.screen()
        #expect(screen.contains(" 167 t/s") && screen.contains(" 71.4 t/s") && screen.contains("1.75x"))
    }

    @Test func `The winner is said, with how far ahead it is`() {
        var stage = stage()
        let screen = stage.screen()
        #expect(screen.contains("sd:gamma=4 wins: 1.75 times plain decoding, 75 % ahead of ar"))
        #expect(screen.contains("✓ the same text as ar"))
        #expect(screen.contains("✗ token 34 is \" a\""))
        #expect(screen.contains("78 %"))
        #expect(stage.state.race.lanes[1].ratio.map { ($0 * 100).rounded() } == 175)
    }

    @Test func `Who is not clearly ahead has not won`() {
        func lanes(_ gaps: [[Int]]) -> [RaceState.Lane] {
            gaps.map { gaps in
                var lane = RaceState.Lane()
                lane.runs = gaps.map { .sample(10, gap: .milliseconds($0)) }
                return lane
            }
        }
        #expect(RaceVerdict(lanes([[10, 14], [11, 15]])) == .tie(0, 1))
        #expect(RaceVerdict(lanes([[20, 20], [10, 10]])) == .winner(lane: 1, over: 0, lead: 1))
        #expect(RaceVerdict(lanes([[10], []])) == nil)
        #expect(RaceVerdict(lanes([[10]])) == nil)
    }

    @Test func `While a race is on nothing else computes, and Escape stops it`() {
        var stage = stage(120, 40, .running)
        for keys in [["down"], ["a"], ["enter"], ["e"]] {
            for key in keys { stage.press(key) }
            #expect(stage.takeEffects() == [])
        }
        stage.press("f2")
        stage.type("hello")
        stage.press("enter")
        #expect(stage.takeEffects().allSatisfy { if case .generate = $0 { false } else { true } })
        #expect(stage.state.toasts.last?.text.hasPrefix("a race is on") == true)
        stage.press("f5", "esc")
        #expect(stage.takeEffects() == [.cancelRace])
        stage.send(.race(number: stage.state.race.number, .cancelled))
        #expect(!stage.state.race.isRunning && stage.screen().contains("stopped"))
        // What came before stays.
        #expect(stage.state.race.lanes[0].runs.count == 2)
    }

    @Test func `What an earlier race still says is not heard`() {
        var stage = stage()
        let lanes = stage.state.race.lanes
        stage.send(.race(number: 0, .ended(lane: 0, isReferenceFor: [], .sample(3, gap: .seconds(1)))))
        stage.send(
            .race(number: stage.state.race.number, .ended(lane: 9, isReferenceFor: [7], .sample(3, gap: .seconds(1)))))
        stage.send(.race(number: stage.state.race.number, .progress(lane: 9, RaceRun())))
        #expect(stage.state.race.lanes == lanes)
    }

    @Test func `Results are saved side by side, under a name that can be changed`() {
        var stage = stage()
        stage.press("s")
        #expect(stage.screen().contains("race-ar-sd-superposed"))
        stage.press("enter")
        #expect(
            stage.takeEffects() == [
                .writeFile(path: "race-ar-sd-superposed.md", text: "# Race"),
                .writeFile(path: "race-ar-sd-superposed.json", text: "{}"),
            ])
        stage.press("y")
        #expect(stage.takeEffects() == [.copy("# Race")])
        var early = self.stage(80, 24, .setup)
        early.press("s")
        #expect(early.state.toasts.last?.text == "there are no results to save yet")
    }

    @Test func `The race is shown again, every lane at its own pace on one clock`() {
        var stage = stage()
        stage.press("space")
        #expect(stage.state.tickInterval == .milliseconds(33))
        stage.pass(.seconds(3))
        // Half of the slowest lane's 0.84 s is 0.42 s: the fastest is through, the others are not.
        let screen = stage.screen()
        #expect(screen.contains("shown again at 1/7 of its speed"))
        let time = stage.state.race.playbackTime(at: stage.state.now.elapsed)
        #expect(time.map { ($0.seconds * 100).rounded() } == 42)
        #expect(screen.contains("word29") && screen.count(of: "word59") == 1)
        stage.pass(.seconds(4))
        #expect(stage.state.race.playbackTime(at: stage.state.now.elapsed) == nil)
        #expect(stage.screen().contains("wins") && stage.screen().count(of: "word0 ") == 3)
    }

    @Test func `Without a model or a question there is no race`() {
        var stage = Stage()
        stage.press("f5", "enter")
        #expect(stage.state.toasts.last?.text == "no model is loaded; F6 lists them")
        #expect(stage.takeEffects() == [])
        var plain = Stage()
        plain.load(draft: false)
        plain.press("f5")
        #expect(plain.state.race.racers.map(\.strategy) == ["ar", "prompt-lookup", "auto"])
    }

    @Test func `Sampled races say that texts may differ`() {
        var stage = stage(120, 40, .setup)
        stage.press("t", "enter")
        #expect(stage.screen().contains("Above temperature 0 a lossless method gives the distribution"))
    }
}

extension String {
    fileprivate func count(of text: String) -> Int { ranges(of: text).count }
}
