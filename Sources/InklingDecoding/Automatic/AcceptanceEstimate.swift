// SPDX-License-Identifier: Apache-2.0

/// How often drafted tokens of one kind are accepted: the first of a draft, and one that follows an accepted one.
///
/// Text copied from elsewhere fits or does not, so the two differ. Old drafts count for less.
struct AcceptanceEstimate {
    private struct Share {
        var accepted: Double
        var judged: Double

        var value: Double { min(accepted / judged, 0.999) }

        mutating func learn(accepted acceptedCount: Int, judged count: Int) {
            accepted = accepted * AcceptanceEstimate.retention + Double(acceptedCount)
            judged = judged * AcceptanceEstimate.retention + Double(count)
        }
    }

    private var first: Share
    private var later: Share

    /// Half of what is known is forgotten in 32 drafts.
    private static let retention = 0.978_57

    /// - Parameter count: the presumed shares count for as much as so many judged tokens.
    init(first: Double, later: Double, asGoodAs count: Double = 2) {
        self.first = Share(accepted: first * count, judged: count)
        self.later = Share(accepted: later * count, judged: count)
    }

    /// Probability that the first token of a draft is accepted.
    var ofFirst: Double { first.value }
    /// The same of a token after an accepted one.
    var ofLater: Double { later.value }

    mutating func learn(acceptedCount: Int, hasRejection: Bool) {
        let judged = acceptedCount + (hasRejection ? 1 : 0)
        guard judged > 0 else { return }
        first.learn(accepted: min(acceptedCount, 1), judged: 1)
        if judged > 1 { later.learn(accepted: acceptedCount - 1, judged: judged - 1) }
    }
}
