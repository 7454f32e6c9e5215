// SPDX-License-Identifier: Apache-2.0

/// A way to do the next round, with what it promises.
struct RoundPlan {
    enum Method: Int, CaseIterable {
        case plain, draftModel, lookup

        /// The row of the registry that it stands for.
        var id: String {
            switch self {
            case .plain: "ar"
            case .draftModel: "sd"
            case .lookup: "prompt-lookup"
            }
        }

        /// What the promise is called among a round's measures.
        var goodputName: String {
            switch self {
            case .plain: "goodput-ar"
            case .draftModel: "goodput-sd"
            case .lookup: "goodput-prompt-lookup"
            }
        }
    }

    var method: Method
    /// Tokens to draft.
    var length: Int
    /// Expected.
    var tokens: Double
    var seconds: Double

    /// Tokens a second.
    var goodput: Double { tokens / seconds }

    /// Expected seconds that the round takes longer than plain decoding of as many tokens.
    func loss(against plain: RoundPlan) -> Double { seconds - tokens * plain.seconds }

    /// Of drafts of 1 to `longest` tokens the one that promises the most.
    ///
    /// Source: Leviathan et al. 2023, Theorem 3.8, with measured times.
    /// - Parameters:
    ///   - held: a length that stays unless another one promises `margin` times as much.
    ///   - limit: seconds that a round may take; a draft of one token in any case.
    ///   - seconds: what a round with a draft of that length takes.
    /// - Precondition: `longest` is at least 1.
    static func best(
        _ method: Method, upTo longest: Int, holding held: Int = 0, by margin: Double = 1,
        acceptance: AcceptanceEstimate, within limit: Double = .infinity, seconds: (_ length: Int) -> Double
    ) -> RoundPlan {
        var best: RoundPlan?
        var kept: RoundPlan?
        var tokens = 1.0
        var reach = acceptance.ofFirst
        for length in 1...longest {
            tokens += reach
            reach *= acceptance.ofLater
            let plan = RoundPlan(method: method, length: length, tokens: tokens, seconds: seconds(length))
            guard length == 1 || plan.seconds <= limit else { break }
            if plan.goodput > best?.goodput ?? 0 { best = plan }
            if length == held { kept = plan }
        }
        if let kept, kept.goodput * margin > best?.goodput ?? 0 { return kept }
        return best ?? RoundPlan(method: method, length: 1, tokens: 1 + acceptance.ofFirst, seconds: seconds(1))
    }
}
