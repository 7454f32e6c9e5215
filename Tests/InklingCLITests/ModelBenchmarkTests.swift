// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import inkling

@Suite struct ModelBenchmarkTests {
    @Test func `Statistics of a known sample`() {
        let five = SampleStatistics([2, 4, 4, 10, 5])
        #expect(five.count == 5 && five.mean == 5 && five.median == 4 && five.minimum == 2 && five.maximum == 10)
        // Squares of the distances sum to 36; over 4.
        #expect(five.standardDeviation == 3)
        let four = SampleStatistics([4, 1, 3, 2])
        #expect(four.median == 2.5 && four.mean == 2.5)
        let one = SampleStatistics([7])
        #expect(one.mean == 7 && one.median == 7 && one.standardDeviation == 0)
        #expect(SampleStatistics([]).count == 0 && SampleStatistics([]).mean == 0)
    }

    /// What a pass was asked for, and how much the cache held.
    private struct Pass: Equatable {
        var rows, cached: Int
        var want: ModelBatch.Want
    }

    private func passes(
        _ tests: [ModelBenchmark.Test], depth: Int, runs: Int
    ) throws -> (passes: [Pass], results: [ModelBenchmark.Result], left: Int) {
        let runner = ToyRunner(ToyModel(vocabularySize: 5, seed: 1), contextCapacity: 4096)
        var passes: [Pass] = []
        runner.willForward = { [unowned runner] batch in
            passes.append(Pass(rows: batch.rows.count, cached: runner.cachedCount, want: batch.want))
        }
        var benchmark = ModelBenchmark(runner: runner, runs: runs)
        let results = try benchmark.run(tests, depth: depth, verificationDepth: 6) { _ in }
        return (passes, results, runner.cachedCount)
    }

    @Test func `A prompt is one pass from an empty cache, warmed up once`() throws {
        let (passes, results, left) = try passes([.prompt(7)], depth: 0, runs: 3)
        #expect(passes == Array(repeating: Pass(rows: 7, cached: 0, want: .lastLogits), count: 4))
        #expect(left == 0)
        #expect(results.count == 1 && results[0].rates.count == 3 && results[0].depth == 0)
        #expect(results[0].costRatio == nil && results[0].rates.allSatisfy { $0 > 0 })
    }

    @Test func `Generation is passes of one token, and its depth is there before each run`() throws {
        let (passes, results, _) = try passes([.generation(3)], depth: 600, runs: 2)
        let run = (0..<3).map { Pass(rows: 1, cached: 600 + $0, want: .lastLogits) }
        #expect(
            passes == [Pass(rows: 512, cached: 0, want: .nothing), Pass(rows: 88, cached: 512, want: .nothing)] + [
                run[0]
            ]
                + run + run)
        #expect(results[0].depth == 600)
    }

    @Test func `Verification finds a prompt in the cache and wants all logits`() throws {
        let (passes, results, left) = try passes([.prompt(4), .verification(3)], depth: 0, runs: 1)
        #expect(results.map(\.depth) == [0, 6] && left == 6)
        #expect(passes[2] == Pass(rows: 6, cached: 0, want: .nothing))
        #expect(passes.dropFirst(3).allSatisfy { $0.cached == 6 && $0.want == .allLogits })
        // What it costs is told against a single row, measured although it was not asked for.
        #expect(Set(passes.dropFirst(3).map(\.rows)) == [1, 3])
        #expect(try #require(results[1].costRatio) > 0)
    }

    @Test func `A pass over one row costs one pass over one row`() throws {
        let (_, results, _) = try passes([.verification(1)], depth: 0, runs: 2)
        #expect(results[0].costRatio == 1)
    }

    @Test func `A cancelled benchmark ends`() {
        let runner = ToyRunner(ToyModel(vocabularySize: 5, seed: 1))
        let flag = CancellationFlag()
        flag.cancel()
        var benchmark = ModelBenchmark(runner: runner, runs: 1, cancellation: flag)
        #expect(throws: ModelError.cancelled) {
            try benchmark.run([.prompt(4)], depth: 0, verificationDepth: 1) { _ in }
        }
    }

    @Test func `Random tokens are in the vocabulary and the same each time`() {
        var first = TokenSource()
        var second = TokenSource()
        let tokens = first.tokens(1000, of: 7)
        #expect(tokens == second.tokens(1000, of: 7))
        #expect(Set(tokens.map(\.rawValue)) == Set(0..<7))
    }

    @Test func `A row says what was measured and on what`() {
        let setting = BenchRow.Setting(
            model: "m", threads: 2, architecture: "llama", weights: "Q8_0", model_bytes: 10, packed_bytes: 11,
            kv: "f16",
            load_s: 0.5, load_peak_bytes: 3 << 20, kernels: "scalar", cpu_features: "none", build: "1 (debug)", cpu: nil
        )
        let result = ModelBenchmark.Result(test: .verification(4), depth: 64, rates: [10, 14], costRatio: 1.5)
        let row = BenchRow(result, askedDepth: 64, setting)
        #expect(row.test == "verify4 @ d64" && row.n_tokens == 4 && row.depth == 64 && row.runs == 2)
        #expect(row.tps == 12 && row.tps_median == 12 && row.tps_min == 10 && row.tps_max == 14)
        #expect(BenchRow(result, askedDepth: 0, setting).test == "verify4")
        #expect(
            BenchRow.table([row]).text(.plain) == """
                model  weights  threads  test           tokens/s  ± stddev  median  cost ratio
                m      Q8_0           2  verify4 @ d64     12.00      2.83   12.00        1.50
                """)
        #expect(
            setting.lines == [
                "inkling 1 (debug); kernels scalar; CPU unknown: none",
                "m: llama, Q8_0, 10 B in the file, 11 B packed; loaded in 0.50 s, peak memory 3.00 MiB; KV cache f16",
            ])
    }
}
