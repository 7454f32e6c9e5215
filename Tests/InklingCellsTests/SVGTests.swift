// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@Suite struct SVGTests {
    private func frame(_ width: Int, _ height: Int, _ draw: (inout CellBuffer) -> Void) -> Frame {
        var buffer = CellBuffer(size: Size(width: width, height: height), style: Theme.builtIn[.text])
        draw(&buffer)
        return Frame(buffer: buffer, title: "a <b> & \"c\"")
    }

    private func svg(_ width: Int, _ height: Int, _ draw: (inout CellBuffer) -> Void) -> String {
        frame(width, height, draw).svg(theme: .builtIn, hasWindow: false)
    }

    private let plain = Style(foreground: .rgb(255, 0, 0), background: .rgb(0x11, 0x13, 0x1A))

    @Test func `A screen without a window is as large as its cells`() {
        let picture = svg(10, 2) { _ in }
        #expect(
            picture.hasPrefix(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"38\" viewBox=\"0 0 90 38\""))
        #expect(picture.hasSuffix("</svg>\n"))
        #expect(picture.contains("<title>a &lt;b&gt; &amp; &quot;c&quot;</title>"))
        #expect(picture.contains("<rect width=\"90\" height=\"38\" fill=\"#11131a\"/>"))
    }

    @Test func `Words of one look are one run, set to their cells`() {
        let picture = svg(20, 1) { buffer in
            buffer.write("two words   far", at: Point(x: 1, y: 0), style: plain)
        }
        #expect(picture.contains("<g fill=\"#ff0000\">"))
        #expect(picture.contains("<text x=\"9\" y=\"14\" textLength=\"81\">two words</text>"))
        #expect(picture.contains("<text x=\"117\" y=\"14\" textLength=\"27\">far</text>"))
    }

    @Test func `Signs of XML are escaped, and no control gets in`() {
        let picture = svg(20, 1) { buffer in
            buffer.write("a<b>&\"\u{1B}[31m\u{202E}", at: .zero, style: plain)
        }
        #expect(picture.contains("a&lt;b&gt;&amp;&quot;"))
        #expect(
            picture.unicodeScalars.allSatisfy {
                $0 == "\n" || $0.value >= 0x20 && !(0x202A...0x202E).contains($0.value)
            })
    }

    @Test func `A wide character stands in the middle of its two cells`() {
        let picture = svg(10, 1) { $0.write("a漢b", at: .zero, style: plain) }
        #expect(picture.contains("<text x=\"18\" y=\"14\" text-anchor=\"middle\">漢</text>"))
        #expect(picture.contains("<text x=\"27\" y=\"14\">b</text>"))
    }

    @Test func `Characters from other fonts have places of their own`() {
        let picture = svg(10, 1) { $0.write("x→y", at: .zero, style: plain) }
        #expect(picture.contains("<text x=\"9\" y=\"14\">→</text>"))
        #expect(picture.contains("<text x=\"18\" y=\"14\">y</text>"))
    }

    @Test func `Attributes show`() {
        let picture = svg(12, 1) { buffer in
            buffer.write("b", at: .zero, style: plain.adding(.bold))
            buffer.write("i", at: Point(x: 2, y: 0), style: plain.adding(.italic))
            buffer.write("u ", at: Point(x: 4, y: 0), style: plain.adding(.underline))
            buffer.write("s", at: Point(x: 8, y: 0), style: plain.adding(.strikethrough))
            buffer.write("r", at: Point(x: 10, y: 0), style: plain.adding(.reverse))
        }
        #expect(picture.contains("<g fill=\"#ff0000\" font-weight=\"bold\">\n<text x=\"0\" y=\"14\">b</text>"))
        #expect(picture.contains("<g fill=\"#ff0000\" font-style=\"italic\">\n<text x=\"18\" y=\"14\">i</text>"))
        #expect(picture.contains("M36 16h18v1h-18z"), "the line goes on under the blank")
        #expect(picture.contains("M72 9h9v1h-9z"))
        #expect(picture.contains("<path fill=\"#ff0000\" shape-rendering=\"crispEdges\" d=\"M90 0h9v19h-9z\"/>"))
        #expect(picture.contains("<g fill=\"#11131a\">\n<text x=\"90\" y=\"14\">r</text>"))
    }

    @Test func `Lines, blocks and dots are drawn, and meet`() {
        let picture = svg(6, 3) { buffer in
            buffer.drawBorder(Rect(x: 0, y: 0, width: 4, height: 3), theme: .builtIn)
            buffer.write("▄█", at: Point(x: 4, y: 1), style: plain)
            buffer.write("⡀", at: Point(x: 1, y: 1), style: plain)
        }
        #expect(!picture.contains("<text"), "\(picture)")
        // The upper edge from corner to corner, and the left one.
        #expect(picture.contains("M9 9.5h18"))
        #expect(picture.contains("M4.5 19v19"))
        #expect(picture.contains("M4.5 19V14Q4.5 9.5 9 9.5"))
        #expect(picture.contains("M36 28.5h9v9.5h-9z"))
        #expect(picture.contains("M45 19h9v19h-9z"))
        #expect(picture.contains("M11.25 35.625h.01"))
    }

    @Test func `Grounds one below the other are one box`() {
        let picture = svg(4, 3) { $0.fill(Rect(x: 1, y: 0, width: 2, height: 3), style: Style(background: .ansi(4))) }
        #expect(picture.contains("d=\"M9 0h18v57h-18z\"/>"))
    }

    @Test func `The terminal's own colours and fewer colours are shown as they would be`() {
        let frame = Frame(buffer: CellBuffer(size: Size(width: 2, height: 1)))
        let standard = Theme(name: "own", roles: [:])
        #expect(frame.svg(theme: standard, hasWindow: false).contains("fill=\"#11131a\""))
        let colored = svg(2, 1) { $0.write("x", at: .zero, style: Style(foreground: .rgb(200, 10, 10))) }
        #expect(colored.contains("#c80a0a"))
        var buffer = CellBuffer(size: Size(width: 2, height: 1))
        buffer.write("x", at: .zero, style: Style(foreground: .rgb(200, 10, 10)))
        #expect(Frame(buffer: buffer).svg(theme: standard, depth: .ansi).contains("#cd0000"))
    }

    @Test func `A window has a title and room for it, and the same frame gives the same bytes`() {
        let frame = frame(10, 2) { $0.write("text", at: .zero, style: plain) }
        let picture = frame.svg(theme: .builtIn)
        #expect(picture == frame.svg(theme: .builtIn))
        #expect(picture.contains("text-anchor=\"middle\" font-size=\"13\""))
        #expect(picture.contains("<circle"))
    }

    @Test func `Nothing on a screen of any text is unbalanced`() {
        var random = RandomText(seed: 3)
        let picture = svg(40, 10) { buffer in
            for row in 0..<10 { buffer.write(random.text(pieces: 20), at: Point(x: 0, y: row), style: plain) }
        }
        #expect(picture.components("<text") == picture.components("</text>"))
        #expect(picture.components("<g ") == picture.components("</g>"))
    }
}

extension String {
    fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
