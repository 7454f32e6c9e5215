// SPDX-License-Identifier: Apache-2.0

import InklingModel

/// A way to make several continuations: it says which rows to compute and takes their logits.
///
/// It is first told what continuations may begin with. Then ``nextBatch()`` and ``advance(_:)`` take turns. It knows nothing
/// of caches: rows are a chain, or branches that hang from the prompt and are numbered after the opening's.
protocol DraftSearch {
    mutating func begin(_ opening: DraftOpening)
    /// The next pass, wanting all logits; nil when the continuations are complete.
    mutating func nextBatch() -> ModelBatch?
    /// Takes the logits of the rows asked for.
    mutating func advance(_ rows: Rows)
    /// Best first, at most as many as asked for. ``Continuation/logProbabilities`` of all tokens, or of the first alone.
    var continuations: [Continuation] { get }
    /// Those that go on and those that have ended, for display.
    var live: [LiveContinuation] { get }
}
