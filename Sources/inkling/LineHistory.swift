// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Entries typed in this and earlier runs, in a file of the user's own: one entry a line, so that line breaks within an
/// entry are written as `\n` and backslashes as `\\`.
struct LineHistory {
    /// nil keeps nothing.
    let path: String?

    /// Entries that are kept.
    static let entryLimit = 1000
    /// A longer entry is not kept: pasted files would crowd out the rest.
    static let entryByteLimit = 1 << 16
    /// Of a longer file only the end is read.
    static let fileByteLimit = 8 << 20

    /// The entries on file, oldest first, ``entryLimit`` at most.
    func load() -> [String] {
        guard let path, let bytes = Self.readEnd(of: path) else { return [] }
        let entries = Self.decoded(bytes)
        let kept = Array(entries.suffix(Self.entryLimit))
        // Not each time, for two runs may have the file open.
        if entries.count >= 2 * Self.entryLimit { replace(kept) }
        return kept
    }

    /// - Returns: why the entry could not be kept, nil if all is well.
    func append(_ entry: String) -> String? {
        guard let path, entry.utf8.count <= Self.entryByteLimit else { return nil }
        Self.makeFolders(for: path)
        // Another user's file of this name, or a link to elsewhere, is not ours to write to.
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return "cannot write \"\(path)\": \(unsafe String(cString: strerror(errno)))" }
        defer { close(descriptor) }
        // Whole lines go in one call each, so that two runs do not mix theirs.
        let bytes = Array((Self.encoded(entry) + "\n").utf8)
        let count = unsafe write(descriptor, bytes, bytes.count)
        return count == bytes.count ? nil : "cannot write \"\(path)\": \(unsafe String(cString: strerror(errno)))"
    }

    static func encoded(_ entry: String) -> String {
        var result = ""
        for character in entry.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": continue
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    static func decoded(_ line: some StringProtocol) -> String {
        var result = ""
        var isEscaped = false
        for character in line.unicodeScalars {
            if isEscaped {
                result.unicodeScalars.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.unicodeScalars.append(character)
            }
        }
        return result
    }

    static func decoded(_ bytes: some Sequence<UInt8>) -> [String] {
        bytes.split(separator: 10).map { decoded(String(decoding: $0, as: UTF8.self)) }.filter { !$0.isEmpty }
    }

    private func replace(_ entries: [String]) {
        guard let path else { return }
        let staged = "\(path).\(getpid()).partial"
        let descriptor = unsafe open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let bytes = Array(entries.map { Self.encoded($0) + "\n" }.joined().utf8)
        let isWhole = unsafe write(descriptor, bytes, bytes.count) == bytes.count
        close(descriptor)
        guard isWhole, unsafe rename(staged, path) == 0 else {
            unsafe unlink(staged)
            return
        }
    }

    private static func readEnd(of path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        let start = max(0, size - off_t(fileByteLimit))
        guard size >= 0, lseek(descriptor, start, SEEK_SET) == start,
            let bytes = try? StandardInput.readAll(from: descriptor, named: path)
        else { return nil }
        // What is left of a line that was cut is not an entry.
        return start == 0 ? bytes : Array(bytes.drop { $0 != 10 })
    }

    private static func makeFolders(for path: String) {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            unsafe mkdir(folder, 0o700)
        }
    }
}
