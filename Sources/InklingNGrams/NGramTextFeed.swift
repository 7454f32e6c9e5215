// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Takes a text's bytes as they come and gives their tokens to a builder, in pieces that end where tokens do.
///
/// A piece ends after a line break that no blank follows, which is the end of a token in every vocabulary in use; only
/// where a text has none for a megabyte is a token perhaps cut in two.
public struct NGramTextFeed: Sendable {
    private let tokenizer: any Tokenizer
    private var pending: [UInt8] = []

    /// Bytes that are waited with.
    private static let pieceByteCount = 1 << 16
    private static let longestPiece = 1 << 20

    public init(_ tokenizer: any Tokenizer) {
        self.tokenizer = tokenizer
    }

    public mutating func add(_ bytes: ArraySlice<UInt8>, to builder: inout NGramBuilder) throws(NGramFileError) {
        pending.append(contentsOf: bytes)
        guard pending.count >= Self.pieceByteCount else { return }
        guard let end = Self.cut(pending) ?? (pending.count >= Self.longestPiece ? Self.characterEnd(pending) : nil)
        else { return }
        try builder.add(tokenizer.encode(Array(pending[..<end]), special: .ignore))
        pending.removeFirst(end)
    }

    /// Ends the text.
    public mutating func end(_ builder: inout NGramBuilder) throws(NGramFileError) {
        if !pending.isEmpty { try builder.add(tokenizer.encode(pending, special: .ignore)) }
        pending.removeAll(keepingCapacity: true)
        try builder.endText()
    }

    private static func cut(_ bytes: [UInt8]) -> Int? {
        var index = bytes.count - 1
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
