// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer

/// Token ids as text: numbers with spaces, line breaks or commas between them.
enum TokenList {
    /// - Parameter source: where the text came from, for messages.
    static func parse(_ text: [UInt8], from source: String) throws -> [TokenID] {
        var tokens: [TokenID] = []
        for word in text.split(whereSeparator: { $0 == 44 || $0 == 32 || (9...13).contains($0) }) {
            guard word.allSatisfy({ (48...57).contains($0) }), let id = Int32(String(decoding: word, as: UTF8.self))
            else {
                throw Failure(
                    "\(source): \"\(excerpt(word))\" is no token id; ids are whole numbers, with spaces or commas",
                    hint: "\"inkling tokenize\" turns text into token ids")
            }
            tokens.append(TokenID(id))
        }
        return tokens
    }

    /// Refuses ids that the vocabulary does not have: they would stand for nothing.
    static func check(_ tokens: [TokenID], vocabularySize: Int, from source: String) throws {
        for token in tokens where token.rawValue < 0 || Int(token.rawValue) >= vocabularySize {
            throw Failure("\(source): token \(token) is not in the vocabulary (0 to \(vocabularySize - 1))")
        }
    }

    /// The ids with a space between, and a line break at the end.
    static func line(_ tokens: [TokenID]) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(tokens.count * 6 + 1)
        for token in tokens {
            if !line.isEmpty { line.append(32) }
            line += String(token.rawValue).utf8
        }
        line.append(10)
        return line
    }

    /// The beginning of what somebody typed, fit for a message.
    private static func excerpt(_ word: ArraySlice<UInt8>) -> String {
        let limit = 24
        let text = String(decoding: word.prefix(limit), as: UTF8.self)
        let visible = text.unicodeScalars.map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "\u{FFFD}" : String(scalar)
        }
        return visible.joined() + (word.count > limit ? "…" : "")
    }
}
