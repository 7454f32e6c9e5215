// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Lines as the system gives them, without editing beyond what a terminal does by itself: for pipes, and for terminals
/// where there is no line editor.
final class PlainLineReader: LineReader {
    private let descriptor: Int32
    /// nil when nobody is there who could send any.
    private let signals: PlainChatSignals?
    private var buffer: [UInt8] = []
    /// How much of the buffer is known to hold no line break.
    private var searched = 0
    private var isAtEnd = false

    /// A longer line is a mistake: nothing this long fits a model.
    static let lineByteLimit = 64 << 20

    init(descriptor: Int32 = STDIN_FILENO, signals: PlainChatSignals? = nil) {
        self.descriptor = descriptor
        self.signals = signals
    }

    func read(prompt: LinePrompt) throws(Failure) -> LineEvent {
        if signals != nil { Output.write(prompt.rendered(), to: STDERR_FILENO) }
        while true {
            if let line = takeLine() { return .line(line) }
            if isAtEnd {
                // What the shell says next begins a line of its own.
                if signals != nil { Output.error("") }
                return .endOfInput
            }
            if let event = waitForInput(prompt) { return event }
            try fill()
        }
    }

    func remember(_ entry: String) {}

    private func takeLine() -> String? {
        let end = buffer[searched...].firstIndex(of: 10)
        searched = buffer.count
        // The last line need not end.
        guard let end = end ?? (isAtEnd && !buffer.isEmpty ? buffer.count : nil) else { return nil }
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(min(end + 1, buffer.count))
        searched = 0
        return line
    }

    /// - Returns: what to do first; nil when there is something to read.
    private func waitForInput(_ prompt: LinePrompt) -> LineEvent? {
        guard let signals else { return nil }
        while true {
            var descriptors = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals.wakeDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard unsafe poll(&descriptors, 2, -1) > 0 else { continue }
            let requests = signals.take()
            if requests.contains(.leave) { return .leave }
            if requests.contains(.interrupt) {
                // The terminal has thrown away what was typed, so nobody knows whether there was anything.
                buffer = []
                searched = 0
                Output.error("")
                return .interrupted(wasEmpty: true)
            }
            if requests.contains(.suspend) {
                Signals.performDefault(SIGTSTP)
                Output.write(prompt.rendered(), to: STDERR_FILENO)
            }
            if descriptors[0].revents != 0 { return nil }
        }
    }

    private func fill() throws(Failure) {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
        if count > 0 {
            buffer += chunk[..<count]
            guard buffer.count <= Self.lineByteLimit else {
                throw Failure("a line of standard input is longer than \(Self.lineByteLimit >> 20) MiB")
            }
        } else if count == 0 || errno == EIO {
            // A terminal that is gone reads as an error.
            isAtEnd = true
        } else if errno != EINTR && errno != EAGAIN {
            throw Failure("cannot read standard input: \(unsafe String(cString: strerror(errno)))")
        }
    }
}
