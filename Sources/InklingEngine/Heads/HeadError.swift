// SPDX-License-Identifier: Apache-2.0

public import InklingGGUF

/// Why an acceptance head cannot be used.
public enum HeadError: Error, Sendable, Equatable {
    case file(GGUFError)
    /// The file holds something else.
    case notAHead(path: String, architecture: String?)
    case unknownVersion(path: String, version: Int, known: Int)
    /// A value or tensor is missing, or not what it should be.
    case malformed(path: String, reason: String)
    /// It was trained for other models.
    case wrongPair(path: String, reasons: [String])
}

extension HeadError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let error): return error.description
        case .notAHead(let path, let architecture):
            let what = architecture.map { "a file of the architecture \"\($0)\"" } ?? "a file without an architecture"
            return "\"\(path)\" is no acceptance head: it is \(what)"
        case .unknownVersion(let path, let version, let known):
            return "cannot use the acceptance head \"\(path)\": it has version \(version), and only \(known) is known"
        case .malformed(let path, let reason):
            return "cannot use the acceptance head \"\(path)\": \(reason)"
        case .wrongPair(let path, let reasons):
            return "the acceptance head \"\(path)\" was trained for other models: \(reasons.joined(separator: "; "))"
        }
    }

    /// What to try next, where that helps.
    public var hint: String? {
        switch self {
        case .wrongPair, .unknownVersion: "\"inkling tune -m TARGET -d DRAFT -o HEAD.gguf\" trains one for this pair"
        case .notAHead: "\"inkling tune\" makes acceptance heads"
        case .file, .malformed: nil
        }
    }
}
