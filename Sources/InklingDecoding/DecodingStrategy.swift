// SPDX-License-Identifier: Apache-2.0

/// A decoding method. It does rounds; limits, stop strings, cancellation, events and the state of the caches at the end
/// belong to ``Generator``.
///
/// Between rounds the target's cache holds prompt and committed tokens but the last, mixture rows aside; the draft
/// model's cache holds a prefix of the same, or of these and the tokens in ``DecodingRound/pending``.
public protocol DecodingStrategy {
    /// Called once, when the caches hold the prompt but its last token.
    mutating func begin(_ run: DecodingRun) throws(GenerationError)

    /// Drafts, verifies, commits.
    ///
    /// Makes progress always: at least one token committed, or a longer hypothesis than before. Commits at most
    /// ``DecodingRun/remainingCount`` tokens; those beyond it, or beyond an end token, are taken back.
    /// - Returns: what ``DecodingRun/endRound(draft:verdict:hypotheses:measures:draftedCount:)`` gives.
    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound
}

extension DecodingStrategy {
    public mutating func begin(_ run: DecodingRun) throws(GenerationError) {}
}
