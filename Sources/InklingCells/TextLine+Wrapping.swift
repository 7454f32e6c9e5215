// SPDX-License-Identifier: Apache-2.0

extension TextLine {
    /// The line as lines of at most `width` columns.
    ///
    /// The text is sanitised; line feeds in it break lines, tabs become blanks up to the next multiple of 4 columns, and
    /// blanks where a line was broken are left out. Nothing else is lost or added. A line is wider only if a single
    /// character is. There is always at least one line.
    ///
    /// - Parameters:
    ///   - hangingIndent: blanks before every line but the first; at most half the width.
    public func wrapped(to width: Int, hangingIndent: Int = 0) -> [TextLine] {
        let indent = max(0, min(hangingIndent, width / 2))
        return wrapped(to: width, continuation: TextLine(String(repeating: " ", count: indent)))
    }

    /// - Parameters:
    ///   - continuation: what stands before every line but the first; left out if it takes more than half the width.
    public func wrapped(to width: Int, continuation: TextLine) -> [TextLine] {
        let indent = continuation.width
        let prefix = indent * 2 <= width ? continuation : TextLine()
        let texts = spans.map { sanitizedForTerminal($0.text, allowingLineBreaks: true) }
        var wrapper = LineWrapper(
            width: width, continuationWidth: width - (prefix.isEmpty ? 0 : indent), blanks: .dropped)
        let text = Self.joined(texts)
        let bytes = Array(text.utf8)
        Self.feed(text, bytes, to: &wrapper)

        // Spans and lines both go forward, so each is passed once.
        var result: [TextLine] = []
        result.reserveCapacity(wrapper.lines.count)
        var span = 0
        var spanStart = 0
        for range in wrapper.lines {
            var line = result.isEmpty ? TextLine() : prefix
            var column = 0
            var start = range.lowerBound
            while span < texts.count {
                let spanEnd = spanStart + texts[span].utf8.count
                let end = min(range.upperBound, spanEnd)
                if start < end {
                    let text = Self.expandingTabs(in: bytes[start..<end], &column)
                    line.append(text, role: spans[span].role, attributes: spans[span].attributes)
                    start = end
                }
                if range.upperBound <= spanEnd { break }
                spanStart = spanEnd
                span += 1
            }
            result.append(line)
        }
        return result
    }

    private static func joined(_ texts: [String]) -> String {
        guard texts.count != 1 else { return texts[0] }
        var result = ""
        result.reserveCapacity(texts.reduce(0) { $0 + $1.utf8.count })
        for text in texts { result += text }
        return result
    }

    private static func feed(_ text: String, _ bytes: [UInt8], to wrapper: inout LineWrapper) {
        var position = 0
        let utf8 = text.utf8
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x80, position + 1 == bytes.count || bytes[position + 1] < 0x80 {
                wrapper.feed(UInt32(byte), cells: 1, at: position, length: 1)
                position += 1
            } else {
                let index = utf8.index(utf8.startIndex, offsetBy: position)
                let character = text[index]
                let length = character.utf8.count
                wrapper.feed(
                    character.unicodeScalars.first?.value ?? 0, cells: displayWidth(character), at: position,
                    length: length)
                position += length
            }
        }
        wrapper.finish(at: bytes.count)
    }

    private static func expandingTabs(in bytes: ArraySlice<UInt8>, _ column: inout Int) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard bytes.contains(UInt8(ascii: "\t")) else {
            column += displayWidth(text)
            return text
        }
        var result = ""
        for character in text {
            if character == "\t" {
                let cells = LineWrapper.cellsOfTab(at: column)
                result += String(repeating: " ", count: cells)
                column += cells
            } else {
                result.append(character)
                column += displayWidth(character)
            }
        }
        return result
    }

    /// The line cut to `width` columns, with `…` at its end if something was cut.
    public func truncated(to width: Int, mark: String = "…") -> TextLine {
        guard self.width > width else { return self }
        let room = width - displayWidth(mark)
        guard room >= 0 else { return TextLine() }
        var result = TextLine()
        var column = 0
        for span in spans {
            var kept = ""
            for character in sanitizedForTerminal(span.text) {
                let cells = displayWidth(character)
                if column + cells > room {
                    result.append(kept + mark, role: span.role, attributes: span.attributes)
                    return result
                }
                kept.append(character)
                column += cells
            }
            result.append(kept, role: span.role, attributes: span.attributes)
        }
        return result
    }
}
