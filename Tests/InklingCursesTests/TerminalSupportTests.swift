// SPDX-License-Identifier: Apache-2.0

import CNcurses
import InklingCells
import Testing

@testable import InklingCurses

extension NcursesTests {
    @Suite struct TerminalSupportTests {
        @Test(arguments: [
            (["TERM": "xterm-256color"], 256, false, ColorDepth.indexed), (["TERM": "xterm"], 8, false, .ansi),
            (["TERM": "vt100"], -1, false, .none),
            (["TERM": "xterm-256color", "COLORTERM": "truecolor"], 256, false, .rgb),
            (["TERM": "xterm-256color", "COLORTERM": "24bit", "NO_COLOR": "1"], 256, false, .none),
            (["TERM": "xterm-256color", "NO_COLOR": ""], 256, false, .indexed),
            (["TERM": "xterm-kitty"], 256, false, .rgb), (["TERM": "xterm-direct"], 1 << 24, true, .rgb),
            (["TERM": "screen-256color", "COLORTERM": "truecolor"], 256, false, .indexed),
            (["TERM": "screen-256color", "COLORTERM": "truecolor", "TMUX": "/tmp/x"], 256, false, .rgb),
            (["TERM": "linux", "COLORTERM": "truecolor"], 8, false, .ansi), ([:], 16, false, .ansi),
        ]) func `Colours are as many as the terminal shows`(
            environment: [String: String], colors: Int, isDirect: Bool, depth: ColorDepth
        ) { #expect(ColorSupport.depth(environment: environment, colors: colors, isDirect: isDirect) == depth) }

        @Test func `Text for the clipboard is in base 64`() {
            for (text, encoded) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("é\n", "w6kK")] {
                #expect(String(decoding: Clipboard.base64(Array(text.utf8)), as: UTF8.self) == encoded)
            }
            #expect(Clipboard.sequence(for: "ab", isInTmux: false) == Array("\u{1B}]52;c;YWI=\u{7}".utf8))
            #expect(
                Clipboard.sequence(for: "ab", isInTmux: true)
                    == Array("\u{1B}]52;c;YWI=\u{7}\u{1B}Ptmux;\u{1B}\u{1B}]52;c;YWI=\u{7}\u{1B}\\".utf8))
            #expect(Clipboard.sequence(for: String(repeating: "x", count: 100_000), isInTmux: false) == nil)
        }

        @Test func `Cells are drawn as the C library places them`() {
            #expect(ncurses_set_up_characters())
            #expect(CellDrawing.columns("a", 1) == [[0x61]])
            #expect(CellDrawing.columns("日", 2) == [[0x65E5]])
            #expect(CellDrawing.columns("e\u{301}\u{323}", 1) == [[0x65, 0x301, 0x323]])
            #expect(CellDrawing.columns("❤️", 2) == [[0x2764], [0x20]])
            #expect(CellDrawing.columns("1️⃣", 2) == [[0x31, 0x20E3], [0x20]])
            #expect(CellDrawing.columns("👍🏽", 2) == [[0x1F44D]])
            #expect(CellDrawing.columns("👨‍👩‍👧‍👦", 2) == [[0x1F468]])
            #expect(CellDrawing.columns("🇩🇪", 2) == [[0x1F1E9], [0x1F1EA]])
            #expect(CellDrawing.columns("\u{378}", 1) == [[0xFFFD]])
            #expect(CellDrawing.columns("a" + String(repeating: "\u{301}", count: 9), 1)[0].count == 5)
            var plain = CellDrawing(isUnicode: false)
            var buffer = CellBuffer(size: Size(width: 6, height: 1))
            buffer.write("aé日", at: .zero, style: Style())
            #expect(plain.columns(of: buffer[0, 0]) == [[0x61, 0]])
            #expect(plain.columns(of: buffer[1, 0]) == [[0x3F, 0]])
            #expect(plain.columns(of: buffer[2, 0]) == [[0x3F, 0], [0x3F, 0]])
        }

        @Test func `Widths are those of the C library`() {
            #expect(ncurses_set_up_characters())
            var differing: [String] = []
            for value in UInt32(0x20)...0x3FFFF {
                guard let scalar = Unicode.Scalar(value), wcwidth(wchar_t(value)) >= 0 else { continue }
                let text = String(Character(scalar))
                guard sanitizedForTerminal(text) == text, displayWidth(text) != Int(wcwidth(wchar_t(value))) else {
                    continue
                }
                differing.append(String(value, radix: 16))
            }
            // A newer or older C library may know a few more or fewer.
            #expect(differing.count < 100, "\(differing.prefix(100))")
        }

        @Test(arguments: ["xterm-256color", "xterm", "linux", "screen-256color", "tmux-256color", "vt100", "rxvt"])
        func `A compiled description says what ours says`(name: String) throws {
            for depth in [ColorDepth.none, .ansi, .indexed, .rgb] {
                let description = try TerminalDescription(environment: ["TERM": name], descriptor: 1, colors: depth)
                #expect(description.name == name && description.compiled.encoded.count < 32_768)
                #expect(description.compiled.variable.hasPrefix("hex:1E02"))
            }
        }

        @Test func `Unknown terminals are taken for xterm`() throws {
            let description = try TerminalDescription(
                environment: ["TERM": "no-such-terminal"], descriptor: 1, colors: nil)
            #expect(["xterm-256color", "xterm"].contains(description.name))
            #expect(throws: CursesError.incapableTerminal("dumb")) {
                try TerminalDescription(environment: ["TERM": "dumb"], descriptor: 1, colors: nil)
            }
        }

        @Test func `Colours become the numbers of the description`() throws {
            let direct = try TerminalDescription(environment: ["TERM": "xterm-256color"], descriptor: 1, colors: .rgb)
            #expect(direct.colorNumber(.standard) == -1 && direct.colorNumber(.ansi(12)) == 12)
            #expect(direct.colorNumber(.indexed(200)) == 200 && direct.colorNumber(.rgb(1, 2, 3)) == 0x010203)
            #expect(direct.colorNumber(.rgb(0, 0, 200)) == 0x1C8)
            let eight = try TerminalDescription(environment: ["TERM": "linux"], descriptor: 1, colors: nil)
            #expect(eight.colorDepth == .ansi && eight.numberedColors == 8 && eight.colorNumber(.ansi(12)) == 4)
        }

        @Test func `Errors say what to do`() {
            #expect(
                CursesError.notATerminal("standard output").description
                    == "standard output is not a terminal; use --plain, or run inkling in a terminal")
            #expect(
                CursesError.incapableTerminal("dumb").description
                    == "the terminal \"dumb\" cannot place its cursor; use --plain")
        }
    }
}
