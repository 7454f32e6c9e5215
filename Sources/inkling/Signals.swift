// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingDecoding
import Synchronization

/// Signals as values: a thread of its own waits for them, so that nothing runs inside a signal handler.
enum Signals {
    private struct State {
        var caught: [Int32] = []
        var flag: CancellationFlag?
        var handler: (@Sendable (Int32) -> Void)?
    }

    private static let state = Mutex(State())

    /// What a program that sets the terminal's modes must hear of, interrupts apart.
    static let ofTerminal = [SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH]

    static func ignoreBrokenPipe() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Makes SIGINT and SIGTERM cancel what runs under ``cancelling(_:_:)``; while nothing does, or the second time,
    /// they end the program. To be called once, before other threads start.
    ///
    /// - Parameter others: signals for ``deliver(to:)``; without a handler they do what they do by default.
    static func catchInterrupts(with others: [Int32] = []) {
        // What whoever started the program ignores (nohup, a job in the background of a script) stays ignored.
        let caught = ([SIGINT, SIGTERM] + others).filter { !isIgnored($0) }
        state.withLock { $0.caught = caught }
        var set = set(of: caught)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        var thread = pthread_t()
        _ = unsafe pthread_create(
            &thread, nil,
            { _ in
                var set = Signals.set(of: Signals.state.withLock { $0.caught })
                while true {
                    var received: Int32 = 0
                    guard unsafe sigwait(&set, &received) == 0 else { continue }
                    Signals.take(received)
                }
            }, nil)
    }

    /// Every caught signal goes to `handler`, on the thread that waits for them, and does nothing else; nil ends that.
    static func deliver(to handler: (@Sendable (Int32) -> Void)?) {
        state.withLock { $0.handler = handler }
    }

    /// Lets a caught signal do what it does to a program that does not catch it. Returns when the program goes on, if
    /// it does.
    static func performDefault(_ signal: Int32) {
        if signal != SIGTSTP { Recording.finish() }
        // For this thread alone, so that the one that waits for signals does not take it.
        raise(signal)
        var set = set(of: [signal])
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Runs `body` with a flag that an interrupt sets.
    static func cancelling<Result>(_ flag: CancellationFlag, _ body: () throws -> Result) rethrows -> Result {
        state.withLock { $0.flag = flag }
        defer { state.withLock { $0.flag = nil } }
        return try body()
    }

    private static func take(_ signal: Int32) {
        let (flag, handler) = state.withLock { ($0.flag, $0.handler) }
        if let handler { return handler(signal) }
        switch signal {
        case SIGINT, SIGTERM:
            guard let flag, !flag.isCancelled else { Process.exit(Failure.interruptedStatus) }
            flag.cancel()
        case SIGCONT, SIGWINCH: break
        default: performDefault(signal)
        }
    }

    private static func set(of signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        return set
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
        // SIG_IGN is the number 1 in the clothes of a function, which Swift compares only as a number.
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
