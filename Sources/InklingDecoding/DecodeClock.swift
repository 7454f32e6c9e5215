// SPDX-License-Identifier: Apache-2.0

/// Where durations come from: a clock of the machine, or one that a test sets.
public struct DecodeClock: Sendable {
    private let read: @Sendable () -> Duration

    /// - Parameter read: time since some fixed moment, never falling.
    public init(_ read: @escaping @Sendable () -> Duration) {
        self.read = read
    }

    public func now() -> Duration { read() }

    /// Counts from its creation.
    public static func continuous() -> DecodeClock {
        let origin = ContinuousClock.now
        return DecodeClock { origin.duration(to: .now) }
    }
}
