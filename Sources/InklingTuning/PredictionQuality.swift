// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Predictions of a stretch of probability, beside what came of them.
public struct ReliabilityBin: Sendable, Equatable {
    public var range: ClosedRange<Double>
    /// Of all predictions, those in this stretch; 0 to 1.
    public var share: Double
    /// Mean prediction; 0 where there is none.
    public var predicted: Double
    /// Mean acceptance.
    public var actual: Double
}

/// How good predictions of acceptance are.
public struct PredictionQuality: Sendable, Equatable {
    /// Mean cross-entropy in nats; lower is better.
    public var logLoss: Double
    /// Expected calibration error: the mean distance of predicted and actual over the bins, by their shares.
    public var calibrationError: Double
    /// Ten of one width.
    public var bins: [ReliabilityBin]

    public static let binCount = 10

    /// - Parameters: predictions and labels from 0 to 1, and how much each counts.
    init(predictions: [Double], labels: [Double], weights: [Double]) {
        struct Sums {
            var weight = 0.0
            var predicted = 0.0
            var actual = 0.0
        }
        var sums = Array(repeating: Sums(), count: Self.binCount)
        var loss = 0.0
        var total = 0.0
        for ((prediction, label), weight) in zip(zip(predictions, labels), weights) {
            let index = min(Self.binCount - 1, max(0, Int(prediction * Double(Self.binCount))))
            sums[index].weight += weight
            sums[index].predicted += weight * prediction
            sums[index].actual += weight * label
            let bounded = min(max(prediction, 1e-7), 1 - 1e-7)
            loss -= weight * (label * log(bounded) + (1 - label) * log(1 - bounded))
            total += weight
        }
        let all = total > 0 ? total : 1
        bins = sums.enumerated().map { index, sum in
            let weight = sum.weight > 0 ? sum.weight : 1
            return ReliabilityBin(
                range: Double(index) / Double(Self.binCount)...Double(index + 1) / Double(Self.binCount),
                share: sum.weight / all, predicted: sum.predicted / weight, actual: sum.actual / weight)
        }
        logLoss = loss / all
        calibrationError = bins.reduce(0) { $0 + $1.share * abs($1.predicted - $1.actual) }
    }
}

/// A line through logits that makes probabilities of them which mean what they say.
///
/// Source: Platt, "Probabilistic outputs for support vector machines", 1999.
struct LogitCalibration: Equatable {
    var scale = 1.0
    var offset = 0.0

    func probability(_ logit: Double) -> Double { 1 / (1 + exp(-(scale * logit + offset))) }

    /// Bounds of the scale: examples that are few or all alike must not turn the order of predictions around.
    private static let scales = 0.05...20.0
    /// Pulls towards scale 1, as strongly as one example.
    private static let ridge = 1.0

    /// The line of least cross-entropy.
    static func fitted(logits: [Double], labels: [Double], weights: [Double], from start: LogitCalibration)
        -> LogitCalibration
    {
        var line = start
        for _ in 0..<50 {
            // Newton's method on a convex function of two numbers.
            var gradient = (scale: Self.ridge * (line.scale - 1), offset: 0.0)
            var curvature = (scale: Self.ridge, mixed: 0.0, offset: 1e-9)
            for ((logit, label), weight) in zip(zip(logits, labels), weights) {
                let a = line.probability(logit)
                let error = weight * (a - label), bend = weight * a * (1 - a)
                gradient.scale += error * logit
                gradient.offset += error
                curvature.scale += bend * logit * logit
                curvature.mixed += bend * logit
                curvature.offset += bend
            }
            let determinant = curvature.scale * curvature.offset - curvature.mixed * curvature.mixed
            guard determinant > 0, determinant.isFinite else { break }
            let byScale = (curvature.offset * gradient.scale - curvature.mixed * gradient.offset) / determinant
            let byOffset = (curvature.scale * gradient.offset - curvature.mixed * gradient.scale) / determinant
            // Far from the minimum a whole step may overshoot.
            let size = max(abs(byScale), abs(byOffset))
            let share = size > 1 ? 1 / size : 1
            line.scale = min(max(line.scale - share * byScale, scales.lowerBound), scales.upperBound)
            line.offset -= share * byOffset
            if size < 1e-9 { break }
        }
        return line.offset.isFinite && line.scale.isFinite ? line : start
    }
}
