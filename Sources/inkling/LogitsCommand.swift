// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingArchitectures
import InklingDecoding
import InklingEngine
import InklingModel
import InklingTokenizer

struct LogitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logits", abstract: "Writes a model's raw logits to a file.",
        discussion: """
            The file holds little-endian 32-bit floating-point numbers and nothing else: one for each token of the \
            vocabulary, for the last position, or with --all for every position in turn. Token ids come from --tokens \
            or standard input, and no token is added to them. "-" as FILE is standard output.

            Examples:
              inkling logits -m MODEL --tokens 1,2,3 --out logits.f32
              printf 'Once upon' | inkling tokenize -m MODEL | inkling logits -m MODEL --all --out logits.f32
            """)

    @OptionGroup(title: "Model") var model: ModelArguments
    @OptionGroup(title: "Computing") var compute: ComputeOptions

    @Option(help: ArgumentHelp("Token ids with commas between (default: standard input).", valueName: "1,2,3"))
    var tokens: String?

    @Flag(help: "Every position's logits in place of the last one's.")
    var all = false

    @Option(help: ArgumentHelp("Where to write.", valueName: "FILE"))
    var out: String

    func run() throws {
        let source = tokens == nil ? "standard input" : "--tokens"
        if tokens == nil, StandardInput.isTerminal {
            Output.error("inkling: reading token ids from standard input; end them with Ctrl-D")
        }
        let text = if let tokens { Array(tokens.utf8) } else { try StandardInput.readAll() }
        let tokens = try TokenList.parse(text, from: source)
        guard !tokens.isEmpty else { throw Failure("\(source): no token ids", status: Failure.usageStatus) }
        Signals.catchInterrupts()
        let measured = try MeasuredModel(model, compute)
        try TokenList.check(tokens, vocabularySize: measured.model.config.vocabularySize, from: source)
        measured.warnBeyondTraining(tokens.count, "the text")
        let runner = try measured.runner(context: tokens.count)
        let file = try FloatFile(path: out)
        let cancellation = CancellationFlag()
        do {
            try Signals.cancelling(cancellation) {
                try Self.forward(
                    tokens, all: all, rowLimit: measured.logitRowLimit, runner, cancellation: cancellation
                ) { file.append($0) }
            }
        } catch let error as ModelError { throw measured.failure(error) }
        try file.finish()
    }

    /// Hands over the logits in the order of the file, some rows at a time.
    static func forward(
        _ tokens: [TokenID], all: Bool, rowLimit: Int, _ runner: any ModelRunner,
        cancellation: CancellationFlag = CancellationFlag(), _ take: ([Float]) -> Void
    ) throws(ModelError) {
        for first in stride(from: 0, to: tokens.count, by: rowLimit) {
            if cancellation.isCancelled { throw .cancelled }
            let end = min(first + rowLimit, tokens.count)
            let want: ModelBatch.Want = all ? .allLogits : end == tokens.count ? .lastLogits : .nothing
            let output = try runner.forward(ModelBatch(tokens[first..<end], want: want))
            if let logits = output.logits { take(logits.values) }
        }
    }
}
