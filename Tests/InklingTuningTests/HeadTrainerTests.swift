// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import Testing

@testable import InklingTuning

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Hidden states whose acceptance is known: a function of two of their six numbers that no straight line separates, and of
/// the log odds.
private enum KnownPair {
    static func acceptance(_ hidden: [Float], odds: Float) -> Float {
        1 / (1 + exp(-(2.5 * hidden[0] * hidden[1] + 0.5 * odds + 1)))
    }

    /// - Parameter isDrawn: whether labels are 0 or 1 by chance, as those of greedy decoding are.
    static func examples(_ count: Int, isDrawn: Bool = false, seed: UInt64 = 5) -> AcceptanceExamples {
        var random = SplitMix(seed: seed)
        var examples = AcceptanceExamples(hiddenSize: 6)
        for index in 0..<count {
            let hidden = (0..<6).map { _ in Float.random(in: -2...2, using: &random) }
            let odds = Float.random(in: -3...3, using: &random)
            let acceptance = acceptance(hidden, odds: odds)
            let label = isDrawn ? Float.random(in: 0..<1, using: &random) < acceptance ? 1 : 0 : acceptance
            examples.append(
                hidden: hidden[...], odds: odds, temperature: isDrawn ? 0 : 0.8, label: label, weight: 1,
                text: index / 20)
        }
        return examples
    }
}

struct HeadTrainerTests {
    private func settings(_ change: (inout TrainingSettings) -> Void = { _ in }) -> TrainingSettings {
        var settings = TrainingSettings()
        settings.width = 12
        settings.blockCount = 2
        settings.epochCount = 25
        settings.batchSize = 32
        settings.patience = 4
        settings.learningRate = 1e-2
        settings.dropout = 0
        change(&settings)
        return settings
    }

    @Test(arguments: [false, true])
    func `A known acceptance is learned, and means what it says`(isDrawn: Bool) throws {
        let examples = KnownPair.examples(3_000, isDrawn: isDrawn)
        let trained = try HeadTrainer(settings()).train(examples)
        let report = trained.report
        #expect(report.after.logLoss < report.constant.logLoss - 0.1)
        #expect(report.after.calibrationError < 0.05)
        // Weighing rejections more makes the head think too little of drafts; calibration takes that back.
        #expect(report.before.calibrationError > 2 * report.after.calibrationError)
        // Not only on examples like those it has seen: the function itself.
        var random = SplitMix(seed: 77)
        var error: Float = 0
        for _ in 0..<500 {
            let hidden = (0..<6).map { _ in Float.random(in: -2...2, using: &random) }
            let odds = Float.random(in: -3...3, using: &random)
            let found = trained.head.acceptance(hidden: hidden[...], odds: odds, temperature: 0.8)
            error += abs(found - KnownPair.acceptance(hidden, odds: odds)) / 500
        }
        #expect(error < (isDrawn ? 0.12 : 0.06))
    }

    @Test
    func `States that tell nothing leave the mean, calibrated`() throws {
        var random = SplitMix(seed: 2)
        var examples = AcceptanceExamples(hiddenSize: 3)
        for index in 0..<1_500 {
            let hidden = (0..<3).map { _ in Float.random(in: -1...1, using: &random) }
            examples.append(
                hidden: hidden[...], odds: 0, temperature: 1,
                label: Float.random(in: 0..<1, using: &random) < 0.8 ? 1 : 0,
                weight: 1, text: index / 10)
        }
        let report = try HeadTrainer(settings()).train(examples).report
        #expect(report.after.calibrationError < 0.08)
        #expect(abs(report.after.logLoss - report.constant.logLoss) < 0.03)
        #expect(report.bestEpoch < report.epochCount)
        #expect(report.epochCount < 25)
    }

    @Test
    func `The same seed makes the same head, another seed another`() throws {
        let examples = KnownPair.examples(400)
        func head(_ seed: UInt64) throws -> ResidualHead {
            try HeadTrainer(
                settings {
                    $0.seed = seed
                    $0.epochCount = 2
                }
            ).train(examples).head
        }
        #expect(try head(1) == head(1))
        #expect(try head(1).parameters != head(2).parameters)
    }

    @Test
    func `Training ends when told to, with what there is`() throws {
        var epochs = 0
        let trained = try HeadTrainer(settings()).train(KnownPair.examples(400)) { progress in
            epochs += 1
            #expect(progress.epoch == epochs && progress.epochCount == 25)
            return epochs < 3
        }
        #expect(trained.report.epochCount == 3)
    }

