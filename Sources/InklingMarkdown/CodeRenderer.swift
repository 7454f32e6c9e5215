// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// Code to lines, as it comes: what was rendered never changes with what follows.
struct CodeRenderer {
    /// Bytes of one source line that are treated as one piece; longer lines are cut, so that a line without an end costs
    /// no more than one of many.
    static let pieceLimit = 8192

    private let label: String
    private let width: Int
    private var highlighter: SyntaxScanner?
    /// The beginning of a piece.
    private var pending: [UInt8] = []
    private var continuesLine = false

    /// - Parameter width: columns, with the bar before the code.
    init(language: String, width: Int) {
        label = language
        self.width = width
        highlighter = Highlighter.syntax(of: language).map(SyntaxScanner.init)
    }

    /// The line that names the language.
    func begin(into lines: inout [TextLine]) {
        var line = TextLine("╭─", role: .tableRule)
        let name = TextLine(sanitizedForTerminal(label), role: .dim).truncated(to: min(width - 3, 32))
        if !name.isEmpty { line.append(" ", role: .tableRule) }
        lines.append(width < 4 ? TextLine() : line + name)
    }

    mutating func feed(_ bytes: some Collection<UInt8>, into lines: inout [TextLine]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if let end = rest.firstIndex(of: 0x0A) {
                pending += rest[..<end]
                rest = rest[rest.index(after: end)...]
                endPieces(into: &lines)
                endPiece(into: &lines)
                highlighter?.endLine()
                continuesLine = false
            } else {
                pending += rest
                rest = rest[rest.endIndex...]
                endPieces(into: &lines)
            }
        }
    }

    /// Ends the last line as if a line break followed. To be called on a copy if there may be more.
    mutating func finish(into lines: inout [TextLine]) {
        endPiece(into: &lines)
    }

    private mutating func endPieces(into lines: inout [TextLine]) {
        guard pending.count > Self.pieceLimit else { return }
        let all = pending
        var start = 0
        while all.count - start > Self.pieceLimit {
            var end = start + Self.pieceLimit
            while end > start + 1, all[end] & 0xC0 == 0x80 { end -= 1 }
            pending = Array(all[start..<end])
            endPiece(into: &lines)
            start = end
        }
        pending = Array(all[start...])
    }

    private mutating func endPiece(into lines: inout [TextLine]) {
        let text = sanitizedForTerminal(Self.expanded(pending))
        pending.removeAll(keepingCapacity: true)
        let code = highlighter?.highlight(text) ?? TextLine(text, role: .code)
        for line in code.cut(to: max(2, width - 2)) {
            // A bar that is broken says that the line goes on.
            let bar = width < 4 ? TextLine() : TextLine(continuesLine ? "┆ " : "│ ", role: .tableRule)
            lines.append(line.isEmpty ? bar.withoutBlanksAtEnd : bar + line)
            continuesLine = true
        }
    }

    /// With blanks for tabs, up to the next multiple of four.
    private static func expanded(_ bytes: [UInt8]) -> String {
        guard bytes.contains(0x09) else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        var column = 0
        for byte in bytes {
            if byte == 0x09 {
                let count = 4 - column % 4
                result += repeatElement(0x20, count: count)
                column += count
            } else {
                result.append(byte)
                column += byte & 0xC0 == 0x80 ? 0 : 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension TextLine {
    /// In lines of a width, without regard to words: code is not prose, and blanks matter in it.
    fileprivate func cut(to width: Int) -> [TextLine] {
        if spans.allSatisfy({ $0.text.utf8.count <= width }), self.width <= width { return [self] }
        var lines: [TextLine] = []
        var line = TextLine()
        var column = 0
        for span in spans {
            var run = ""
            for character in span.text {
                let cells = displayWidth(character)
                if column > 0, column + cells > width {
                    line.append(run, role: span.role, attributes: span.attributes)
                    lines.append(line)
                    (line, run, column) = (TextLine(), "", 0)
                }
                run.append(character)
                column += cells
            }
            line.append(run, role: span.role, attributes: span.attributes)
        }
        return lines + [line]
    }
}
