// SPDX-License-Identifier: Apache-2.0

import InklingModel

/// Proposes what may come next.
public protocol Drafter {
    /// Called once, when the caches hold the prompt but its last token.
    mutating func begin(_ run: DecodingRun) throws(GenerationError)

    /// At most `limit` tokens after ``DecodingRun/root``; none when there is nothing to propose. Nothing follows an end
    /// token.
    ///
    /// What a token was drawn from must be recorded as it was at the draw, after every sampler stage. Whether to go on may
    /// depend on all that was drawn; a drawn token must never be taken out again because of what it is.
    mutating func propose(_ run: DecodingRun, limit: Int) throws(GenerationError) -> Draft

    /// Learns the verdict, once its tokens are committed, and drops from the draft model's cache what was rejected.
    mutating func observe(_ verdict: Verdict, of draft: Draft, _ run: DecodingRun)
}

extension Drafter {
    public mutating func begin(_ run: DecodingRun) throws(GenerationError) {}
    public mutating func observe(_ verdict: Verdict, of draft: Draft, _ run: DecodingRun) {}
}
