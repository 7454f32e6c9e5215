// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@Suite struct WidgetTests {
    private func draw(_ width: Int, _ height: Int, _ body: (inout CellBuffer) -> Void) -> [String] {
        var buffer = CellBuffer(size: Size(width: width, height: height))
        body(&buffer)
        return buffer.rows
    }

    @Test func `A border has a title and a note`() {
        var inner = Rect(x: 0, y: 0, width: 0, height: 0)
        let rows = draw(20, 3) {
            inner = $0.drawBorder($0.bounds, title: TextLine("Speed"), note: TextLine("12/s"), theme: .builtIn)
        }
        #expect(rows == ["╭─ Speed ─── 12/s ─╮", "│                  │", "╰──────────────────╯"])
        #expect(inner == Rect(x: 1, y: 1, width: 18, height: 1))
    }

    @Test func `A narrow border cuts its title and drops its note`() {
        let rows = draw(12, 2) {
            $0.drawBorder(
                $0.bounds, title: TextLine("Acceptance"), note: TextLine("note"), theme: .builtIn, glyphs: .ascii)
        }
        #expect(rows == ["+- Accep~ -+", "+----------+"])
        #expect(draw(1, 1) { $0.drawBorder($0.bounds, theme: .builtIn) } == [" "])
        #expect(draw(2, 2) { $0.drawBorder($0.bounds, title: TextLine("x"), theme: .builtIn) } == ["╭╮", "╰╯"])
    }

    @Test(arguments: [
        (0, "────"), (0.001, "▏───"), (0.5, "██──"), (0.53, "██▏─"), (0.99, "███▉"), (1, "████"), (7, "████"),
        (-1, "────"), (Double.nan, "────"), (.infinity, "████"),
    ])
    func `A gauge shows its part`(fraction: Double, row: String) {
        #expect(draw(4, 1) { $0.drawGauge(fraction, in: $0.bounds, theme: .builtIn) } == [row])
    }

    @Test func `A gauge in ASCII`() {
        #expect(draw(6, 1) { $0.drawGauge(0.5, in: $0.bounds, theme: .builtIn, glyphs: .ascii) } == ["###---"])
    }

    @Test func `A sparkline ends at the right edge`() {
        #expect(draw(6, 1) { $0.drawSparkline([0, 1, 4, 8], in: $0.bounds, theme: .builtIn) } == ["  ▁▁▄█"])
        #expect(draw(3, 1) { $0.drawSparkline([9, 0, .nan, 8], in: $0.bounds, theme: .builtIn) } == ["▁ █"])
        #expect(draw(3, 2) { $0.drawSparkline([4, 8, 16], in: $0.bounds, theme: .builtIn) } == ["  █", "▄██"])
        #expect(
            draw(3, 1) { $0.drawSparkline([5, 5, 5], in: $0.bounds, range: 0...10, theme: .builtIn) } == ["▄▄▄"])
        #expect(draw(2, 1) { $0.drawSparkline([0, 0], in: $0.bounds, theme: .builtIn) } == ["▁▁"])
        #expect(draw(2, 1) { $0.drawSparkline([], in: $0.bounds, theme: .builtIn) } == ["  "])
        #expect(
            draw(2, 1) { $0.drawSparkline([1, 8], in: $0.bounds, theme: .builtIn, glyphs: .ascii) } == ["_#"])
    }

    @Test func `A graph has two numbers a column`() {
        #expect(draw(3, 1) { $0.drawGraph([1, 2, 3, 4], in: $0.bounds, theme: .builtIn) } == [" ⣠⣾"])
        #expect(draw(2, 1) { $0.drawGraph([4], in: $0.bounds, theme: .builtIn) } == [" ⢸"])
        #expect(draw(1, 2) { $0.drawGraph([8, 4], in: $0.bounds, theme: .builtIn) } == ["⡇", "⣿"])
        #expect(
            draw(3, 1) { $0.drawGraph([1, 8, 1, 4], in: $0.bounds, theme: .builtIn, glyphs: .ascii) } == [" #-"])
    }

    @Test func `Bars have labels and values`() {
        let rows = draw(20, 2) {
            $0.drawBars(
                [("plain", 0.5, "12.0", .series1), ("pearl", 1, "24.0", .series2)], in: $0.bounds, theme: .builtIn)
        }
        #expect(rows == ["plain ████▌──── 12.0", "pearl █████████ 24.0"])
    }

    @Test func `A table gives way by rank`() {
        let columns = [
            TableColumn("name", width: 6, share: 1, rank: 2),
            TableColumn("size", width: 5, isAlignedRight: true, rank: 1),
            TableColumn("kind", width: 4),
        ]
        let rows = [["tiny", "12 MB", "Q4"], ["a long name", "1 GB", "Q8"]].map { $0.map { TextLine($0) } }
        #expect(
            draw(22, 3) { $0.drawTable(columns, rows: rows, in: $0.bounds, theme: .builtIn) }
                == [
                    "name         size kind", "tiny        12 MB Q4  ", "a long name  1 GB Q8  ",
                ])
        #expect(
            draw(14, 2) { $0.drawTable(columns, rows: rows, in: $0.bounds, theme: .builtIn) } == [
                "name      size", "tiny     12 MB",
            ])
        #expect(draw(4, 2) { $0.drawTable(columns, rows: rows, in: $0.bounds, theme: .builtIn) } == ["name", "tiny"])
        var buffer = CellBuffer(size: Size(width: 22, height: 3))
        buffer.drawTable(columns, rows: rows, selected: 1, in: buffer.bounds, theme: .builtIn)
        #expect(buffer[21, 2].style.background == Theme.builtIn[.selection].background)
        #expect(buffer[0, 1].style.background == Theme.builtIn[.text].background)
    }

    @Test func `Tabs say where they are`() {
        var buffer = CellBuffer(size: Size(width: 16, height: 1))
        let places = buffer.drawTabs(["Chat", "Models", "Race"], active: 1, in: buffer.bounds, theme: .builtIn)
        #expect(places == [0..<6, 6..<14, 14..<16])
        #expect(buffer.rows == [" Chat  Models  R"])
        #expect(buffer[7, 0].style == Theme.builtIn[.tabActive] && buffer[1, 0].style == Theme.builtIn[.tab])
    }

    @Test func `A scrollbar reaches both ends`() {
        func bar(_ visible: Range<Int>, _ count: Int) -> String {
            draw(1, 5) { $0.drawScrollbar(in: $0.bounds, visible: visible, count: count, theme: .builtIn) }.joined()
        }
        #expect(bar(0..<5, 10) == "██│││" && bar(5..<10, 10) == "│││██" && bar(0..<5, 5) == "     ")
        #expect(bar(0..<5, 100_000) == "█││││" && bar(99_995..<100_000, 100_000) == "││││█")
    }

    @Test func `A recording terminal plays events and keeps frames`() {
        let terminal = RecordingTerminal(
            size: Size(width: 4, height: 1),
            events: [.key(KeyPress(.enter)), nil, .resize(Size(width: 8, height: 2))])
        #expect(terminal.nextEvent(before: nil) == .key(KeyPress(.enter)))
        #expect(terminal.nextEvent(before: nil) == nil)
        #expect(terminal.nextEvent(before: nil) == .resize(Size(width: 8, height: 2)))
        #expect(terminal.size == Size(width: 8, height: 2))
        let frame = Frame(buffer: CellBuffer(size: terminal.size), title: "x")
        terminal.present(frame)
        terminal.present(frame)
        #expect(terminal.frames == [frame])
        #expect(terminal.nextEvent(before: nil) == .endOfInput)
    }
}
