// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import InklingDecoding
import InklingEngine
import InklingModel
import InklingTensor
import InklingTokenizer
import Synchronization

struct PerplexityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "perplexity", abstract: "Measures how well a model predicts a text.",
        discussion: """
            The text is cut into chunks, of each of which the second half is scored, as llama.cpp does it, so that the \
            figures compare. Prints one JSON object: ppl, the perplexity; ppl_error, its standard error; nll, the mean \
            negative log likelihood of a token; tokens, the tokens that were scored; chunks; text_tokens, all tokens \
            of the text. Progress goes to standard error when that is a terminal.

            Example:
              inkling perplexity -m MODEL -f wiki.test.raw
            """)

    @OptionGroup(title: "Model") var model: ModelArguments
    @OptionGroup(title: "Computing") var compute: ComputeOptions

    @Option(name: [.short, .long], help: ArgumentHelp("The text.", valueName: "FILE"))
    var file: String

    @Option(
        name: [.customShort("c"), .customLong("context")], help: ArgumentHelp("Tokens of a chunk.", valueName: "N"))
    var context: Int = 512

    @Option(help: ArgumentHelp("Read only this many chunks (default: all).", valueName: "N"))
    var chunks: Int?

    private struct Report: Encodable {
        var model: String
        var ppl, ppl_error, nll: Double
        var tokens, chunks, context, text_tokens: Int
        var seconds: Double
    }

    func validate() throws {
        guard (2...PerplexityChunks.lengthLimit).contains(context) else {
            throw ValidationError("-c is \(context); it must be from 2 to \(PerplexityChunks.lengthLimit)")
        }
        if let chunks, chunks < 1 { throw ValidationError("--chunks is \(chunks); it must be at least 1") }
    }

    func run() throws {
        var text = try StandardInput.readFile(file)
        // One line break at the end is the file's, not the text's.
        if text.last == 10 { text.removeLast() }
        Signals.catchInterrupts()
        let measured = try MeasuredModel(model, compute)
        let tokenizer = measured.model.tokenizer
        let vocabulary = tokenizer.vocabulary
        let tokens = tokenizer.encode(text, special: .ignore, boundaries: .byDefault)
        let parts = try PerplexityChunks(
            tokens, length: context, first: vocabulary.addsBOS ? vocabulary.special.beginOfSequence : nil)
        measured.warnBeyondTraining(context, "a chunk")
        let runner = try measured.runner(context: context)
        let used = min(parts.count, chunks ?? parts.count)
        let clock = ContinuousClock()
        let start = clock.now
        var sum = PerplexitySum()
        var progress = ProgressLine()
        for chunk in 0..<used {
            do throws(ModelError) {
                try Self.score(chunk, of: parts, rowLimit: measured.logitRowLimit, runner, measured.pool, &sum)
            } catch { throw measured.failure(error) }
            let share = Double(chunk + 1) / Double(used)
            let left = (clock.now - start).seconds * (1 - share) / share
            progress.show(
                "chunk \(chunk + 1) of \(used), perplexity \(Decimals.text(sum.perplexity, 4)), "
                    + "\(Int(left.rounded(.up))) s left")
        }
        progress.clear()
        try JSONOutput.print(
            Report(
                model: measured.model.name, ppl: sum.perplexity, ppl_error: sum.error, nll: sum.mean, tokens: sum.count,
                chunks: used, context: context, text_tokens: tokens.count, seconds: (clock.now - start).seconds))
    }

    /// Adds the scored predictions of one chunk, read from an empty cache.
    static func score(
        _ chunk: Int, of chunks: PerplexityChunks, rowLimit: Int, _ runner: any ModelRunner, _ pool: ComputePool,
        _ sum: inout PerplexitySum
    ) throws(ModelError) {
        let input = chunks.input(chunk)
        let scored = chunks.scored
        runner.truncate(to: 0)
        _ = try runner.forward(ModelBatch(input[..<scored.lowerBound], want: .nothing))
        for first in stride(from: scored.lowerBound, to: scored.upperBound, by: rowLimit) {
            let positions = first..<min(first + rowLimit, scored.upperBound)
            guard let logits = try runner.forward(ModelBatch(input[positions], want: .allLogits)).logits else { return }
            let targets = positions.map { Int(chunks.target(chunk, at: $0).rawValue) }
            for surprise in surprises(logits, targets: targets, pool) { sum.add(surprise) }
        }
    }

    /// For each row, the negative log probability of its target.
    static func surprises(_ logits: Rows, targets: [Int], _ pool: ComputePool) -> [Double] {
        let results = Mutex([Double](repeating: 0, count: targets.count))
        pool.run(targets.count) { row, _ in
            let surprise = surprise(logits[row], target: targets[row])
            results.withLock { $0[row] = surprise }
        }
        return results.withLock { $0 }
    }

    /// `log Σ exp(x) − x[target]`, in Double where it adds up.
    static func surprise(_ logits: ArraySlice<Float>, target: Int) -> Double {
        var highest = -Float.infinity
        for value in logits { highest = max(highest, value) }
        var sum = 0.0
        for value in logits { sum += Double(exp(value - highest)) }
        return log(sum) + Double(highest) - Double(logits[logits.startIndex + target])
    }
}
