// SPDX-License-Identifier: Apache-2.0

/// A small network that reads the draft model's hidden state at a drafted token and says how likely the target accepts
/// that token.
///
/// Source: Huang et al., "SpecDec++", 2024.
public protocol AcceptanceHead: Sendable {
    /// Width of the hidden states it was trained on.
    var hiddenSize: Int { get }
    /// - Parameter hidden: `[hiddenSize]`, after the draft model's last norm.
    /// - Returns: a probability.
    func acceptance(hidden: ArraySlice<Float>) -> Float
}
