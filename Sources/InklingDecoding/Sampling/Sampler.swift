// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The distribution that a token is drawn from, as a pure function of logits and history.
///
/// A verifier needs it at any node of a draft tree, with the history of that node's path, for draft and target alike.
public struct Sampler: Sendable {
    public let settings: SamplerSettings
    /// The stages that the settings switch on, in order.
    private let stages: [SamplerStage]

    /// - Parameter stages: the chain; ``SamplerRegistry`` unless a test wants another.
    public init(_ settings: SamplerSettings, stages: [SamplerStage] = SamplerRegistry.all) {
        self.settings = settings
        self.stages = stages.filter { $0.isActive(settings) && ($0.shapesGreedy || !settings.isGreedy) }
    }

    /// At temperature 0 all probability is on the greatest logit, after bias and penalties; of equal ones on the lowest id.
    ///
    /// - Parameters:
    ///   - logits: `[vocabulary]`, unscaled. Those that are no number are never drawn; with none above −infinity the
    ///     result is token 0.
    ///   - history: prompt, output and the path considered.
    /// - Complexity: O(vocabulary).
    public func distribution(logits: ArraySlice<Float>, history: SamplingHistory) -> Distribution {
        if settings.isGreedy && stages.isEmpty {
            return Distribution(oneHot: TokenID(rawValue: Int32(truncatingIfNeeded: VectorMath.argmax(logits))))
        }
        var candidates = Candidates(logits: logits)
        for stage in stages { stage.apply(&candidates, settings, history) }
        guard settings.isGreedy else { return candidates.makeDistribution() }
        return Distribution(oneHot: candidates.token(at: VectorMath.argmax(candidates.logits[...])))
    }

    public func distribution(logits: [Float], history: SamplingHistory) -> Distribution {
        distribution(logits: logits[...], history: history)
    }

    /// Folds an emitted token into the history: appends it and, under Mirostat, moves μ by η times the error of its
    /// surprise.
    /// - Parameter distribution: what ``distribution(logits:history:)`` gave for this position. A token that it does not
    ///   hold leaves μ as it is.
    public func append(_ token: TokenID, drawnFrom distribution: Distribution, to history: inout SamplingHistory) {
        history.append(token)
        guard settings.mirostat.version != .off, !settings.isGreedy,
            let surprise = surprise(of: token, in: distribution)
        else { return }
        let mirostat = settings.mirostat
        let limit = history.maximumSurprise ?? 2 * mirostat.targetSurprise
        history.maximumSurprise = limit - mirostat.learningRate * (surprise - mirostat.targetSurprise)
    }

    /// Bits of surprise of a token, as Mirostat measures it; nil for a token that the distribution does not hold.
    public func surprise(of token: TokenID, in distribution: Distribution) -> Float? {
        let share =
            switch settings.mirostat.surpriseMeasure {
            case .original: distribution.keptMass
            case .llamaCppCompatible: Float(1)
            }
        let probability = distribution.probability(of: token) * share
        return probability > 0 ? -log2(probability) : nil
    }
}
