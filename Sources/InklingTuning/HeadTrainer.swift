// SPDX-License-Identifier: Apache-2.0

import InklingDecoding

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Trains a ``ResidualHead`` by gradient descent, keeps the parameters of the epoch that predicts examples best which it
/// did not learn from, and calibrates them on the same; a third part of the examples, used for nothing else, says how good
/// it has become.
///
/// Source: Huang et al., "SpecDec++", 2024, for network, loss and weight of rejections. They start from a large set of
/// examples and a small learning rate; with thousands of examples and seconds of time the rate is higher and the end is
/// chosen by validation.
public struct HeadTrainer {
    public static let leastExampleCount = 300
    public static let leastTextCount = 6

    private let settings: TrainingSettings
    private let loss: AcceptanceLoss

    /// - Precondition: at least one epoch, one example a batch, and a dropout from 0 to below 1.
    public init(_ settings: TrainingSettings) {
        precondition(settings.epochCount > 0 && settings.batchSize > 0 && (0..<1).contains(settings.dropout))
        self.settings = settings
        loss = AcceptanceLoss(rejectionWeight: settings.rejectionWeight)
    }

    /// - Parameter goesOn: called after each epoch; false ends training with the best so far.
    public func train(
        _ examples: AcceptanceExamples, goesOn: (TrainingProgress) -> Bool = { _ in true }
    ) throws(TuningError) -> TrainedHead {
        guard examples.count >= Self.leastExampleCount, examples.textCount >= Self.leastTextCount else {
            throw .tooLittleText(examples: examples.count, texts: examples.textCount)
        }
        let width = settings.width ?? min(examples.hiddenSize, 256)
        guard
            let shape = ResidualHeadShape(
                hiddenSize: examples.hiddenSize, width: width, blockCount: settings.blockCount)
        else { throw .noHiddenStates }
        let split = ExampleSplit(examples, seed: settings.seed)
        let scaling = InputScaling(examples, split.training)

        let best = optimise(shape, examples, split, scaling, goesOn)
        guard best.parameters.allSatisfy(\.isFinite), best.loss.isFinite else { throw .diverged }

        func predictions(_ indices: [Int], _ line: LogitCalibration) -> PredictionQuality {
            let logits = logits(examples, indices, shape, scaling, best.parameters)
            return quality(examples, indices, logits.map { line.probability(Double($0)) })
        }
        let validation = split.validation
        let line = LogitCalibration.fitted(
            logits: logits(examples, validation, shape, scaling, best.parameters).map { Double($0) },
            labels: validation.map { Double(examples.labels[$0]) },
            weights: validation.map { Double(examples.weights[$0]) },
            // What the weight of rejections does to the odds.
            from: LogitCalibration(scale: 1, offset: log(Double(settings.rejectionWeight))))

        let temperatures = Set((0..<examples.count).map { examples.temperature(of: $0) }).sorted()
        let test = split.test
        let mean = Self.acceptance(examples, split.training)
        let report = TrainingReport(
            counts: .init(training: split.training.count, validation: validation.count, test: test.count),
            epochCount: best.epochCount, bestEpoch: best.epoch, acceptance: Self.acceptance(examples, test),
            before: predictions(test, LogitCalibration()), after: predictions(test, line),
            byTemperature: temperatures.map { temperature in
                let own = test.filter { examples.temperature(of: $0) == temperature }
                return .init(
                    temperature: temperature, acceptance: Self.acceptance(examples, own),
                    quality: predictions(own, line))
            },
            constant: quality(examples, test, test.map { _ in mean }),
            confidence: quality(examples, test, test.map { 1 / (1 + exp(-Double(examples.odds(of: $0)))) }))
        var parameters = scaling.folded(into: best.parameters, shape)
        for index in shape.outputWeights { parameters[index] *= Float(line.scale) }
        parameters[shape.outputBias] = parameters[shape.outputBias] * Float(line.scale) + Float(line.offset)
        guard parameters.allSatisfy(\.isFinite), let first = temperatures.first, let last = temperatures.last else {
            throw .diverged
        }
        return TrainedHead(
            head: ResidualHead(shape: shape, parameters: parameters, temperatures: first...last), report: report)
    }

    // MARK: Descent

    private struct Best {
        var parameters: [Float]
        var loss = Double.infinity
        var epoch = 0
        var epochCount = 0
    }

