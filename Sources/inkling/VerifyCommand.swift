// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding
import InklingEngine
import InklingTensor

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks that lossless strategies give the output of plain decoding.",
        discussion: """
            At temperature 0 every lossless strategy must choose the tokens that plain decoding (ar) chooses, on any \
            number of threads. Where one does not, the first difference is printed with the gap between the two greatest \
            logits under both, and the exit status is 1. INKLING_KERNELS names the kernels to check.

            Examples:
              inkling verify -m TARGET -d DRAFT
              inkling verify -m TARGET -d DRAFT -n 256 --threads 1,2 --per-category 2
              INKLING_KERNELS=avx2 inkling verify -m TARGET -s prompt-lookup --json
            """)

    @Option(name: [.customShort("m"), .long], help: ArgumentHelp("The model: a .gguf file or a name.", valueName: "M"))
    var model: String?

    @Option(
        name: [.customShort("d"), .long],
        help: ArgumentHelp("A small model that drafts for it.", valueName: "DRAFT"))
    var draft: String?

    @Option(help: ArgumentHelp("A folder to look for models in first.", valueName: "DIR"))
    var modelsDir: String?

    @Option(
        name: .customShort("s"),
        help: ArgumentHelp("Strategies, with parameters as in sd:gamma=4.", valueName: "STRATEGY,…"))
    var strategies: String?

    @Option(help: ArgumentHelp("A file of prompts, one JSON object a line.", valueName: "FILE"))
    var prompts: String?

    @Option(help: ArgumentHelp("Only the first K prompts of each category.", valueName: "K"))
    var perCategory: Int?

    @Option(name: .customShort("n"), help: ArgumentHelp("Longest answer, in tokens.", valueName: "N"))
    var tokenLimit: Int = 64

    @Option(help: ArgumentHelp("Numbers of threads (default: the physical cores).", valueName: "N,…"))
    var threads: NumberList?

    @Option(help: ArgumentHelp("Threads of the draft (default: 1).", valueName: "N"))
    var draftThreads: Int?

    @Option(help: ArgumentHelp("How the KV cache is stored: f16 or q8_0.", valueName: "FORMAT"))
    var kv: KVFormat = .f16

    @Flag(help: "Go on past the model's end-of-text tokens.")
    var ignoreEos = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
            guard range.contains(value) else {
                throw ValidationError("\(name) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        try check("-n", tokenLimit, 1...1 << 20)
        if let perCategory { try check("--per-category", perCategory, 1...1 << 20) }
        for count in threads?.values ?? [] { try check("--threads", count, 1...256) }
        if let draftThreads { try check("--draft-threads", draftThreads, 1...256) }
        guard let strategies else { return }
        for choice in try StrategyChoice.list(strategies) where !choice.isLossless {
            throw ValidationError("\(choice.label) is not lossless: its output is meant to differ")
        }
    }

    private struct Report: Encodable {
        var model: String
        var draft: Nullable<String>
        var prompts, n: Int
        var kernels: String
        var identical: Bool
        var checks: [LosslessCheck.Row]
    }

    func run() throws {
        Signals.catchInterrupts()
        let pair = try MeasuredPair(model: model, draft: draft, modelsDir: modelsDir)
        let choices = try StrategyChoice.chosen(strategies, hasDraft: pair.draft != nil)
            .sorted { $0.isPlain && !$1.isPlain }
        var read = try prompts.map(PromptSet.read) ?? PromptSet.standard()
        if let perCategory { read = PromptSet.first(perCategory, ofEachCategoryIn: read) }
        let (encoded, context) = try pair.encode(read, context: nil, maxTokens: tokenLimit)
        let kernels: KernelSet
        do throws(KernelError) { kernels = try KernelSet.chosen() } catch { throw Failure(.kernels(error)) }

        let cancellation = CancellationFlag()
        var check = LosslessCheck(prompts: encoded, maxTokens: tokenLimit, cancellation: cancellation)
        var progress = ProgressLine()
        do {
            try Signals.cancelling(cancellation) {
                for count in threads?.values ?? [physicalCoreCount()] {
                    let session = try pair.session(
                        SessionOptions(
                            contextLength: context, threads: count, draftThreads: draftThreads, kvFormat: kv))
                    try check.check(
                        choices, threads: count, endTokens: ignoreEos ? [] : session.endTokens,
                        progress: { progress.show($0) },
                        generate: { session.generate($0, cancellation: $1, emit: $2) })
                }
            }
        } catch {
            progress.clear()
            throw error
        }
        progress.clear()

        let different = check.rows.filter { !$0.identical }
        if json {
            try JSONOutput.print(
                Report(
                    model: pair.target.name, draft: Nullable(pair.draft?.name), prompts: encoded.count, n: tokenLimit,
                    kernels: kernels.name, identical: different.isEmpty, checks: check.rows))
        } else {
            Output.line(Self.table(check.rows).text(.plain))
            Output.line()
            for line in different.compactMap(\.explanation) { Output.line(line) }
            if different.isEmpty { Output.line("no difference (kernels \(kernels.name))") }
        }
        guard different.isEmpty else {
            throw Failure(
                "\(different.count) of \(check.rows.count) checks found a difference from plain decoding")
        }
    }

    private static func table(_ rows: [LosslessCheck.Row]) -> TextTable {
        var table = TextTable([
            ("strategy", .left), ("threads", .right), ("prompts", .right), ("tokens", .right), ("accepted", .right),
            ("same as ar", .left),
        ])
        for (index, row) in rows.enumerated() {
            table.append([
                row.strategy, String(row.threads), String(row.prompts), String(row.tokens), String(row.accepted),
                index == 0 ? "reference" : row.identical ? "yes" : "no",
            ])
        }
        return table
    }
}
