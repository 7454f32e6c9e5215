// SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file in the making: bytes go to a temporary file beside the final path, and ``commit()`` moves it
/// there in one step. Who opens the path sees the old file or the whole new one, never a part.
///
/// Dropped without a commit, it removes the temporary file. One owner at a time; not thread-safe.
public final class StagedFile {
    public let path: String

    private let temporaryPath: String
    private var descriptor: CInt
    private var pending: [UInt8] = []
    private var isCommitted = false

    /// Bytes gathered before they go to the system, so that many small writes are cheap.
    private static let pendingLimit = 1 << 18
    private static let serial = Atomic<UInt64>(0)

    /// Makes the temporary file, in the folder of `path`, which must exist.
    public init(path: String) throws(FileError) {
        guard !path.utf8.contains(0) else { throw .notFound(path: path) }
        let number = Self.serial.wrappingAdd(1, ordering: .relaxed).newValue
        self.path = path
        temporaryPath = "\(path).\(getpid())-\(number).partial"
        descriptor = unsafe open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(path: path, code: errno, during: "creating") }
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
        if !isCommitted { _ = unsafe unlink(temporaryPath) }
    }

    /// Appends `bytes`.
    ///
    /// - Precondition: not committed yet.
    public func write(_ bytes: RawSpan) throws(FileError) {
        precondition(!isCommitted, "write after commit")
        guard bytes.byteCount < Self.pendingLimit else {
            try flush()
            try writeThrough(bytes)
            return
        }
        pending.append(contentsOf: bytes.integers(UInt8.self, count: bytes.byteCount, at: 0))
        if pending.count >= Self.pendingLimit { try flush() }
    }

    /// Makes what was written the contents of `path`, replacing a file that may be there. The contents are
    /// on the disk before the name is.
    public func commit() throws(FileError) {
        precondition(!isCommitted, "second commit")
        try flush()
        guard fsync(descriptor) == 0 else { throw FileError(path: path, code: errno, during: "writing") }
        let status = close(descriptor)
        descriptor = -1
        guard status == 0 else { throw FileError(path: path, code: errno, during: "writing") }
        guard unsafe rename(temporaryPath, path) == 0 else {
            throw FileError(path: path, code: errno, during: "moving the finished file into place")
        }
        isCommitted = true
    }

    private func flush() throws(FileError) {
        guard !pending.isEmpty else { return }
        let bytes = pending
        pending = []
        try bytes.withLittleEndianBytes { (bytes: RawSpan) throws(FileError) in try writeThrough(bytes) }
    }

    private func writeThrough(_ bytes: RawSpan) throws(FileError) {
        var code: CInt = 0
        unsafe bytes.withUnsafeBytes { buffer in
            var rest = unsafe buffer
            while unsafe !rest.isEmpty {
                let count = unsafe systemWrite(descriptor, rest.baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    code = errno
                    return
                }
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
        guard code == 0 else { throw FileError(path: path, code: code, during: "writing") }
    }
}

/// `write(2)`, under a name that methods called `write` do not hide.
@unsafe
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, bytes, count)
}