    private func optimise(
        _ shape: ResidualHeadShape, _ examples: AcceptanceExamples, _ split: ExampleSplit, _ scaling: InputScaling,
        _ goesOn: (TrainingProgress) -> Bool
    ) -> Best {
        var random = SplitMix(seed: settings.seed)
        var parameters = Self.start(shape, acceptance: Self.acceptance(examples, split.training), &random)
        var best = Best(parameters: parameters)
        var optimiser = AdamW(decays: Self.decays(shape), decay: settings.weightDecay)
        var pass = HeadPass(shape)
        var order = split.training
        let batches = (order.count + settings.batchSize - 1) / settings.batchSize
        let stepCount = max(1, batches * settings.epochCount)
        var step = 0
        for epoch in 1...settings.epochCount {
            order.shuffle(using: &random)
            var sum = 0.0, mass = 0.0
            for first in stride(from: 0, to: order.count, by: settings.batchSize) {
                let batch = order[first..<min(first + settings.batchSize, order.count)]
                var inputs = scaling.inputs(examples, batch)
                drop(&inputs, &random)
                pass.forward(inputs, parameters)
                var batchMass: Float = 0
                var slopes: [Float] = []
                slopes.reserveCapacity(batch.count)
                for (index, logit) in zip(batch, pass.logits) {
                    let label = examples.labels[index], weight = examples.weights[index]
                    batchMass += weight * loss.mass(label: label)
                    sum += Double(weight * loss.value(logit: logit, label: label))
                    slopes.append(weight * loss.slope(logit: logit, label: label))
                }
                mass += Double(batchMass)
                guard batchMass > 0 else { continue }
                for index in slopes.indices { slopes[index] /= batchMass }
                optimiser.step(
                    &parameters, pass.gradient(slopes, parameters), rate: rate(at: Double(step) / Double(stepCount)))
                step += 1
            }
            let validation = meanLoss(examples, split.validation, shape, scaling, parameters)
            best.epochCount = epoch
            if validation < best.loss { (best.parameters, best.loss, best.epoch) = (parameters, validation, epoch) }
            let progress = TrainingProgress(
                epoch: epoch, epochCount: settings.epochCount, trainingLoss: mass > 0 ? sum / mass : 0,
                validationLoss: validation, bestValidationLoss: best.loss)
            guard goesOn(progress), validation.isFinite, epoch - best.epoch < settings.patience else { break }
        }
        return best
    }

    /// Source: Srivastava et al., "Dropout", 2014.
    private func drop(_ inputs: inout [Float], _ random: inout SplitMix) {
        guard settings.dropout > 0 else { return }
        let limit = UInt32(settings.dropout * 65_536), scale = 1 / (1 - settings.dropout)
        var bits: UInt64 = 0
        for index in inputs.indices {
            if index & 3 == 0 { bits = random.next() }
            inputs[index] *= UInt32(bits & 0xFFFF) < limit ? 0 : scale
            bits >>= 16
        }
    }

    /// Rises over the first 3 % of the way, then falls along half a cosine.
    private func rate(at share: Double) -> Float {
        let rise = 0.03
        let factor = share < rise ? (share + 1e-3) / (rise + 1e-3) : (1 + cos(.pi * (share - rise) / (1 - rise))) / 2
        return settings.learningRate * Float(factor)
    }

    /// Blocks that do little, and an output that says what is true on the whole.
    static func start(
        _ shape: ResidualHeadShape, acceptance: Double, _ random: inout some RandomNumberGenerator
    ) -> [Float] {
        var parameters = [Float](repeating: 0, count: shape.parameterCount)
        func fill(_ range: Range<Int>, _ size: Float) {
            for index in range { parameters[index] = Float.random(in: -size...size, using: &random) }
        }
        fill(shape.inputWeights, (3 / Float(shape.inputCount)).squareRoot())
        for block in 0..<shape.blockCount {
            fill(shape.blockWeights(block), 0.5 * (3 / Float(shape.width)).squareRoot())
        }
        fill(shape.outputWeights, 0.1 / Float(shape.width).squareRoot())
        let bounded = min(max(acceptance, 0.01), 0.99)
        parameters[shape.outputBias] = Float(log(bounded / (1 - bounded)))
        return parameters
    }

    private static func decays(_ shape: ResidualHeadShape) -> [Float] {
        var decays = [Float](repeating: 0, count: shape.parameterCount)
        for range in [shape.inputWeights, shape.outputWeights] + (0..<shape.blockCount).map({ shape.blockWeights($0) })
        {
            for index in range { decays[index] = 1 }
        }
        return decays
    }

    // MARK: Measuring

    private static let measuredRowCount = 1_024

    private func logits(
        _ examples: AcceptanceExamples, _ indices: [Int], _ shape: ResidualHeadShape, _ scaling: InputScaling,
        _ parameters: [Float]
    ) -> [Float] {
        var pass = HeadPass(shape)
        var result: [Float] = []
        for first in stride(from: 0, to: indices.count, by: Self.measuredRowCount) {
            let rows = indices[first..<min(first + Self.measuredRowCount, indices.count)]
            pass.forward(scaling.inputs(examples, rows), parameters)
            result += pass.logits
        }
        return result
    }

    private func meanLoss(
        _ examples: AcceptanceExamples, _ indices: [Int], _ shape: ResidualHeadShape, _ scaling: InputScaling,
        _ parameters: [Float]
    ) -> Double {
        var sum = 0.0, mass = 0.0
        for (index, logit) in zip(indices, logits(examples, indices, shape, scaling, parameters)) {
            let label = examples.labels[index], weight = examples.weights[index]
            sum += Double(weight * loss.value(logit: logit, label: label))
            mass += Double(weight * loss.mass(label: label))
        }
        return mass > 0 ? sum / mass : .infinity
    }

    private func quality(
        _ examples: AcceptanceExamples, _ indices: [Int], _ predictions: [Double]
    ) -> PredictionQuality {
        PredictionQuality(
            predictions: predictions, labels: indices.map { Double(examples.labels[$0]) },
            weights: indices.map { Double(examples.weights[$0]) })
    }

    private static func acceptance(_ examples: AcceptanceExamples, _ indices: [Int]) -> Double {
        var sum = 0.0, total = 0.0
        for index in indices {
            sum += Double(examples.labels[index] * examples.weights[index])
            total += Double(examples.weights[index])
        }
        return total > 0 ? sum / total : 0
    }
}
