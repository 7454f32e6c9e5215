// SPDX-License-Identifier: Apache-2.0

import InklingGGUF
import InklingTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The beginning of a file, read forward through a small window. Little-endian.
///
/// No more than ``ModelHead/Limits/headByteCount`` bytes are gone through, whatever the file claims.
struct HeadBytes: ~Copyable {
    let path: String
    /// Length of the whole file when it was opened.
    let byteCount: Int
    /// From the beginning of the file.
    private(set) var position = 0

    private let descriptor: CInt
    private var window: [UInt8]
    /// Position in the file of the window's first byte, and how many of its bytes are filled.
    private var windowStart = 0
    private var windowCount = 0

    private static let windowByteCount = 1 << 17

    init(path: String) throws(GGUFError) {
        guard let status = FileStatus(path: path) else {
            throw .cannotOpen(path: path, reason: Self.reasonNotToBeFound(path))
        }
        switch status.kind {
        case .file: break
        case .folder: throw .cannotOpen(path: path, reason: .notAFile(path: path, kind: "a directory"))
        case .other: throw .cannotOpen(path: path, reason: .notAFile(path: path, kind: "not a regular file"))
        }
        guard status.byteCount > 0 else { throw .cannotOpen(path: path, reason: .empty(path: path)) }
        // O_NONBLOCK: if a pipe took the file's place a moment ago, do not wait for its writer.
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw .cannotOpen(path: path, reason: Self.reason(errno, path)) }
        descriptor = file
        self.path = path
        byteCount = status.byteCount
        window = [UInt8](repeating: 0, count: min(Self.windowByteCount, status.byteCount))
    }

    deinit {
        _ = close(descriptor)
    }

    private static func reasonNotToBeFound(_ path: String) -> FileError {
        guard !path.utf8.contains(0) else { return .notFound(path: path) }
        var status = stat()
        if unsafe stat(path, &status) == 0 { return .notFound(path: path) }
        let code = errno
        if code == ELOOP { return .notAFile(path: path, kind: "a link that leads in a circle") }
        if code == ENOENT, unsafe lstat(path, &status) == 0 {
            return .notAFile(path: path, kind: "a link that leads nowhere")
        }
        return reason(code, path)
    }

    private static func reason(_ code: CInt, _ path: String) -> FileError {
        switch code {
        case ENOENT, ENOTDIR: .notFound(path: path)
        case EACCES, EPERM: .permissionDenied(path: path)
        default: .system(path: path, operation: "opening", code: code)
        }
    }

    func fail(_ defect: GGUFDefect, at offset: Int) -> GGUFError {
        .malformed(path: path, offset: offset, defect: defect)
    }

    // MARK: - Moving forward

    /// Fails unless `count` more bytes are there and within the bound.
    func need(_ count: UInt64, _ subject: @autoclosure () -> String) throws(GGUFError) {
        let available = byteCount - position
        guard count <= UInt64(available) else {
            throw fail(.truncated(subject: subject(), needed: count, available: available), at: position)
        }
        let limit = ModelHead.Limits.headByteCount
        guard count <= UInt64(limit - min(limit, position)) else {
            throw fail(
                .tooLong(subject: "the head of the file", byteCount: UInt64(position) + count, limit: limit),
                at: position)
        }
    }

    func need(_ count: Int, _ subject: @autoclosure () -> String) throws(GGUFError) {
        try need(UInt64(max(0, count)), subject())
    }

    mutating func skip(_ count: UInt64, _ subject: @autoclosure () -> String) throws(GGUFError) {
        try need(count, subject())
        position += Int(count)
    }

    /// Makes `count` bytes from `position` on available at the index returned. `count` is at most the window's size.
    private mutating func fill(_ count: Int, _ subject: @autoclosure () -> String) throws(GGUFError) -> Int {
        try need(count, subject())
        if position >= windowStart, position - windowStart <= windowCount - count { return position - windowStart }
        windowStart = position
        windowCount = 0
        while windowCount < count {
            let filled = windowCount
            let start = windowStart
            let file = descriptor
            let read = unsafe window.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                return unsafe pread(file, rest.baseAddress, rest.count, off_t(start + filled))
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else {
                throw .cannotOpen(path: path, reason: .system(path: path, operation: "reading", code: errno))
            }
            // Somebody has cut the file since it was opened.
            guard read > 0 else {
                throw fail(.truncated(subject: subject(), needed: UInt64(count), available: windowCount), at: position)
            }
            windowCount += read
        }
        return 0
    }

    // MARK: - Values

    mutating func uint32(_ subject: @autoclosure () -> String) throws(GGUFError) -> UInt32 {
        UInt32(truncatingIfNeeded: try number(byteCount: 4, subject()))
    }

    mutating func uint64(_ subject: @autoclosure () -> String) throws(GGUFError) -> UInt64 {
        try number(byteCount: 8, subject())
    }

    private mutating func number(byteCount: Int, _ subject: @autoclosure () -> String) throws(GGUFError) -> UInt64 {
        let index = try fill(byteCount, subject())
        position += byteCount
        var number: UInt64 = 0
        for byte in stride(from: index + byteCount - 1, through: index, by: -1) {
            number = number << 8 | UInt64(window[byte])
        }
        return number
    }

    /// How many things of at least `byteCount` bytes each follow.
    ///
    /// - Parameter limit: how many we are willing to keep.
    mutating func count(
        _ things: @autoclosure () -> String, of byteCount: Int, limit: Int = .max
    ) throws(GGUFError) -> Int {
        let count = try uint64("the number of \(things())")
        let (needed, overflow) = count.multipliedReportingOverflow(by: UInt64(byteCount))
        try need(overflow ? .max : needed, "\(count) \(things())")
        guard count <= UInt64(limit) else {
            throw fail(
                .tooLong(subject: "\(count) \(things())", byteCount: needed, limit: limit * byteCount), at: position - 8
            )
        }
        return Int(count)
    }

    /// `count` bytes, copied; at most the window's size.
    mutating func bytes(_ count: Int, _ subject: @autoclosure () -> String) throws(GGUFError) -> [UInt8] {
        let index = try fill(count, subject())
        position += count
        return Array(window[index..<index + count])
    }

    /// A string of at most `limit` bytes, less than the window's size; nil, and skipped, if it is longer.
    mutating func stringOrSkip(_ subject: @autoclosure () -> String, limit: Int) throws(GGUFError) -> [UInt8]? {
        let length = try uint64(subject())
        guard length <= UInt64(limit) else {
            try skip(length, subject())
            return nil
        }
        return try bytes(Int(length), subject())
    }

    /// A string that must be UTF-8 and not longer than `limit` bytes, less than the window's size.
    mutating func string(_ subject: @autoclosure () -> String, limit: Int) throws(GGUFError) -> String {
        let start = position
        let length = try uint64(subject())
        guard length <= UInt64(limit) else {
            throw fail(.tooLong(subject: subject(), byteCount: length, limit: limit), at: start)
        }
        let name = try bytes(Int(length), subject())
        guard let text = String(validating: name, as: UTF8.self) else {
            throw fail(.notUTF8(subject: subject()), at: start)
        }
        return text
    }
}
