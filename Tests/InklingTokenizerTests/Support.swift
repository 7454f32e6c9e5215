// SPDX-License-Identifier: Apache-2.0

@testable import InklingTokenizer

/// Random numbers that are the same in every run (Marsaglia 2003).
struct Xorshift: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed | 1
    }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func bytes(count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// UTF-8 of characters from many scripts, with blanks and digits among them.
    mutating func text(length: Int) -> [UInt8] {
        let ranges: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0x20...0x7E, 0x61...0x7A, 0x61...0x7A, 0x09...0x0D, 0x20...0x20, 0x30...0x39, 0xA0...0x24F,
            0x300...0x3FF, 0x400...0x4FF, 0x600...0x6FF, 0x900...0x97F, 0xE00...0xE7F, 0x2000...0x206F,
            0x3000...0x30FF, 0x4E00...0x4EFF, 0xAC00...0xACFF, 0xFF00...0xFFEF, 0x1F300...0x1F6FF, 0x20000...0x200FF,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<length {
            guard let range = ranges.randomElement(using: &self),
                let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self))
            else { continue }
            text.append(scalar)
        }
        return Array(String(text).utf8)
    }
}

extension ByteStringArray {
    init(rows: [[UInt8]]) {
        self.init()
        for row in rows {
            append(row)
        }
    }
}

extension String {
    init(_ bytes: [UInt8]) {
        self.init(decoding: bytes, as: UTF8.self)
    }
}

/// Small vocabularies, made here.
enum SmallVocabulary {
    static let prose = """
        The tokenizer reads the text and the tokens are counted. Reading text is reading tokens; the tokens of the \
        text are the tokens the tokenizer made. Don't count what isn't there, and don't make what's counted. \
        In 1234 tests 12 tokens were 123 tests. Über die Straße, über den Fluß. 日本語の文字、日本語の文。
        """

    private static func letters(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        for byte in bytes {
            ByteAlphabet.append(byte, to: &text)
        }
        return text
    }

    /// A byte-level vocabulary trained on `prose` by the textbook: 256 bytes, then the most frequent pair again and
    /// again (of equals the first in byte order), then the special tokens.
    static func bytePair(
        merges count: Int = 120, preTokenizer: String = "gpt-2", special: [(String, TokenType)] = []
    ) -> VocabularyDescription {
        var tokens = (0..<256).map { letters([UInt8($0)]) }
        var merges: [[UInt8]] = []
        let bytes = Array(prose.utf8)
        var words = (try? PreTokenizer(named: preTokenizer).split(bytes).map { bytes[$0].map { letters([$0]) } }) ?? []
        for _ in 0..<count {
            var counts: [[[UInt8]]: Int] = [:]
            for word in words {
                for pair in zip(word, word.dropFirst()) {
                    counts[[pair.0, pair.1], default: 0] += 1
                }
            }
            let best = counts.max { left, right in
                left.value != right.value
                    ? left.value < right.value
                    : right.key.joined(separator: [32]).lexicographicallyPrecedes(left.key.joined(separator: [32]))
            }
            guard let best, best.value > 1 else { break }
            merges.append(Array(best.key.joined(separator: [32])))
            tokens.append(Array(best.key.joined()))
            words = words.map { merge($0, best.key[0], best.key[1]) }
        }
        var types = [Int32](repeating: 1, count: tokens.count)
        for (text, type) in special {
            tokens.append(Array(text.utf8))
            types.append(Int32(type.rawValue))
        }
        return VocabularyDescription(
            model: "gpt2", preTokenizer: preTokenizer, tokens: ByteStringArray(rows: tokens), types: types,
            merges: ByteStringArray(rows: merges))
    }

    static func merge(_ word: [[UInt8]], _ left: [UInt8], _ right: [UInt8]) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for symbol in word {
            if result.last == left, symbol == right {
                result[result.count - 1] = left + right
            } else {
                result.append(symbol)
            }
        }
        return result
    }

    /// A SentencePiece vocabulary: `<unk>`, `<s>`, `</s>`, the byte tokens, then pieces with scores that fall.
    static func sentencePiece(
        pieces: [(String, Float)]? = nil, special: [(String, TokenType)] = [], byteTokens: Bool = true
    ) -> VocabularyDescription {
        var tokens: [String] = ["<unk>", "<s>", "</s>"]
        var types: [Int32] = [2, 3, 3]
        var scores: [Float] = [0, 0, 0]
        if byteTokens {
            let digits = Array("0123456789ABCDEF")
            for byte in 0..<256 {
                tokens.append("<0x\(digits[byte >> 4])\(digits[byte & 15])>")
                types.append(6)
                scores.append(0)
            }
        }
        for (piece, score) in pieces ?? defaultPieces {
            tokens.append(piece)
            types.append(1)
            scores.append(score)
        }
        for (text, type) in special {
            tokens.append(text)
            types.append(Int32(type.rawValue))
            scores.append(0)
        }
        return VocabularyDescription(
            model: "llama", tokens: ByteStringArray(tokens), scores: scores, types: types)
    }

    private static let defaultPieces: [(String, Float)] = {
        let merged = [
            "▁t", "he", "▁the", "in", "er", "re", "▁to", "to", "ken", "ke", "▁token", "en", "▁a", "▁re", "ad", "▁read",
            "ing", "▁reading", "nd", "▁and", "▁▁", "▁▁▁▁", "Hel", "el", "lo", "▁Hello", "▁H", "llo", "ll", "ü", "er",
        ]
        let single = "▁abcdefghijklmnopqrstuvwxyzTHIR.,;!0123456789".map(String.init)
        var seen: Set<String> = []
        return (merged + single).filter { seen.insert($0).inserted }.enumerated().map { ($1, -Float($0)) }
    }()
}
