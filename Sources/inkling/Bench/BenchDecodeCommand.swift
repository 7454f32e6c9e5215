// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding
import InklingEngine
import InklingTensor

struct BenchDecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Compares decoding strategies on the same prompts.",
        discussion: """
            Every strategy answers every prompt, in turn on each prompt, plain decoding (ar) among them, so that all see \
            the same machine. Tokens per second count from the end of the prefill. "expected" is the speed-up that the \
            cost model gives for the measured acceptance and the measured cost of passes; what lies between it and the \
            speed-up is time outside passes.

            A strategy may have parameters, after colons. Without -s every lossless strategy that can run is measured. \
            Prompts are lines of JSON: {"id": "a-1", "category": "chat", "prompt": "Hello"}; without --prompts a set of \
            chat, code, editing, summaries and maths is used.

            Examples:
              inkling bench decode -m TARGET -d DRAFT -n 128
              inkling bench decode -m TARGET -d DRAFT -s sd:gamma=2,sd:gamma=6,specdec++:stop=0.6 --per-category 3
              inkling bench decode -m TARGET -s prompt-lookup --by-category -o md
            """)

    @OptionGroup(title: "Model") var models: ModelOptions

    @Option(
        name: .customShort("s"),
        help: ArgumentHelp("Strategies, with parameters as in sd:gamma=4.", valueName: "STRATEGY,…"))
    var strategies: String?

    @Option(help: ArgumentHelp("A file of prompts, one JSON object a line.", valueName: "FILE"))
    var prompts: String?

    @Option(help: ArgumentHelp("Only the first K prompts of each category.", valueName: "K"))
    var perCategory: Int?

    @Option(name: .customShort("n"), help: ArgumentHelp("Longest answer, in tokens.", valueName: "N"))
    var tokenLimit: Int = 128

    @Option(help: "Temperature; at 0 every lossless strategy must give the output of ar.")
    var temp: Float = 0

    @Option(help: "Seed of the first prompt's answer; the next one's is one more.")
    var seed: UInt64 = 1

    @Flag(help: "Go on past the model's end-of-text tokens.")
    var ignoreEos = false

    @Option(name: .customShort("r"), help: ArgumentHelp("Runs over all prompts.", valueName: "N"))
    var runs: Int = 3

    @Flag(help: "A row for each category of prompts as well.")
    var byCategory = false

    @Option(name: .customShort("o"), help: ArgumentHelp("table, json or md.", valueName: "FORMAT"))
    var output: BenchFormat = .table

    func validate() throws {
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
            guard range.contains(value) else {
                throw ValidationError("\(name) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        try check("-n", tokenLimit, 1...1 << 20)
        try check("-r", runs, 1...1000)
        if let perCategory { try check("--per-category", perCategory, 1...1 << 20) }
        if let strategies { _ = try StrategyChoice.list(strategies) }
        _ = try sampler()
    }

    private func sampler() throws -> SamplerSettings {
        let settings = SamplerSettings(temperature: temp, seed: seed)
        do throws(GenerationError) { try settings.validate() } catch { throw ValidationError(error.description) }
        return settings
    }

    func run() throws {
        Signals.catchInterrupts()
        if Machine.buildKind == "debug" {
            Output.error("inkling: note: this is a debug build; its figures mean nothing")
        }
        let pair = try MeasuredPair(
            model: models.model, draft: models.draft, modelsDir: models.modelsDir, chatFormat: models.chatFormat)
        let choices = try StrategyChoice.chosen(strategies, hasDraft: pair.draft != nil)
        var read = try prompts.map(PromptSet.read) ?? PromptSet.standard()
        if let perCategory { read = PromptSet.first(perCategory, ofEachCategoryIn: read) }
        let (encoded, context) = try pair.encode(read, context: models.context, maxTokens: tokenLimit)

        let threads = Threads(models, hasDraft: pair.draft != nil)
        let inTurn = try pair.session(threads.options(models, context: context, lanesAtOnce: false))
        let atOnce =
            choices.contains(where: \.runsLanesAtOnce) && threads.target(lanesAtOnce: true) != threads.inTurn
            ? try pair.session(threads.options(models, context: context, lanesAtOnce: true)) : inTurn
        let cancellation = CancellationFlag()
        let benchmark = DecodeBenchmark(
            choices.sorted { $0.isPlain && !$1.isPlain }
                .map { DecodeBenchmark.Entrant(choice: $0, lanes: .init($0.runsLanesAtOnce ? atOnce : inTurn)) },
            prompts: encoded,
            settings: DecodeBenchmark.Settings(
                maxTokens: tokenLimit, sampler: try sampler(), endTokens: ignoreEos ? [] : inTurn.endTokens,
                runs: runs),
            cancellation: cancellation)
        var progress = ProgressLine()
        do {
            try Signals.cancelling(cancellation) { try benchmark.run { progress.show($0) } }
        } catch {
            progress.clear()
            throw error
        }
        progress.clear()
        try report(benchmark.results, encoded, pair, threads)
    }

    private func report(
        _ results: [DecodeBenchmark.Result], _ prompts: [EncodedPrompt], _ pair: MeasuredPair, _ threads: Threads
    ) throws {
        let kernels: KernelSet
        do throws(KernelError) { kernels = try KernelSet.chosen() } catch { throw Failure(.kernels(error)) }
        let setting = DecodeRow.Setting(
            model: pair.target.name, draft: pair.draft?.name, draftThreads: threads.draft, n: tokenLimit,
            temperature: Double(temp), seed: seed, kernels: kernels.name, cpuFeatures: KernelSet.cpuFeatures,
            build: "\(Inkling.configuration.version) (\(Machine.buildKind))", cpu: Machine.processorName)
        func rows(_ category: String?) -> [DecodeRow] {
            results.map { result in
                DecodeRow(
                    result, plain: results[0], category: category,
                    promptCount: prompts.count { category == nil || $0.category == category },
                    threads: threads.target(lanesAtOnce: result.choice.runsLanesAtOnce), setting)
            }
        }
        var categories: [String] = []
        for prompt in prompts where !categories.contains(prompt.category) { categories.append(prompt.category) }
        let all = rows(nil) + (byCategory ? categories.flatMap { rows($0) } : [])
        if output == .json { return try JSONOutput.print(all) }
        Output.line(DecodeRow.table(all).text(output == .md ? .markdown : .plain))
        Output.line()
        for line in notes(all, results, setting) { Output.line(line) }
    }

    /// What stands under the table.
    private func notes(
        _ rows: [DecodeRow], _ results: [DecodeBenchmark.Result], _ setting: DecodeRow.Setting
    ) -> [String] {
        var lines: [String] = []
        for row in rows where row.category == "all" {
            guard let place = row.first_difference.value else { continue }
            lines.append(
                temp == 0
                    ? "\(row.test) differs from ar, first on \(place): \"inkling verify\" shows how"
                    : "\(row.test) differs from ar, first on \(place): above temperature 0 a lossless strategy gives "
                        + "the distribution of ar, not its text")
        }
        if let plain = results[0].costs.targetPass(rows: 1) {
            let passes = results[0].costs.target.keys.sorted().filter { $0 > 1 }.compactMap { rows in
                results[0].costs.targetPass(rows: Double(rows)).map { "\(rows): \(Decimals.text($0 / plain, 2))" }
            }
            let draft = results[0].costs.draftPass.map { "; a draft pass costs \(Decimals.text($0 / plain, 2))" } ?? ""
            lines.append(
                "a pass over one token takes \(Decimals.short(1000 * plain)) ms; over several it costs "
                    + passes.joined(separator: ", ") + draft)
        }
        let draft = setting.draft.map { ", draft \($0) on \(Self.threads(setting.draftThreads))" } ?? ""
        lines.append(
            "\(setting.model) on \(Self.threads(rows[0].threads))\(draft); \(rows[0].prompts) prompts, \(setting.n) tokens, "
                + "temperature \(Decimals.short(setting.temperature)); counts are sums over \(runs) \(runs == 1 ? "run" : "runs")"
        )
        lines.append(
            "inkling \(setting.build); kernels \(setting.kernels); CPU \(setting.cpu ?? "unknown"): \(setting.cpuFeatures)"
        )
        return lines
    }

    private static func threads(_ count: Int) -> String { count == 1 ? "1 thread" : "\(count) threads" }

    /// As the other commands share the cores out: all to the target, but for the draft's where both compute at once.
    private struct Threads {
        let inTurn, draft: Int
        private let atOnce: Int

        init(_ options: ModelOptions, hasDraft: Bool) {
            draft = options.draftThreads ?? 1
            inTurn = options.threads ?? physicalCoreCount()
            atOnce = options.threads ?? max(1, physicalCoreCount() - (hasDraft ? draft : 0))
        }

        func target(lanesAtOnce: Bool) -> Int { lanesAtOnce ? atOnce : inTurn }

        func options(_ options: ModelOptions, context: Int, lanesAtOnce: Bool) -> SessionOptions {
            SessionOptions(
                contextLength: context, threads: target(lanesAtOnce: lanesAtOnce), draftThreads: draft,
                kvFormat: options.kv)
        }
    }
}
