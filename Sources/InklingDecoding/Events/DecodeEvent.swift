// SPDX-License-Identifier: Apache-2.0

/// How far the prompt has been read into a model's cache.
public struct PrefillProgress: Sendable, Equatable {
    public var lane: Lane
    /// Prompt tokens in the cache, those reused included.
    public var done: Int
    /// All prompt tokens but the last, which belongs to the first round.
    public var total: Int
    /// Tokens that the cache held already.
    public var reused: Int
    /// The pass that read the latest chunk; nil before the first one.
    public var span: PassSpan?

    public init(lane: Lane, done: Int, total: Int, reused: Int, span: PassSpan? = nil) {
        self.lane = lane
        self.done = done
        self.total = total
        self.reused = reused
        self.span = span
    }
}

/// What happens during a generation, in order. Panels, JSON output, benchmarks and saved chats read nothing else.
public enum DecodeEvent: Sendable, Equatable {
    /// At the start and after each chunk; at least once for each model that runs, unless the request is refused.
    case prefill(PrefillProgress)
    case round(DecodingRound)
    /// Text that no stop string can take back. Follows the round that completed it.
    case text(String)
    /// The drafts of a strategy that keeps several, best first.
    case hypotheses([Hypothesis])
    /// Exactly one, always last.
    case finished(GenerationSummary)
}
