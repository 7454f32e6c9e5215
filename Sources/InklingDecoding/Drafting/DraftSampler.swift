// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A drafted token, and what it was drawn from; nil at temperature 0, where nothing is drawn.
struct DraftedToken: Sendable, Equatable {
    var token: TokenID
    var distribution: Distribution?
    /// See ``DraftTree/confidences``.
    var confidence: Float?
}

/// Draws the tokens of a draft, one after another, as the sampler would draw the target's: penalties and the rest see the
/// path drafted so far.
///
/// Holds all that it needs as values, so that a lane of its own can draft.
struct DraftSampler: Sendable {
    private let sampler: Sampler
    private let random: PositionalRandom
    private let draw: Int
    private let targetVocabularySize: Int
    private let wantsConfidence: Bool
    private var history: SamplingHistory

    /// - Parameters:
    ///   - path: tokens that are drafted already and not committed.
    ///   - draw: which of several numbers of a position the draws use.
    init(_ run: DecodingRun, after path: [DraftedToken] = [], draw: Int) {
        sampler = run.sampler
        random = run.random
        targetVocabularySize = run.target.vocabularySize
        wantsConfidence = run.alternativeCount > 0
        self.draw = draw
        history = run.history
        for drafted in path { append(drafted) }
    }

    /// - Parameter logits: those of the draft model after the path so far. Tokens that the target does not know are left
    ///   out before the draw.
    mutating func next(logits: ArraySlice<Float>) -> DraftedToken {
        let law = sampler.distribution(logits: logits.prefix(targetVocabularySize), history: history)
        var drafted =
            if sampler.settings.isGreedy {
                DraftedToken(token: law.tokens[0])
            } else {
                DraftedToken(
                    token: law.sample(random.uniform(at: history.count, for: .draft, draw: draw)), distribution: law)
            }
        if wantsConfidence {
            drafted.confidence = exp(TokenScores.logProbability(of: drafted.token, logits: logits))
        }
        append(drafted)
        return drafted
    }

    private mutating func append(_ drafted: DraftedToken) {
        sampler.append(
            drafted.token, drawnFrom: drafted.distribution ?? Distribution(oneHot: drafted.token), to: &history)
    }
}
