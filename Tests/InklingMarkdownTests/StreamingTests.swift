// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@testable import InklingMarkdown

struct StreamingTests {
    @Test(arguments: Corpus.all.indices)
    func `A growing text shows at every prefix what the document shows of it`(index: Int) {
        var random = SplitMix(state: UInt64(index))
        let text = Corpus.all[index]
        var stream = StreamingMarkdown()
        var prefix = ""
        for piece in pieces(of: text + text, upTo: 12, &random) {
            stream.append(piece)
            prefix += piece
            guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
            let width = Int.random(in: 20...80, using: &random)
            let document = MarkdownDocument(prefix)
            #expect(Array(stream.lines(width: width)) == Array(document.lines(width: width)))
            if prefix.utf8.count % 5 == 0 { #expect(stream.codeBlocks() == document.codeBlocks) }
        }
    }

    @Test(arguments: 0..<30)
    func `A text cut into segments shows what the whole shows`(seed: UInt64) {
        var random = SplitMix(state: seed)
        var text = ""
        while text.utf8.count < 16_000 {
            let next = Corpus.all.filter { !$0.hasPrefix("<think>") }.randomElement(using: &random) ?? ""
            text +=
                Bool.random(using: &random) ? next : String(next.prefix(Int.random(in: 0...next.count, using: &random)))
            if Bool.random(using: &random) { text += "\n\n" }
        }
        // What the stream drops before the library sees it.
        let source = Array(text.utf8).filter { $0 != 0 && $0 != 0x0D }
        let layout = Layout(width: 60, reasoning: nil)
        let whole = MarkdownParser.blocks(of: source)
        var stream = BlockStream()
        stream.append(source)
        let (finished, open) = stream.render(layout, pending: [], codeBlock: 0)
        #expect(finished + open == BlockRenderer.lines(of: whole, layout: layout, codeBlock: 0))
        #expect(!finished.isEmpty)
        var blocks: [CodeBlock] = []
        for block in whole { block.appendCodeBlocks(to: &blocks) }
        #expect(stream.codeBlocks(pending: []) == blocks)
    }

    @Test
    func `Where a text is cut does not depend on how it came`() {
        let text = String(repeating: Corpus.all.joined(separator: "\n\n"), count: 3)
        var atOnce = BlockStream()
        atOnce.append(Array(text.utf8))
        var random = SplitMix(state: 7)
        var inPieces = BlockStream()
        for piece in pieces(of: text, upTo: 400, &random) {
            inPieces.append(Array(piece.utf8))
            _ = inPieces.render(Layout(width: 40, reasoning: nil), pending: [], codeBlock: 0)
        }
        _ = atOnce.render(Layout(width: 40, reasoning: nil), pending: [], codeBlock: 0)
        #expect(inPieces.lookedAtCount == atOnce.lookedAtCount)
        #expect(inPieces.segmentCount == atOnce.segmentCount)
        #expect(atOnce.segmentCount > 5)
    }

    @Test
    func `A definition that comes late is seen by what was finished before`() {
        let before = "See [it].\n\n" + String(repeating: "Words and more words.\n\n", count: 400)
        var stream = StreamingMarkdown()
        stream.append(before)
        #expect(stream.lines(width: 40)[0].text.text == "See [it].")
        stream.append("[it]: https://example.org\n")
        #expect(stream.lines(width: 40)[0].text.text == "See it (https://example.org).")
    }

    @Test
    func `Line ends of all kinds are one line end each`() {
        let lines = Array(MarkdownDocument("a\nb\n\n- c").lines(width: 20))
        #expect(Array(MarkdownDocument("a\r\nb\r\n\r\n- c").lines(width: 20)) == lines)
        #expect(Array(MarkdownDocument("\u{FEFF}a\rb\r\r- c").lines(width: 20)) == lines)
        var stream = StreamingMarkdown()
        for piece in ["a\r", "\nb\r\n", "\r", "\n- c"] { stream.append(piece) }
        #expect(Array(stream.lines(width: 20)) == lines)
    }

    @Test
    func `A long open block of code is read once`() {
        var stream = BlockStream()
        stream.append(Array("```swift\n".utf8))
        let layout = Layout(width: 40, reasoning: nil)
        var count = 0
        for index in 0..<600 {
            stream.append(Array("let value\(index) = \(index)\n".utf8))
            let (finished, open) = stream.render(layout, pending: [], codeBlock: 0)
            count = finished.count + open.count
        }
        #expect(count == 601)
        #expect(stream.lookedAtCount < 2 * BlockStream.segmentSize)
        stream.append(Array("```\nafter".utf8))
        let (finished, open) = stream.render(layout, pending: [], codeBlock: 0)
        #expect(finished.count == 601)
        #expect(open.map(\.text.text) == ["", "after"])
    }

    private func pieces(of text: String, upTo limit: Int, _ random: inout SplitMix) -> [String] {
        var pieces: [String] = []
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...limit, using: &random)
            pieces.append(String(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}
