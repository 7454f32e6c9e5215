// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// Waiting awake: for what another thread does within microseconds, since to sleep and be woken takes tens of them.
public enum SpinWait {
    /// 25 to 100 microseconds, by processor: longer than the gap between two operations of a pass, shorter than anybody
    /// notices.
    private static let limit = 1500

    /// Calls `condition` until it holds, for a moment at most.
    /// - Returns: whether it holds; if not, it is time to sleep.
    @inline(__always)
    public static func until(_ condition: () -> Bool) -> Bool {
        for _ in 0..<limit {
            if condition() { return true }
            ik_pause()
        }
        return condition()
    }
}
