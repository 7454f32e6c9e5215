// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Writing a saved conversation: for its owner's eyes, whole or not at all, and never over somebody's work.
enum PlainChatFile {
    /// - Parameter replaces: whether a file of this name may be replaced.
    static func write(_ bytes: [UInt8], to path: String, replaces: Bool) throws(Failure) {
        let staged = "\(path).\(getpid()).partial"
        let descriptor = unsafe open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written)
            }
            guard count > 0 || errno == EINTR else { break }
            written += max(0, count)
        }
        let isWhole = written == bytes.count && fsync(descriptor) == 0
        let problem = failure(path)
        close(descriptor)
        defer { unsafe unlink(staged) }
        guard isWhole else { throw problem }
        if replaces {
            guard unsafe rename(staged, path) == 0 else { throw failure(path) }
        } else if unsafe link(staged, path) != 0 {
            throw errno == EEXIST ? Failure("\"\(path)\" exists already; give another name") : failure(path)
        }
    }

    /// `~` stands for the home folder, as it does in a shell.
    static func expanded(_ path: String, home: String?) -> String {
        guard let home, !home.isEmpty, path == "~" || path.hasPrefix("~/") else { return path }
        return home + path.dropFirst()
    }

    private static func failure(_ path: String) -> Failure {
        Failure("cannot write \"\(path)\": \(unsafe String(cString: strerror(errno)))")
    }
}
