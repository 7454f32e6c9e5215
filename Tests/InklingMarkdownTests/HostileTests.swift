// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@testable import InklingMarkdown

struct HostileTests {
    static let patterns: [String] = [
        "a", "[", "]", "![[]()", "<", "a <?", "a <!A ", "`", "*a **a ", "_a__", "> ", ">", "- ", "* - + ", "1. ", "|",
        "|-",
        "|a\n", "|-|\n", "\u{1B}[2J", "\u{202E}", "a\u{0301}", "\u{0301}", "\u{200B}", "\u{200D}", "👩‍👩‍👧‍👦", "&#27;",
        "&#x202e;", "\\", "\n", " ", "\t", "\r", "\0", "```\n", "~~~", "# ", "a\n-\n", "    a\n", "[a]: b\n", "[a]:\n",
        "<div>\n", "<!--", "<think>", "<think>\n", "</think>", "http://", "日", "\u{1100}", "~~a", "![](", "a|b\n-|-\n",
        "<br>", "- a\n\n", "> > - 1. ", "\u{FFFF}", "\u{7F}", "a:", "{", "\"", "/*",
    ]

    @Test(arguments: patterns)
    func `Whatever is repeated, lines fit, are safe and are no more than there are bytes`(pattern: String) {
        for text in [pattern.repeated(to: 1500), "a\n\n" + pattern.repeated(to: 500) + "\n\n" + pattern] {
            for width in [1, 7, 40] {
                let lines = MarkdownDocument(text).lines(width: width, foldsReasoning: false)
                // Code and tables have lines of their own.
                #expect(lines.count <= 3 * text.utf8.count + 10)
                for line in lines {
                    let shown = line.text.text
                    #expect(sanitizedForTerminal(shown) == shown)
                    // One character may be wider than any line.
                    #expect(line.text.width <= max(2, width) || shown.unicodeScalars.contains("\u{1100}"))
                }
            }
        }
    }

    @Test(arguments: ["a", "[", "- a\n", "a\n", "> a\n", "|a|b|\n|-|-|\n", "![[]()", "# a\n", "<b>", "a <?"])
    func `What is looked at grows with the text, not with its square`(pattern: String) {
        let text = pattern.repeated(to: 400_000)
        var stream = BlockStream()
        stream.append(Array(text.utf8))
        _ = stream.codeBlocks(pending: [])
        #expect(stream.lookedAtCount <= 4 * text.utf8.count)
        #expect(stream.openCount <= BlockStream.segmentLimit + 1)
    }

    @Test
    func `A text without a line break is cut, and nothing of it is lost`() {
        let text = "word ".repeated(to: 300_000)
        let lines = MarkdownDocument(text).lines(width: 80)
        #expect(lines.reduce(0) { $0 + $1.text.text.utf8.filter { $0 != 0x20 }.count } == 240_000)
        let code = "x".repeated(to: 300_000)
        let document = MarkdownDocument("```\n" + code)
        #expect(document.codeBlocks == [CodeBlock(language: "", text: code)])
        #expect(document.lines(width: 82).count > 300_000 / 80)
    }

    @Test
    func `Nesting beyond the limit is shown flat`() {
        for marker in ["> ", "- ", "1. "] {
            let lines = MarkdownDocument(marker.repeated(to: 60 * marker.utf8.count) + "deep").lines(width: 200)
            #expect(lines.contains { $0.text.text.hasSuffix("deep") })
        }
        // Beyond what is read as Markdown at all.
        let lines = MarkdownDocument(">".repeated(to: 500) + "deep").lines(width: 20)
        #expect(lines.allSatisfy { $0.text.spans.allSatisfy { $0.role == .text } })
    }

    @Test
    func `Random bytes and marks neither trap nor leak`() {
        var random = SplitMix(state: 11)
        let marks = Array("*_`[]()<>#-+|~!\\\n\n\n \t>1.a\u{1B}é\u{202E}\"'/:=&;{}")
        for _ in 0..<150 {
            let text = String((0..<200).map { _ in marks.randomElement(using: &random) ?? "a" })
            let lines = MarkdownDocument(text).lines(width: Int.random(in: 2...30, using: &random))
            for line in lines { #expect(sanitizedForTerminal(line.text.text) == line.text.text) }
        }
    }

    @Test
    func `Dense source is told from source in earnest`() {
        #expect(SourceDensity.isTooDense(Array("![[]()".repeated(to: 100_000).utf8)))
        #expect(SourceDensity.isTooDense(Array((">".repeated(to: 100) + "a").utf8)))
        #expect(SourceDensity.isTooDense(Array(("- ".repeated(to: 200) + "a").utf8)))
        #expect(SourceDensity.isTooDense(Array(("|a".repeated(to: 600) + "\n" + "|\n".repeated(to: 600)).utf8)))
        for text in Corpus.all { #expect(!SourceDensity.isTooDense(Array(text.utf8))) }
        #expect(!SourceDensity.isTooDense(Array("-".repeated(to: 500).utf8)))
        #expect(!SourceDensity.isTooDense(Array("| a | b | c | d |\n".repeated(to: 60_000).utf8)))
    }
}

extension String {
    /// Repeated to this many bytes, or a few less.
    func repeated(to count: Int) -> String {
        String(repeating: self, count: max(1, count / utf8.count))
    }
}
