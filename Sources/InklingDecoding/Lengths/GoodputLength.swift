// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Picks for each round the draft length, 0 included, that promises the most tokens a second, from how often drafted tokens
/// have been accepted and how long passes have taken.
///
/// Lengths depend on past rounds only, so the distribution stays that of the target. They also depend on time, so at a
/// temperature above 0 a seed does not give the same output twice.
///
/// Source: Liu et al., "Optimizing Speculative Decoding for Serving Large Language Models Using Goodput", 2024.
public struct GoodputLength: DraftLengthPolicy {
    private let longest: Int
    private var model = GoodputModel()
    private var current: Int
    /// Rounds until a draft is tried again although none promises more.
    private var roundsToProbe = firstProbe
    private var probeInterval = firstProbe
    private var isProbe = false

    private static let firstProbe = 16
    private static let longestProbe = 128
    /// Another length must promise this much more to be taken.
    private static let hysteresis = 1.03

    public init(longest: Int) {
        self.longest = longest
        current = min(4, longest)
    }

    public var measures: [RoundMeasure] {
        [
            RoundMeasure("acceptance", model.acceptance), RoundMeasure("draft-length", Double(current)),
            RoundMeasure("goodput", model.goodput(current)), RoundMeasure("probe", isProbe ? 1 : 0),
        ]
    }

    public mutating func nextLength(_ run: DecodingRun, limit: Int) -> Int {
        isProbe = false
        guard model.isMeasured else { return current }
        let best = model.bestLength(upTo: longest)
        if model.goodput(best) > Self.hysteresis * model.goodput(current) { current = best }
        guard current == 0 else {
            (roundsToProbe, probeInterval) = (Self.firstProbe, Self.firstProbe)
            return current
        }
        roundsToProbe -= 1
        guard roundsToProbe <= 0 else { return 0 }
        probeInterval = min(2 * probeInterval, Self.longestProbe)
        roundsToProbe = probeInterval
        isProbe = true
        return min(2, longest)
    }

    public mutating func observe(_ verdict: Verdict, of draft: Draft, _ run: DecodingRun) {
        model.learn(
            spans: run.roundSpans, acceptedCount: verdict.acceptedPath.count, hasRejection: verdict.rejection != nil)
    }
}

/// What a draft of a length costs and yields, learned from rounds. Old rounds count for less.
struct GoodputModel {
    /// Accepted and judged tokens; the start stands for four tokens judged with 0.7 accepted.
    private var acceptedSum = 2.8
    private var judgedSum = 4.0
    private var draftPass: Double?
    /// Weighted sums for a line through the target's passes: seconds over rows.
    private var weight = 0.0
    private var rowSum = 0.0
    private var rowSquareSum = 0.0
    private var timeSum = 0.0
    private var rowTimeSum = 0.0

    /// Half of what is known is forgotten in 32 rounds.
    private static let retention = 0.978_57

    /// Whether passes of both models have been timed.
    var isMeasured: Bool { weight > 0 && timeSum > 0 && draftPass != nil }

    /// Share of the judged tokens that were accepted.
    var acceptance: Double { min(acceptedSum / judgedSum, 0.999) }

    mutating func learn(spans: [PassSpan], acceptedCount: Int, hasRejection: Bool) {
        let judged = acceptedCount + (hasRejection ? 1 : 0)
        if judged > 0 {
            acceptedSum = acceptedSum * Self.retention + Double(acceptedCount)
            judgedSum = judgedSum * Self.retention + Double(judged)
        }
        for span in spans {
            let seconds = span.duration.seconds
            switch span.lane {
            case .draft where span.rowCount <= 2: draftPass = draftPass.map { $0 + (seconds - $0) / 8 } ?? seconds
            // After rounds without a draft the model reads what it has missed; no pass over one token takes longer.
            case .draft: draftPass = draftPass.map { min($0, seconds) }
            case .target:
                let rows = Double(span.rowCount)
                weight = weight * Self.retention + 1
                rowSum = rowSum * Self.retention + rows
                rowSquareSum = rowSquareSum * Self.retention + rows * rows
                timeSum = timeSum * Self.retention + seconds
                rowTimeSum = rowTimeSum * Self.retention + rows * seconds
            }
        }
    }

    /// Seconds of a pass of the target. Before passes of several sizes were seen, another row is taken to cost a twentieth
    /// of a pass.
    func targetPass(rows: Int) -> Double {
        let meanRows = rowSum / weight
        let meanTime = timeSum / weight
        let variance = max(0, rowSquareSum / weight - meanRows * meanRows)
        let covariance = rowTimeSum / weight - meanRows * meanTime
        let prior = 0.25
        let slope = (covariance + prior * meanTime / 20) / (variance + prior)
        // A pass is never cheaper for having more rows, nor free with none.
        let bounded = min(max(slope, 0), meanTime / max(meanRows, 1))
        return max(meanTime + bounded * (Double(rows) - meanRows), 1e-9)
    }

    /// Tokens a second that drafts of a length promise.
    func goodput(_ length: Int) -> Double {
        guard isMeasured, let draftPass else { return 0 }
        let tokens = (1 - pow(acceptance, Double(length + 1))) / (1 - acceptance)
        return tokens / (Double(length) * draftPass + targetPass(rows: length + 1))
    }

    func bestLength(upTo longest: Int) -> Int {
        (0...longest).max { goodput($0) < goodput($1) } ?? 0
    }
}
