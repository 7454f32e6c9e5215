// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Predicts whether a drafted token will be accepted from the probability that the draft model gave it, and learns from
/// every verdict how far that can be trusted.
///
/// A logistic regression on the log odds of that probability and on the depth in the draft. Before it has learned anything
/// it predicts the probability itself.
struct ConfidenceModel {
    private struct Features {
        var odds: Double
        var depth: Double
    }

    private var bias = 0.0
    private var oddsWeight = 1.0
    private var depthWeight = 0.0
    /// Of the tokens of the draft in progress, in order.
    private var drafted: [Features] = []

    private static let learningRate = 0.05

    mutating func startDraft() {
        drafted.removeAll(keepingCapacity: true)
    }

    /// - Complexity: one pass over the logits.
    mutating func acceptance(of step: DraftStep) -> Double {
        acceptance(odds: TokenScores.logOdds(of: step.token, logits: step.logits), depth: step.depth)
    }

    /// - Parameter odds: log odds that somebody else gives the next token of the draft, who takes the place of the draft
    ///   model.
    mutating func acceptance(odds: Double, depth: Int) -> Double {
        let bounded = min(max(odds, -TokenScores.largestOdds), TokenScores.largestOdds)
        let features = Features(odds: odds.isNaN ? 0 : bounded, depth: Double(depth - 1) / 8)
        drafted.append(features)
        return predict(features)
    }

    /// One step of gradient descent for each token that the target judged.
    mutating func learn(acceptedCount: Int, hasRejection: Bool) {
        for (index, features) in drafted.prefix(acceptedCount + (hasRejection ? 1 : 0)).enumerated() {
            let error = (index < acceptedCount ? 1 : 0) - predict(features)
            bias += Self.learningRate * error
            // Log odds are up to 8 wide; a smaller step keeps one surprise from turning the weight around.
            oddsWeight = max(0, oddsWeight + Self.learningRate * error * features.odds / TokenScores.largestOdds)
            depthWeight += Self.learningRate * error * features.depth
        }
    }

    private func predict(_ features: Features) -> Double {
        1 / (1 + exp(-(bias + oddsWeight * features.odds + depthWeight * features.depth)))
    }
}
