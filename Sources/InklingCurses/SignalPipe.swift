// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Signals as bytes in a pipe that the terminal's thread waits on.
enum SignalPipe {
    private struct State {
        var readEnd: Int32 = -1
        var writeEnd: Int32 = -1
    }

    // A pointer, so that a handler finds it without a lock.
    private nonisolated(unsafe) static let state: UnsafeMutablePointer<State> = {
        let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        unsafe state.initialize(to: State())
        return unsafe state
    }()

    /// Signals that come here by themselves, unless the program blocks or handles them.
    private static let caught = [SIGWINCH, SIGCONT, SIGTSTP]

    private nonisolated(unsafe) static let previous: UnsafeMutablePointer<sigaction> = {
        let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
        unsafe actions.initialize(repeating: sigaction(), count: 65)
        return unsafe actions
    }()

    /// Readable when a signal has come. Opened once, for as long as the program runs.
    static func open() -> Int32? {
        if unsafe state.pointee.readEnd >= 0 { return unsafe state.pointee.readEnd }
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        unsafe state.pointee.readEnd = ends[0]
        unsafe state.pointee.writeEnd = ends[1]
        return ends[0]
    }

    static func catchSignals() {
        for signal in caught {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { SignalPipe.send($0) }
            action.sa_flags = SA_RESTART
            _ = unsafe sigaction(signal, &action, previous + Int(signal))
            // A program that cannot be stopped, since nobody would make it go on, stays so.
            if unsafe previous[Int(signal)].isIgnoring { _ = unsafe sigaction(signal, previous + Int(signal), nil) }
        }
    }

    static func releaseSignals() { for signal in caught { _ = unsafe sigaction(signal, previous + Int(signal), nil) } }

    /// Safe in a signal handler, and from any thread.
    static func send(_ signal: Int32) {
        let error = errno
        var byte = UInt8(truncatingIfNeeded: signal)
        if unsafe state.pointee.writeEnd >= 0 { _ = unsafe write(state.pointee.writeEnd, &byte, 1) }
        errno = error
    }

    /// The signals that have come since the last call.
    static func take() -> [Int32] {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(state.pointee.readEnd, &bytes, bytes.count)
        return count > 0 ? bytes[..<count].map { Int32($0) } : []
    }

    /// Stops the program as Ctrl-Z does, if that is not ignored, and returns when it goes on.
    static func stop() {
        guard unsafe !previous[Int(SIGTSTP)].isIgnoring else { return }
        var standard = sigaction()
        unsafe standard.__sigaction_handler.sa_handler = SIG_DFL
        var before = sigaction()
        _ = unsafe sigaction(SIGTSTP, &standard, &before)
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTSTP)
        // For this thread alone, so that one that waits for signals does not take it.
        raise(SIGTSTP)
        var mask = sigset_t()
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, &mask)
        unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
        _ = unsafe sigaction(SIGTSTP, &before, nil)
    }
}
