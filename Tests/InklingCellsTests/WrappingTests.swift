// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@Suite struct WrappingTests {
    private func wrap(_ text: String, _ width: Int) -> [String] {
        TextLine(text).wrapped(to: width).map(\.text)
    }

    @Test(arguments: [
        ("", 5, [""]), ("short", 5, ["short"]), ("two words", 5, ["two", "words"]), ("two words", 9, ["two words"]),
        ("a  b", 3, ["a", "b"]), ("a  b", 4, ["a  b"]), ("trailing   ", 8, ["trailing"]), ("ends  ", 5, ["ends "]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]), ("to abcdefghij", 4, ["to", "abcd", "efgh", "ij"]),
        ("  indent it", 8, ["  indent", "it"]), ("well-known fact", 6, ["well-", "known", "fact"]),
        ("pages 10-20 x", 9, ["pages", "10-20 x"]), ("-flag --long", 7, ["-flag", "--long"]),
        ("日本語の文章", 5, ["日本", "語の", "文章"]), ("日本、語", 4, ["日", "本、", "語"]), ("日「本」", 4, ["日", "「本", "」"]),
        ("model日本", 7, ["model日", "本"]), ("a\nb c\n", 3, ["a", "b c", ""]), ("\n\n", 3, ["", "", ""]),
        ("\tx", 8, ["    x"]), ("ab\tx\ty", 20, ["ab  x   y"]), ("a\tb", 3, ["a", "b"]),
        ("a\u{A0}b c", 3, ["a\u{A0}b", "c"]), ("x y", 0, ["x", "y"]), ("日", 1, ["日"]),
        ("एक नमस्ते", 5, ["एक", "नमस्ते"]), ("one\u{200B}two", 4, ["one\u{200B}", "two"]),
    ])
    func `Lines break where a reader expects it`(text: String, width: Int, lines: [String]) {
        #expect(wrap(text, width) == lines)
    }

    @Test func `Spans keep their roles across lines`() {
        let line = TextLine([
            TextSpan("plain "), TextSpan("bold text", attributes: .bold), TextSpan(" "), TextSpan("code", role: .code),
        ])
        #expect(
            line.wrapped(to: 11) == [
                TextLine([TextSpan("plain "), TextSpan("bold", attributes: .bold)]),
                TextLine([
                    TextSpan("text", attributes: .bold), TextSpan(" "), TextSpan("code", role: .code),
                ]),
            ])
    }

    @Test func `A word in several spans is one word`() {
        let line = TextLine([TextSpan("see in"), TextSpan("tern", attributes: .bold), TextSpan("al parts")])
        #expect(line.wrapped(to: 9).map(\.text) == ["see", "internal", "parts"])
    }

    @Test func `Continuation lines are indented`() {
        let item = TextLine("- a list item that goes on")
        #expect(
            item.wrapped(to: 12, hangingIndent: 2).map(\.text) == ["- a list", "  item that", "  goes on"])
        let quote = TextLine([TextSpan("> ", role: .quote), TextSpan("a long quotation")])
        let bar = TextLine("> ", role: .quote)
        #expect(quote.wrapped(to: 9, continuation: bar).map(\.text) == ["> a long", "> quotati", "> on"])
        #expect(
            TextLine("narrow text").wrapped(to: 3, hangingIndent: 8).map(\.text) == ["nar", " ro", " w", " te", " xt"])
    }

    @Test(arguments: 0..<200) func `Nothing is lost and no line is too wide`(seed: Int) {
        var random = RandomText(seed: seed)
        let text = random.text(pieces: 30, breaks: [" ", " ", "", "   ", "\n", "\t"])
        // The widest character here takes 5 columns.
        let width = 5 + random.number(below: 40)
        let indent = random.number(below: 4)
        let lines = TextLine(text).wrapped(to: width, hangingIndent: indent)
        for line in lines { #expect(line.width <= width, "\(line.text)") }
        func visible(_ text: String) -> String { text.filter { $0 != " " && $0 != "\n" && $0 != "\t" } }
        #expect(visible(lines.map(\.text).joined()) == visible(text))
    }

    @Test(arguments: 0..<50) func `Wrapping is the same however the text is cut into spans`(seed: Int) {
        var random = RandomText(seed: seed)
        let text = random.text(pieces: 20)
        let width = 6 + random.number(below: 30)
        var spans: [TextSpan] = []
        for character in text {
            if random.number(below: 3) == 0 || spans.isEmpty {
                spans.append(TextSpan(String(character), role: random.number(below: 2) == 0 ? .text : .code))
            } else {
                spans[spans.count - 1].text.append(character)
            }
        }
        #expect(TextLine(spans).wrapped(to: width).map(\.text) == wrap(text, width))
    }

    @Test func `A megabyte without a line feed is wrapped`() {
        let lines = TextLine(String(repeating: "x", count: 1_000_000)).wrapped(to: 100)
        #expect(lines.count == 10_000 && lines.allSatisfy { $0.width == 100 })
    }

    @Test func `Escape sequences come out harmless`() {
        #expect(wrap("\u{1B}[31mred\r\nnext\rline", 80) == ["␛[31mred", "next␍line"])
    }

    @Test func `A line is cut with a mark`() {
        #expect(TextLine("a long title").truncated(to: 12).text == "a long title")
        #expect(TextLine("a long title").truncated(to: 8).text == "a long …")
        #expect(TextLine("日本語").truncated(to: 4).text == "日…")
        #expect(TextLine("abc").truncated(to: 0).text == "")
        #expect(
            TextLine([TextSpan("ab", role: .code), TextSpan("cdef")]).truncated(to: 4, mark: "~").spans
                == [TextSpan("ab", role: .code), TextSpan("c~")])
    }
}
