// SPDX-License-Identifier: Apache-2.0

/// The classes of a Unicode scalar that pre-tokenizers ask about.
struct CharacterClass: OptionSet, Sendable {
    var rawValue: UInt16

    /// `\p{L}`
    static let letter = CharacterClass(rawValue: 1 << 0)
    /// `\p{N}`
    static let number = CharacterClass(rawValue: 1 << 1)
    /// `\p{M}`
    static let mark = CharacterClass(rawValue: 1 << 2)
    /// `\p{P}`
    static let punctuation = CharacterClass(rawValue: 1 << 3)
    /// `\p{S}`
    static let symbol = CharacterClass(rawValue: 1 << 4)
    /// `\s`
    static let whitespace = CharacterClass(rawValue: 1 << 5)
    /// Anything else: controls, format characters, private use, unassigned.
    static let other = CharacterClass(rawValue: 1 << 6)
    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`: what may stand in the capital part of a word.
    static let capitalPart = CharacterClass(rawValue: 1 << 7)
    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`: what may stand in the small part of a word.
    static let smallPart = CharacterClass(rawValue: 1 << 8)
    /// `\d`
    static let decimal = CharacterClass(rawValue: 1 << 9)
    /// `\w` but for the above: connector punctuation such as `_`, and numbers that are letters.
    static let connector = CharacterClass(rawValue: 1 << 10)

    init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    init(of scalar: Unicode.Scalar) {
        let properties = scalar.properties
        var result: CharacterClass =
            switch properties.generalCategory {
            case .uppercaseLetter, .titlecaseLetter: [.letter, .capitalPart]
            case .lowercaseLetter: [.letter, .smallPart]
            case .modifierLetter, .otherLetter: [.letter, .capitalPart, .smallPart]
            case .nonspacingMark, .spacingMark, .enclosingMark: [.mark, .capitalPart, .smallPart]
            case .decimalNumber: [.number, .decimal]
            case .letterNumber: [.number, .connector]
            case .otherNumber: .number
            case .connectorPunctuation: [.punctuation, .connector]
            case .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
                .otherPunctuation:
                .punctuation
            case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: .symbol
            default: .other
            }
        if properties.isWhitespace {
            result = [.whitespace]
        }
        self = result
    }

    /// Whether any of `classes` applies.
    @inline(__always)
    func isAny(of classes: CharacterClass) -> Bool {
        rawValue & classes.rawValue != 0
    }

    /// The classes of the Basic Multilingual Plane; surrogates, which no text has, count as other.
    static let basicPlane: [CharacterClass] = (UInt32(0)..<0x10000).map { value in
        Unicode.Scalar(value).map(CharacterClass.init(of:)) ?? .other
    }
}
