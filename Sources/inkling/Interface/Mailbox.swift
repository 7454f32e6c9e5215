// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingTUI
import Synchronization

/// Where other threads leave messages for the interface's loop, and what wakes it.
final class Mailbox: Sendable {
    private let messages = Mutex<[AppMessage]>([])
    private let writeEnd: Int32
    /// Readable while there are messages; negative where the system has no descriptors left.
    let wake: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        _ = unsafe pipe(&ends)
        for end in ends where end >= 0 {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (wake, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(wake)
        close(writeEnd)
    }

    func post(_ message: AppMessage) {
        let wasEmpty = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        // One byte for a batch: while messages wait, the loop knows already.
        guard wasEmpty else { return }
        var byte: UInt8 = 1
        _ = unsafe write(writeEnd, &byte, 1)
    }

    /// Everything that has come, in order.
    func take() -> [AppMessage] {
        messages.withLock { messages in
            var bytes: (UInt64, UInt64) = (0, 0)
            _ = unsafe read(wake, &bytes, 16)
            let taken = messages
            messages = []
            return taken
        }
    }
}
