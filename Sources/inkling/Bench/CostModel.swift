// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The speed-up over plain decoding that theory expects from how often drafts are accepted and what passes cost.
///
/// Where the measured speed-up is below it, the difference is time outside passes (drawing, judging, bookkeeping), or
/// acceptance that is not independent from token to token, as the theory has it.
enum CostModel {
    /// Tokens that a round with a draft of `length` tokens yields if each is accepted with probability `acceptance`, the one
    /// after the accepted ones included: (1 − α^(γ+1)) / (1 − α).
    ///
    /// Source: Leviathan et al. 2023, equation 1.
    static func tokens(draftLength length: Double, acceptance: Double) -> Double {
        guard acceptance < 1 else { return length + 1 }
        return (1 - pow(acceptance, length + 1)) / (1 - acceptance)
    }

    /// Draft, then verify: tokens a round over its cost γ·t_draft + verify(γ + 1), in plain passes. Over rounds with drafts
    /// of different lengths both are averaged first.
    ///
    /// With drafts of one length, this is Leviathan et al. 2023, theorem 3.8, with the measured verify(γ + 1) in place of one
    /// pass. A draft copied from the text costs nothing.
    ///
    /// - Parameters:
    ///   - lengths: how many rounds had drafts of so many tokens.
    ///   - plainPass: seconds of a pass of plain decoding.
    static func draftThenVerify(
        lengths: [Int: Int], acceptance: Double, costs: PassCosts, draftPass: Double, plainPass: Double
    ) -> Double? {
        var tokens = 0.0
        var seconds = 0.0
        for (length, count) in lengths {
            guard let verify = costs.targetPass(rows: Double(length + 1)) else { return nil }
            tokens += Double(count) * Self.tokens(draftLength: Double(length), acceptance: acceptance)
            seconds += Double(count) * (verify + Double(length) * draftPass)
        }
        return seconds > 0 ? tokens * plainPass / seconds : nil
    }

    /// Draft while verifying. Of the rounds, the share π = α / (1 + α − α^γ) finds a pending block and yields
    /// (1 − α^γ) / (1 − α) tokens in max(verify(γ), γ·t_draft); the others yield one in max(verify(1), γ·t_draft). Passes are
    /// those of both models computing at the same time.
    ///
    /// Source: the chain of rounds in Liu et al. 2024, "PEARL", with rejections taken to be independent.
    static func draftWhileVerifying(
        blockLength length: Double, acceptance: Double, costs: PassCosts, plainPass: Double
    ) -> Double? {
        guard let draftPass = costs.draftPass, let one = costs.targetPass(rows: 1),
            let block = costs.targetPass(rows: max(1, length))
        else { return nil }
        let whole = pow(acceptance, length)
        let pending = acceptance / (1 + acceptance - whole)
        let fromBlock = tokens(draftLength: length - 1, acceptance: acceptance)
        let tokens = (1 - pending) + pending * fromBlock
        let drafting = length * draftPass
        let seconds = (1 - pending) * max(one, drafting) + pending * max(block, drafting)
        return seconds > 0 ? tokens * plainPass / seconds : nil
    }
}
