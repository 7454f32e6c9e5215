// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// The modes of the terminal that standard input is. Safe to use from any thread. In the background nothing is changed:
/// that would stop the program, and spoil the terminal for another.
final class PlainChatTerminal: Sendable {
    private struct State {
        /// As the program found it; nil while that is not known.
        var found: termios?
        /// Between answers; nil: as found.
        var own: termios?
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
        Self.change { state, found in
            var own = Self.ungathered(found)
            unsafe tcsetattr(STDIN_FILENO, TCSANOW, &own)
            state.own = own
        }
    }

    /// For an answer: keys are not shown either, so that the next prompt gets them as they were typed. Those that send
    /// signals still do.
    func hideTyping() {
        Self.change { _, found in
            var hidden = Self.ungathered(found)
            hidden.c_lflag &= ~tcflag_t(ECHO)
            unsafe tcsetattr(STDIN_FILENO, TCSANOW, &hidden)
        }
    }

    /// After an answer: as before it.
    func showTyping() {
        Self.change { state, found in
            var modes = state.own ?? found
            unsafe tcsetattr(STDIN_FILENO, TCSANOW, &modes)
        }
    }

    /// Makes the terminal as it was found, for others or for good.
    func giveBack() {
        Self.giveBack()
    }

    private static func giveBack() {
        guard isForeground else { return }
        state.withLock { state in
            guard var found = state.found else { return }
            unsafe tcsetattr(STDIN_FILENO, TCSANOW, &found)
        }
    }

    private static func change(_ body: (inout State, _ found: termios) -> Void) {
        guard isForeground else { return }
        state.withLock { state in
            if state.found == nil {
                var modes = termios()
                guard unsafe tcgetattr(STDIN_FILENO, &modes) == 0 else { return }
                state.found = modes
            }
            if let found = state.found { body(&state, found) }
        }
    }

    /// Modes in which a key is there to read as soon as it is pressed.
    private static func ungathered(_ modes: termios) -> termios {
        var modes = modes
        modes.c_lflag &= ~tcflag_t(ICANON)
        // A C array is a tuple, which has no index.
        unsafe withUnsafeMutableBytes(of: &modes.c_cc) { characters in
            unsafe characters[Int(VMIN)] = 1
            unsafe characters[Int(VTIME)] = 0
        }
        return modes
    }
}
