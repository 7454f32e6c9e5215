// SPDX-License-Identifier: Apache-2.0

/// A small network that says how likely the target accepts a drafted token, given that it accepts those before it.
///
/// Source: Huang et al., "SpecDec++", 2024. Theirs reads the state that the draft model has after the token. That is there
/// one pass later, so that the newest token is never assessed before a draft is ended. This one reads what is known when
/// the token is drawn.
public protocol AcceptanceHead: Sendable {
    /// Width of the hidden states it was trained on.
    var hiddenSize: Int { get }
    /// - Parameters:
    ///   - hidden: `[hiddenSize]`, after the draft model's last norm: the state that the token was drawn from.
    ///   - odds: how likely the draft model found the token, see ``TokenScores/logOdds(of:logits:)``.
    ///   - temperature: that tokens are drawn at; 0 where the most probable one is taken.
    /// - Returns: a probability.
    func acceptance(hidden: ArraySlice<Float>, odds: Float, temperature: Float) -> Float
}
