// SPDX-License-Identifier: Apache-2.0

import CNcurses
import Glibc

/// The screen of ncurses and what it reads and writes through, from opening to closing.
@safe struct CursesScreen: ~Copyable {
    private let screen: OpaquePointer
    private let streams: [UnsafeMutablePointer<FILE>]

    init(_ description: TerminalDescription, input: Int32, output: Int32) throws(CursesError) {
        guard let inputStream = unsafe fdopen(dup(input), "r") else { throw .cannotOpen(Self.lastError) }
        guard let outputStream = unsafe fdopen(dup(output), "w") else {
            unsafe fclose(inputStream)
            throw .cannotOpen(Self.lastError)
        }
        // ncurses puts handlers of its own where there are none.
        let signals = [SIGINT, SIGTERM, SIGTSTP, SIGWINCH]
        var actions = signals.map { signal in
            var action = sigaction()
            _ = unsafe sigaction(signal, nil, &action)
            return action
        }
        // It looks for descriptions in this variable first.
        let before = unsafe getenv("TERMINFO").map { unsafe String(cString: $0) }
        unsafe setenv("TERMINFO", description.compiled.variable, 1)
        let screen = unsafe ncurses_open(TerminalDescription.compiledName, outputStream, inputStream)
        if let before { unsafe setenv("TERMINFO", before, 1) } else { unsafe unsetenv("TERMINFO") }
        for (index, signal) in signals.enumerated() { _ = unsafe sigaction(signal, &actions[index], nil) }
        guard let screen = unsafe screen else {
            unsafe fclose(inputStream)
            unsafe fclose(outputStream)
            throw .unknownTerminal(description.requestedName)
        }
        unsafe self.screen = screen
        unsafe streams = [inputStream, outputStream]
    }

    consuming func close() {
        unsafe ncurses_delete(screen)
        for index in unsafe streams.indices { unsafe fclose(streams[index]) }
    }

    static var lastError: String { unsafe String(cString: strerror(errno)) }
}
