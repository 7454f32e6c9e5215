// SPDX-License-Identifier: Apache-2.0

/// Cuts text into what stands in one cell, or in two that belong together.
///
/// Mostly that is a character as the reader sees it. But where such a character takes several places in a terminal, as
/// syllables of Indic scripts do, each is a piece of its own, since terminals place them so.
enum CellText {
    /// Scalars in one cell; what goes beyond is left out. A family of four takes seven.
    static let scalarLimit = 16

    /// Calls `body` with the text and width (1 or 2) of each piece, until it returns false. What takes no cell and has
    /// nothing before it to combine with is left out. The text is sanitised on the way, only as far as it is used.
    static func forEachPiece(of text: String, _ body: (String, Int) -> Bool) {
        for character in text {
            if let byte = character.utf8.first, byte < 0x7F, character.utf8.count == 1, byte >= 0x20 {
                guard body(ascii[Int(byte)], 1) else { return }
                continue
            }
            for harmless in sanitizedForTerminal(String(character)) {
                if DisplayWidth.isEmojiSequence(harmless) {
                    guard body(bounded(harmless), 2) else { return }
                } else {
                    guard forEachPart(of: harmless, body) else { return }
                }
            }
        }
    }

    private static func forEachPart(of character: Character, _ body: (String, Int) -> Bool) -> Bool {
        var part = String.UnicodeScalarView()
        var count = 0
        var width = 0
        for scalar in character.unicodeScalars {
            let cells = DisplayWidth.cells(of: scalar)
            if cells > 0 {
                if width > 0, !body(String(part), width) { return false }
                part = String.UnicodeScalarView()
                part.append(scalar)
                (count, width) = (1, cells)
            } else if width > 0, count < scalarLimit {
                part.append(scalar)
                count += 1
            }
        }
        return width == 0 || body(String(part), width)
    }

    private static func bounded(_ character: Character) -> String {
        let scalars = character.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: scalarLimit, limitedBy: scalars.endIndex) else {
            return String(character)
        }
        return String(scalars[..<end])
    }

    /// A string for every ASCII character, so that none is made while drawing.
    static let ascii: [String] = (0..<128).map { String(Character(Unicode.Scalar(UInt8($0)))) }
}
