// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the system says about a path, links followed.
struct FileStatus: Equatable {
    enum Kind { case file, folder, other }

    /// Tells whether two paths lead to the same file.
    struct Identity: Hashable {
        var device: UInt64
        var number: UInt64
    }

    var kind: Kind
    var identity: Identity
    var byteCount: Int

    /// Nil if nothing is there, the link leads nowhere or in a circle, or we may not look.
    init?(path: String) {
        guard !path.utf8.contains(0) else { return nil }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        default: kind = .other
        }
        identity = Identity(
            device: UInt64(truncatingIfNeeded: status.st_dev), number: UInt64(truncatingIfNeeded: status.st_ino))
        byteCount = max(0, Int(clamping: status.st_size))
    }
}

/// The names in a folder, in order, without `.` and `..`.
struct FolderListing {
    var names: [String]
    /// Names that are not UTF-8 and so cannot be opened; shown with `�` in place of what is wrong.
    var invalidNames: [String] = []
    /// Whether there were more names than were asked for.
    var isCut = false

    /// At most `limit` names of the folder at `path`; nil if it cannot be read.
    init?(path: String, limit: Int) {
        guard !path.utf8.contains(0), let folder = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(folder) }
        names = []
        while let entry = unsafe readdir(folder) {
            let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            if bytes == [0x2E] || bytes == [0x2E, 0x2E] { continue }
            guard names.count + invalidNames.count < limit else {
                isCut = true
                break
            }
            if let name = String(validating: bytes, as: UTF8.self) {
                names.append(name)
            } else {
                invalidNames.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        names.sort()
        invalidNames.sort()
    }
}

/// Small files of others, read with a bound.
enum SmallFile {
    /// The bytes of the file at `path`; nil if it cannot be read, is no regular file, or is larger than `limit`.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        guard !path.utf8.contains(0) else { return nil }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        // The size is not asked for: files of /proc have none.
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit, 1 << 16) + 1)
        while bytes.count <= limit {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe systemRead(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
        return nil
    }
}

/// `read(2)`, under a name that methods called `read` do not hide.
@unsafe
private func systemRead(_ descriptor: CInt, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(descriptor, target, count)
}
