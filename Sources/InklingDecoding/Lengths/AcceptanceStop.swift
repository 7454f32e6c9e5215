// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ends a draft once it is likely that at least one of its tokens will be rejected.
///
/// Each token is assessed as soon as it is drawn: by an ``AcceptanceHead``, or without one by how sure the draft model was
/// of it. Either is where ``ConfidenceModel`` begins, which learns from the verdicts of this very text.
///
/// Source: Huang et al., "SpecDec++", 2024, Theorem 3.1.
public struct AcceptanceStop: DraftLengthPolicy {
    private let range: ClosedRange<Int>
    private let fixedThreshold: Double?
    private var payoff = DraftPayoff()
    /// The one that the latest token was held against.
    private var threshold: Double
    private var head: (any AcceptanceHead)?
    private var confidence = ConfidenceModel()
    private var temperature: Float = 0
    /// The probability that no token of the draft will be rejected.
    private var survival = 1.0
    public private(set) var risks: [Float] = []

    /// - Parameters:
    ///   - range: of lengths. No draft ends below it for fear of a rejection.
    ///   - threshold: on the probability of at least one rejection; nil for the one at which a further token stops
    ///     paying (``DraftPayoff``), which depends on what passes take, and so a draft's length does.
    public init(range: ClosedRange<Int>, threshold: Double?) {
        self.range = range
        fixedThreshold = threshold
        self.threshold = threshold ?? Self.presumedThreshold
    }

    /// The paper's, for while nothing has been timed.
    private static let presumedThreshold = 0.7

    public var wantsHidden: Bool { head != nil }

    public var measures: [RoundMeasure] {
        [
            RoundMeasure("stop-probability", 1 - survival), RoundMeasure("threshold", threshold),
            RoundMeasure("head", head == nil ? 0 : 1),
        ]
    }

    public mutating func begin(_ run: DecodingRun) throws(GenerationError) {
        head = run.acceptanceHead
        temperature = run.sampler.settings.isGreedy ? 0 : run.sampler.settings.temperature
        payoff = DraftPayoff(run.costs, longest: range.upperBound)
    }

    public mutating func nextLength(_ run: DecodingRun, limit: Int) -> Int {
        survival = 1
        risks.removeAll(keepingCapacity: true)
        confidence.startDraft()
        if fixedThreshold == nil { payoff.update(run.costs) }
        return range.upperBound
    }

    public mutating func shouldContinue(_ step: DraftStep) -> Bool {
        if let head, let hidden = step.hidden {
            let odds = Float(TokenScores.logOdds(of: step.token, logits: step.logits))
            let acceptance = Double(head.acceptance(hidden: hidden, odds: odds, temperature: temperature))
            let corrected = confidence.acceptance(odds: log(acceptance / (1 - acceptance)), depth: step.depth)
            // A head that gives no number says nothing.
            if acceptance >= 0, acceptance <= 1 { survival *= corrected }
        } else {
            survival *= confidence.acceptance(of: step)
        }
        threshold = fixedThreshold ?? payoff.threshold(depth: step.depth) ?? Self.presumedThreshold
        risks.append(Float(1 - survival))
        return step.depth < range.lowerBound || 1 - survival <= threshold
    }

    public mutating func observe(_ verdict: Verdict, of draft: Draft, _ run: DecodingRun) {
        let accepted = verdict.acceptedPath.count, hasRejection = verdict.rejection != nil
        confidence.learn(acceptedCount: accepted, hasRejection: hasRejection)
        payoff.learn(draftedCount: draft.count, acceptedCount: accepted, hasRejection: hasRejection)
    }

    public func check(hiddenSize: Int) throws(GenerationError) {
        guard let head, head.hiddenSize != hiddenSize else { return }
        throw .headDoesNotFit(expected: head.hiddenSize, found: hiddenSize)
    }
}
