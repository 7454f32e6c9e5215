// SPDX-License-Identifier: Apache-2.0

#if Readline
    import CReadline
    import Glibc
    import Synchronization

    /// Lines from a terminal through GNU readline: editing, history, reverse search, completion, pastes of several
    /// lines as one. The only file that uses that library.
    ///
    /// The library has one state for the whole program, so there can be only one reader. It is driven key by key, so
    /// that signals are dealt with between keys and never inside the library.
    final class ReadlineReader: LineReader {
        // Unsafe code here is calls of the library with texts, and what it gives back.

        private enum Taken {
            case line(String)
            case endOfInput
        }

        /// What the library's callbacks, plain C functions, leave for the reader.
        private static let taken = Mutex<Taken?>(nil)
        private static let completions = Mutex<(@Sendable (String, String) -> [String]?)?>(nil)

        private let signals: PlainChatSignals
        private let history: LineHistory
        private let report: (String) -> Void
        private var lastEntry: String?
        private var hasReported = false
        /// Where lines are shown.
        private let output: Int32

        /// - Parameters:
        ///   - complete: given the line so far and the word at its end, words to complete it to; nil: file names.
        ///   - report: told once if entries cannot be kept.
        init(
            signals: PlainChatSignals, history: LineHistory,
            complete: @escaping @Sendable (_ line: String, _ word: String) -> [String]?,
            report: @escaping (String) -> Void
        ) {
            self.signals = signals
            self.history = history
            self.report = report
            output = Output.isTerminal ? STDOUT_FILENO : STDERR_FILENO
            // Without a locale that knows UTF-8 the library takes each byte for a character.
            unsafe setlocale(LC_CTYPE, "")
            if unsafe String(cString: nl_langinfo(Int32(CODESET))) != "UTF-8" { unsafe setlocale(LC_CTYPE, "C.UTF-8") }
            Self.completions.withLock { $0 = complete }
            if output == STDERR_FILENO { readline_show_on_standard_error() }
            unsafe readline_set_up(Int32(LineHistory.entryLimit)) { word, start, _ in
                unsafe ReadlineReader.completions(of: word, at: start)
            }
            // Alt-Enter, as most terminals send it and as those do that tell all keys apart.
            for keys in ["\\e\\C-m", "\\e\\C-j", "\\e[27;3;13~", "\\e[13;3u"] {
                unsafe readline_bind(keys) { _, _ in
                    unsafe readline_insert("\n")
                    return 0
                }
            }
            for entry in history.load() { add(entry) }
        }

        func read(prompt: LinePrompt) throws(Failure) -> LineEvent {
            let text = prompt.rendered(mute: "\u{1}", loud: "\u{2}")
            guard waitForForeground() else { return .leave }
            signals.terminal.take()
            begin(text)
            while true {
                var descriptors = [
                    pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: signals.wakeDescriptor, events: Int16(POLLIN), revents: 0),
                ]
                guard unsafe poll(&descriptors, 2, -1) > 0 else { continue }
                if let event = handle(signals.take()) { return event }
                guard descriptors[0].revents != 0 else { continue }
                readline_read_key()
                let taken = Self.taken.withLock { taken in
                    defer { taken = nil }
                    return taken
                }
                switch taken {
                case .line(let line): return .line(line)
                case .endOfInput:
                    endLine()
                    return .endOfInput
                case nil: continue
                }
            }
        }

        func remember(_ entry: String) {
            guard entry != lastEntry, !entry.isEmpty else { return }
            add(entry)
            if let problem = history.append(entry), !hasReported {
                hasReported = true
                report("history is not kept: \(problem)")
            }
        }

        private func add(_ entry: String) {
            unsafe readline_remember(entry)
            lastEntry = entry
        }

        private func begin(_ prompt: String) {
            unsafe readline_begin(prompt) { line in
                // The terminal goes back at once: what follows may take long.
                defer { readline_end() }
                guard let line = unsafe line else { return ReadlineReader.taken.withLock { $0 = .endOfInput } }
                let text = unsafe String(cString: line)
                unsafe free(line)
                ReadlineReader.taken.withLock { $0 = .line(text) }
            }
        }

        /// - Returns: what came of the line, nil if it goes on.
        private func handle(_ requests: PlainChatSignals.Requests) -> LineEvent? {
            if requests.contains(.leave) {
                readline_end()
                endLine()
                return .leave
            }
            if requests.contains(.interrupt) {
                let wasEmpty = readline_is_empty()
                readline_go_to_end()
                readline_abandon()
                Output.write("^C\n", to: output)
                readline_end_for_next()
                return .interrupted(wasEmpty: wasEmpty)
            }
            if requests.contains(.suspend) {
                readline_go_to_end()
                readline_give_terminal_back()
                endLine()
                signals.terminal.giveBack()
                Signals.performDefault(SIGTSTP)
            }
            if !requests.isDisjoint(with: [.suspend, .resume]) {
                // The shell has set the terminal as it likes it, and has written to it.
                guard waitForForeground() else { return .leave }
                readline_give_terminal_back()
                signals.terminal.take()
                readline_take_terminal()
                readline_show_again()
            }
            if requests.contains(.resize) { readline_resize() }
            return nil
        }

        /// In the background reading would stop the program, and setting modes would spoil another's terminal.
        /// - Returns: false if the program is to leave.
        private func waitForForeground() -> Bool {
            while !PlainChatTerminal.isForeground {
                // Not all shells say when they bring a running program to the front.
                var wake = pollfd(fd: signals.wakeDescriptor, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&wake, 1, 250)
                if signals.isLeaving { return false }
            }
            return true
        }

        private func endLine() {
            Output.write("\n", to: output)
        }

        /// A table of the words and, first, what they have in common, in memory of malloc; nil if there are none.
        private static func completions(
            of word: UnsafePointer<CChar>?, at start: Int32
        ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
            guard let word = unsafe word, let line = unsafe readline_line() else { return nil }
            let complete = completions.withLock { $0 }
            let before = unsafe String(decoding: UnsafeRawBufferPointer(start: line, count: Int(start)), as: UTF8.self)
            guard let words = unsafe complete?(before, String(cString: word)) else { return nil }
            readline_complete_nothing_else()
            guard let first = words.first else { return nil }
            let common = words.dropFirst().reduce(first) { common, word in
                String(zip(common, word).prefix { $0 == $1 }.map(\.0))
            }
            let rows = words.count == 1 ? words : [common] + words
            let table = unsafe UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>(
                OpaquePointer(calloc(rows.count + 1, MemoryLayout<UnsafeMutablePointer<CChar>?>.stride)))
            guard let table = unsafe table else { return nil }
            for (index, row) in rows.enumerated() { unsafe table[index] = strdup(row) }
            return unsafe table
        }
    }
#endif
