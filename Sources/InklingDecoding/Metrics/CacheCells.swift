// SPDX-License-Identifier: Apache-2.0

/// The target's KV cache by what its positions hold.
public struct CacheCells: Sendable, Equatable {
    /// Of the prompt, kept from before.
    public var reused = 0
    /// Of the prompt, computed for this generation.
    public var prompt = 0
    public var answer = 0
    /// Drafted and not judged yet.
    public var inFlight = 0
    /// Positions that the last round filled with a draft and gave back. They are free now: not counted again in ``free``.
    public var rolledBack = 0
    public var free = 0
    public var usedBytes = 0
    /// Set aside, which grows with the text.
    public var capacityBytes = 0

    public init() {}

    /// Positions in use.
    public var used: Int { reused + prompt + answer }
    /// Positions in all; 0 before a round has told.
    public var capacity: Int { used + inFlight + rolledBack + free }
}
