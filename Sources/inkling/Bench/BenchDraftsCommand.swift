// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingArchitectures
import InklingDecoding
import InklingEngine
import InklingModel
import InklingTensor
import InklingTokenizer

struct BenchDraftsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drafts", abstract: "Compares ways to continue a text in several ways.",
        discussion: """
            Superposed Decoding against nucleus sampling, beam search and greedy decoding on the same prefixes, with the \
            prefix in the cache. superposed-repaired writes those ends anew that the model itself does not believe, as \
            "drafts" and the playground do. nucleus makes its K sequences in one pass a step; nucleus-separate makes \
            them one after the other and is what speedup compares with. ppl is the mean perplexity of the drafts under the model \
            itself, distinct-n the share of different n-grams, and, with --text, coverage the share of prefixes whose \
            true next word some draft gives. Below the table: how long the n-grams take to answer, and how long it is from one \
            more character in an editor to its drafts of 8 tokens.

            Examples:
              inkling bench drafts -m MODEL -k 3 -n 10
              inkling bench drafts -m MODEL -k 3 -n 10 --text held-out.txt --ngrams other.txt --prefixes 200 -o json
            """)

    @OptionGroup(title: "Model") var model: ModelArguments
    @OptionGroup(title: "Computing") var compute: ComputeOptions
    @OptionGroup(title: "Drafting") var drafting: DraftOptions

    @Option(help: ArgumentHelp("Text to take the prefixes from (default: some built-in ones).", valueName: "FILE"))
    var text: String?

    @Option(help: ArgumentHelp("Prefixes of the text.", valueName: "N"))
    var prefixes: Int = 20

    @Option(help: ArgumentHelp("Tokens of a prefix.", valueName: "N"))
    var prefixTokens: Int = 32

    @Option(
        name: .customLong("methods"),
        help: ArgumentHelp("What to compare (default: all).", valueName: "METHOD,…"))
    var methods: String = DraftBenchmark.Test.allCases.map(\.rawValue).joined(separator: ",")

    @Option(name: .customShort("r"), help: ArgumentHelp("Runs of each on each prefix.", valueName: "N"))
    var runs: Int = 3

    @Option(name: .customShort("o"), help: ArgumentHelp("table, json or md.", valueName: "FORMAT"))
    var output: BenchFormat = .table

    func validate() throws {
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
            guard range.contains(value) else {
                throw ValidationError("\(name) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        try check("--prefixes", prefixes, 1...100_000)
        try check("--prefix-tokens", prefixTokens, 1...65_536)
        try check("-r", runs, 1...1000)
        _ = try tests()
    }

    func tests() throws -> [DraftBenchmark.Test] {
        try methods.split(separator: ",").map { word in
            guard let test = DraftBenchmark.Test(rawValue: String(word)) else {
                let known = DraftBenchmark.Test.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--methods: \"\(word)\" is none of \(known)")
            }
            return test
        }
    }

    func run() throws {
        let tests = try tests()
        Signals.catchInterrupts()
        if Machine.buildKind == "debug" {
            Output.error("inkling: note: this is a debug build; its figures mean nothing")
        }
        let measured = try MeasuredModel(model, compute)
        let tokenizer = measured.model.tokenizer
        let ngrams = try drafting.ngrams.source(for: measured.model)
        let cut = try prefixList(measured)
        let longest = cut.reduce(0) { max($0, $1.tokens.count) }
        let runner = try measured.runner(context: longest + drafting.count * drafting.length)
        let seed = drafting.seed ?? 0
        var sampler = drafting.sampler()
        sampler.seed = seed
        var benchmark = DraftBenchmark(
            run: DraftRun(target: runner, ngrams: ngrams?.model), tokenizer: tokenizer,
            base: DraftRequest(
                prompt: [0], count: drafting.count, length: drafting.length,
                superposition: try drafting.superposition(promptCount: prefixTokens),
                sampler: sampler,
                endTokens: Set(tokenizer.vocabulary.endOfGenerationTokens)))
        var progress = ProgressLine()
        let cancellation = CancellationFlag()
        let outcome = Signals.cancelling(cancellation) {
            Result { () throws(GenerationError) in
                for (index, prefix) in cut.enumerated() {
                    progress.show("prefix \(index + 1) of \(cut.count)")
                    if index == 0 { try benchmark.warmUp(prefix, tests: tests, cancellation) }
                    try benchmark.measure(prefix, tests: tests, runs: runs, first: index, cancellation: cancellation)
                }
            }
        }
        progress.clear()
        switch outcome {
        case .success: break
        case .failure(.cancelled): throw Failure.interrupted
        case .failure(let error): throw Failure(.generation(error))
        }
        let keys = try keyLatency(measured, ngrams, cut, cancellation)
        let setting = DraftBenchRow.Setting(
            model: measured.model.name, threads: measured.pool.width, k: drafting.count, n: drafting.length,
            prefixes: cut.count, runs: runs, seed: seed, has_ngrams: ngrams != nil,
            ngrams: ngrams?.facts.path, lookup_us: ngrams.flatMap { Self.lookUpTime($0.model, cut) }, key_ms: keys,
            weights: measured.weightsName,
            model_bytes: measured.model.weights.fileByteCount, kernels: measured.kernels.name,
            build: "\(Inkling.configuration.version) (\(Machine.buildKind))", cpu: Machine.processorName)
        let rows = tests.compactMap { test in
            benchmark.sums[test].map { DraftBenchRow(test, $0, all: benchmark.sums, setting) }
        }
        switch output {
        case .json: try JSONOutput.print(rows)
        case .table, .md:
            Output.line(DraftBenchRow.table(rows).text(output == .md ? .markdown : .plain))
            Output.line()
            for line in setting.lines { Output.line(line) }
        }
    }

    /// Microseconds of a question to the n-grams: a context and as many candidates as Superposed Decoding has.
    private static func lookUpTime(_ ngrams: any NGramModel, _ prefixes: [DraftPrefix]) -> Double? {
        let weights = SuperpositionSettings().weights
        var questions: [(context: ArraySlice<TokenID>, candidates: [TokenID])] = []
        for prefix in prefixes.prefix(500) {
            // What followed other words of the text is more or less likely to follow this one.
            for end in stride(from: 6, through: prefix.tokens.count, by: 3) {
                var candidates: [TokenID] = []
                for token in prefix.tokens where !candidates.contains(token) && candidates.count < 9 {
                    candidates.append(token)
                }
                questions.append((prefix.tokens[..<end], candidates))
            }
        }
        guard !questions.isEmpty else { return nil }
        var result: [Float] = []
        var best = Double.infinity
        for _ in 0..<5 {
            let start = ContinuousClock.now
            for question in questions {
                ngrams.probabilities(
                    of: question.candidates, after: question.context, weights: weights, into: &result)
            }
            best = min(best, start.duration(to: .now).seconds / Double(questions.count) * 1e6)
        }
        return best
    }

    /// Milliseconds from one more character of a text to the drafts of all that is there then: the median over some prefixes.
    private func keyLatency(
        _ measured: MeasuredModel, _ ngrams: NGramSource?, _ prefixes: [DraftPrefix], _ cancellation: CancellationFlag
    ) throws -> Double? {
        var times: [Double] = []
        do throws(EngineError) {
            let session = try ModelSession(
                target: measured.model, options: SessionOptions(threads: compute.threads, kvFormat: compute.kv))
            let completer = Autocompleter(session, ngrams: ngrams?.model)
            for prefix in prefixes.prefix(24) {
                let vocabulary = measured.model.tokenizer.vocabulary
                let text = prefix.tokens.flatMap { vocabulary.isControl($0) ? [] : vocabulary.bytes(of: $0) }
                var request = CompletionRequest(
                    prefix: "", count: drafting.count, length: 8, cut: .line, wantsProbabilities: false)
                request.prefixBytes = Array(text.dropLast())
                _ = try completer.complete(request, cancellation: cancellation)
                request.prefixBytes = text
                let start = ContinuousClock.now
                _ = try completer.complete(request, cancellation: cancellation)
                times.append(start.duration(to: .now).seconds * 1000)
            }
        } catch {
            if case .generation(.cancelled) = error { throw Failure.interrupted }
            throw Failure(error)
        }
        // The first makes what the others use.
        return times.count > 1 ? SampleStatistics(Array(times.dropFirst())).median : times.first
    }

    private func prefixList(_ measured: MeasuredModel) throws -> [DraftPrefix] {
        let tokenizer = measured.model.tokenizer
        let list: [DraftPrefix]
        if let text {
            list = DraftPrefix.cut(
                try StandardInput.readFile(text), count: prefixes, length: prefixTokens, tokenizer: tokenizer)
        } else {
            list = DraftPrefix.standard(tokenizer)
        }
        guard !list.isEmpty else { throw Failure("the text is too short to take prefixes from") }
        return list
    }
}
