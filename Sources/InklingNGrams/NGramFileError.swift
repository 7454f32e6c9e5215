// SPDX-License-Identifier: Apache-2.0

public import InklingTensor

/// Why an n-gram store could not be built or opened.
public enum NGramFileError: Error, Sendable, Equatable {
    case file(FileError)
    case notAStore(path: String)
    case unknownVersion(path: String, version: UInt64, known: UInt64)
    /// What is wrong completes "the file is damaged: …".
    case damaged(path: String, finding: String)
    case otherVocabulary(path: String, storeTokens: Int, modelTokens: Int)
    case vocabularyTooLarge(count: Int, limit: Int)
    case tokenOutsideVocabulary(token: Int32, count: Int)
    case tooMany(path: String, order: Int)
    case nothingCounted
    /// A text whose n-grams were to be counted on the spot.
    case textTooLong(path: String, limit: Int)
    case cancelled
}

extension NGramFileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let error): return error.description
        case .notAStore(let path): return "\"\(path)\" is not an n-gram store"
        case .unknownVersion(let path, let version, let known):
            return "\"\(path)\" is an n-gram store of version \(version); this program reads version \(known). "
                + "Build it again"
        case .damaged(let path, let finding):
            return "the n-gram store \"\(path)\" is damaged: \(finding). Build it again"
        case .otherVocabulary(let path, let storeTokens, let modelTokens):
            return "\"\(path)\" was counted with another vocabulary (\(storeTokens) tokens) than the model's "
                + "(\(modelTokens) tokens). Build a store with this model"
        case .vocabularyTooLarge(let count, let limit):
            return "the vocabulary has \(count) tokens; an n-gram store counts at most \(limit)"
        case .tokenOutsideVocabulary(let token, let count):
            return "token \(token) is not in the vocabulary of \(count) tokens"
        case .tooMany(let path, let order):
            return
                "\"\(path)\": more different \(order)-grams than a store can hold. Raise the minimum count of order \(order)"
        case .textTooLong(let path, let limit):
            return
                "\"\(path)\" is longer than \(limit >> 20) MiB, too long to count its n-grams each time. Make a store of it "
                + "with \"inkling ngrams build\""
        case .nothingCounted: return "the texts hold no tokens to count"
        case .cancelled: return "cancelled"
        }
    }
}
