// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@Suite struct TerminalTextTests {
    @Test func `Harmless text in any script passes unchanged`() {
        for text in [
            "", "plain", "naïve Straße", "日本語のモデル", "שלום", "مرحبا", "नमस्ते", "ไทย", "e\u{301}\u{323}",
            "👨‍👩‍👧‍👦 ❤️ 🇩🇪 👍🏽", "\u{E0B0} powerline", "a\u{200D}b", "می\u{200C}خواهم",
        ] {
            #expect(sanitizedForTerminal(text) == text)
        }
    }

    @Test func `Escape sequences lose their escape`() {
        #expect(sanitizedForTerminal("\u{1B}[2J\u{1B}]0;title\u{7}") == "␛[2J␛]0;title␇")
        #expect(sanitizedForTerminal("\u{9B}31m\u{90}q\u{9C}") == "\\u{009B}31m\\u{0090}q\\u{009C}")
        #expect(sanitizedForTerminal("a\u{0}b\u{8}c\u{7F}") == "a␀b␈c␡")
    }

    @Test func `Every C0 and C1 control is replaced`() {
        for value in Array(UInt32(0)..<0x20) + Array(0x7F..<0xA0) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let result = sanitizedForTerminal("x" + String(Character(scalar)) + "y")
            #expect(!result.unicodeScalars.contains(scalar), "U+\(String(value, radix: 16))")
            #expect(result.hasPrefix("x") && result.hasSuffix("y") && result.count > 2)
        }
    }

    @Test func `Characters that turn or hide text are written as numbers`() {
        let harmful: [UInt32] =
            Array(0x202A...0x202E) + Array(0x2066...0x2069) + [
                0x200E, 0x200F, 0x061C, 0x2028, 0x2029, 0xFEFF, 0xFFF9, 0x206A, 0xE0041, 0xFFFE, 0xFDD0, 0x1FFFF,
            ]
        for value in harmful {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let number = String(value, radix: 16, uppercase: true)
            let digits = String(repeating: "0", count: max(0, 4 - number.count)) + number
            #expect(sanitizedForTerminal("gguf" + String(Character(scalar)) + "exe") == "gguf\\u{\(digits)}exe")
        }
    }

    @Test func `A storm of marks is cut and marked`() {
        let storm = "Z" + String(repeating: "\u{301}", count: 5000) + "a"
        let result = sanitizedForTerminal(storm)
        #expect(result.unicodeScalars.count == 1 + TerminalText.markLimit + 1 + 1)
        #expect(result.unicodeScalars.contains("\u{FFFD}") && result.unicodeScalars.last == "a")
        let hidden = sanitizedForTerminal(String(repeating: "\u{200B}", count: 100_000))
        #expect(hidden.unicodeScalars.count == TerminalText.markLimit + 1)
    }

    @Test func `Line breaks pass where they are allowed`() {
        #expect(sanitizedForTerminal("a\nb\tc") == "a␊b␉c")
        #expect(sanitizedForTerminal("a\nb\tc", allowingLineBreaks: true) == "a\nb\tc")
        #expect(sanitizedForTerminal("a\r\nb", allowingLineBreaks: true) == "a\nb")
        #expect(sanitizedForTerminal("safe\revil", allowingLineBreaks: true) == "safe␍evil")
    }

    @Test func `Bytes that are not UTF-8 become replacement characters`() {
        #expect(sanitizedForTerminal(bytes: [0x61, 0xFF, 0x62, 0x9B, 0x41]) == "a\u{FFFD}b\u{FFFD}A")
        #expect(sanitizedForTerminal(bytes: [0xC0, 0x9B]).unicodeScalars.allSatisfy { $0 == "\u{FFFD}" })
    }

    @Test func `Sanitising twice is sanitising once`() {
        let text = "\u{1B}]8;;x\u{7} \u{202E}abc" + String(repeating: "\u{300}", count: 40) + "\u{85}"
        let once = sanitizedForTerminal(text)
        #expect(sanitizedForTerminal(once) == once)
    }

    @Test func `JSON keeps its value and shows nothing harmful`() {
        let json = "{\n\t\"name\": \"a\u{9B}b\u{202E}c\u{7F}\u{E0041}é\"\n}"
        #expect(
            escapedForTerminal(json: json)
                == "{\n\t\"name\": \"a\\u009Bb\\u202Ec\\u007F\\uDB40\\uDC41é\"\n}")
        #expect(escapedForTerminal(json: "{\"a\":1}") == "{\"a\":1}")
    }
}

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("ｱ", 1), ("Ａ", 2), ("👍", 2), ("👍🏽", 2),
        ("👨‍👩‍👧‍👦", 2), ("🇩🇪", 2), ("❤\u{FE0F}", 2), ("❤", 1), ("ไท", 2), ("─", 1), ("\u{200B}", 0), ("𠀀", 2), ("␛", 1),
    ])
    func `Text takes the cells a terminal gives it`(text: String, width: Int) {
        #expect(displayWidth(text) == width)
    }

    @Test func `Padding counts cells`() {
        #expect("日本".padded(to: 6) == "日本  ")
        #expect("ab".padded(to: 4, alignedRight: true) == "  ab")
        #expect("abcdef".padded(to: 4) == "abcdef")
    }
}
