// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FoundationEssentials
import InklingDecoding
import InklingEngine
import InklingModelMaker
import InklingTUI
import InklingTokenizer
import Synchronization
import Testing

@testable import inkling

@Suite struct RaceRunnerTests {
    /// Takes what a race says, and waits for its end.
    private final class Log: Sendable {
        private let held = Mutex<[RaceEvent]>([])
        private let hasEnded = DispatchSemaphore(value: 0)

        var events: [RaceEvent] { held.withLock { $0 } }

        func take(_ event: RaceEvent) {
            held.withLock { $0.append(event) }
            switch event {
            case .finished, .failed, .cancelled: hasEnded.signal()
            default: break
            }
        }

        func wait() -> RaceEvent? {
            _ = hasEnded.wait(timeout: .now() + .seconds(60))
            return events.last
        }
    }

    private let folder: ProgramFolder
    private let models: ModelPair

    init() throws {
        folder = try ProgramFolder()
        try ModelMaker(ModelRecipe(preset: .tiny)).write(to: folder.path + "/target.gguf")
        var recipe = ModelRecipe(preset: .tiny)
        recipe.seed = 2
        try ModelMaker(recipe).write(to: folder.path + "/draft.gguf")
        models = try ModelPair.load(
            ModelChoice(target: folder.path + "/target.gguf", draft: folder.path + "/draft.gguf"),
            chatFormat: .chatml)
    }

    private func run(
        _ racers: [Racer], rounds: Int = 2, maxTokens: Int = 12, stopAt: (@Sendable (RaceEvent) -> Bool)? = nil
    ) -> (events: [RaceEvent], end: RaceEvent?) {
        let runner = RaceRunner(options: EngineOptions(), costCache: CostCache(folder: nil))
        let log = Log()
        let request = RaceRequest(
            racers: racers, messages: [ChatMessage(.system, "Be brief."), ChatMessage(.user, "Hello")],
            maxTokens: maxTokens, rounds: rounds, sampler: .greedy)
        runner.start(request, models: models) { event in
            log.take(event)
            if stopAt?(event) == true { runner.cancel() }
        }
        let end = log.wait()
        return (log.events, end)
    }

    @Test func `Racers run in turn, and plain decoding with them`() throws {
        let (events, end) = run([Racer("sd", parameters: ["gamma": 3]), Racer("prompt-lookup")])
        guard case .finished(let markdown, let json) = end else {
            Issue.record("\(String(describing: end))")
            return
        }
        for lane in [0, 1, nil] {
            let runs = events.compactMap { event -> RaceRun? in
                if case .ended(lane, _, let run) = event { run } else { nil }
            }
            #expect(runs.count == 2)
            for run in runs {
                #expect(run.pieces.reduce(0) { $0 + $1.tokenCount } == 12)
                #expect(run.statistics.generatedTokenCount == 12)
                #expect(zip(run.pieces, run.pieces.dropFirst()).allSatisfy { $0.time <= $1.time })
            }
        }
        // The unseen one is what both are compared with, every round.
        let references = events.compactMap { event -> [Int]? in
            if case .ended(nil, let lanes, _) = event { lanes } else { nil }
        }
        #expect(references == [[0, 1], [0, 1]])
        #expect(events.contains(.compared(lane: 0, nil)) && events.contains(.compared(lane: 1, nil)))
        #expect(markdown.hasPrefix("# Race: sd:gamma=3, prompt-lookup\n\n> Hello\n"))
        #expect(markdown.contains("> Be brief.") && markdown.contains("## sd:gamma=3, prompt-lookup"))
        let report = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
        #expect(report.prompt == "Hello" && report.racers.map(\.test) == ["sd:gamma=3", "prompt-lookup"])
        #expect(report.racers.allSatisfy { $0.identical_to_ar && $0.runs == 2 && $0.speedup > 0 && $0.tps > 0 })
        #expect(report.racers[0].text == report.racers[1].text)
    }

    private struct Report: Decodable {
        struct Racer: Decodable {
            var test, text: String
            var identical_to_ar: Bool
            var runs: Int
            var speedup, tps: Double
        }

        var prompt: String
        var racers: [Racer]
    }

    @Test func `A plain racer is the one that the others are compared with`() {
        let (events, end) = run([Racer("sd"), Racer("ar")])
        guard case .finished = end else {
            Issue.record("\(String(describing: end))")
            return
        }
        let lanes = Set(
            events.compactMap { event -> Int?? in if case .ended(let lane, _, _) = event { lane } else { nil } })
        #expect(lanes == [0, 1])
        #expect(events.contains { if case .ended(1, [0, 1], _) = $0 { true } else { false } })
    }

    @Test func `Racers on other models have a plain decoding of their own`() {
        let other = RecentPair(
            target: folder.path + "/draft.gguf", draft: nil, targetName: "draft", draftName: nil)
        let (events, end) = run([Racer("ar"), Racer("prompt-lookup", models: other)], rounds: 1)
        guard case .finished(let markdown, _) = end else {
            Issue.record("\(String(describing: end))")
            return
        }
        #expect(events.first == .loading(name: "draft"))
        #expect(events.contains { if case .ended(0, [0], _) = $0 { true } else { false } })
        #expect(events.contains { if case .ended(nil, [1], _) = $0 { true } else { false } })
        #expect(markdown.contains("draft, target"))
    }

    @Test func `A race can be stopped at any moment`() {
        let moments: [@Sendable (RaceEvent) -> Bool] = [
            { if case .warmingUp(1) = $0 { true } else { false } },
            { if case .began(0, 0) = $0 { true } else { false } },
            { if case .ended(1, _, _) = $0 { true } else { false } },
        ]
        for moment in moments {
            let (events, end) = run([Racer("ar"), Racer("sd")], rounds: 9, maxTokens: 64, stopAt: moment)
            #expect(end == .cancelled)
            #expect(events.filter { if case .ended = $0 { true } else { false } }.count < 18)
        }
    }

    @Test func `What cannot run is said`() {
        let missing = RecentPair(target: folder.path + "/none.gguf", draft: nil, targetName: "none", draftName: nil)
        guard case .failed(let reason) = run([Racer("ar"), Racer("ar", models: missing)]).end else {
            Issue.record("it ran")
            return
        }
        #expect(reason.contains("none.gguf"))
        guard case .failed(let other) = run([Racer("ar"), Racer("sd", parameters: ["gamma": 1000])]).end else {
            Issue.record("it ran")
            return
        }
        #expect(other.contains("gamma"))
    }

    @Test func `Differences are told with both tokens`() {
        func token(_ id: Int32, _ text: String) -> CommittedToken {
            CommittedToken(id: TokenID(id), position: 0, source: .target, logProbability: 0, text: text)
        }
        let one = [token(1, "a"), token(2, " b")]
        #expect(RaceWatcher.difference(one, one) == nil)
        #expect(
            RaceWatcher.difference(one, [token(1, "a"), token(3, " c")])
                == RaceDifference(index: 1, expected: " b", found: " c"))
        #expect(RaceWatcher.difference(one, [token(1, "a")]) == RaceDifference(index: 1, expected: " b", found: nil))
    }
}
