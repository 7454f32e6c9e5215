// SPDX-License-Identifier: Apache-2.0

/// Settings of Mirostat, a feedback controller that keeps the average surprise of the output near a target by moving
/// the truncation.
///
/// Source: Basu et al., "Mirostat: a neural text decoding algorithm that directly controls perplexity", 2021.
public struct MirostatSettings: Sendable, Equatable, Hashable {
    /// Which algorithm cuts the distribution.
    public enum Version: Int, Sendable, CaseIterable {
        case off = 0
        /// Estimates the Zipf exponent of the distribution and keeps the k most probable tokens.
        case one = 1
        /// Drops tokens whose surprise exceeds μ.
        case two = 2
    }

    /// Which probability the surprise of an emitted token is computed from.
    public enum SurpriseMeasure: String, Sendable, CaseIterable {
        /// The probability before truncation, as the paper does: the realised surprise settles at the target.
        case original
        /// The probability after truncation, as llama.cpp does: surprise is under-stated, so the realised one settles
        /// above the target.
        case llamaCppCompatible
    }

    public var version: Version
    /// τ, in bits a token.
    public var targetSurprise: Float
    /// η: by how much of the error μ moves after each token.
    public var learningRate: Float
    public var surpriseMeasure: SurpriseMeasure

    /// τ = 3 is the authors' default. η = 0.1 averages over some ten tokens; their script's 1.0 reacts to every one.
    public init(
        version: Version = .off, targetSurprise: Float = 3, learningRate: Float = 0.1,
        surpriseMeasure: SurpriseMeasure = .original
    ) {
        self.version = version
        self.targetSurprise = targetSurprise
        self.learningRate = learningRate
        self.surpriseMeasure = surpriseMeasure
    }
}
