// SPDX-License-Identifier: Apache-2.0

/// Text of everything that is hard to place, the same for the same seed.
struct RandomText {
    private var state: UInt64

    init(seed: Int) {
        state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func number(below limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % limit
    }

    private static let pieces = [
        "a", "word", "hyphen-ated", "of", "antidisestablishmentarianism", "日本語", "。", "「", "」", "한글", "é",
        "e\u{301}\u{323}", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "❤️", "नमस्ते", "กำ", "x", "(", ")", ".", ",", "12345",
        "\u{200B}", "\u{A0}", "—", "https://example.org/a/very/long/path",
    ]

    mutating func text(pieces count: Int, breaks: [String] = [" ", " ", "  ", ""]) -> String {
        var result = ""
        for _ in 0..<count {
            result += Self.pieces[number(below: Self.pieces.count)]
            result += breaks[number(below: breaks.count)]
        }
        return result
    }
}
