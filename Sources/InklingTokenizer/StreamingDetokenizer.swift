// SPDX-License-Identifier: Apache-2.0

/// Makes text from tokens as they come. What `append` returns is final: a character whose last bytes are still to
/// come is held back, and everything returned, joined, is the text of all bytes together.
///
/// Bytes that no character begins with or continues become U+FFFD, as `String(decoding:as:)` does it.
public struct StreamingDetokenizer: Sendable {
    /// What becomes of tokens that steer the model.
    public enum ControlTokens: Sendable, Equatable {
        case hide
        /// They show by name.
        case show
    }

    private let vocabulary: Vocabulary
    private let controlTokens: ControlTokens
    private var held: [UInt8] = []
    private var isAtStart: Bool

    /// A detokenizer at the start of a text, or in the middle of one.
    ///
    /// At the start the space that a SentencePiece vocabulary puts before text is taken away again; `continuesText`
    /// keeps the first token's space, for output that goes on where a prompt ended inside a sentence.
    public init(
        _ vocabulary: Vocabulary, controlTokens: ControlTokens = .hide, continuesText: Bool = false
    ) {
        self.vocabulary = vocabulary
        self.controlTokens = controlTokens
        isAtStart = !continuesText
    }

    /// Takes a token; returns the text that is complete with it, often empty.
    public mutating func append(_ token: TokenID) -> String {
        if controlTokens == .hide, vocabulary.isControl(token) {
            isAtStart = true
            return ""
        }
        appendDecoded(token, isAtStart: &isAtStart, in: vocabulary, to: &held)
        let complete = held.count - Self.incompleteTail(held)
        if complete == 0 { return "" }
        let text = String(decoding: held[..<complete], as: UTF8.self)
        held.removeFirst(complete)
        return text
    }

    /// Ends the text: what was held back, as U+FFFD. The detokenizer is then as new.
    public mutating func finish() -> String {
        let text = String(decoding: held, as: UTF8.self)
        held.removeAll()
        isAtStart = true
        return text
    }

    /// How many bytes at the end begin a character that more bytes may complete.
    private static func incompleteTail(_ bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let first = bytes[bytes.count - length]
            if first & 0xC0 == 0x80 { continue }
            let needed =
                switch first {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 1
                }
            guard length < needed else { return 0 }
            guard length > 1 else { return length }
            // The second byte has a narrower range after some first bytes (overlong forms, surrogates, the end).
            let second = bytes[bytes.count - length + 1]
            let isPossible =
                switch first {
                case 0xE0: second >= 0xA0
                case 0xED: second < 0xA0
                case 0xF0: second >= 0x90
                case 0xF4: second < 0x90
                default: true
                }
            return isPossible ? length : 0
        }
        return 0
    }
}
