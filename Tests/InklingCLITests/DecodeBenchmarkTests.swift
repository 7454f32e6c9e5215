// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingDecoding
import InklingModel
import InklingModelMaker
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import inkling

/// Text is of no interest here.
private struct NoText: TokenTextDecoder {
    mutating func append(_ token: TokenID) -> String { "" }
    mutating func finish() -> String { "" }
}

/// A target and a draft that resembles it.
private struct ToyPair {
    let target: ToyRunner
    let draft: ToyRunner
    let lanes: DecodeBenchmark.Lanes

    init(agreement noise: Float = 0.5) {
        let model = ToyModel(vocabularySize: 12, seed: 5)
        target = ToyRunner(model)
        draft = ToyRunner(model.perturbed(by: noise, seed: 9))
        lanes = DecodeBenchmark.Lanes(
            DecodingRun(target: target, draft: draft), Generator(makeTextDecoder: { NoText() }))
    }
}

private let prompts = [
    EncodedPrompt(id: "a-1", category: "a", tokens: [1, 2]), EncodedPrompt(id: "a-2", category: "a", tokens: [3]),
    EncodedPrompt(id: "b-1", category: "b", tokens: [4, 5, 6]),
]

struct DecodeBenchmarkTests {
    private func benchmark(
        _ names: String, temperature: Float = 0, runs: Int = 2, pair: ToyPair = ToyPair(),
        cancellation: CancellationFlag = CancellationFlag()
    ) throws -> DecodeBenchmark {
        DecodeBenchmark(
            try StrategyChoice.list(names).map { DecodeBenchmark.Entrant(choice: $0, lanes: pair.lanes) },
            prompts: prompts,
            settings: DecodeBenchmark.Settings(
                maxTokens: 20, sampler: SamplerSettings(temperature: temperature, seed: 3), endTokens: [], runs: runs),
            cancellation: cancellation)
    }

    private func row(_ benchmark: DecodeBenchmark, _ index: Int, _ category: String?) -> DecodeRow {
        DecodeRow(
            benchmark.results[index], plain: benchmark.results[0], category: category, promptCount: 3, threads: 2,
            DecodeRow.Setting(
                model: "m", draft: "d", draftThreads: 1, n: 20, temperature: 0, seed: 3, kernels: "k",
                cpuFeatures: "f", build: "b", cpu: nil))
    }

