// SPDX-License-Identifier: Apache-2.0

/// What a person typed to search for, as the index understands it. All words must occur, each at the beginning of a
/// word; there is no syntax, so that nothing typed can be wrong.
struct SearchQuery: Equatable {
    /// For FTS5: every word in quotes, as a prefix; nil if the index can find none of them.
    private(set) var match: String?
    /// What must occur letter by letter: words the index does not hold as such, since their script puts no blanks
    /// between words, or since they are made of signs.
    private(set) var substrings: [String] = []

    static let wordLimit = 12
    static let wordLengthLimit = 64

    init(_ text: String) {
        var phrases: [String] = []
        // Enough for all words; what was pasted by mistake may be megabytes.
        let beginning = text.unicodeScalars.prefix(4 * Self.wordLimit * Self.wordLengthLimit)
        let words = beginning.split { $0.properties.isWhitespace || $0 == "\0" }
        for word in words.prefix(Self.wordLimit) {
            let word = word.prefix(Self.wordLengthLimit)
            let isIndexed = word.contains(where: Self.isIndexed) && !word.contains(where: Self.isUnspaced)
            if isIndexed {
                let quoted = String(String.UnicodeScalarView(word)).replacing("\"", with: "\"\"")
                // After "c++" no letters are expected.
                phrases.append("\"\(quoted)\"" + (word.last.map(Self.isIndexed) == true ? "*" : ""))
            }
            if !isIndexed || Self.hasSigns(word) { substrings.append(String(String.UnicodeScalarView(word))) }
        }
        if !phrases.isEmpty { match = phrases.joined(separator: " ") }
    }

    var isEmpty: Bool { match == nil && substrings.isEmpty }

    /// For LIKE with `ESCAPE '\'`.
    var patterns: [String] {
        substrings.map { substring in
            let escaped = substring.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing(
                "_", with: "\\_")
            return "%\(escaped)%"
        }
    }

    /// Whether the index takes the character as part of a word: what `unicode61` does.
    private static func isIndexed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }

    /// Chinese, Japanese, Thai, Lao, Burmese, Khmer: the index takes a whole sentence for one word.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3005...0x3007, 0x3040...0x30FF, 0x31F0...0x31FF,
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }

    /// `c++` and `std::vector` are meant as they are written. Not so apostrophes and hyphens, which have many forms.
    private static func hasSigns(_ word: some Sequence<Unicode.Scalar>) -> Bool {
        word.allSatisfy { $0.isASCII && $0 != "'" && $0 != "-" } && word.contains { !isIndexed($0) }
    }
}
