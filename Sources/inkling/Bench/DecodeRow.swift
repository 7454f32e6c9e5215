// SPDX-License-Identifier: Apache-2.0

import InklingDecoding

/// A value that JSON has as null where it is missing, so that every row has every key.
struct Nullable<Value: Encodable & Equatable>: Encodable, Equatable {
    var value: Value?

    init(_ value: Value?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

/// One row of `bench decode -o json`: flat, so that any tool can read it. Counts are sums over all runs.
struct DecodeRow: Encodable, Equatable {
    /// As it was asked for, parameters included.
    var test: String
    var strategy: String
    /// "all", or one category.
    var category: String
    var model: String
    var draft: Nullable<String>
    /// Of the target; and of the draft model, where the strategy runs one.
    var threads: Int
    var draft_threads: Nullable<Int>
    /// Tokens a second from the end of the prefill: mean over the runs, standard deviation.
    var tps, tps_stddev: Double
    var runs: Int
    /// Mean over the runs of the ratio to plain decoding's rate in the same run.
    var speedup, speedup_stddev: Double
    var expected_speedup: Nullable<Double>
    /// Accepted of drafted.
    var acceptance_rate: Nullable<Double>
    /// α: accepted of those that the target judged.
    var alpha: Nullable<Double>
    /// Accepted tokens a round.
    var mean_accepted: Nullable<Double>
    var tokens_per_pass: Nullable<Double>
    /// Of the time; the target computes meanwhile under PEARL.
    var draft_share: Double
    /// A draft pass and a verification of mean length, in passes of plain decoding, as measured on their own.
    var draft_cost, verify_cost: Nullable<Double>
    var identical_to_ar: Bool
    /// The first prompt whose output differs, and the token where it does.
    var first_difference: Nullable<String>
    var prompts, tokens, rounds, target_passes, draft_passes, drafted, accepted: Int
    var n: Int
    var temperature: Double
    var seed: UInt64
    var kernels, cpu_features, build: String
    var cpu: Nullable<String>

    /// What is the same in all rows.
    struct Setting: Equatable {
        var model: String
        var draft: String?
        var draftThreads: Int
        var n: Int
        var temperature: Double
        var seed: UInt64
        var kernels, cpuFeatures, build: String
        var cpu: String?
    }

    init(
        _ result: DecodeBenchmark.Result, plain: DecodeBenchmark.Result, category name: String?, promptCount: Int,
        threads targetThreads: Int, _ setting: Setting
    ) {
        let tallies = result.runs(name)
        let rates = SampleStatistics(tallies.map(\.tokensPerSecond))
        let ratios = SampleStatistics(
            zip(tallies, plain.runs(name)).filter { $1.tokensPerSecond > 0 }
                .map { $0.tokensPerSecond / $1.tokensPerSecond })
        let sum = tallies.reduce(into: DecodeTally()) { $0 += $1 }
        let plainPass = plain.costs.targetPass(rows: 1)
        func inPlainPasses(_ seconds: Double?) -> Double? {
            guard let seconds, let plainPass, plainPass > 0 else { return nil }
            return seconds / plainPass
        }
        let usesDraft = sum.draftPassCount > 0
        let differences = name.map { result.differences[$0] ?? [] } ?? result.differences.values.flatMap(\.self)
        let meanRows = sum.roundCount > 0 ? 1 + Double(sum.draftedCount) / Double(sum.roundCount) : 1

        test = result.choice.label
        strategy = result.choice.descriptor.id
        category = name ?? "all"
        (model, draft) = (setting.model, Nullable(usesDraft ? setting.draft : nil))
        (threads, draft_threads) = (targetThreads, Nullable(usesDraft ? setting.draftThreads : nil))
        (tps, tps_stddev, runs) = (rates.mean, rates.standardDeviation, rates.count)
        (speedup, speedup_stddev) = (ratios.mean, ratios.standardDeviation)
        expected_speedup = Nullable(result.expectedSpeedup(sum, plain: plain.costs))
        acceptance_rate = Nullable(sum.acceptanceRate)
        alpha = Nullable(sum.judgedAcceptanceRate)
        mean_accepted = Nullable(sum.meanAcceptedCount)
        tokens_per_pass = Nullable(sum.tokensPerTargetPass)
        draft_share = sum.draftShare
        draft_cost = Nullable(usesDraft ? inPlainPasses(result.costs.draftPass) : nil)
        verify_cost = Nullable(inPlainPasses(result.costs.targetPass(rows: meanRows)))
        identical_to_ar = differences.isEmpty
        first_difference = Nullable(
            differences.min { $0.prompt < $1.prompt }.map { "\($0.prompt), token \($0.index)" })
        (prompts, tokens, rounds) = (promptCount, sum.tokenCount, sum.roundCount)
        (target_passes, draft_passes) = (sum.targetPassCount, sum.draftPassCount)
        (drafted, accepted) = (sum.draftedCount, sum.acceptedCount)
        (n, temperature, seed) = (setting.n, setting.temperature, setting.seed)
        (kernels, cpu_features, build) = (setting.kernels, setting.cpuFeatures, setting.build)
        cpu = Nullable(setting.cpu)
    }

    private static let columns: [(title: String, alignment: TextTable.Alignment)] = [
        ("strategy", .left), ("prompts", .left), ("tokens/s", .right), ("± stddev", .right), ("speed-up", .right),
        ("expected", .right), ("accepted", .right), ("α", .right), ("mean acc.", .right), ("target passes", .right),
        ("draft passes", .right), ("draft time", .right), ("same as ar", .left),
    ]

    static func table(_ rows: [DecodeRow]) -> TextTable {
        func percent(_ value: Double?) -> String { value.map { Decimals.text(100 * $0, 1) + " %" } ?? "" }
        func places(_ value: Double?) -> String { value.map { Decimals.text($0, 2) } ?? "" }
        var table = TextTable(columns)
        for row in rows {
            table.append([
                row.test, row.category, Decimals.text(row.tps, 1), Decimals.text(row.tps_stddev, 1),
                places(row.speedup), places(row.expected_speedup.value), percent(row.acceptance_rate.value),
                places(row.alpha.value), places(row.mean_accepted.value), String(row.target_passes),
                String(row.draft_passes), row.draft_passes > 0 ? percent(row.draft_share) : "",
                row.test == "ar" ? "" : row.identical_to_ar ? "yes" : "no",
            ])
        }
        return table
    }
}
