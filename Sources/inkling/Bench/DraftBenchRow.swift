// SPDX-License-Identifier: Apache-2.0

/// One row of `bench drafts -o json`: flat, so that any tool can read it.
struct DraftBenchRow: Encodable, Equatable {
    var test, model: String
    var threads, k, n, prefixes, runs: Int
    /// Mean of a prefix.
    var seconds, seconds_stddev, seconds_median: Double
    /// Tokens of all drafts a second.
    var tps, tps_stddev: Double
    /// Passes and rows of a prefix.
    var passes, rows: Double
    /// Against nucleus sampling one sequence after the other, and all of them in one pass a step; nil where that was not
    /// measured.
    var speedup, speedup_batched: Double?
    /// Under the model itself: the mean over drafts, the same by rank, and e to the mean surprise of a token.
    var ppl, ppl_tokens: Double?
    var ppl_by_rank: [Double]
    var distinct_1, distinct_2: Double?
    /// Prefixes whose next word some draft gives, and how many words in a row the best draft gives.
    var coverage, matched_words: Double?
    var seed: UInt64
    var has_ngrams: Bool
    var ngrams: String?
    /// Microseconds of a question to the n-grams, and milliseconds from a key to drafts of 8 tokens; the same in all rows.
    var lookup_us, key_ms: Double?
    var weights: String
    var model_bytes: Int
    var kernels, build: String
    var cpu: String?

    /// What is the same in all rows of a run.
    struct Setting: Equatable {
        var model: String
        var threads, k, n, prefixes, runs: Int
        var seed: UInt64
        var has_ngrams: Bool
        var ngrams: String?
        var lookup_us, key_ms: Double?
        var weights: String
        var model_bytes: Int
        var kernels, build: String
        var cpu: String?
    }

    init(
        _ test: DraftBenchmark.Test, _ sums: DraftBenchmark.Sums, all: [DraftBenchmark.Test: DraftBenchmark.Sums],
        _ setting: Setting
    ) {
        let time = SampleStatistics(sums.seconds), rate = SampleStatistics(sums.rates)
        // Medians: other programs on the machine only ever add time.
        func speedup(over other: DraftBenchmark.Test) -> Double? {
            guard let seconds = all[other].map({ SampleStatistics($0.seconds).median }), time.median > 0 else {
                return nil
            }
            return seconds / time.median
        }
        func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : SampleStatistics(values).mean }
        self.test = test.rawValue
        (model, threads, k, n) = (setting.model, setting.threads, setting.k, setting.n)
        (prefixes, runs) = (setting.prefixes, setting.runs)
        (seconds, seconds_stddev, seconds_median) = (time.mean, time.standardDeviation, time.median)
        (tps, tps_stddev) = (rate.mean, rate.standardDeviation)
        let count = Double(max(1, sums.runCount))
        (passes, rows) = (Double(sums.passes) / count, Double(sums.rows) / count)
        (self.speedup, speedup_batched) = (speedup(over: .nucleusApart), speedup(over: .nucleus))
        ppl = mean(sums.perplexities.flatMap(\.self))
        ppl_by_rank = sums.perplexities.compactMap(mean)
        ppl_tokens =
            sums.tokenCount > 0 ? DraftFigures.exponential(sums.surprise / Double(sums.tokenCount)) : nil
        (distinct_1, distinct_2) = (mean(sums.distinct[0]), mean(sums.distinct[1]))
        let truths = Double(sums.truthCount)
        coverage = truths > 0 ? Double(sums.coveredCount) / truths : nil
        matched_words = truths > 0 ? Double(sums.matchedWords) / truths : nil
        (seed, has_ngrams, weights) = (setting.seed, setting.has_ngrams, setting.weights)
        (ngrams, lookup_us, key_ms) = (setting.ngrams, setting.lookup_us, setting.key_ms)
        (model_bytes, kernels, build, cpu) = (setting.model_bytes, setting.kernels, setting.build, setting.cpu)
    }

    static func table(_ rows: [DraftBenchRow]) -> TextTable {
        var table = TextTable([
            ("method", .left), ("ms", .right), ("± stddev", .right), ("passes", .right), ("rows", .right),
            ("tokens/s", .right), ("speedup", .right), ("over batched", .right), ("ppl", .right),
            ("token ppl", .right), ("distinct-1", .right), ("distinct-2", .right), ("coverage", .right),
            ("words", .right),
        ])
        func cell(_ value: Double?, _ places: Int = 2) -> String { value.map { Decimals.text($0, places) } ?? "" }
        for row in rows {
            table.append([
                row.test, Decimals.short(row.seconds * 1000), Decimals.short(row.seconds_stddev * 1000),
                cell(row.passes, 1), cell(row.rows, 1), cell(row.tps, 1), cell(row.speedup), cell(row.speedup_batched),
                cell(row.ppl), cell(row.ppl_tokens), cell(row.distinct_1), cell(row.distinct_2), cell(row.coverage),
                cell(row.matched_words),
            ])
        }
        return table
    }
}

extension DraftBenchRow.Setting {
    /// The lines under a table: what the figures depend on.
    var lines: [String] {
        [
            "\(k) drafts of \(n) tokens, \(prefixes) prefixes, \(runs) runs of each, "
                + "n-grams: \(ngrams ?? "none")\(lookup_us.map { ", \(Decimals.short($0)) µs a look-up" } ?? ""), seed \(seed)",
            "key to \(k) drafts of 8 tokens, one more character typed: \(key_ms.map { Decimals.short($0) } ?? "-") ms",
            "inkling \(build); kernels \(kernels); CPU \(cpu ?? "unknown"); \(threads) threads; \(model): \(weights), "
                + Decimals.bytes(model_bytes),
        ]
    }
}
