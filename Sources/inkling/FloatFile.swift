// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingTensor

/// Little-endian float32 on its way to a file, or to standard output for the path "-".
///
/// A regular file appears whole or not at all; pipes and devices are written as numbers come.
final class FloatFile {
    private enum Target {
        case staged(StagedFile)
        case stream(Int32, closes: Bool)
    }

    private let path: String
    private let target: Target
    private var failure: Failure?

    init(path: String) throws {
        self.path = path
        if path == "-" {
            guard !Output.isTerminal else {
                throw Failure("standard output is a terminal, and logits are no text", status: Failure.usageStatus)
            }
            target = .stream(STDOUT_FILENO, closes: false)
        } else if Self.isStream(path) {
            let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw Failure("cannot write \"\(path)\": \(unsafe String(cString: strerror(errno)))")
            }
            target = .stream(descriptor, closes: true)
        } else {
            do throws(FileError) { target = .staged(try StagedFile(path: path)) } catch { throw Self.failure(error) }
        }
    }

    deinit {
        if case .stream(let descriptor, closes: true) = target { close(descriptor) }
    }

    /// The first failure is kept for ``finish()``.
    func append(_ values: [Float]) {
        guard failure == nil else { return }
        switch target {
        case .staged(let file):
            do throws(FileError) {
                try values.withLittleEndianBytes { (bytes: RawSpan) throws(FileError) in try file.write(bytes) }
            } catch { failure = Self.failure(error) }
        case .stream(let descriptor, _):
            values.withLittleEndianBytes { bytes in stream(bytes, to: descriptor) }
        }
    }

    private func stream(_ bytes: RawSpan, to descriptor: Int32) {
        // The system call takes a pointer; it reads the span and keeps nothing.
        unsafe bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = unsafe write(descriptor, buffer.baseAddress! + written, buffer.count - written)
                if count > 0 {
                    written += count
                } else if errno != EINTR {
                    // Who reads a pipe has what they wanted when they close it.
                    if errno == EPIPE { Process.exit(0) }
                    failure = Failure("cannot write \"\(path)\": \(unsafe String(cString: strerror(errno)))")
                    return
                }
            }
        }
    }

    func finish() throws {
        if let failure { throw failure }
        if case .staged(let file) = target {
            do throws(FileError) { try file.commit() } catch { throw Self.failure(error) }
        }
    }

    private static func failure(_ error: FileError) -> Failure { Failure("cannot write \(error.description)") }

    /// Whether something is there that a new file must not take the place of.
    private static func isStream(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
    }
}
