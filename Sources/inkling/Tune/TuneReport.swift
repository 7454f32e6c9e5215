// SPDX-License-Identifier: Apache-2.0

import InklingCells
import InklingEngine
import InklingTuning

/// What `inkling tune` made, and how good it is.
struct TuneReport {
    let file: HeadFile
    let trained: TrainingReport
    let texts: Int
    let positions: Int
    let collecting: Duration
    let training: Duration

    init(
        _ head: TrainedHead, pair: PairIdentity, path: String, texts: Int, positions: Int, collecting: Duration,
        training: Duration, seed: UInt64
    ) {
        trained = head.report
        self.texts = texts
        self.positions = positions
        self.collecting = collecting
        self.training = training
        var facts = HeadFacts()
        facts.exampleCount = trained.counts.training + trained.counts.validation + trained.counts.test
        facts.positionCount = positions
        facts.textCount = texts
        facts.epochCount = trained.epochCount
        facts.seed = Int(truncatingIfNeeded: seed)
        facts.calibrationErrorBefore = trained.before.calibrationError
        facts.calibrationError = trained.after.calibrationError
        facts.logLoss = trained.after.logLoss
        facts.acceptance = trained.acceptance
        facts.bins = trained.after.bins.map {
            HeadFacts.Bin(share: Float($0.share), predicted: Float($0.predicted), actual: Float($0.actual))
        }
        file = HeadFile(path: path, pair: pair, head: head.head, facts: facts)
    }

    // MARK: For people

    var text: String {
        let counts = trained.counts
        let ends = Self.decimal(trained.confidence.logLoss), mean = Self.decimal(trained.constant.logLoss)
        var lines = [
            "Acceptance head of \(file.pair.draft.name) for \(file.pair.target.name)",
            "  texts        \(texts), \(positions) positions, \(Self.seconds(collecting))",
            "  examples     \(counts.training) to learn from, \(counts.validation) to choose by, "
                + "\(counts.test) to judge by",
            "  training     \(trained.epochCount) epochs, number \(trained.bestEpoch) kept, \(Self.seconds(training))",
            "  acceptance   \(Self.decimal(trained.acceptance)) of what is drafted",
            "  log loss     \(Self.decimal(trained.after.logLoss)); by the draft's own confidence \(ends), "
                + "by the mean alone \(mean)",
            "  calibration  off by \(Self.decimal(trained.after.calibrationError)) on average; "
                + "\(Self.decimal(trained.before.calibrationError)) as trained",
        ]
        for part in trained.byTemperature where trained.byTemperature.count > 1 {
            lines.append(
                "  at \(part.temperature)".padded(to: 15)
                    + "acceptance \(Self.decimal(part.acceptance)), log loss \(Self.decimal(part.quality.logLoss)), "
                    + "calibration off by \(Self.decimal(part.quality.calibrationError))")
        }
        lines += ["", "Acceptance, predicted and actual, on examples that nothing was learned from:", curve]
        lines.append("Written to \"\(file.path)\". \"inkling generate -s specdec++ --head\" uses it.")
        return lines.joined(separator: "\n")
    }

    /// A bar as long as the acceptance, with a mark where it was predicted to end.
    private var curve: String {
        var table = TextTable([
            (title: "  predicted", alignment: .left), (title: "share", alignment: .right),
            (title: "mean", alignment: .right), (title: "actual", alignment: .right), (title: "", alignment: .left),
        ])
        for bin in trained.after.bins {
            let isEmpty = bin.share == 0
            table.append([
                "  \(Decimals.text(bin.range.lowerBound, 1)) to \(Decimals.text(bin.range.upperBound, 1))",
                Decimals.text(bin.share * 100, 1) + " %", isEmpty ? "-" : Self.decimal(bin.predicted),
                isEmpty ? "-" : Self.decimal(bin.actual),
                isEmpty ? "" : Self.bar(actual: bin.actual, predicted: bin.predicted),
            ])
        }
        return table.text(.plain)
    }

    static func bar(actual: Double, predicted: Double, width: Int = 30) -> String {
        func cell(_ value: Double) -> Int {
            value.isNaN ? 0 : Int((min(max(value, 0), 1) * Double(width)).rounded())
        }
        let filled = cell(actual), mark = min(cell(predicted), width - 1)
        return String((0..<width).map { $0 == mark ? "|" : $0 < filled ? "█" : "·" })
    }

    private static func decimal(_ value: Double) -> String { Decimals.text(value, 3) }

    private static func seconds(_ duration: Duration) -> String { Decimals.text(duration / .seconds(1), 1) + " s" }
}

/// What `inkling tune --json` prints.
struct TuneJSON: Encodable {
    struct Examples: Encodable {
        var texts, positions, training, validation, test: Int
    }

    struct Bin: Encodable {
        var from, to, share, predicted, actual: Double
    }

    struct Quality: Encodable {
        var log_loss, calibration_error: Double
        var bins: [Bin]

        init(_ quality: PredictionQuality) {
            log_loss = quality.logLoss
            calibration_error = quality.calibrationError
            bins = quality.bins.map {
                Bin(
                    from: $0.range.lowerBound, to: $0.range.upperBound, share: $0.share, predicted: $0.predicted,
                    actual: $0.actual)
            }
        }
    }

    struct TemperatureQuality: Encodable {
        var temperature: Float
        var acceptance: Double
        var quality: Quality
    }

    var target, draft, head: String
    var examples: Examples
    var epochs, best_epoch: Int
    var acceptance: Double
    var before, after, constant, confidence: Quality
    var by_temperature: [TemperatureQuality]
    var collecting_s, training_s: Double

    init(_ report: TuneReport) {
        let trained = report.trained
        target = report.file.pair.target.name
        draft = report.file.pair.draft.name
        head = report.file.path
        examples = Examples(
            texts: report.texts, positions: report.positions, training: trained.counts.training,
            validation: trained.counts.validation, test: trained.counts.test)
        epochs = trained.epochCount
        best_epoch = trained.bestEpoch
        acceptance = trained.acceptance
        before = Quality(trained.before)
        after = Quality(trained.after)
        constant = Quality(trained.constant)
        confidence = Quality(trained.confidence)
        by_temperature = trained.byTemperature.map {
            TemperatureQuality(temperature: $0.temperature, acceptance: $0.acceptance, quality: Quality($0.quality))
        }
        collecting_s = report.collecting / .seconds(1)
        training_s = report.training / .seconds(1)
    }
}
