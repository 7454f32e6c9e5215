// SPDX-License-Identifier: Apache-2.0

/// Text from outside (file names, metadata, what a model says) made safe to print: nothing in the result can move the
/// cursor, change the terminal's state, turn the direction of text, or hide what is there.
///
/// - Control characters show as their pictures: `␛` for escape, `␡` for delete.
/// - What else does not show, or turns text around (C1 controls, bidi marks, noncharacters, …), is written as its
///   number: `\u{202E}`.
/// - Marks and joiners that combine with a letter stay, ``TerminalText/markLimit`` of them in a row; what goes beyond
///   becomes one `�`.
///
/// Text that is harmless already, which is nearly all of it, is returned as it is. Applying the function again changes
/// nothing.
///
/// - Parameter allowingLineBreaks: lets line feeds and tabs pass. A carriage return never passes by itself: it would
///   write over the beginning of the line; before a line feed it is dropped.
public func sanitizedForTerminal(_ text: String, allowingLineBreaks: Bool = false) -> String {
    guard !TerminalText.isHarmlessASCII(text, allowingLineBreaks) else { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count)
    var marks = 0
    var scalars = text.unicodeScalars.makeIterator()
    var pending = scalars.next()
    while let scalar = pending {
        pending = scalars.next()
        switch TerminalText.kind(of: scalar) {
        case .plain:
            marks = 0
            result.unicodeScalars.append(scalar)
        case .mark:
            marks += 1
            if marks <= TerminalText.markLimit {
                result.unicodeScalars.append(scalar)
            } else if marks == TerminalText.markLimit + 1 {
                result.unicodeScalars.append(TerminalText.replacement)
            }
        case .harmful:
            marks = 0
            if allowingLineBreaks, scalar == "\n" || scalar == "\t" {
                result.unicodeScalars.append(scalar)
            } else if allowingLineBreaks, scalar == "\r", pending == "\n" {
                continue
            } else {
                result += TerminalText.visible(scalar)
            }
        }
    }
    return result
}

/// The same for bytes that should be UTF-8: what is not becomes `�`.
public func sanitizedForTerminal(bytes: some Collection<UInt8>, allowingLineBreaks: Bool = false) -> String {
    sanitizedForTerminal(String(decoding: bytes, as: UTF8.self), allowingLineBreaks: allowingLineBreaks)
}

/// JSON with every harmful character in it written as `\u202e`: the same value, safe to print.
///
/// - Parameter json: valid JSON, in which such characters can only stand within strings.
public func escapedForTerminal(json: String) -> String {
    guard !TerminalText.isHarmlessASCII(json, true) else { return json }
    var result = ""
    result.reserveCapacity(json.utf8.count)
    for scalar in json.unicodeScalars {
        if case .harmful = TerminalText.kind(of: scalar), scalar != "\n", scalar != "\t", scalar != "\r" {
            for unit in Character(scalar).utf16 { result += "\\u" + TerminalText.hexadecimal(UInt32(unit), digits: 4) }
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// What ``sanitizedForTerminal(_:allowingLineBreaks:)`` knows about characters.
public enum TerminalText {
    /// Marks, joiners and variation selectors that may follow one another. Stacked accents of real languages need
    /// four, an emoji that is a family of four needs three joiners, each after a character of its own.
    public static let markLimit = 8

    static let replacement: Unicode.Scalar = "\u{FFFD}"

    enum Kind {
        case plain
        /// Takes no cell of its own: combining marks, joiners, variation selectors.
        case mark
        case harmful
    }

    static func kind(of scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0xAC, 0xAE...0x2FF: return .plain
        // Zero-width space, non-joiner and joiner, word joiner and the invisible operators, soft hyphen; variation
        // selectors are marks by category.
        case 0x200B...0x200D, 0x2060...0x2064, 0xAD: return .mark
        // Fillers: letters by category that leave a blank or nothing.
        case 0x115F, 0x1160, 0x3164, 0xFFA0: return .mark
        // Signs of Arabic and other scripts that go before a number or word, and do show.
        case 0x0600...0x0605, 0x06DD, 0x070F, 0x0890...0x0891, 0x08E2, 0x110BD, 0x110CD: return .plain
        // Noncharacters.
        case 0xFDD0...0xFDEF: return .harmful
        case let value where value & 0xFFFE == 0xFFFE: return .harmful
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return .harmful
        case .nonspacingMark, .enclosingMark: return .mark
        default: return .plain
        }
    }

    /// A harmful character as characters that show.
    static func visible(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0..<0x20: return Unicode.Scalar(0x2400 + scalar.value).map { String(Character($0)) } ?? "\u{FFFD}"
        case 0x7F: return "\u{2421}"
        default: return "\\u{\(hexadecimal(scalar.value, digits: 4))}"
        }
    }

    static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    static func isHarmlessASCII(_ text: String, _ allowingLineBreaks: Bool) -> Bool {
        text.utf8.allSatisfy {
            (0x20...0x7E).contains($0) || (allowingLineBreaks && ($0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\t")))
        }
    }
}
