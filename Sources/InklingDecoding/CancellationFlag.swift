// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A switch that any thread may set and that a generation reads before each pass and each round.
public final class CancellationFlag: Sendable {
    private let state = Atomic<Bool>(false)

    public init() {}

    public var isCancelled: Bool { state.load(ordering: .relaxed) }

    public func cancel() { state.store(true, ordering: .relaxed) }
}
