// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

/// Titles and first lines: text of any kind made into one short line that is safe to print.
public enum ChatTitle {
    /// Cells that a title takes at most.
    public static let width = 60

    /// Scalars that are looked at: a message may be ten megabytes without a line end.
    private static let scanLimit = 1 << 14

    /// A title for a chat that begins with this message: its first line that says something, cut after a word. Empty
    /// if no line does.
    public static func make(from message: String) -> String { line(of: message, width: width) }

    /// The first line that is not blank, sanitised, with single blanks, cut to a width after a word where that leaves
    /// at least half, and within one where not.
    static func line(of text: String, width: Int) -> String {
        let first = text.unicodeScalars.prefix(scanLimit).split { $0.isLineEnd }
            .lazy.map { collapsed($0, limit: width) }.first { !$0.isEmpty }
        return cut(sanitizedForTerminal(first ?? ""), to: width)
    }

    private static func collapsed(_ line: some Collection<Unicode.Scalar>, limit: Int) -> String {
        var result = String.UnicodeScalarView()
        var needsBlank = false
        for scalar in line.prefix(limit * 16) {
            if scalar.properties.isWhitespace {
                needsBlank = !result.isEmpty
            } else {
                if needsBlank { result.append(" ") }
                needsBlank = false
                result.append(scalar)
            }
        }
        return String(result)
    }

    static func cut(_ text: String, to width: Int) -> String {
        guard displayWidth(text) > width else { return text }
        var end = text.startIndex
        var cells = 0
        while end < text.endIndex {
            cells += displayWidth(text[end])
            // One cell for the ellipsis.
            guard cells < width else { break }
            end = text.index(after: end)
        }
        var kept = text[..<end]
        if end < text.endIndex, text[end] != " ", let blank = kept.lastIndex(of: " "),
            displayWidth(String(kept[..<blank])) * 2 >= width
        {
            kept = kept[..<blank]
        }
        while kept.last == " " { kept.removeLast() }
        return kept + "…"
    }
}

extension Unicode.Scalar {
    fileprivate var isLineEnd: Bool {
        switch self {
        case "\n", "\r", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }
}
