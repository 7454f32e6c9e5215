// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingCells

/// A program at a terminal: what a user types goes in, what they see comes out.
final class TerminalSession {
    struct Modes: Equatable {
        var input, output, control, local: tcflag_t
    }

    enum Problem: Error {
        case noTerminal, notStarted
        /// The text did not appear; with what did.
        case missing(String, seen: String)
        /// The screen never was as it should be; with how it was.
        case screen(String, shown: String)
    }

    let process: pid_t
    private let terminal: Int32
    /// Kept open, so that the terminal is there after the program has ended.
    private let programSide: Int32
    private var seen: [UInt8] = []
    /// What a user sees now.
    private(set) var screen: TerminalScreen
    private var hasEnded = false
    /// The terminal's, before the program had it.
    let modesBefore: Modes

    /// `POSIX_SPAWN_SETSID`, which the system's header shows only to GNU programs.
    private static let newSession: Int16 = 0x80

    /// More than any machine takes for one step.
    private static let patience: time_t = 120

    init(
        _ program: String, _ arguments: [String], environment: [String], size: Size = Size(width: 80, height: 24)
    ) throws {
        var terminal: Int32 = -1
        var programSide: Int32 = -1
        var window = Self.window(size)
        // Not `ttyname`: sessions in other threads share its answer.
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe openpty(&terminal, &programSide, nil, nil, &window) == 0,
            unsafe ttyname_r(programSide, &name, name.count) == 0
        else {
            throw Problem.noTerminal
        }
        for end in [terminal, programSide] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // What is typed must not wait for a program that waits for its output to be read.
        _ = fcntl(terminal, F_SETFL, O_NONBLOCK)
        (self.terminal, self.programSide) = (terminal, programSide)
        screen = TerminalScreen(size: size)
        modesBefore = Self.modes(of: programSide)

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
            // What it started for the terminal ends with it.
            kill(-process, SIGKILL)
            kill(process, SIGKILL)
            _ = waitpid(process, nil, 0)
        }
        if !isHungUp {
            close(terminal)
            close(programSide)
        }
    }

    private static func window(_ size: Size) -> winsize {
        winsize(ws_row: UInt16(size.height), ws_col: UInt16(size.width), ws_xpixel: 0, ws_ypixel: 0)
    }

    /// The program hears of it by SIGWINCH, as from any terminal.
    func resize(to size: Size) {
        var window = Self.window(size)
        screen.resize(to: size)
        _ = unsafe ioctl(terminal, UInt(TIOCSWINSZ), &window)
    }

    private var isHungUp = false

    /// The terminal goes away, as when its window is closed.
    func hangUp() {
        isHungUp = true
        close(terminal)
        close(programSide)
    }

    var modes: Modes { Self.modes(of: programSide) }

    private static func modes(of terminal: Int32) -> Modes {
        var modes = termios()
        unsafe tcgetattr(terminal, &modes)
        return Modes(input: modes.c_iflag, output: modes.c_oflag, control: modes.c_cflag, local: modes.c_lflag)
    }

    /// Everything shown so far that ``wait(for:)`` has not passed.
    var text: String { String(decoding: seen, as: UTF8.self) }

    func type(_ text: String) {
        var rest = Array(text.utf8)[...]
        let start = time(nil)
        while !rest.isEmpty, time(nil) - start < Self.patience {
            let count = unsafe rest.withUnsafeBytes { unsafe write(terminal, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                guard look() else { return }
            } else if errno != EINTR {
                return
            }
        }
    }

    /// Waits until the screen shows `text` in one of its rows.
    func wait(showing text: String) throws {
        try wait("\"\(text)\" on the screen") { $0.text.contains(text) }
    }

    /// Waits until no row of the screen shows `text`.
    func wait(hiding text: String) throws {
        try wait("no \"\(text)\" on the screen") { !$0.text.contains(text) }
    }

    /// Waits until the screen is as it should be. While it is drawn nothing is looked at.
    func wait(_ what: String, until isRight: (TerminalScreen) -> Bool) throws {
        let start = time(nil)
        while screen.isBeingDrawn || !isRight(screen) {
            guard time(nil) - start < Self.patience, look() else { throw Problem.screen(what, shown: screen.text) }
        }
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
            if !isHungUp { _ = look() } else { usleep(10_000) }
        }
        hasEnded = true
        // What it said last.
        while !isHungUp, look(for: 0) {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    /// Takes what is there, after a short wait. Without one, returns whether there was something.
    private func look(for milliseconds: Int32 = 100) -> Bool {
        var wait = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wait, 1, milliseconds) > 0 else { return milliseconds > 0 }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(terminal, &chunk, chunk.count)
        guard count > 0 else { return false }
        seen += chunk[..<count]
        screen.feed(chunk[..<count])
        return true
    }

    private static func first(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= needle.count else { return nil }
        return (0...bytes.count - needle.count).first { bytes[$0..<$0 + needle.count].elementsEqual(needle) }
    }
}
