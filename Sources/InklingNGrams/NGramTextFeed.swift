// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Takes the bytes of texts as they come and gives their tokens to a builder, in pieces that end where tokens do.
///
/// A piece ends after a line break that no blank follows, which is the end of a token in every vocabulary in use; only
/// where a text has none for a megabyte is a token perhaps cut in two.
public struct NGramTextFeed: Sendable {
    private let tokenizer: any Tokenizer
    private let separator: [UInt8]
    private var pending: [UInt8] = []
    /// Where a line begins that has not been compared with the separator.
    private var line = 0

    /// Bytes that are waited with.
    private static let pieceByteCount = 1 << 16
    private static let longestPiece = 1 << 20

    /// - Parameter separator: a line that is this ends a text and is no part of it; empty for none.
    public init(_ tokenizer: any Tokenizer, separator: String = "") {
        self.tokenizer = tokenizer
        self.separator = Array(separator.utf8)
    }

    public mutating func add(_ bytes: ArraySlice<UInt8>, to builder: inout NGramBuilder) throws(NGramFileError) {
        pending.append(contentsOf: bytes)
        if !separator.isEmpty { try splitTexts(&builder, isEnd: false) }
        guard pending.count >= Self.pieceByteCount else { return }
        guard
            let end = Self.cut(pending, before: separator.isEmpty ? pending.count : line)
                ?? (pending.count >= Self.longestPiece ? Self.characterEnd(pending) : nil)
        else { return }
        try encode(..<end, &builder)
    }

    /// Ends the text.
    public mutating func end(_ builder: inout NGramBuilder) throws(NGramFileError) {
        if !separator.isEmpty { try splitTexts(&builder, isEnd: true) }
        try encode(..<pending.count, &builder)
        try builder.endText()
    }

    private mutating func encode(_ part: PartialRangeUpTo<Int>, _ builder: inout NGramBuilder) throws(NGramFileError) {
        guard part.upperBound > 0 else { return }
        try builder.add(tokenizer.encode(Array(pending[part]), special: .ignore))
        pending.removeFirst(part.upperBound)
        line = max(0, line - part.upperBound)
    }

    /// Ends texts at the separators that are there as whole lines.
    private mutating func splitTexts(_ builder: inout NGramBuilder, isEnd: Bool) throws(NGramFileError) {
        var start = 0
        while line < pending.count {
            let end = pending[line...].firstIndex(of: 0x0A)
            guard let end = end ?? (isEnd ? pending.count : nil) else { break }
            // Other systems end lines with two bytes.
            let last = end > line && pending[end - 1] == 0x0D ? end - 1 : end
            if last - line == separator.count, pending[line..<last].elementsEqual(separator) {
                // The line break before the separator is the separator's.
                let text = line > start ? line - 1 : start
                if text > start {
                    try builder.add(tokenizer.encode(Array(pending[start..<text]), special: .ignore))
                }
                try builder.endText()
                start = min(end + 1, pending.count)
            }
            line = min(end + 1, pending.count)
        }
        pending.removeFirst(start)
        line -= start
    }

    /// - Parameter limit: what comes behind it is not looked at.
    private static func cut(_ bytes: [UInt8], before limit: Int) -> Int? {
        var index = min(bytes.count, limit) - 1
        while index > 0 {
            if bytes[index - 1] == 0x0A, bytes[index] > 0x20 { return index }
            index -= 1
        }
        return nil
    }

    /// The last place that is not within a UTF-8 sequence.
    private static func characterEnd(_ bytes: [UInt8]) -> Int {
        for end in (max(1, bytes.count - 4)..<bytes.count).reversed() where bytes[end] & 0xC0 != 0x80 { return end }
        return bytes.count
    }
}
