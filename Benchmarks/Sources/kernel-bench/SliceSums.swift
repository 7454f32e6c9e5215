// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One number a slice, from whichever thread had it.
final class SliceSums: Sendable {
    private let values: Mutex<[UInt64]>

    init(count: Int) {
        values = Mutex([UInt64](repeating: 0, count: count))
    }

    func set(_ index: Int, _ value: UInt64) { values.withLock { $0[index] = value } }

    var total: UInt64 { values.withLock { $0.reduce(0, &+) } }
}