    @Test
    func `Too little text is said to be so`() {
        #expect(throws: TuningError.tooLittleText(examples: 299, texts: 15)) {
            try HeadTrainer(settings()).train(KnownPair.examples(299))
        }
        var examples = AcceptanceExamples(hiddenSize: 1)
        for index in 0..<400 {
            examples.append(hidden: [1], odds: 0, temperature: 0, label: 1, weight: 1, text: index % 5)
        }
        #expect(throws: TuningError.tooLittleText(examples: 400, texts: 5)) {
            try HeadTrainer(settings()).train(examples)
        }
        #expect(
            "\(TuningError.tooLittleText(examples: 400, texts: 5))"
                == "there are 400 examples from 5 texts, and a head needs at least 300 from 6; give more text or "
                + "prompts, or raise --tokens")
    }

    @Test
    func `Examples that are all alike, or no numbers, do no harm`() throws {
        var alike = AcceptanceExamples(hiddenSize: 2)
        var broken = alike
        for index in 0..<400 {
            alike.append(hidden: [1, 1], odds: 2, temperature: 0, label: 1, weight: 1, text: index / 20)
            broken.append(hidden: [.nan, 1], odds: 2, temperature: 0, label: 1, weight: 1, text: index / 20)
        }
        let head = try HeadTrainer(settings()).train(alike).head
        #expect(head.acceptance(hidden: [1, 1], odds: 2, temperature: 0) > 0.9)
        #expect(head.acceptance(hidden: [50, -9], odds: 2, temperature: 0).isFinite)
        #expect(throws: TuningError.diverged) { try HeadTrainer(settings()).train(broken) }
    }

    @Test
    func `Whole texts go to learning, choosing or judging`() {
        for textLength in [1, 7, 60, 66] {
            var examples = AcceptanceExamples(hiddenSize: 1)
            for index in 0..<400 {
                examples.append(hidden: [1], odds: 0, temperature: 0, label: 1, weight: 1, text: index / textLength)
            }
            let split = ExampleSplit(examples, seed: 3)
            let parts = [split.training, split.validation, split.test]
            #expect(parts.flatMap { $0 }.sorted() == Array(0..<400))
            let texts = parts.map { Set($0.map { examples.texts[$0] }) }
            #expect(texts.allSatisfy { !$0.isEmpty })
            #expect(texts[0].isDisjoint(with: texts[1]) && texts[0].isDisjoint(with: texts[2]))
            #expect(texts[1].isDisjoint(with: texts[2]))
            #expect(split.training.count > split.test.count)
        }
    }

    @Test
    func `Bins, loss and error of calibration are as defined`() {
        let quality = PredictionQuality(
            predictions: [0.05, 0.05, 0.95, 1], labels: [0, 0.2, 1, 0.5], weights: [1, 1, 1, 1])
        #expect(quality.bins.count == 10)
        #expect(abs(quality.bins[0].share - 0.5) < 1e-12 && abs(quality.bins[9].share - 0.5) < 1e-12)
        #expect(abs(quality.bins[0].predicted - 0.05) < 1e-12 && abs(quality.bins[0].actual - 0.1) < 1e-12)
        #expect(abs(quality.bins[9].predicted - 0.975) < 1e-12 && abs(quality.bins[9].actual - 0.75) < 1e-12)
        #expect(abs(quality.calibrationError - (0.5 * 0.05 + 0.5 * 0.225)) < 1e-12)
        let two = PredictionQuality(predictions: [0.25, 0.75], labels: [1, 0], weights: [3, 1])
        #expect(abs(two.logLoss - -log(0.25)) < 1e-12)
    }

    @Test
    func `Calibration finds the line that made the labels`() {
        var random = SplitMix(seed: 9)
        let logits = (0..<2_000).map { _ in Double.random(in: -4...4, using: &random) }
        let labels = logits.map { 1 / (1 + exp(-(0.5 * $0 + 1.5))) }
        let line = LogitCalibration.fitted(
            logits: logits, labels: labels, weights: logits.map { _ in 1 }, from: LogitCalibration())
        #expect(abs(line.scale - 0.5) < 0.01 && abs(line.offset - 1.5) < 0.01)
        // Never turned around, and never without bounds.
        let wrong = LogitCalibration.fitted(
            logits: logits, labels: logits.map { $0 > 0 ? 0 : 1 }, weights: logits.map { _ in 1 },
            from: LogitCalibration())
        #expect(wrong.scale > 0 && wrong.offset.isFinite)
        let none = LogitCalibration.fitted(logits: [], labels: [], weights: [], from: LogitCalibration())
        #expect(none.scale.isFinite && none.offset.isFinite)
    }
}
