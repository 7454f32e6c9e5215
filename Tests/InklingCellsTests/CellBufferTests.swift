// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@Suite struct CellBufferTests {
    private let red = Style(foreground: .ansi(1))

    private func buffer(_ width: Int, _ height: Int = 1) -> CellBuffer {
        CellBuffer(size: Size(width: width, height: height))
    }

    @Test func `Text is written where it is asked for and nowhere else`() {
        var buffer = buffer(6, 3)
        write(&buffer, 3, "abc", at: Point(x: 1, y: 1), style: red)
        #expect(buffer.rows == ["      ", " abc  ", "      "])
        #expect(buffer[1, 1].style == red && buffer[0, 1].style == Style() && buffer[4, 1].style == Style())
        write(&buffer, 3, "long text", at: Point(x: 3, y: 2), style: red)
        #expect(buffer.rows[2] == "   lon")
        write(&buffer, 4, "left", at: Point(x: -2, y: 0), style: red)
        #expect(buffer.rows[0] == "ft    ")
        for point in [Point(x: 0, y: -1), Point(x: 0, y: 3), Point(x: 6, y: 0), Point(x: 9, y: 9)] {
            let before = buffer
            write(&buffer, 0, "no", at: point, style: red)
            #expect(buffer == before)
        }
    }

    @Test func `A clip keeps text inside`() {
        var buffer = buffer(8, 2)
        let clip = Rect(x: 2, y: 0, width: 3, height: 1)
        write(&buffer, 5, "abcdefgh", at: Point(x: 0, y: 0), style: red, within: clip)
        write(&buffer, 0, "abcdefgh", at: Point(x: 0, y: 1), style: red, within: clip)
        #expect(buffer.rows == ["  cde   ", "        "])
    }

    @Test func `A wide character takes two cells`() {
        var buffer = buffer(5)
        write(&buffer, 4, "a日b", at: .zero, style: red)
        #expect((0..<5).map { buffer[$0, 0].text } == ["a", "日", "", "b", " "])
        #expect((0..<5).map { buffer[$0, 0].width } == [1, 2, 0, 1, 1])
    }

    @Test func `A wide character cut by an edge leaves a blank`() {
        var buffer = buffer(4)
        buffer.fill(buffer.bounds, style: Style(), character: ".")
        write(&buffer, 3, "日本", at: Point(x: 1, y: 0), style: red)
        #expect(buffer.rows == [".日 "])
        buffer.fill(buffer.bounds, style: Style(), character: ".")
        write(&buffer, 4, "日本", at: Point(x: -1, y: 0), style: red)
        #expect(buffer.rows == [" 本."])
    }

    @Test func `Drawing over half of a wide character makes the other half a blank`() {
        for (x, text, expected) in [
            (0, "a", "a 本日"), (1, "a", " a本日"), (2, "a", "日a 日"), (1, "語", " 語 日"), (3, "語", "日 語 "),
            (1, "xyzw", " xyzw "),
        ] {
            var buffer = buffer(6)
            buffer.write("日本日", at: .zero, style: Style())
            buffer.write(text, at: Point(x: x, y: 0), style: red)
            #expect(buffer.rows == [expected])
            check(buffer)
        }
    }

    @Test func `No control and nothing that turns text gets into a cell`() {
        var buffer = buffer(40)
        buffer.write("\u{1B}[2J\u{9B}1m\u{202E}x\r\n\t\u{7}", at: .zero, style: red)
        let scalars = buffer.rows[0].unicodeScalars
        #expect(scalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) && $0.value != 0x202E })
        #expect(buffer.rows[0].hasPrefix("␛[2J\\u{009B}1m\\u{202E}x␍␊␉␇"))
    }

    @Test func `A storm of marks or of joined people stays in a bounded cell`() {
        var buffer = buffer(8)
        buffer.write("a" + String(repeating: "\u{301}", count: 10_000) + "b", at: .zero, style: red)
        #expect(buffer[0, 0].text.unicodeScalars.count <= 16)
        buffer.write("👨" + String(repeating: "\u{200D}👩", count: 10_000) + "b", at: .zero, style: red)
        #expect(buffer[0, 0].text.unicodeScalars.count == 16 && buffer[0, 0].width == 2)
        #expect(buffer[2, 0].text == "b")
        buffer.write(String(repeating: "\u{200B}", count: 10_000) + "c", at: .zero, style: red)
        #expect(buffer.rows[0].contains("c"))
    }

    @Test func `Parts of a syllable that stand beside one another have cells of their own`() {
        var buffer = buffer(4)
        write(&buffer, 3, "กำx", at: .zero, style: red)
        #expect(buffer[0, 0].text == "ก" && buffer[1, 0].text == "ำ" && buffer[2, 0].text == "x")
    }

    @Test func `A line is written in the styles of its roles`() {
        var buffer = buffer(10)
        let line = TextLine([TextSpan("ab", role: .error), TextSpan("日", attributes: .underline), TextSpan("c")])
        write(&buffer, 5, line, at: Point(x: 1, y: 0))
        #expect(buffer.rows == [" ab日c    "])
        #expect(buffer[1, 0].style == Theme.builtIn[.error])
        #expect(buffer[3, 0].style == Theme.builtIn[.text].adding(.underline))
        #expect(buffer[5, 0].style == Theme.builtIn[.text])
        write(&buffer, 3, line, at: Point(x: 7, y: 0))
    }

    @Test func `Restyling leaves text and takes wide characters whole`() {
        var buffer = buffer(6)
        buffer.write("a日本b", at: .zero, style: red)
        buffer.restyle(Rect(x: 2, y: 0, width: 2, height: 1), background: .ansi(4), adding: .bold)
        #expect(buffer.rows == ["a日本b"])
        let expected = Style(foreground: .ansi(1), background: .ansi(4), attributes: .bold)
        #expect((0..<6).map { buffer[$0, 0].style == expected } == [false, true, true, true, true, false])
    }

    @Test func `Filling cuts wide characters at the edges`() {
        var buffer = buffer(8)
        buffer.write("日本語字", at: .zero, style: red)
        buffer.fill(Rect(x: 3, y: 0, width: 2, height: 1), style: Style(), character: "·")
        #expect(buffer.rows == ["日 ·· 字"])
        check(buffer)
        buffer.fill(buffer.bounds, style: Style(), character: "日")
        #expect(buffer.rows == ["        "])
    }

    @Test func `A buffer is drawn into another, cut at its edges`() {
        var small = buffer(4, 2)
        small.write("日本", at: .zero, style: red)
        small.write("abcd", at: Point(x: 0, y: 1), style: red)
        var large = buffer(6, 2)
        large.draw(small, at: Point(x: 3, y: 0))
        #expect(large.rows == ["   日 ", "   abc"])
        large.draw(small, at: Point(x: -1, y: 0))
        #expect(large.rows == [" 本日 ", "bcdabc"])
        check(large)
    }

    @Test func `Empty and enormous sizes are harmless`() {
        for size in [Size(width: 0, height: 0), Size(width: -3, height: 5), Size(width: 5, height: 0)] {
            var buffer = CellBuffer(size: size)
            buffer.write("text", at: .zero, style: red)
            buffer.fill(Rect(x: -5, y: -5, width: 50, height: 50), style: red)
            buffer.restyle(Rect(x: -5, y: -5, width: 50, height: 50), adding: .bold)
            #expect(buffer[0, 0] == Cell() && buffer.diff(from: buffer).isEmpty)
        }
        #expect(CellBuffer(size: Size(width: .max, height: 1)).size.width == CellBuffer.sideLimit)
    }

    @Test func `A difference is the cells that changed, wide characters whole`() {
        var old = buffer(8, 2)
        old.write("abc日本x", at: .zero, style: Style())
        var new = old
        #expect(new.diff(from: old).isEmpty)
        new.write("B", at: Point(x: 1, y: 0), style: Style())
        new.write("語", at: Point(x: 3, y: 0), style: Style())
        new.write("z", at: Point(x: 7, y: 1), style: red)
        let runs = new.diff(from: old)
        #expect(runs.map { [$0.x, $0.y, $0.cells.count] } == [[1, 0, 1], [3, 0, 2], [7, 1, 1]])
        #expect(runs[1].cells.map(\.text) == ["語", ""])
        #expect(new.diff(from: buffer(7, 2)).map { $0.cells.count } == [8, 8])
    }

    @Test(arguments: 0..<60) func `Applying a difference gives the new buffer`(seed: Int) {
        var random = RandomText(seed: seed)
        var old = buffer(17, 5)
        var new = old
        for round in 0..<40 {
            let point = Point(x: random.number(below: 22) - 3, y: random.number(below: 7) - 1)
            let style = Style(foreground: .ansi(UInt8(random.number(below: 3))))
            switch random.number(below: 5) {
            case 0:
                new.fill(Rect(x: point.x, y: point.y, width: random.number(below: 6), height: 2), style: style)
            case 1: new.restyle(Rect(x: point.x, y: point.y, width: 3, height: 2), adding: .bold)
            default:
                let clip = random.number(below: 2) == 0 ? nil : Rect(x: 2, y: 1, width: 9, height: 3)
                new.write(random.text(pieces: 3), at: point, style: style, within: clip)
            }
            check(new)
            guard round % 4 == 0 else { continue }
            var applied = old
            applied.apply(new.diff(from: old))
            #expect(applied == new)
            old = new
        }
    }

    /// Writes, and checks how many columns that took.
    private func write(
        _ buffer: inout CellBuffer, _ columns: Int, _ text: String, at point: Point, style: Style,
        within clip: Rect? = nil, location: SourceLocation = #_sourceLocation
    ) {
        let used = buffer.write(text, at: point, style: style, within: clip)
        #expect(used == columns, sourceLocation: location)
    }

    private func write(
        _ buffer: inout CellBuffer, _ columns: Int, _ line: TextLine, at point: Point,
        location: SourceLocation = #_sourceLocation
    ) {
        let used = buffer.write(line, at: point, theme: .builtIn)
        #expect(used == columns, sourceLocation: location)
    }

    /// Halves of wide characters are beside one another.
    private func check(_ buffer: CellBuffer) {
        for y in 0..<buffer.size.height {
            var x = 0
            while x < buffer.size.width {
                let cell = buffer[x, y]
                #expect(cell.width == 1 || cell.width == 2)
                if cell.width == 2 {
                    #expect(buffer[x + 1, y].text.isEmpty && buffer[x + 1, y].width == 0)
                    #expect(buffer[x + 1, y].style == cell.style && x + 1 < buffer.size.width)
                }
                x += max(1, cell.width)
            }
        }
    }
}