    @Test func `Strategies take turns on each prompt, and the first place goes round`() throws {
        let benchmark = try benchmark("ar,sd,pearl")
        var shown: [String] = []
        try benchmark.run { shown.append($0) }
        #expect(shown.prefix(3) == ["warming up ar", "warming up sd", "warming up pearl"])
        let turns = shown.dropFirst(3).filter { !$0.contains("cost") }
        #expect(
            turns.prefix(6) == [
                "run 1 of 2: ar on a-1", "run 1 of 2: sd on a-1", "run 1 of 2: pearl on a-1",
                "run 1 of 2: sd on a-2", "run 1 of 2: pearl on a-2", "run 1 of 2: ar on a-2",
            ])
        #expect(turns.count == 18)
        #expect(turns[turns.startIndex + 9] == "run 2 of 2: sd on a-1")
    }

    @Test func `A row counts what all runs did, and a category's row what they did on its prompts`() throws {
        let benchmark = try benchmark("ar,sd:gamma=3")
        try benchmark.run { _ in }
        let plain = row(benchmark, 0, nil)
        // 3 prompts, 20 tokens, 2 runs.
        #expect(plain.tokens == 120 && plain.rounds == 120 && plain.target_passes == 120 && plain.draft_passes == 0)
        #expect(plain.speedup == 1 && plain.speedup_stddev == 0 && plain.expected_speedup.value == 1)
        #expect(plain.acceptance_rate.value == nil && plain.mean_accepted.value == nil && plain.draft.value == nil)
        #expect(plain.test == "ar" && plain.category == "all" && plain.threads == 2 && plain.runs == 2)

        let speculative = row(benchmark, 1, nil)
        #expect(speculative.test == "sd:gamma=3" && speculative.strategy == "sd")
        #expect(speculative.tokens == 120 && speculative.rounds == speculative.target_passes)
        #expect(speculative.target_passes < 120 && speculative.accepted > 0)
        #expect(speculative.drafted == speculative.draft_passes)
        let rate = Double(speculative.accepted) / Double(speculative.drafted)
        #expect(speculative.acceptance_rate.value == rate)
        #expect((speculative.alpha.value ?? 0) > rate)
        #expect(speculative.mean_accepted.value == Double(speculative.accepted) / Double(speculative.rounds))
        #expect(speculative.tokens_per_pass.value == 120 / Double(speculative.target_passes))
        #expect((speculative.expected_speedup.value ?? 0) > 0 && speculative.speedup > 0)
        #expect(speculative.identical_to_ar && speculative.first_difference.value == nil)
        #expect(speculative.draft.value == "d" && speculative.draft_threads.value == 1)

        let parts = ["a", "b"].map { row(benchmark, 1, $0) }
        #expect(parts.map(\.tokens) == [80, 40])
        #expect(parts.map(\.drafted).reduce(0, +) == speculative.drafted)
        #expect(parts.map(\.target_passes).reduce(0, +) == speculative.target_passes)
    }

    @Test func `What passes cost is measured after each run, each way of computing once`() throws {
        let benchmark = try benchmark("ar,sd:gamma=3,prompt-lookup,pearl:adaptive=off", runs: 3)
        try benchmark.run { _ in }
        for result in benchmark.results {
            #expect(result.costs.target[1]?.count == 3)
            #expect(result.costs.target.keys.max() ?? 0 >= 4)
            #expect(result.costs == benchmark.results[result.choice.runsLanesAtOnce ? 3 : 0].costs)
        }
        // With both lanes at once a draft pass is timed beside every number of rows.
        #expect(benchmark.results[0].costs.draft.count == 3)
        #expect(benchmark.results[3].costs.draft.count > 3)
    }

    @Test func `Measuring leaves the caches as they were`() throws {
        let pair = ToyPair()
        _ = try pair.target.forward(ModelBatch(prompts[2].tokens, want: .nothing))
        for atOnce in [false, true] {
            var costs = PassCosts()
            try PassProbe(target: pair.target, draft: pair.draft, runsLanesAtOnce: atOnce).measure(
                upTo: 5, into: &costs)
            #expect(pair.target.ledger == prompts[2].tokens.map(Optional.some))
            #expect(pair.draft.ledger.isEmpty)
            #expect(costs.target.keys.sorted() == [1, 2, 3, 4, 5])
        }
    }

    @Test func `A full cache makes room for what is measured`() throws {
        let runner = ToyRunner(ToyModel(vocabularySize: 4, seed: 1), contextCapacity: 10)
        _ = try runner.forward(ModelBatch([TokenID](repeating: 1, count: 10), want: .nothing))
        var costs = PassCosts()
        try PassProbe(target: runner, draft: nil, runsLanesAtOnce: false).measure(upTo: 5, into: &costs)
        #expect(costs.target.keys.max() == 5 && costs.draft.isEmpty && runner.cachedCount == 5)
    }

    @Test func `An output that differs is told with its first place`() throws {
        let benchmark = try benchmark("ar,sd,prompt-lookup", temperature: 1.5)
        try benchmark.run { _ in }
        // Above temperature 0 a drafted token is drawn with other numbers; a copied one is met by the same draw.
        let sampled = row(benchmark, 1, nil)
        #expect(!sampled.identical_to_ar)
        #expect(sampled.first_difference.value?.hasPrefix("a-1, token ") == true)
        #expect(row(benchmark, 2, nil).identical_to_ar)
    }

    @Test func `The first difference is where tokens part or one output ends`() {
        #expect(DecodeBenchmark.firstDifference([1, 2, 3], [1, 2, 3]) == nil)
        #expect(DecodeBenchmark.firstDifference([1, 2, 3], [1, 5, 3]) == 1)
        #expect(DecodeBenchmark.firstDifference([1, 2], [1, 2, 3]) == 2)
        #expect(DecodeBenchmark.firstDifference([], []) == nil)
    }

    @Test func `An interrupt ends it, and an error names strategy and prompt`() throws {
        let cancellation = CancellationFlag()
        let stopped = try benchmark("sd", cancellation: cancellation)
        let interrupted = #expect(throws: Failure.self) {
            try stopped.run { if $0.hasPrefix("run 2") { cancellation.cancel() } }
        }
        #expect(interrupted == .interrupted)
        let pair = ToyPair()
        let broken = try benchmark("sd", pair: pair)
        let failure = #expect(throws: Failure.self) {
            try broken.run {
                if $0 == "run 1 of 2: ar on b-1" { pair.target.nextError = .outOfMemory(byteCount: 1, what: "it") }
            }
        }
        #expect(failure?.message.hasPrefix("ar on b-1: ") == true)
    }
}

