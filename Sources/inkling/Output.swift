// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingCells

/// Standard output and standard error, unbuffered and whole: what is written is written, or the pipe is closed and the
/// program ends quietly.
enum Output {
    static let isTerminal = isatty(STDOUT_FILENO) != 0

    /// Text of a model: on a terminal no control character of it passes.
    static func modelText(_ text: String) {
        write(isTerminal ? sanitizedForTerminal(text, allowingLineBreaks: true) : text)
    }

    /// Our own words; but names in them may come from a file, so that a terminal gets no control character of these either.
    static func line(_ text: String = "") { modelText(text + "\n") }

    /// For people, always: a template's refusal or a file's name may be part of it.
    static func error(_ text: String) {
        write(sanitizedForTerminal(text, allowingLineBreaks: true) + "\n", to: STDERR_FILENO)
    }

    static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
        var text = text
        text.withUTF8 { bytes in unsafe write(UnsafeRawBufferPointer(bytes), to: descriptor) }
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
        unsafe bytes.withUnsafeBytes { unsafe write($0, to: descriptor) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var written = 0
        while written < bytes.count {
            let count = unsafe Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count > 0 {
                written += count
            } else if errno == EINTR {
                continue
            } else if errno == EPIPE {
                // Who reads has what they wanted.
                Process.exit(0)
            } else if descriptor == STDOUT_FILENO {
                let reason = unsafe String(cString: strerror(errno))
                error("inkling: cannot write to standard output: \(reason)")
                Process.exit(Failure.runtimeStatus)
            } else {
                return
            }
        }
    }
}
