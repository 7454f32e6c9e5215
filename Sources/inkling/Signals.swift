// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingDecoding
import Synchronization

/// Ctrl-C as a value: a thread of its own waits for the signal, so that nothing runs inside a signal handler.
enum Signals {
    private static let current = Mutex<CancellationFlag?>(nil)

    static func ignoreBrokenPipe() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Makes SIGINT and SIGTERM cancel what runs under ``cancelling(_:_:)``; while nothing does, or the second time, they
    /// end the program. To be called once, before other threads start.
    static func catchInterrupts() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGINT)
        unsafe sigaddset(&set, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        var thread = pthread_t()
        _ = unsafe pthread_create(&thread, nil, { _ in
            var set = sigset_t()
            unsafe sigemptyset(&set)
            unsafe sigaddset(&set, SIGINT)
            unsafe sigaddset(&set, SIGTERM)
            while true {
                var received: Int32 = 0
                guard unsafe sigwait(&set, &received) == 0 else { continue }
                Signals.interrupted()
            }
        }, nil)
    }

    private static func interrupted() {
        let flag = current.withLock { $0 }
        guard let flag, !flag.isCancelled else { Process.exit(Failure.interruptedStatus) }
        flag.cancel()
    }

    /// Runs `body` with a flag that an interrupt sets.
    static func cancelling<Result>(_ flag: CancellationFlag, _ body: () throws -> Result) rethrows -> Result {
        current.withLock { $0 = flag }
        defer { current.withLock { $0 = nil } }
        return try body()
    }
}