/// The commands, as a program on tiny models.
@Suite(.enabled(if: BuiltProgram.path != nil, "the program is not beside the tests"))
struct DecodeProgramTests {
    private let folder: ProgramFolder
    private let pair: [String]
    private let prompts: String

    init() throws {
        folder = try ProgramFolder()
        var recipe = ModelRecipe(preset: .tiny)
        try ModelMaker(recipe).write(to: folder.path + "/target.gguf")
        recipe.layerCount = 1
        try ModelMaker(recipe).write(to: folder.path + "/draft.gguf")
        pair = ["-m", folder.path + "/target.gguf", "-d", folder.path + "/draft.gguf"]
        prompts = try folder.file(
            "prompts.jsonl",
            """
            {"id": "c-1", "category": "copy", "prompt": "la la la la la la"}
            {"id": "t-1", "category": "talk", "prompt": "Hello, who is there?"}

            """)
    }

    private func run(_ arguments: [String]) throws -> BuiltProgram.Outcome {
        try BuiltProgram.run(arguments + pair + ["--prompts", prompts], in: folder)
    }

    private static let lossless = StrategyRegistry.all.filter { $0.guarantee == .sameDistribution }.map(\.id)

    private struct Row: Decodable {
        var test, strategy, category, model: String
        var threads, runs, tokens, prompts, target_passes, draft_passes: Int
        var tps, tps_stddev, speedup, draft_share: Double
        var acceptance_rate, alpha, mean_accepted, expected_speedup: Double?
        var identical_to_ar: Bool
    }

    @Test func `Every lossless strategy gives plain decoding's output, and rows have the keys that scripts read`()
        throws
    {
        let outcome = try run([
            "bench", "decode", "-n", "12", "-r", "2", "-o", "json", "--by-category", "--threads", "1", "--ignore-eos",
        ])
        #expect(outcome.status == 0)
        let rows = try JSONDecoder().decode([Row].self, from: Data(outcome.output))
        let all = rows.filter { $0.category == "all" }
        #expect(Set(all.map(\.test)) == Set(Self.lossless) && all[0].test == "ar")
        #expect(all.allSatisfy { $0.identical_to_ar && $0.tokens == 48 && $0.prompts == 2 && $0.runs == 2 })
        #expect(all.allSatisfy { $0.tps > 0 && $0.speedup > 0 && $0.model == "target" && $0.threads == 1 })
        #expect(rows.count == 3 * all.count)
        #expect(rows.filter { $0.category == "copy" }.allSatisfy { $0.tokens == 24 && $0.prompts == 1 })
        // A key that nothing was measured for is null, not missing.
        struct Anything: Decodable {
            init(from decoder: any Decoder) {}
        }
        let keys = try JSONDecoder().decode([[String: Anything]].self, from: Data(outcome.output)).map { Set($0.keys) }
        #expect(Set(keys).count == 1)
    }

    @Test func `The table names strategies as they were asked for`() throws {
        let outcome = try run(["bench", "decode", "-n", "4", "-r", "1", "-s", "sd:gamma=2,prompt-lookup", "-o", "md"])
        #expect(outcome.status == 0)
        let lines = outcome.text.split(separator: "\n")
        #expect(lines[0].hasPrefix("| strategy "))
        #expect(lines.count { $0.hasPrefix("| ar ") || $0.hasPrefix("| sd:gamma=2 ") } == 2)
        #expect(lines.contains { $0.contains("2 prompts, 4 tokens, temperature 0") })
    }

