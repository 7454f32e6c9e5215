// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The program at a terminal: what a user types goes in, what they see comes out.
final class PlainChatTerminalSession {
    struct Modes: Equatable {
        var input, output, control, local: tcflag_t
    }

    enum Problem: Error {
        case noTerminal, notStarted
        /// The text did not appear; with what did.
        case missing(String, seen: String)
    }

    let process: pid_t
    private let terminal: Int32
    /// Kept open, so that the terminal is there after the program has ended.
    private let programSide: Int32
    private var seen: [UInt8] = []
    private var hasEnded = false

    /// `POSIX_SPAWN_SETSID`, which the system's header shows only to GNU programs.
    private static let newSession: Int16 = 0x80

    /// More than any machine takes for one step.
    private static let patience: time_t = 60

    init(_ program: String, _ arguments: [String], environment: [String]) throws {
        var terminal: Int32 = -1
        var programSide: Int32 = -1
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        guard unsafe openpty(&terminal, &programSide, nil, nil, &size) == 0, let name = unsafe ttyname(programSide)
        else {
            throw Problem.noTerminal
        }
        for end in [terminal, programSide] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (self.terminal, self.programSide) = (terminal, programSide)

        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that the leader of a session opens becomes the session's own: Ctrl-C reaches the program.
        for descriptor in Int32(0)...2 {
            unsafe posix_spawn_file_actions_addopen(&actions, descriptor, name, O_RDWR, 0)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Whatever runs the tests may ignore or block signals, and a child would inherit that.
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Self.newSession)
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe variables.indices { unsafe free(variables[index]) }
        }
        var process = pid_t()
        guard unsafe posix_spawn(&process, program, &actions, &attributes, &words, &variables) == 0 else {
            throw Problem.notStarted
        }
        self.process = process
    }

    deinit {
        if !hasEnded {
            kill(process, SIGKILL)
            _ = waitpid(process, nil, 0)
        }
        close(terminal)
        close(programSide)
    }

    var modes: Modes {
        var modes = termios()
        unsafe tcgetattr(programSide, &modes)
        return Modes(input: modes.c_iflag, output: modes.c_oflag, control: modes.c_cflag, local: modes.c_lflag)
    }

    /// Everything shown so far that ``wait(for:)`` has not passed.
    var text: String { String(decoding: seen, as: UTF8.self) }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe write(terminal, bytes, bytes.count)
    }

    /// Waits until `text` is shown, and passes it.
    /// - Returns: what was shown before it.
    @discardableResult
    func wait(for text: String) throws -> String {
        let wanted = Array(text.utf8)
        let start = time(nil)
        while true {
            if let at = Self.first(wanted, in: seen) {
                defer { seen.removeFirst(at + wanted.count) }
                return String(decoding: seen[..<at], as: UTF8.self)
            }
            guard time(nil) - start < Self.patience, look() else { throw Problem.missing(text, seen: self.text) }
        }
    }

    /// Waits until so many more bytes are shown.
    func wait(forBytes count: Int) throws {
        let start = time(nil)
        while seen.count < count {
            guard time(nil) - start < Self.patience, look() else {
                throw Problem.missing("\(count) bytes", seen: text)
            }
        }
    }

    /// Waits for the program to end.
    /// - Returns: its exit status, or the signal that ended it, negative.
    func end() throws -> Int32 {
        var status: Int32 = 0
        let start = time(nil)
        while unsafe waitpid(process, &status, WNOHANG) == 0 {
            guard time(nil) - start < Self.patience else { throw Problem.missing("an end", seen: text) }
            // The program cannot end while its last words are not read.
            _ = look()
        }
        hasEnded = true
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    /// Takes what is there, after a short wait.
    private func look() -> Bool {
        var wait = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wait, 1, 100) > 0 else { return true }
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(terminal, &chunk, chunk.count)
        guard count > 0 else { return false }
        seen += chunk[..<count]
        return true
    }

    private static func first(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= needle.count else { return nil }
        return (0...bytes.count - needle.count).first { bytes[$0..<$0 + needle.count].elementsEqual(needle) }
    }
}
