// SPDX-License-Identifier: Apache-2.0

/// Cells that text takes in a terminal, line by line as it is printed: 2 for East Asian wide characters and emoji, 0 for
/// what combines with the character before. Characters of ambiguous width count 1.
///
/// The text should be sanitised first; control characters count 0.
public func displayWidth(_ text: String) -> Int {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text.utf8.count }
    return text.reduce(0) { $0 + displayWidth($1) }
}

/// Cells that one character, as a reader sees it, takes: mostly 0, 1 or 2; syllables of Indic and other scripts, whose
/// parts stand beside one another, take one for each of them.
public func displayWidth(_ character: Character) -> Int {
    if let byte = character.utf8.first, byte < 0x7F, character.utf8.count == 1 { return byte < 0x20 ? 0 : 1 }
    let scalars = character.unicodeScalars
    if let first = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex {
        return DisplayWidth.cells(of: first)
    }
    if DisplayWidth.isEmojiSequence(character) { return 2 }
    return scalars.reduce(0) { $0 + DisplayWidth.cells(of: $1) }
}

extension String {
    /// The text with blanks after it (or before it) up to `width` cells; unchanged if it is as wide already.
    public func padded(to width: Int, alignedRight: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - displayWidth(self)))
        return alignedRight ? blanks + self : self + blanks
    }
}

enum DisplayWidth {
    /// Whether several scalars make one picture, two cells wide: a flag, a keycap, a text character shown as an emoji, a
    /// skin tone, people joined to a family.
    static func isEmojiSequence(_ character: Character) -> Bool {
        let scalars = character.unicodeScalars
        guard let first = scalars.first, first.properties.isEmoji else { return false }
        var isRegional = (0x1F1E6...0x1F1FF).contains(first.value)
        var previous = first.value
        for scalar in scalars.dropFirst() {
            switch scalar.value {
            case 0xFE0F, 0x1F3FB...0x1F3FF: return true
            case 0x1F1E6...0x1F1FF:
                if isRegional { return true }
                isRegional = false
            default: if previous == 0x200D, scalar.properties.isEmoji { return true }
            }
            previous = scalar.value
        }
        return false
    }

    static func cells(of scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return (0x20...0x7E).contains(value) || value >= 0xA0 && value != 0xAD ? 1 : 0 }
        // Most of Chinese, Japanese and Korean, which is much text: kana, ideographs, Hangul.
        switch value {
        case 0x3041...0x3096, 0x30A0...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3: return 2
        default: break
        }
        // Vowels and finals of Hangul join the consonant before them.
        if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format, .lineSeparator, .paragraphSeparator: return 0
        default: return isWide(value) ? 2 : 1
        }
    }

    private static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        var low = 0
        var high = wide.count
        while low < high {
            let middle = (low + high) / 2
            if wide[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < wide.count && wide[low].contains(value)
    }

    /// East Asian Width W and F of Unicode 14, ascending; gaps between them that hold no characters are closed.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0, 0x23F3...0x23F3,
        0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x267F...0x267F, 0x2693...0x2693, 0x26A1...0x26A1,
        0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE...0x26CE, 0x26D4...0x26D4, 0x26EA...0x26EA,
        0x26F2...0x26F3, 0x26F5...0x26F5, 0x26FA...0x26FA, 0x26FD...0x26FD, 0x2705...0x2705, 0x270A...0x270B,
        0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797,
        0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2B55...0x2B55, 0x2E80...0x303E,
        0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAD9,
        0xFE10...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x1B2FB, 0x1F004...0x1F004, 0x1F0CF...0x1F0CF,
        0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C,
        0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4,
        0x1F3F8...0x1F43E, 0x1F440...0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F54E,
        0x1F550...0x1F567, 0x1F57A...0x1F57A, 0x1F595...0x1F596, 0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F,
        0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC, 0x1F6D0...0x1F6D2, 0x1F6D5...0x1F6DF, 0x1F6EB...0x1F6EC,
        0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7F0, 0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF,
        0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
    ]
}
