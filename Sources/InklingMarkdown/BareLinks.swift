// SPDX-License-Identifier: Apache-2.0

/// Finds addresses that stand in a text without any markup.
enum BareLinks {
    struct Part {
        var text: Substring
        var isLink: Bool
    }

    /// The text in pieces. An address begins with `http://` or `https://` and ends before a blank, a quotation mark or
    /// an angle bracket, and before the punctuation at its end.
    static func parts(of text: String) -> [Part] {
        let bytes = text.utf8
        var parts: [Part] = []
        var start = bytes.startIndex
        var search = bytes.startIndex
        while let colon = bytes[search...].firstIndex(of: UInt8(ascii: ":")) {
            search = bytes.index(after: colon)
            guard let first = schemeStart(before: colon, in: bytes, from: start) else { continue }
            let end = addressEnd(after: colon, in: bytes)
            guard bytes.distance(from: colon, to: end) > 3 else { continue }
            if start < first { parts.append(Part(text: text[start..<first], isLink: false)) }
            parts.append(Part(text: text[first..<end], isLink: true))
            (start, search) = (end, end)
        }
        if start < bytes.endIndex { parts.append(Part(text: text[start...], isLink: false)) }
        return parts
    }

    private static func schemeStart(
        before colon: String.UTF8View.Index, in bytes: String.UTF8View, from start: String.UTF8View.Index
    ) -> String.UTF8View.Index? {
        guard bytes[colon...].starts(with: "://".utf8) else { return nil }
        for scheme in ["https", "http"] {
            guard let first = bytes.index(colon, offsetBy: -scheme.utf8.count, limitedBy: start) else { continue }
            if bytes[first..<colon].elementsEqual(scheme.utf8) {
                return first > start && isWord(bytes[bytes.index(before: first)]) ? nil : first
            }
        }
        return nil
    }

    private static func addressEnd(after colon: String.UTF8View.Index, in bytes: String.UTF8View)
        -> String.UTF8View.Index
    {
        var depth = 0
        var end = bytes.index(after: colon)
        while end < bytes.endIndex {
            let byte = bytes[end]
            if byte <= 0x20 || byte == 0x7F || "<>\"`".utf8.contains(byte) { break }
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") {
                if depth == 0 { break }
                depth -= 1
            }
            end = bytes.index(after: end)
        }
        while end > colon {
            let last = bytes.index(before: end)
            guard ".,;:!?'*_]".utf8.contains(bytes[last]) else { break }
            end = last
        }
        return end
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte >= 0x80
    }
}
