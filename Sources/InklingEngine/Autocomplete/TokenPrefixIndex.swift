// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer

/// The tokens of text in order of their bytes, so that those that begin with some bytes are found at once.
struct TokenPrefixIndex: Sendable {
    private let vocabulary: Vocabulary
    private let sorted: [TokenID]

    /// - Complexity: O(n log n) for n tokens; to be made once.
    init(_ vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        var entries: [(bytes: [UInt8], token: TokenID)] = []
        for index in 0..<vocabulary.count {
            let token = TokenID(Int32(index))
            guard Self.isText(token, in: vocabulary) else { continue }
            let bytes = vocabulary.bytes(of: token)
            if !bytes.isEmpty { entries.append((bytes, token)) }
        }
        entries.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        sorted = entries.map(\.token)
    }

    static func isText(_ token: TokenID, in vocabulary: Vocabulary) -> Bool {
        guard vocabulary.contains(token), !vocabulary.isEndOfGeneration(token) else { return false }
        return switch vocabulary.type(of: token) {
        case .normal, .byte: true
        case .unknown, .control, .userDefined, .unused: false
        }
    }

    /// Rising.
    func tokens(beginningWith prefix: [UInt8]) -> [TokenID] {
        var low = 0, high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if vocabulary.bytes(of: sorted[middle]).lexicographicallyPrecedes(prefix) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let found = sorted[low...].prefix { vocabulary.bytes(of: $0).starts(with: prefix) }
        return found.sorted()
    }
}
