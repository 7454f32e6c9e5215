// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// The modes of the terminal that standard input is. Safe to use from any thread. In the background nothing is changed:
/// that would stop the program, and spoil the terminal for another.
final class PlainChatTerminal: Sendable {
    /// Terminal modes in memory of their own, guarded by the mutex that holds them.
    ///
    /// Not a `termios?` in the mutex: the optimiser of Swift 6.3 loses its contents there, and the terminal would then be
    /// set to nothing at all.
    @safe private struct State: @unchecked Sendable {
        /// As the program found it; meaningful once `isFound`.
        let found = UnsafeMutablePointer<termios>.allocate(capacity: 1)
        var isFound = false
        /// Between answers; meaningful once `isOwn`, else as found.
        let own = UnsafeMutablePointer<termios>.allocate(capacity: 1)
        var isOwn = false
    }

    /// One for the program, as the terminal is, and thus known to what runs when the program exits from anywhere.
    private static let state = Mutex(State())
    private static let isGivenBackAtExit: Bool = {
        atexit { PlainChatTerminal.giveBack() }
        return true
    }()

    init() {
        _ = Self.isGivenBackAtExit
    }

    /// Whether the program may touch the terminal.
    static var isForeground: Bool {
        let group = tcgetpgrp(STDIN_FILENO)
        return group < 0 || group == getpgrp()
    }

    /// For a line editor: keys are not gathered into lines from now on, not even while there is no line to edit. Else
    /// Ctrl-D, typed at the wrong moment, would be lost.
    func take() {
        Self.change { state in
            unsafe state.own.initialize(to: state.found.pointee)
            unsafe Self.ungather(state.own)
            state.isOwn = true
            unsafe tcsetattr(STDIN_FILENO, TCSANOW, state.own)
        }
    }

    /// For an answer: keys are not shown either, so that the next prompt gets them as they were typed. Those that send
    /// signals still do.
    func hideTyping() {
        Self.change { state in
            let hidden = UnsafeMutablePointer<termios>.allocate(capacity: 1)
            defer { unsafe hidden.deallocate() }
            unsafe hidden.initialize(to: state.found.pointee)
            unsafe Self.ungather(hidden)
            unsafe hidden.pointee.c_lflag &= ~tcflag_t(ECHO)
            unsafe tcsetattr(STDIN_FILENO, TCSANOW, hidden)
        }
    }

    /// After an answer: as before it.
    func showTyping() {
        Self.change { state in
            unsafe tcsetattr(STDIN_FILENO, TCSANOW, state.isOwn ? state.own : state.found)
        }
    }

    /// Makes the terminal as it was found, for others or for good.
    func giveBack() {
        Self.giveBack()
    }

    private static func giveBack() {
        guard isForeground else { return }
        state.withLock { state in
            if state.isFound { unsafe tcsetattr(STDIN_FILENO, TCSANOW, state.found) }
        }
    }

    private static func change(_ body: (inout State) -> Void) {
        guard isForeground else { return }
        state.withLock { state in
            if !state.isFound {
                unsafe state.found.initialize(to: termios())
                guard unsafe tcgetattr(STDIN_FILENO, state.found) == 0 else { return }
                state.isFound = true
            }
            body(&state)
        }
    }

    /// Modes in which a key is there to read as soon as it is pressed.
    private static func ungather(_ modes: UnsafeMutablePointer<termios>) {
        unsafe modes.pointee.c_lflag &= ~tcflag_t(ICANON)
        // A C array is a tuple, which has no index.
        unsafe withUnsafeMutableBytes(of: &modes.pointee.c_cc) { characters in
            unsafe characters[Int(VMIN)] = 1
            unsafe characters[Int(VTIME)] = 0
        }
    }
}
