// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// A fenced code block of the document itself, read line by line: the one kind of block whose lines never change with
/// what follows, and the one that grows long.
struct OpenFence {
    private let outline: MarkdownParser.Outline.Fence
    private(set) var block: CodeBlock
    /// Whether a line break was read that is the last so far: the last of all does not belong to the text.
    private var holdsBreak = false
    /// Whether a part of a long line was read already.
    private var isWithinLine = false

    private var renderer: CodeRenderer?
    private var layout: Layout?
    private var margin: TextLine = TextLine()
    private var lines: [MarkdownLine] = []
    /// How much of the text has been rendered.
    private var renderedCount = 0

    init(_ outline: MarkdownParser.Outline.Fence) {
        self.outline = outline
        block = CodeBlock(language: outline.language, text: "")
    }

    /// Reads whole lines, and the beginning of one that is very long. Returns how much was read and whether the fence
    /// was closed there; the rest may be given again with more after it.
    mutating func read(_ source: ArraySlice<UInt8>) -> (count: Int, isClosed: Bool) {
        var rest = source
        while !rest.isEmpty {
            if let end = rest.firstIndex(of: 0x0A) {
                let line = rest[..<end]
                rest = rest[(end + 1)...]
                if !isWithinLine, closes(line) { return (rest.startIndex - source.startIndex, true) }
                append(line)
                holdsBreak = true
                isWithinLine = false
            } else if rest.count > CodeRenderer.pieceLimit {
                var end = rest.startIndex + CodeRenderer.pieceLimit
                while end > rest.startIndex + 1, rest[end] & 0xC0 == 0x80 { end -= 1 }
                append(rest[..<end])
                isWithinLine = true
                rest = rest[end...]
            } else {
                break
            }
        }
        return (rest.startIndex - source.startIndex, false)
    }

    /// With the beginning of a line that has not ended yet.
    func reading(_ partial: ArraySlice<UInt8>) -> OpenFence {
        if partial.isEmpty || !isWithinLine && closes(partial) { return self }
        var copy = self
        copy.append(partial)
        return copy
    }

    /// Renders what was read, so that it is not done again for each reading of the line after it.
    mutating func prepare(_ layout: Layout, codeBlock: Int) {
        if self.layout != layout {
            self.layout = layout
            (lines, renderedCount) = ([], 0)
            margin = layout.margin
            let renderer = CodeRenderer(language: block.language, width: max(2, layout.width - margin.width))
            var text: [TextLine] = []
            renderer.begin(into: &text)
            add(text, codeBlock)
            self.renderer = renderer
        }
        var text: [TextLine] = []
        let bytes = block.text.utf8
        renderer?.feed(bytes[bytes.index(bytes.startIndex, offsetBy: renderedCount)...], into: &text)
        renderedCount = bytes.count
        add(text, codeBlock)
    }

    /// The lines of what was read, as ``BlockRenderer`` would make them of the block.
    mutating func render(_ layout: Layout, codeBlock: Int) -> [MarkdownLine] {
        prepare(layout, codeBlock: codeBlock)
        guard !block.text.isEmpty, var copy = renderer else { return lines }
        var last: [TextLine] = []
        copy.finish(into: &last)
        return lines + last.map { line($0, codeBlock) }
    }

    private mutating func add(_ text: [TextLine], _ codeBlock: Int) {
        for part in text { lines.append(line(part, codeBlock)) }
    }

    private func line(_ text: TextLine, _ codeBlock: Int) -> MarkdownLine {
        var whole = margin
        for span in text.spans { whole.append(span.text, role: span.role, attributes: span.attributes) }
        let isCounted = layout?.reasoning == nil
        return MarkdownLine(
            text.isEmpty ? margin.withoutBlanksAtEnd : whole, codeBlock: isCounted ? codeBlock : nil,
            startsCodeBlock: isCounted && lines.isEmpty, reasoning: layout?.reasoning)
    }

    // MARK: Source

    private mutating func append(_ line: ArraySlice<UInt8>) {
        var bytes: [UInt8] = holdsBreak ? [0x0A] : []
        holdsBreak = false
        bytes += isWithinLine ? Array(line) : withoutIndentation(line)
        block.text += String(decoding: bytes, as: UTF8.self)
    }

    private func closes(_ line: ArraySlice<UInt8>) -> Bool {
        let blanks = line.prefix { $0 == 0x20 }
        guard blanks.count <= 3 else { return false }
        let rest = line.dropFirst(blanks.count)
        let fence = rest.prefix { $0 == outline.character }
        return fence.count >= outline.length && rest.dropFirst(fence.count).allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }

    /// Takes off as many columns of blanks as stood before the fence; a tab goes to the next multiple of four.
    private func withoutIndentation(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var left = outline.indentation
        var column = 0
        var index = line.startIndex
        while left > 0, index < line.endIndex {
            if line[index] == 0x20 {
                (left, column) = (left - 1, column + 1)
            } else if line[index] == 0x09 {
                let width = 4 - column % 4
                if width > left { return Array(repeating: 0x20, count: width - left) + line[(index + 1)...] }
                (left, column) = (left - width, column + width)
            } else {
                break
            }
            index += 1
        }
        return Array(line[index...])
    }
}
