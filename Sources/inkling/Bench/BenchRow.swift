// SPDX-License-Identifier: Apache-2.0

/// One row of `bench model -o json`: flat, so that any tool can read it.
struct BenchRow: Encodable, Equatable {
    var test, model: String
    var threads: Int
    /// Mean tokens per second over the runs, their standard deviation, and the rest of their distribution.
    var tps, tps_stddev, tps_median, tps_min, tps_max: Double
    var runs: Int
    /// Tokens of the test.
    var n_tokens: Int
    /// Tokens in the cache before it.
    var depth: Int
    /// Time of one pass against a pass over one row; `verify` only.
    var cost_ratio: Double?
    var architecture, weights: String
    /// Bytes of the weights in the file and in memory.
    var model_bytes, packed_bytes: Int
    var kv: String
    var load_s: Double
    /// Most memory the process had held when the model was loaded.
    var load_peak_bytes: Int?
    var kernels, cpu_features, build: String
    var cpu: String?

    /// What is the same in all rows of a run.
    struct Setting: Equatable {
        var model: String
        var threads: Int
        var architecture, weights: String
        var model_bytes, packed_bytes: Int
        var kv: String
        var load_s: Double
        var load_peak_bytes: Int?
        var kernels, cpu_features, build: String
        var cpu: String?
    }

    init(_ result: ModelBenchmark.Result, askedDepth: Int, _ setting: Setting) {
        let rates = SampleStatistics(result.rates)
        // As llama-bench marks a depth that was asked for.
        test = result.test.name + (askedDepth > 0 ? " @ d\(askedDepth)" : "")
        (tps, tps_stddev, tps_median) = (rates.mean, rates.standardDeviation, rates.median)
        (tps_min, tps_max, runs) = (rates.minimum, rates.maximum, rates.count)
        (n_tokens, depth, cost_ratio) = (result.test.rowCount, result.depth, result.costRatio)
        (model, threads, architecture, weights) = (
            setting.model, setting.threads, setting.architecture, setting.weights
        )
        (model_bytes, packed_bytes, kv) = (setting.model_bytes, setting.packed_bytes, setting.kv)
        (load_s, load_peak_bytes) = (setting.load_s, setting.load_peak_bytes)
        (kernels, cpu_features, build, cpu) = (setting.kernels, setting.cpu_features, setting.build, setting.cpu)
    }

    private static let columns: [(title: String, alignment: TextTable.Alignment)] = [
        ("model", .left), ("weights", .left), ("threads", .right), ("test", .left), ("tokens/s", .right),
        ("± stddev", .right), ("median", .right), ("cost ratio", .right),
    ]

    static func table(_ rows: [BenchRow]) -> TextTable {
        var table = TextTable(columns)
        for row in rows {
            table.append([
                row.model, row.weights, String(row.threads), row.test, Decimals.text(row.tps, 2),
                Decimals.text(row.tps_stddev, 2), Decimals.text(row.tps_median, 2),
                row.cost_ratio.map { Decimals.text($0, 2) } ?? "",
            ])
        }
        return table
    }
}

extension BenchRow.Setting {
    /// The lines under a table: what the figures depend on.
    var lines: [String] {
        let peak = load_peak_bytes.map { ", peak memory \(Decimals.bytes($0))" } ?? ""
        return [
            "inkling \(build); kernels \(kernels); CPU \(cpu ?? "unknown"): \(cpu_features)",
            "\(model): \(architecture), \(weights), \(Decimals.bytes(model_bytes)) in the file, "
                + "\(Decimals.bytes(packed_bytes)) packed; loaded in \(Decimals.text(load_s, 2)) s\(peak); "
                + "KV cache \(kv)",
        ]
    }
}
