// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// The modes of the terminal that standard input is, while an answer runs. Safe to use from any thread.
final class PlainChatTerminal: Sendable {
    /// The modes to go back to; nil when nothing was changed. One for the program, as the terminal is, and thus known
    /// to what runs when the program exits from anywhere.
    private static let saved = Mutex<termios?>(nil)
    private static let isRestoredAtExit: Bool = {
        atexit { PlainChatTerminal.restore() }
        return true
    }()

    init() {
        _ = Self.isRestoredAtExit
    }

    /// Whether the program may touch the terminal: in the background that would stop it.
    static var isForeground: Bool {
        let group = tcgetpgrp(STDIN_FILENO)
        return group < 0 || group == getpgrp()
    }

    /// Keys are neither shown nor gathered into lines, so that the next prompt gets them as they were typed. Those that
    /// send signals still do.
    func hideTyping() {
        guard Self.isForeground else { return }
        Self.saved.withLock { saved in
            var modes = termios()
            guard unsafe tcgetattr(STDIN_FILENO, &modes) == 0 else { return }
            if saved == nil { saved = modes }
            modes.c_lflag &= ~tcflag_t(ECHO | ICANON)
            modes.c_iflag &= ~tcflag_t(ICRNL | INLCR)
            unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &modes)
        }
    }

    func restore() {
        Self.restore()
    }

    private static func restore() {
        saved.withLock { saved in
            guard var modes = saved, isForeground else { return }
            unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &modes)
            saved = nil
        }
    }
}
