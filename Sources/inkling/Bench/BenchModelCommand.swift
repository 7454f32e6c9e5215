// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingArchitectures
import InklingDecoding
import InklingEngine
import InklingModel
import InklingTensor

struct BenchModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Measures how fast a model reads, writes and verifies.",
        discussion: """
            pp is tokens per second while reading a prompt, tg while generating one token after another, both as \
            llama-bench counts them; verify is one pass over B tokens with all their logits, as speculative decoding \
            makes it, and its cost ratio says how many single-token passes that one costs. Each test warms up once and \
            then runs -r times.

            Examples:
              inkling bench model -m MODEL
              inkling bench model -m MODEL -t 4 -p 512 -n 128 --depth 0,2048,8192 -o md
            """)

    @OptionGroup(title: "Model") var model: ModelArguments
    @OptionGroup(title: "Computing") var compute: ComputeOptions

    @Option(name: .customShort("p"), help: ArgumentHelp("Prompt tokens; 0 leaves the test out.", valueName: "N"))
    var promptTokens: Int = 256

    @Option(name: .customShort("n"), help: ArgumentHelp("Generated tokens; 0 leaves the test out.", valueName: "N"))
    var generatedTokens: Int = 32

    @Option(
        name: .customShort("b"), help: ArgumentHelp("Tokens of a verifying pass; 0 leaves it out.", valueName: "B,…"))
    var batches = NumberList([1, 2, 4, 8, 16])

    @Option(name: .customLong("depth"), help: ArgumentHelp("Tokens in the cache before each test.", valueName: "N,…"))
    var depths = NumberList([0])

    @Option(name: .customShort("r"), help: ArgumentHelp("Runs of each test.", valueName: "N"))
    var runs: Int = 5

    @Option(name: .customShort("o"), help: ArgumentHelp("table, json or md.", valueName: "FORMAT"))
    var output: BenchFormat = .table

    static let tokenLimit = 1 << 20
    static let batchLimit = 512

    func validate() throws {
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
            guard range.contains(value) else {
                throw ValidationError("\(name) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        try check("-p", promptTokens, 0...Self.tokenLimit)
        try check("-n", generatedTokens, 0...Self.tokenLimit)
        try check("-r", runs, 1...1000)
        for batch in batches.values { try check("-b", batch, 0...Self.batchLimit) }
        for depth in depths.values { try check("--depth", depth, 0...Self.tokenLimit) }
        guard !tests.isEmpty else { throw ValidationError("nothing to measure: -p, -n and -b are all 0") }
    }

    var tests: [ModelBenchmark.Test] {
        (promptTokens > 0 ? [.prompt(promptTokens)] : []) + (generatedTokens > 0 ? [.generation(generatedTokens)] : [])
            + batches.values.filter { $0 > 0 }.map { .verification($0) }
    }

    /// What verification finds in the cache at depth 0.
    var verificationDepth: Int { promptTokens > 0 ? promptTokens : 256 }

    func run() throws {
        Signals.catchInterrupts()
        if Machine.buildKind == "debug" {
            Output.error("inkling: note: this is a debug build; its figures mean nothing")
        }
        let measured = try MeasuredModel(model, compute)
        let setting = Self.setting(measured)
        let deepest = depths.values.reduce(0) { max($0, $1 > 0 ? $1 : verificationDepth) }
        let context = deepest + tests.reduce(1) { max($0, $1.rowCount) }
        measured.warnBeyondTraining(context, "a test")
        let runner = try measured.runner(context: context)
        var benchmark = ModelBenchmark(runner: runner, runs: runs)
        var progress = ProgressLine()
        var rows: [BenchRow] = []
        do throws(ModelError) {
            for depth in depths.values {
                let results = try benchmark.run(tests, depth: depth, verificationDepth: verificationDepth) { name in
                    progress.show("measuring \(name)" + (depth > 0 ? " at depth \(depth)" : ""))
                }
                rows += results.map { BenchRow($0, askedDepth: depth, setting) }
            }
        } catch {
            progress.clear()
            throw measured.failure(error)
        }
        progress.clear()
        switch output {
        case .json: try JSONOutput.print(rows)
        case .table, .md:
            Output.line(BenchRow.table(rows).text(output == .md ? .markdown : .plain))
            Output.line()
            for line in setting.lines { Output.line(line) }
        }
    }

    private static func setting(_ measured: MeasuredModel) -> BenchRow.Setting {
        let model = measured.model
        // Before anything else: naming the weights' type reads the head of the file once more.
        let peak = Machine.peakMemory
        return BenchRow.Setting(
            model: model.name, threads: measured.pool.width, architecture: model.config.architecture,
            weights: measured.weightsName, model_bytes: model.weights.fileByteCount,
            packed_bytes: model.weights.packedByteCount, kv: measured.kv.rawValue, load_s: model.loadDuration.seconds,
            load_peak_bytes: peak, kernels: measured.kernels.name, cpu_features: KernelSet.cpuFeatures,
            build: "\(Inkling.configuration.version) (\(Machine.buildKind))", cpu: Machine.processorName)
    }
}
