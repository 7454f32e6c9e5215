// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import InklingDecoding
public import InklingEngine
import InklingTokenizer

extension CompletionRequest.Cut: ExpressibleByArgument {}
extension CompletionRequest.Ranking: ExpressibleByArgument {}
extension CompletionRequest.Voice: ExpressibleByArgument {}

struct DraftsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drafts", abstract: "Continues a text in several ways.",
        discussion: """
            Superposed Decoding makes all drafts in the passes of one, and writes ends anew that the model itself does not \
            believe; nucleus draws each by itself, beam looks for the likeliest. Drafts are printed best first, one a line, with the mean log probability of a token under the \
            model. Those that differ in nothing but blanks are printed once. The text may end inside a word. Without -p \
            it is read from standard input.

            Examples:
              inkling drafts -k 3 -n 10 -p "To list all files in"
              inkling drafts -k 5 -n 12 --method nucleus --seed 1 -p "The weather today"
              inkling drafts -k 3 -n 8 --ngrams notes.txt --cut sentence -p "Yesterday we"
            """)

    @OptionGroup(title: "Model") var model: ModelArguments
    @OptionGroup(title: "Computing") var compute: ComputeOptions
    @OptionGroup(title: "Drafting") var drafting: DraftOptions

    @Option(name: .short, help: ArgumentHelp("The text to continue (default: standard input).", valueName: "PREFIX"))
    var prefix: String?

    @Option(help: ArgumentHelp("What follows the gap, for models that can fill in the middle.", valueName: "TEXT"))
    var suffix: String = ""

    @Option(help: "superposed, nucleus, beam or greedy.")
    var method: DraftMethod = .superposed

    @Option(help: "Where a draft is cut: nowhere, line or sentence.")
    var cut: CompletionRequest.Cut = .nowhere

    @Option(help: "Best first by the method's own score, or by the model's probability: score or probability.")
    var rank: CompletionRequest.Ranking = .score

    @Option(
        help: ArgumentHelp(
            "As what the model reads the text: text, answer (one that it has begun), or automatic: answer where its file has "
                + "a chat template.", valueName: "VOICE"))
    var voice: CompletionRequest.Voice = .automatic

    @Flag(help: "Go on after the text's last token as it is, even inside a word.")
    var noHeal = false

    @Flag(help: "Leave a draft short where the mixture led it astray, instead of writing its end anew.")
    var noRepair = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Print figures on standard error at the end.")
    var verbose = false

    private struct Report: Encodable {
        struct Draft: Encodable {
            var text: String
            var tokens: [Int32]
            var logprob, score: Float?
            var finished: Bool
        }

        var model, prefix, method: String
        var drafts: [Draft]
        var passes: Int
        var seconds: Double
        var rows, scoring_passes, repair_passes, prompt_tokens, reused_tokens, healed_bytes: Int
        var prefill_s, scoring_s, repair_s: Double
        var filled_in_the_middle: Bool
    }

    func run() throws {
        let bytes = try prefixText()
        Signals.catchInterrupts()
        let measured = try MeasuredModel(model, compute)
        let ngrams = try drafting.ngrams.source(for: measured.model)
        let session: ModelSession
        do throws(EngineError) {
            session = try ModelSession(
                target: measured.model, options: SessionOptions(threads: compute.threads, kvFormat: compute.kv))
        } catch { throw Failure(error) }
        let completer = Autocompleter(session, ngrams: ngrams?.model)
        var request = CompletionRequest(
            prefix: "", suffix: suffix, method: method, count: drafting.count, length: drafting.length,
            superposition: try drafting.superposition(promptCount: .max),
            sampler: drafting.sampler(recommended: measured.model.recommendedSampling), cut: cut,
            ranking: rank, voice: voice, healsTokens: !noHeal, repairs: !noRepair)
        request.prefixBytes = bytes
        let text = String(decoding: bytes.dropLast(request.openCharacterByteCount), as: UTF8.self)
        let cancellation = CancellationFlag()
        let outcome = Signals.cancelling(cancellation) {
            Result { () throws(EngineError) in try completer.complete(request, cancellation: cancellation) }
        }
        let result: CompletionResult
        switch outcome {
        case .success(let found): result = found
        case .failure(.generation(.cancelled)): throw Failure.interrupted
        case .failure(let error): throw Failure(error)
        }
        if !suffix.isEmpty, !result.filledInTheMiddle {
            Output.error("inkling: note: this model cannot fill in the middle; --suffix was not used")
        }
        if method == .superposed, ngrams == nil {
            Output.error(
                "inkling: note: without n-grams the drafts make less sense; \"inkling ngrams build\" makes a store")
        }
        if json { return try JSONOutput.print(report(result, text, model: measured.model.name)) }
        for (index, draft) in result.completions.enumerated() {
            let mean = draft.logProbability.map { Decimals.text(Double($0) / Double(max(1, draft.tokens.count)), 2) }
            Output.line("\(index + 1)  \(mean ?? "-")  \(Self.oneLine(draft.text))")
        }
        if verbose { Output.error(Self.figures(result.report)) }
    }

    private func prefixText() throws -> [UInt8] {
        if let prefix { return Array(prefix.utf8) }
        if StandardInput.isTerminal {
            Output.error("inkling: reading the text from standard input; end it with Ctrl-D")
        }
        let text = try StandardInput.readAll()
        // One line break at the end is the shell's, not the text's.
        return Array(text.last == 10 ? text.dropLast() : text[...])
    }

    private func report(_ result: CompletionResult, _ text: String, model name: String) -> Report {
        let report = result.report
        return Report(
            model: name, prefix: text, method: report.method.rawValue,
            drafts: result.completions.map {
                Report.Draft(
                    text: $0.text, tokens: $0.tokens.map(\.rawValue),
                    logprob: $0.logProbability.flatMap { $0.isFinite ? $0 : nil },
                    score: $0.score.isFinite ? $0.score : nil, finished: $0.isFinished)
            }, passes: report.passCount, seconds: report.draftDuration.seconds, rows: report.rowCount,
            scoring_passes: report.scoringPassCount, repair_passes: report.repairPassCount,
            prompt_tokens: report.prefill.total + 1, reused_tokens: report.prefill.reused,
            healed_bytes: result.healedByteCount,
            prefill_s: report.prefillDuration.seconds, scoring_s: report.scoringDuration.seconds,
            repair_s: report.repairDuration.seconds, filled_in_the_middle: result.filledInTheMiddle)
    }

    /// Line breaks would look like the next draft.
    static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? "⏎" : $0 })
    }

    static func figures(_ report: DraftReport) -> String {
        "\(report.continuations.count) drafts in \(report.passCount) passes of \(report.rowCount) rows, "
            + "\(Decimals.short(report.draftDuration.seconds * 1000)) ms; prefill "
            + "\(Decimals.short(report.prefillDuration.seconds * 1000)) ms, scoring "
            + "\(Decimals.short(report.scoringDuration.seconds * 1000)) ms in \(report.scoringPassCount) passes, repair "
            + "\(Decimals.short(report.repairDuration.seconds * 1000)) ms in \(report.repairPassCount) passes"
    }
}
