// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// The tokens of text in order of their bytes, so that those that begin with some bytes are found at once.
public struct TokenPrefixIndex: Sendable {
    private let vocabulary: Vocabulary
    private let sorted: [TokenID]
    /// Bytes of the longest token.
    let longestByteCount: Int
    /// Whether some token has a blank behind something else, so that words are not where tokens end.
    let hasTokensAcrossWords: Bool

    /// - Complexity: O(n log n) for n tokens; to be made once.
    public init(_ vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        var entries: [(bytes: [UInt8], token: TokenID)] = []
        var longest = 0
        var spansWords = false
        for index in 0..<vocabulary.count {
            let token = TokenID(Int32(truncatingIfNeeded: index))
            guard Self.isText(token, in: vocabulary) else { continue }
            let bytes = vocabulary.bytes(of: token)
            guard !bytes.isEmpty else { continue }
            longest = max(longest, bytes.count)
            spansWords = spansWords || zip(bytes, bytes.dropFirst()).contains { $0 > 0x20 && $1 == 0x20 }
            entries.append((bytes, token))
        }
        entries.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        sorted = entries.map(\.token)
        longestByteCount = longest
        hasTokensAcrossWords = spansWords
    }

    /// Whether a token stands for bytes of text, and for nothing else.
    public static func isText(_ token: TokenID, in vocabulary: Vocabulary) -> Bool {
        guard vocabulary.contains(token), !vocabulary.isEndOfGeneration(token) else { return false }
        return switch vocabulary.type(of: token) {
        case .normal, .byte: true
        case .unknown, .control, .userDefined, .unused: false
        }
    }

    /// Rising.
    /// - Parameter isLonger: whether those that are just these bytes are left out.
    public func tokens(beginningWith prefix: [UInt8], isLonger: Bool = false) -> [TokenID] {
        var low = 0, high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if vocabulary.bytes(of: sorted[middle]).lexicographicallyPrecedes(prefix) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        var found: [TokenID] = []
        for token in sorted[low...] {
            let bytes = vocabulary.bytes(of: token)
            guard bytes.starts(with: prefix) else { break }
            if !isLonger || bytes.count > prefix.count { found.append(token) }
        }
        return found.sorted()
    }
}