    @Test func `Verification says that there is no difference`() throws {
        let outcome = try run(["verify", "-n", "12", "--threads", "1,2", "--ignore-eos", "--json"])
        #expect(outcome.status == 0 && outcome.error.isEmpty)
        struct Report: Decodable {
            struct Check: Decodable {
                var strategy: String
                var threads, prompts, tokens: Int
                var identical: Bool
            }
            var identical: Bool
            var checks: [Check]
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output))
        #expect(report.identical && report.checks.count == 2 * Self.lossless.count)
        #expect(report.checks.allSatisfy { $0.identical && $0.prompts == 2 && $0.tokens == 24 })
        #expect(report.checks.map(\.threads) == report.checks.map(\.threads).sorted())
        let text = try run(["verify", "-n", "4", "-s", "sd"])
        #expect(text.status == 0 && text.text.contains("\nno difference (kernels "))
    }

    @Test func `Prompts without room are left out and said so`() throws {
        let long = try folder.file(
            "long.jsonl",
            """
            {"id": "short", "prompt": "Hi"}
            {"id": "long", "prompt": "\(String(repeating: "0123456789", count: 50))"}

            """)
        func run(_ context: String) throws -> BuiltProgram.Outcome {
            try BuiltProgram.run(
                ["bench", "decode", "-n", "4", "-r", "1", "-s", "ar", "-c", context, "--prompts", long] + pair,
                in: folder)
        }
        let outcome = try run("200")
        #expect(outcome.status == 0)
        #expect(outcome.error.contains("left out, for want of room in a context of 200: long\n"))
        let none = try run("5")
        #expect(none.status == 1)
        #expect(none.error.contains("inkling: no prompt leaves room for 4 tokens in a context of 5\n"))
    }

    @Test func `A trace is written where it was asked for`() throws {
        let path = folder.path + "/trace.json"
        let outcome = try BuiltProgram.run(
            ["generate", "--raw", "-p", "Hello", "-n", "8", "--temp", "0", "-s", "pearl", "--trace", path] + pair,
            in: folder)
        #expect(outcome.status == 0)
        struct Trace: Decodable {
            struct Event: Decodable {
                var name, ph: String
                var ts, dur: Double?
                var tid: Int
            }
            var traceEvents: [Event]
        }
        let trace = try JSONDecoder().decode(Trace.self, from: Data(folder.bytes("trace.json")))
        #expect(Set(trace.traceEvents.map(\.name)).isSuperset(of: ["prefill", "draft", "verify", "round 0"]))
        #expect(trace.traceEvents.allSatisfy { $0.ph == "M" || ($0.ts ?? -1) >= 0 && ($0.dur ?? -1) >= 0 })
        let refused = try BuiltProgram.run(
            ["generate", "-p", "x", "--trace", folder.path + "/no/trace.json"] + pair, in: folder)
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(refused.error == "inkling: cannot write \"\(folder.path)/no/trace.json\": no such file\n")
    }

    @Test func `Events say why a draft ended and what is pending`() throws {
        let outcome = try BuiltProgram.run(
            ["generate", "--raw", "-p", "Hello", "-n", "12", "--temp", "0", "-s", "pearl", "--ndjson"] + pair,
            in: folder)
        #expect(outcome.status == 0)
        struct Event: Decodable {
            var event: String
            var round, accepted, drafted: Int?
            var stop: String?
            var tokens, pending: [Int]?
        }
        let events = try outcome.text.split(separator: "\n").map {
            try JSONDecoder().decode(Event.self, from: Data($0.utf8))
        }
        let drafts = events.filter { $0.event == "draft" }
        let verdicts = events.filter { $0.event == "verify" }
        #expect(!drafts.isEmpty && drafts.count == verdicts.count)
        #expect(drafts.allSatisfy { DraftStop(rawValue: $0.stop ?? "") != nil })
        #expect(verdicts.allSatisfy { $0.pending != nil })
        for (draft, verdict) in zip(drafts, verdicts) {
            #expect(draft.round == verdict.round && draft.tokens?.count == verdict.drafted)
        }
    }
}
