// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The database as a file: made for its owner only, and put aside when it is damaged.
enum StoreFile {
    /// Makes the file, empty, before SQLite would with permissions for all; its journals get the same permissions.
    ///
    /// - Returns: whether it is new.
    static func makePrivate(_ path: String) throws -> Bool {
        let obstacle = makeFolders(for: path)
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            return true
        }
        // Of a folder that is not there one wants to know why it could not be made.
        let reason = errno == ENOENT ? obstacle ?? ENOENT : errno
        guard reason == EEXIST else { throw fileError(path, reason) }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw fileError(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError.cannotOpen(path: path, reason: "it is not a regular file")
        }
        if status.st_mode & 0o077 != 0, status.st_uid == geteuid() { unsafe chmod(path, 0o600) }
        return status.st_size == 0
    }

    static func byteCount(_ path: String) -> Int {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    static func immutableURI(_ path: String) -> String {
        let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        let escaped = path.utf8.flatMap { byte in
            unreserved.contains(byte) ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return "file:" + String(decoding: escaped, as: UTF8.self) + "?immutable=1"
    }

    /// - Returns: why the last of them could not be made, if it was not there.
    private static func makeFolders(for path: String) -> CInt? {
        var obstacle: CInt?
        var folder = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            obstacle = unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST ? nil : obstacle ?? errno
        }
        return obstacle
    }

    private static func fileError(_ path: String, _ reason: CInt) -> StoreError {
        switch reason {
        case EACCES, EPERM, EROFS: .readOnly(path: path)
        case ENOSPC, EDQUOT: .diskFull(path: path)
        default: .cannotOpen(path: path, reason: unsafe String(cString: strerror(reason)))
        }
    }

    /// Tells a file from another that took its name later; nil if there is none.
    static func identity(of path: String) -> UInt64? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? UInt64(truncatingIfNeeded: status.st_ino) : nil
    }

    enum PuttingAside: Equatable {
        case keptAt(String)
        /// There is another file of that name now: another program has found the same, and begun a new one.
        case doneByOther
        case impossible
    }

    /// Renames a damaged file and its journals.
    ///
    /// - Parameter identity: the file's from before it was found damaged.
    static func putAside(_ path: String, _ identity: UInt64?, now: Timestamp) -> PuttingAside {
        // Held on the damaged file itself: who waits for it finds afterwards that the name is another's.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT ? .doneByOther : .impossible }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { return .impossible }
        }
        var held = stat()
        guard unsafe fstat(descriptor, &held) == 0, UInt64(truncatingIfNeeded: held.st_ino) == identity,
            self.identity(of: path) == identity
        else { return .doneByOther }

        let base = "\(path).corrupt-\(now.compact)"
        for number in 1...1000 {
            let aside = number == 1 ? base : "\(base)-\(number)"
            guard unsafe access(aside, F_OK) != 0 else { continue }
            // The journals first: once the name is free they may be another's.
            for suffix in ["-wal", "-shm"] { unsafe rename(path + suffix, aside + suffix) }
            return unsafe rename(path, aside) == 0 ? .keptAt(aside) : .impossible
        }
        return .impossible
    }
}
