// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingArchitectures
import InklingDecoding
import InklingEngine
import InklingModel
import InklingTensor
import InklingTokenizer

/// Speed-up of each method against the acceptance rate, on a real target with a draft of known agreement.
@main
enum SpeculationBench {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.contains("-h") || arguments.contains("--help") { return print(Options.usage) }
        do {
            let options = try Options(arguments)
            try run(options)
        } catch let mistake as Options.Mistake {
            note(mistake.message)
            exit(64)
        } catch {
            note("\(error)")
            exit(1)
        }
    }

    private static func note(_ text: String) {
        var line = "speculation-bench: \(text)\n"
        // The system call takes a pointer; a note that cannot be written is none.
        _ = line.withUTF8 { bytes in unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }

    private static func run(_ options: Options) throws {
        let pool = ComputePool(width: options.threads)
        let target = try LoadedModel(path: options.target, pool: pool)
        let small = try LoadedModel(path: options.draft, pool: pool)
        let pair = try Pair(target, small, options, pool)
        #if DEBUG
            note("this is a debug build; its figures mean nothing")
        #endif
        note("CPU \(KernelSet.cpuFeatures), \(options.threads) threads; PEARL: \(pair.overlapThreads) + 1")
        let theory = Theory(serial: try pair.costs(overlap: false), overlapping: try pair.costs(overlap: true))
        let curve = [2, 4, 8, 16].map { rows in
            "\(rows): " + hundredths(theory.serial.targetPass(rows: rows) / theory.serial.targetPass(rows: 1))
        }
        let share = theory.serial.draftPass(rows: 1) / theory.serial.targetPass(rows: 1)
        print("target \(target.name), draft's cost \(small.name): \(hundredths(share)) of the target's pass")
        print("verify curve: \(curve.joined(separator: ", "))")
        print(Row.header)
        var scripts: [[TokenID]] = []
        for prompt in prompts(options, vocabulary: target.config.vocabularySize) {
            scripts.append(prompt + (try pair.generate("ar", prompt, rate: 0, script: [], options.length).tokens))
        }
        for rate in options.rates {
            // Each prompt goes through all methods in turn, so that what else the machine does counts for all alike.
            var rows = (["ar"] + methods).map { Row(method: $0, rate: rate) }
            for (seed, script) in scripts.enumerated() {
                let prompt = Array(script.prefix(options.promptLength))
                for index in rows.indices {
                    let summary = try pair.generate(
                        rows[index].method, prompt, rate: rate, script: script, options.length, seed: UInt64(seed))
                    rows[index].add(summary, isExact: summary.tokens == Array(script.dropFirst(prompt.count)))
                }
            }
            let plain = rows[0].tokensPerSecond
            for var row in rows {
                row.speedUp = row.tokensPerSecond / plain
                // Where a method chooses what it drafts by how sure the draft is, it sees more accepted than the rate.
                let seen = row.method == "specdec++" ? nil : row.acceptance
                row.theory = theory.speedUp(of: row.method, rate: seen ?? rate)
                print(row.line)
            }
        }
    }

    private static let methods = ["sd:1", "sd:2", "sd:4", "sd:8", "specdec++", "pearl", "auto"]

    private static func prompts(_ options: Options, vocabulary: Int) -> [[TokenID]] {
        let random = PositionalRandom(seed: 7)
        return (0..<options.promptCount).map { index in
            (0..<options.promptLength).map { position in
                TokenID(Int32(random.uniform(at: position, for: .sample, draw: index) * Double(vocabulary)))
            }
        }
    }

    static func hundredths(_ value: Double) -> String {
        let scaled = Int((value * 100).rounded())
        return "\(scaled / 100).\(scaled % 100 / 10)\(scaled % 10)"
    }
}

/// A target, with all cores and with those that PEARL leaves it, and what the draft costs.
struct Pair {
    let overlapThreads: Int
    private let serial: TransformerRunner
    private let overlapping: TransformerRunner
    private let cost: TransformerRunner
    private let vocabularySize: Int

