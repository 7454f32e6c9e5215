// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A read-only mapping of a whole regular file, or of bytes in memory that behave like one.
///
/// Bytes are reached through closures only, so no pointer outlives the mapping. Reading is safe from any
/// number of threads.
///
/// The file must keep its length while it is mapped. Replacing it by renaming another file over it is
/// harmless: the mapping goes on showing the old contents. Truncating it, or losing the disk under it, is
/// not: the kernel ends a process that touches a page which is gone (SIGBUS), and no check made beforehand
/// can prevent that.
@safe
public final class MappedFile: @unchecked Sendable {
    // Invariant behind `@unchecked Sendable`: `base` addresses `byteCount` readable bytes from the end of
    // `init` to `deinit`; the pages are mapped read-only, both properties are constant, and no method
    // changes what a reader sees (`release` and `willNeed` move pages, not contents).
    private let base: UnsafeRawPointer
    private let isFileBacked: Bool

    /// The path given at opening, or the name given to bytes in memory. For messages.
    public let path: String

    /// Length of the file when it was mapped; never 0.
    public let byteCount: Int

    /// Maps the file at `path`.
    ///
    /// Refuses anything but a regular file with contents: mapping a directory, pipe or device means
    /// nothing, and opening a pipe could wait for ever.
    public init(path: String) throws(FileError) {
        guard !path.utf8.contains(0) else { throw .notFound(path: path) }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw FileError(path: path, code: errno, during: "looking it up") }
        try Self.requireContents(status, path: path)

        // O_NONBLOCK: if a pipe took the file's place a moment ago, do not wait for its writer.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(path: path, code: errno, during: "opening") }
        defer { _ = close(descriptor) }
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw FileError(path: path, code: errno, during: "looking it up")
        }
        try Self.requireContents(status, path: path)
        guard let length = Int(exactly: status.st_size) else {
            throw .system(path: path, operation: "mapping", code: EFBIG)
        }

        let address = unsafe mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw FileError(path: path, code: errno, during: "mapping")
        }
        unsafe self.base = UnsafeRawPointer(address)
        self.isFileBacked = true
        self.path = path
        self.byteCount = length
    }

    /// Copies `bytes` into pages of their own, so that code written for files can work on bytes in memory.
    ///
    /// - Parameter name: stands for the path in messages.
    public init(bytes: [UInt8], name: String) throws(FileError) {
        guard !bytes.isEmpty else { throw .empty(path: name) }
        let address = unsafe mmap(nil, bytes.count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw FileError(path: name, code: errno, during: "reserving memory")
        }
        unsafe bytes.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(start: address, count: bytes.count).copyMemory(from: source)
        }
        guard unsafe mprotect(address, bytes.count, PROT_READ) == 0 else {
            let code = errno
            unsafe munmap(address, bytes.count)
            throw FileError(path: name, code: code, during: "protecting its memory")
        }
        unsafe self.base = UnsafeRawPointer(address)
        self.isFileBacked = false
        self.path = name
        self.byteCount = bytes.count
    }

    deinit {
        unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    }

    /// Calls `body` with the bytes at `range`, without copying them.
    ///
    /// - Precondition: `range` lies within `0..<byteCount`. Check numbers that come from a file first.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ range: Range<Int>, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "range outside the mapped file")
        let buffer = unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
        // The span cannot outlive this call, and `self` keeps the mapping alive until it returns.
        return try unsafe body(buffer.bytes)
    }

    /// Calls `body` with all bytes.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withBytes(0..<byteCount, body)
    }

    /// A part of this file as a value.
    ///
    /// - Precondition: `range` lies within `0..<byteCount`.
    public func slice(_ range: Range<Int>) -> MappedBytes {
        MappedBytes(file: self, range: range)
    }

    /// Gives the memory behind whole pages within `range` back to the system, for instance after the
    /// weights there were repacked. A later read fetches them from the file again. A hint: it never fails.
    public func release(_ range: Range<Int>) {
        // Dropping pages that no file backs would lose their contents.
        guard isFileBacked else { return }
        let page = Self.pageByteCount
        let first = (max(range.lowerBound, 0) + page - 1) / page * page
        // The last page of the file may be dropped although the file does not fill it.
        let last = range.upperBound >= byteCount ? byteCount : range.upperBound / page * page
        advise(first..<max(first, last), MADV_DONTNEED)
    }

    /// Asks the system to start reading the pages that touch `range`. A hint: it returns at once and
    /// never fails.
    public func willNeed(_ range: Range<Int>) {
        let page = Self.pageByteCount
        let first = max(range.lowerBound, 0) / page * page
        advise(first..<max(first, min(range.upperBound, byteCount)), MADV_WILLNEED)
    }

    private func advise(_ range: Range<Int>, _ advice: CInt) {
        guard !range.isEmpty else { return }
        _ = unsafe madvise(UnsafeMutableRawPointer(mutating: base + range.lowerBound), range.count, advice)
    }

    private static let pageByteCount = max(Int(sysconf(Int32(_SC_PAGESIZE))), 4096)

    private static func requireContents(_ status: stat, path: String) throws(FileError) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .notAFile(path: path, kind: "a directory")
        case S_IFIFO: throw .notAFile(path: path, kind: "a pipe")
        case S_IFSOCK: throw .notAFile(path: path, kind: "a socket")
        case S_IFCHR, S_IFBLK: throw .notAFile(path: path, kind: "a device")
        default: throw .notAFile(path: path, kind: "not a regular file")
        }
        guard status.st_size > 0 else { throw .empty(path: path) }
    }
}

/// A part of a ``MappedFile``, as a value that keeps the mapping alive.
public struct MappedBytes: Sendable {
    public let file: MappedFile

    /// Position in `file`; within its bounds.
    public let range: Range<Int>

    /// - Precondition: `range` lies within `0..<file.byteCount`.
    public init(file: MappedFile, range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= file.byteCount, "range outside the mapped file")
        self.file = file
        self.range = range
    }

    public var byteCount: Int { range.count }

    /// Calls `body` with the bytes, without copying them.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try file.withBytes(range, body)
    }

    /// See ``MappedFile/release(_:)``.
    public func release() { file.release(range) }

    /// See ``MappedFile/willNeed(_:)``.
    public func willNeed() { file.willNeed(range) }
}
