// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// Where lines are drawn: their width, and what is common to them.
struct Layout: Hashable {
    var width: Int
    /// Index of the reasoning section, whose text is dimmed and stands behind a bar.
    var reasoning: Int?

    var margin: TextLine { hasBar ? TextLine("┊ ", role: .reasoning) : TextLine() }

    /// For text that says nothing about its role.
    var textRole: Role { reasoning == nil ? .text : .reasoning }

    /// What separates blocks.
    var blankLine: MarkdownLine {
        MarkdownLine(hasBar ? TextLine("┊", role: .reasoning) : TextLine(), reasoning: reasoning)
    }

    private var hasBar: Bool { reasoning != nil && width >= BlockRenderer.leastWidth }
}

/// Blocks to lines.
struct BlockRenderer {
    /// Columns that a block needs; with fewer left, it stands at the margin in spite of its nesting.
    static let leastWidth = 10

    let layout: Layout
    private(set) var lines: [MarkdownLine] = []
    /// Index of the next code block.
    private var codeBlock: Int

    /// What goes before each line.
    private var margin: TextLine
    /// What goes before the next line in place of the margin: the number of an item.
    private var marker: TextLine?
    private var textRole: Role
    private var listDepth = 0

    /// - Parameter codeBlock: index of the first code block there is.
    static func lines(of blocks: [Block], layout: Layout, codeBlock: Int) -> [MarkdownLine] {
        var renderer = BlockRenderer(layout: layout, codeBlock: codeBlock)
        renderer.render(blocks)
        return renderer.lines
    }

    private init(layout: Layout, codeBlock: Int) {
        self.layout = layout
        self.codeBlock = codeBlock
        margin = layout.margin
        textRole = layout.textRole
    }

    /// Columns for the text.
    private var width: Int { max(2, layout.width - margin.width) }

    // MARK: Blocks

    private mutating func render(_ blocks: [Block], isTight: Bool = false) {
        for (index, block) in blocks.enumerated() {
            if index > 0, !isTight { putBlank() }
            render(block)
        }
    }

    private mutating func render(_ block: Block) {
        switch block {
        case .paragraph(let text): putText(text)
        case .heading(let level, let text):
            let attributes: Attributes = level == 1 ? [.bold, .underline] : level == 2 ? .bold : [.bold, .italic]
            putText(text, role: .heading, adding: attributes)
        case .literal(let text): putText(text)
        case .rule: put(TextLine(String(repeating: "─", count: width), role: .tableRule))
        case .code(let code): render(code)
        case .quote(let blocks):
            let outer = textRole
            textRole = .quote
            let bar = TextLine("▌ ", role: .quote)
            indented(first: bar, rest: bar) { $0.render(blocks) }
            textRole = outer
        case .list(let list): render(list)
        case .table(let table): put(TableRenderer.lines(of: table, width: width, textRole: textRole))
        }
    }

    private mutating func render(_ list: ListBlock) {
        listDepth += 1
        let bullets = ["•", "◦", "▪"]
        let bullet = bullets[min(listDepth, bullets.count) - 1] + " "
        // The library reads nine digits at most, so that there is no overflow.
        let numberWidth = list.start.map { String($0 + list.items.count - 1).count } ?? 0
        for (index, item) in list.items.enumerated() {
            if index > 0, !list.isTight { putBlank() }
            var marker = bullet
            if let start = list.start {
                marker = "\(start + index).".padded(to: numberWidth + 1, alignedRight: true) + " "
            }
            var first = TextLine()
            if item.isDone == nil || list.start != nil { first.append(marker, role: .dim) }
            if let isDone = item.isDone { first.append(isDone ? "☑ " : "☐ ", role: isDone ? .success : .dim) }
            indented(first: first, rest: TextLine(String(repeating: " ", count: first.width))) {
                if item.blocks.isEmpty { $0.put(TextLine()) }
                $0.render(item.blocks, isTight: list.isTight)
            }
        }
        listDepth -= 1
    }

    private mutating func render(_ code: CodeBlock) {
        var coder = CodeRenderer(language: code.language, width: width)
        var text: [TextLine] = []
        coder.begin(into: &text)
        coder.feed(Array(code.text.utf8), into: &text)
        if !code.text.isEmpty { coder.finish(into: &text) }
        for (index, line) in text.enumerated() {
            put(line, codeBlock: layout.reasoning == nil ? codeBlock : nil, startsCodeBlock: index == 0)
        }
        codeBlock += 1
    }

    private mutating func putText(_ text: [TextLine], role: Role? = nil, adding attributes: Attributes = []) {
        if text.isEmpty { put(TextLine()) }
        for line in text {
            put(line.inRole(role ?? textRole).adding(attributes).wrapped(to: width))
        }
    }

    // MARK: Margins

    /// Renders with more before each line, unless too little would be left for the text.
    private mutating func indented(first: TextLine, rest: TextLine, _ body: (inout BlockRenderer) -> Void) {
        let outer = margin
        if layout.width - outer.width - rest.width < Self.leastWidth {
            // An item within an item whose number is not on a line yet.
            if marker != nil { put(TextLine()) }
            margin = layout.margin
        }
        if layout.width - margin.width - rest.width >= min(Self.leastWidth, layout.width / 2) {
            marker = (marker ?? margin) + first
            margin = margin + rest
        }
        body(&self)
        marker = nil
        margin = outer
    }

    private mutating func put(_ lines: [TextLine]) {
        for line in lines { put(line) }
    }

    private mutating func put(_ line: TextLine, codeBlock: Int? = nil, startsCodeBlock: Bool = false) {
        var whole = marker ?? margin
        marker = nil
        for span in line.spans { whole.append(span.text, role: span.role, attributes: span.attributes) }
        if line.isEmpty { whole = whole.withoutBlanksAtEnd }
        lines.append(
            MarkdownLine(
                whole, codeBlock: codeBlock, startsCodeBlock: startsCodeBlock && codeBlock != nil,
                reasoning: layout.reasoning))
    }

    private mutating func putBlank() {
        put(TextLine())
    }
}

extension TextLine {
    /// With a role for what has none of its own.
    func inRole(_ role: Role) -> TextLine {
        guard role != .text else { return self }
        var copy = self
        for index in copy.spans.indices where copy.spans[index].role == .text { copy.spans[index].role = role }
        return copy
    }

    func adding(_ attributes: Attributes) -> TextLine {
        guard !attributes.isEmpty else { return self }
        var copy = self
        for index in copy.spans.indices { copy.spans[index].attributes.formUnion(attributes) }
        return copy
    }

    var withoutBlanksAtEnd: TextLine {
        var copy = self
        while let last = copy.spans.last {
            var text = last.text[...]
            while text.last == " " { text.removeLast() }
            if !text.isEmpty {
                copy.spans[copy.spans.count - 1].text = String(text)
                break
            }
            copy.spans.removeLast()
        }
        return copy
    }
}
