// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding
import InklingEngine
import InklingGGUF
import InklingModel
import InklingTuning

struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune", abstract: "Trains an acceptance head for a target and its draft.",
        discussion: """
            The head tells the strategy specdec++ how likely the target accepts a drafted token, so that a draft ends when \
            a rejection is likely. The target answers prompts (or takes the texts that are given), the draft proposes \
            along the way, and a small network learns from the draft's hidden states which of its tokens are accepted. \
            It belongs to this pair alone.

            A head named *.head.gguf beside the draft or the target is found by itself; any other with --head.

            Examples:
              inkling tune -m TARGET -d DRAFT -o pair.head.gguf
              inkling tune -m TARGET -d DRAFT --text notes.txt letters.txt -o pair.head.gguf
            """)

    @OptionGroup(title: "Model") var models: ModelOptions

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Texts to learn from in place of the target's answers.", valueName: "FILES"))
    var text: [String] = []

    @Option(
        help: ArgumentHelp(
            "Prompts for the target to answer, one JSON object a line with \"prompt\" (default: built-in ones).",
            valueName: "FILE"))
    var prompts: String?

    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where to write the head.", valueName: "HEAD.gguf"))
    var output: String

    @Option(help: ArgumentHelp("Tokens of text to learn from, at most.", valueName: "N"))
    var tokens: Int = 60_000

    @Option(help: ArgumentHelp("Minutes that all may take; what is there by then is used.", valueName: "M"))
    var minutes: Double = 4

    @Option(help: ArgumentHelp("Passes over the examples, at most.", valueName: "N"))
    var epochs: Int = TrainingSettings().epochCount

    @Option(help: ArgumentHelp("Blocks of the network.", valueName: "N"))
    var layers: Int = TrainingSettings().blockCount

    @Option(
        help: ArgumentHelp(
            "Temperature of the answers, to learn for beside 0; at 0 it learns for 0 alone.", valueName: "T"))
    var temp: Float = SamplerSettings().temperature

    @Option(help: ArgumentHelp("Seed of answers and training.", valueName: "S"))
    var seed: UInt64 = 0

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if !text.isEmpty, prompts != nil { throw ValidationError("--text and --prompts exclude each other") }
        if models.head != nil || models.noHead { throw ValidationError("tune makes a head and takes none") }
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
            guard range.contains(value) else {
                throw ValidationError(
                    "\(name) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        try check("--tokens", tokens, 100...100_000_000)
        try check("--epochs", epochs, 1...1_000)
        try check("--layers", layers, ResidualHeadShape.blockCounts)
        guard minutes > 0, minutes <= 10_000 else {
            throw ValidationError("--minutes is \(minutes); it must be more than 0 and at most 10000")
        }
        do throws(GenerationError) { try SamplerSettings(temperature: temp).validate() } catch {
            throw ValidationError(error.description)
        }
    }

    func run() throws {
        let source: TuneTexts.Source =
            if !text.isEmpty {
                .texts(try text.map { try StandardInput.readFile($0) })
            } else if let prompts {
                .prompts(try TunePrompts.read(prompts))
            } else {
                .prompts(TuningPrompts.all)
            }
        Signals.catchInterrupts()
        var unheaded = models
        unheaded.noHead = true
        let session = try unheaded.open()
        guard let draft = session.draft, let draftRunner = session.draftRunner else {
            throw Failure("tune needs a draft model", hint: "name one with -d; \"inkling models check\" says which fit")
        }
        try Self.check(session.target, draft)
        let clock = ContinuousClock(), start = clock.now
        let flag = CancellationFlag()
        try Signals.cancelling(flag) {
            var texts = TuneTexts(
                session: session, source: source, tokenLimit: tokens, temperature: temp, seed: seed,
                deadline: start + .seconds(minutes * 60 * Self.collectingShare))
            var collector = ExampleCollector(
                target: session.runner, draft: draftRunner, drawCount: Self.drawCount, endTokens: session.endTokens,
                seed: seed)
            try texts.collect(into: &collector, cancellation: flag)
            guard let examples = collector.examples else {
                throw Failure(TuningError.tooLittleText(examples: 0, texts: 0).description)
            }
            let collected = clock.now
            let trained = try train(examples, until: start + .seconds(minutes * 60), flag)
            let report = TuneReport(
                trained, pair: PairIdentity(target: session.target, draft: draft), path: output,
                texts: examples.textCount, positions: collector.positionCount,
                collecting: collected - start, training: clock.now - collected, seed: seed)
            do throws(GGUFError) { try report.file.write(to: output) } catch { throw Failure(error.description) }
            if json { try JSONOutput.print(TuneJSON(report)) } else { Output.line(report.text) }
        }
    }

    /// Of the time, for texts; the rest is for training, which takes less.
    private static let collectingShare = 0.7
    /// Tokens drawn at a position: more of them make labels less noisy, and examples more alike.
    private static let drawCount = 2

    /// Tokens mean the same to both, or nothing would be learned.
    private static func check(_ target: LoadedModel, _ draft: LoadedModel) throws {
        let fit = try ModelsOutput.failing { () throws(LibraryError) in
            try DraftFit.check(target: target.path, draft: draft.path)
        }
        // A draft that is too large is slow, and its acceptance can be learned all the same.
        let reasons = fit.checks.filter { $0.outcome == .failed && $0.subject != "size" }.map(\.finding)
        guard reasons.isEmpty else {
            throw Failure("\"\(draft.name)\" cannot draft for \"\(target.name)\": \(reasons.joined(separator: "; "))")
        }
    }

    private func train(
        _ examples: AcceptanceExamples, until deadline: ContinuousClock.Instant, _ flag: CancellationFlag
    ) throws -> TrainedHead {
        var settings = TrainingSettings()
        settings.epochCount = epochs
        settings.blockCount = layers
        settings.seed = seed
        var progress = ProgressLine()
        defer { progress.clear() }
        do throws(TuningError) {
            let trained = try HeadTrainer(settings).train(examples) { epoch in
                progress.show(
                    "epoch \(epoch.epoch) of \(epoch.epochCount): loss \(Decimals.text(epoch.trainingLoss, 4)), "
                        + "on others \(Decimals.text(epoch.validationLoss, 4)), "
                        + "best \(Decimals.text(epoch.bestValidationLoss, 4))")
                return !flag.isCancelled && ContinuousClock.now < deadline
            }
            if flag.isCancelled { throw TuningError.cancelled }
            return trained
        } catch .cancelled { throw Failure.interrupted } catch { throw Failure(error.description) }
    }
}
