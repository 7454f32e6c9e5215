// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The way back to the terminal as it was found, for when the program ends in any way.
///
/// What runs in a signal handler here uses nothing but memory that was laid out before, and calls that are allowed there.
enum TerminalRescue {
    @safe private struct State {
        /// Whether there is something to give back.
        var isArmed: sig_atomic_t = 0
        var descriptor: Int32 = -1
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        var modes = termios()
        /// Whether ``fatal`` signals come here.
        var isCatching = false
    }

    /// Signals that end a program: of its own mistakes, traps of Swift included, and of others. Those that it blocks, for
    /// a thread that waits for them, do not come here.
    private static let fatal = [
        SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGXCPU,
    ]

    // Pointers, so that a handler finds what there is without a lock.
    private nonisolated(unsafe) static let state: UnsafeMutablePointer<State> = {
        let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        unsafe state.initialize(to: State())
        return unsafe state
    }()

    /// What was done about each signal before.
    private nonisolated(unsafe) static let previous: UnsafeMutablePointer<sigaction> = {
        let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
        unsafe actions.initialize(repeating: sigaction(), count: 65)
        return unsafe actions
    }()

    private static let isRunAtExit: Bool = {
        atexit { TerminalRescue.restore() }
        return true
    }()

    /// To be called before the terminal is changed.
    /// - Parameter bytes: what makes the screen as it was.
    static func arm(descriptor: Int32, bytes: [UInt8]) {
        disarm()
        _ = isRunAtExit
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
        for (index, byte) in bytes.enumerated() { unsafe (copy + index).initialize(to: byte) }
        unsafe state.pointee.bytes?.deallocate()
        unsafe state.pointee.bytes = copy
        unsafe state.pointee.count = bytes.count
        unsafe state.pointee.descriptor = descriptor
        guard unsafe tcgetattr(descriptor, &state.pointee.modes) == 0 else { return }
        unsafe state.pointee.isArmed = 1
        unsafe state.pointee.isCatching = true
        for signal in fatal {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { TerminalRescue.handleFatal($0) }
            // Out of the way at once, should restoring fail as well.
            action.sa_flags = Int32(truncatingIfNeeded: UInt32(bitPattern: SA_ONSTACK) | UInt32(SA_RESETHAND))
            _ = unsafe sigaction(signal, &action, previous + Int(signal))
            // What whoever started the program ignores (nohup does) stays ignored.
            if unsafe previous[Int(signal)].isIgnoring { _ = unsafe sigaction(signal, previous + Int(signal), nil) }
        }
    }

    /// Nothing is to be given back from now on.
    static func disarm() {
        unsafe state.pointee.isArmed = 0
        guard unsafe state.pointee.isCatching else { return }
        unsafe state.pointee.isCatching = false
        for signal in fatal { _ = unsafe sigaction(signal, previous + Int(signal), nil) }
    }

    /// Whether the terminal is in use, and was not restored.
    static var isArmed: Bool { unsafe state.pointee.isArmed != 0 }

    /// While the terminal is given back for a while.
    static func pause() { unsafe state.pointee.isArmed = 0 }

    static func resume() { unsafe state.pointee.isArmed = 1 }

    /// Makes the terminal as it was. Safe in a signal handler, and from any thread.
    static func restore() {
        guard unsafe state.pointee.isArmed != 0 else { return }
        unsafe state.pointee.isArmed = 0
        let error = errno
        defer { errno = error }
        // In the background, the terminal is another program's.
        let group = unsafe tcgetpgrp(state.pointee.descriptor)
        guard group < 0 || group == getpgrp() else { return }
        var start = 0
        while unsafe start < state.pointee.count, let bytes = unsafe state.pointee.bytes {
            let written = unsafe write(state.pointee.descriptor, bytes + start, state.pointee.count - start)
            if written > 0 { start += written } else if errno != EINTR { break }
        }
        _ = unsafe tcsetattr(state.pointee.descriptor, TCSANOW, &state.pointee.modes)
    }

    private static func handleFatal(_ signal: Int32) {
        restore()
        // Whoever dealt with it before, the system in the end, sees the signal itself.
        _ = unsafe sigaction(signal, previous + Int(signal), nil)
        raise(signal)
    }
}

extension sigaction {
    /// SIG_IGN is the number 1 in the clothes of a function, which Swift compares only as a number.
    var isIgnoring: Bool { unsafe unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self) == 1 }
}
