// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why a file could not be read or written.
public enum FileError: Error, Sendable, Equatable {
    case notFound(path: String)
    case permissionDenied(path: String)
    /// `kind` completes "it is …".
    case notAFile(path: String, kind: String)
    case empty(path: String)
    /// The system refused; `operation` begins "… failed", `code` is the system's error number.
    case system(path: String, operation: String, code: Int32)

    init(path: String, code: Int32, during operation: String) {
        switch code {
        case ENOENT, ENOTDIR: self = .notFound(path: path)
        case EACCES, EPERM: self = .permissionDenied(path: path)
        default: self = .system(path: path, operation: operation, code: code)
        }
    }

    public var path: String {
        switch self {
        case .notFound(let path), .permissionDenied(let path), .notAFile(let path, _), .empty(let path),
            .system(let path, _, _):
            return path
        }
    }

    /// The reason without the path, for messages that have named the file already.
    public var reason: String {
        switch self {
        case .notFound: return "no such file"
        case .permissionDenied: return "permission denied"
        case .notAFile(_, let kind): return "it is \(kind)"
        case .empty: return "the file is empty"
        case .system(_, let operation, let code): return "\(operation) failed: \(Self.text(of: code))"
        }
    }

    private static func text(of code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "system error \(code)" }
        return unsafe String(cString: text)
    }
}

extension FileError: CustomStringConvertible {
    public var description: String { "\"\(path)\": \(reason)" }
}