    init(_ target: LoadedModel, _ small: LoadedModel, _ options: Options, _ pool: ComputePool) throws {
        let kernels = try KernelSet.chosen()
        overlapThreads = max(1, options.threads - 1)
        vocabularySize = target.config.vocabularySize
        let capacity = options.promptLength + options.length + 64
        func runner(_ model: LoadedModel, _ pool: ComputePool) throws -> TransformerRunner {
            try TransformerRunner(model: model.weights, contextCapacity: capacity, kernels: kernels, pool: pool)
        }
        serial = try runner(target, pool)
        overlapping = try runner(target, ComputePool(width: overlapThreads))
        cost = try runner(small, ComputePool(width: 1))
    }

    private func runner(overlap: Bool) -> TransformerRunner { overlap ? overlapping : serial }

    func costs(overlap: Bool) throws -> CostModel {
        CostModel(try CostProfile.measured(target: runner(overlap: overlap), draft: cost))
    }

    /// - Parameter method: a strategy, with a draft length behind a colon where it takes one.
    func generate(
        _ method: String, _ prompt: [TokenID], rate: Double, script: [TokenID], _ length: Int, seed: UInt64 = 0
    ) throws -> GenerationSummary {
        let parts = method.split(separator: ":").map(String.init)
        let draft = SyntheticDraft(rate: rate, vocabularySize: vocabularySize, cost: cost, seed: seed)
        draft.script = script
        let run = DecodingRun(target: runner(overlap: parts[0] == "pearl"), draft: draft)
        var request = GenerationRequest(
            prompt: prompt, strategy: parts[0], sampler: .greedy, maxTokens: length)
        if parts.count > 1, let gamma = Int(parts[1]) { request.parameters["gamma"] = .integer(gamma) }
        if parts[0] == "auto" || parts[0] == "specdec++" {
            run.target.truncate(to: 0)
            run.costs = CostModel(try CostProfile.measured(target: run.target, draft: draft))
        }
        let summary = Generator(makeTextDecoder: { NoText() }).run(request, run) { _ in }
        if case .failed(let error) = summary.reason { throw error }
        return summary
    }
}

/// Tokens are all that counts here.
private struct NoText: TokenTextDecoder {
    mutating func append(_ token: TokenID) -> String { "" }
    mutating func finish() -> String { "" }
}

struct Row {
    var method: String
    var rate: Double
    var speedUp: Double?
    var theory: Double?
    private var tokens = 0
    private var seconds = 0.0
    private var accepted = 0
    private var judged = 0
    private var passes = 0
    private var isExact = true

    init(method: String, rate: Double) {
        self.method = method
        self.rate = rate
    }

    mutating func add(_ summary: GenerationSummary, isExact: Bool) {
        let statistics = summary.statistics
        tokens += statistics.generatedTokenCount
        seconds += statistics.decodeDuration / .seconds(1)
        accepted += statistics.acceptedCount
        judged += statistics.judgedCount
        passes += statistics.targetPassCount
        self.isExact = self.isExact && isExact
    }

    var tokensPerSecond: Double { Double(tokens) / seconds }
    /// Share of the judged tokens that were accepted; nil where none was judged.
    var acceptance: Double? { judged > 0 ? Double(accepted) / Double(judged) : nil }

    static let header = line(["rate", "method", "tokens/s", "speed-up", "theory", "accepted", "tokens/pass", "as ar"])

    var line: String {
        func text(_ value: Double?) -> String { value.map { SpeculationBench.hundredths($0) } ?? "-" }
        return Self.line([
            text(rate), method, text(tokensPerSecond), text(speedUp), text(theory),
            text(acceptance), text(Double(tokens) / Double(max(passes, 1))),
            isExact ? "yes" : "NO",
        ])
    }

    private static func line(_ cells: [String]) -> String {
        cells.map { String(repeating: " ", count: max(0, 12 - $0.count)) + $0 }.joined()
    }
}
