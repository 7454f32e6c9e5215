// SPDX-License-Identifier: Apache-2.0

/// Why a model could not be loaded or run.
public enum ModelError: Error, Sendable, Equatable {
    case unknownArchitecture(name: String, known: [String])
    case missingMetadata(key: String)
    case badMetadata(key: String, reason: String)
    case missingTensor(name: String)
    case wrongShape(tensor: String, expected: [Int], found: [Int])
    case unsupportedType(tensor: String, type: String, known: [String])
    case noTokenizer(reason: String)
    case vocabularyOnly
    case contextFull(capacity: Int)
    case tokenOutOfRange(token: Int, vocabulary: Int)
    case outOfMemory(byteCount: Int, what: String)
    case cancelled
    case file(String)
}

extension ModelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownArchitecture(let name, let known):
            "unknown architecture \"\(name)\"; known: \(known.joined(separator: ", "))"
        case .missingMetadata(let key): "the file has no value for \"\(key)\", which its architecture needs"
        case .badMetadata(let key, let reason): "bad value for \"\(key)\": \(reason)"
        case .missingTensor(let name): "tensor \"\(name)\" is missing"
        case .wrongShape(let tensor, let expected, let found):
            "tensor \"\(tensor)\" has shape \(found), expected \(expected)"
        case .unsupportedType(let tensor, let type, let known):
            "tensor \"\(tensor)\" has type \(type), which is not supported; supported: \(known.joined(separator: ", "))"
        case .noTokenizer(let reason): "no usable tokenizer: \(reason)"
        case .vocabularyOnly: "the file holds a vocabulary but no weights"
        case .contextFull(let capacity): "the context is full (\(capacity) tokens)"
        case .tokenOutOfRange(let token, let vocabulary):
            "token \(token) is not in the vocabulary (0 to \(vocabulary - 1))"
        case .outOfMemory(let byteCount, let what): "cannot allocate \(byteCount) bytes for \(what)"
        case .cancelled: "cancelled"
        case .file(let message): message
        }
    }
}
