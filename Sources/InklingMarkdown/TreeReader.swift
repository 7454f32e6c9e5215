// SPDX-License-Identifier: Apache-2.0

import CCMark
import InklingCells

/// Reads nodes of the library's tree.
enum TreeReader {
    typealias Node = UnsafeMutablePointer<cmark_node>

    /// Nil for what has nothing to show: a quote of link reference definitions.
    static func block(_ node: Node, depth: Int) -> Block? {
        switch unsafe markdown_kind_of(node) {
        case MARKDOWN_HEADING:
            return unsafe .heading(level: Int(cmark_node_get_heading_level(node)), inlines(of: node))
        case MARKDOWN_CODE_BLOCK:
            return unsafe .code(CodeBlock(language: language(of: node), text: codeText(of: node)))
        case MARKDOWN_HTML_BLOCK:
            return unsafe .literal(literalLines(literal(of: node), role: .dim))
        case MARKDOWN_THEMATIC_BREAK: return .rule
        case MARKDOWN_BLOCK_QUOTE where depth < MarkdownParser.depthLimit:
            let blocks = unsafe blocks(in: node, depth: depth + 1)
            return blocks.isEmpty ? nil : .quote(blocks)
        case MARKDOWN_LIST where depth < MarkdownParser.depthLimit:
            return unsafe .list(list(node, depth: depth))
        case MARKDOWN_TABLE: return unsafe .table(table(node))
        default: return unsafe .paragraph(inlines(of: node))
        }
    }

    static func fence(of node: Node) -> MarkdownParser.Outline.Fence? {
        var length: Int32 = 0
        var indentation: Int32 = 0
        var character: CChar = 0
        guard unsafe cmark_node_get_fenced(node, &length, &indentation, &character) != 0 else { return nil }
        return MarkdownParser.Outline.Fence(
            character: UInt8(bitPattern: character), length: Int(length), indentation: Int(indentation),
            language: unsafe language(of: node))
    }

    /// Text that is shown as it stands, line by line.
    static func literalLines(_ text: String, role: Role) -> [TextLine] {
        var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            TextLine(sanitizedForTerminal(Substring($0).replacing(tab: "    ")), role: role)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    // MARK: Blocks

    private static func list(_ node: Node, depth: Int) -> ListBlock {
        let items = unsafe children(of: node).map { item in
            ListBlock.Item(
                isDone: unsafe markdown_is_task(item) ? cmark_gfm_extensions_get_tasklist_item_checked(item) : nil,
                blocks: unsafe blocks(in: item, depth: depth + 1))
        }
        return ListBlock(
            start: unsafe markdown_is_ordered(node) ? Int(cmark_node_get_list_start(node)) : nil,
            isTight: unsafe cmark_node_get_list_tight(node) != 0, items: items)
    }

    private static func table(_ node: Node) -> TableBlock {
        let count = unsafe Int(cmark_gfm_extensions_get_table_columns(node))
        let alignments = (0..<count).map { column -> TableBlock.Alignment in
            switch unsafe markdown_alignment(node, Int32(column)) {
            case UInt8(ascii: "c"): .center
            case UInt8(ascii: "r"): .right
            default: .left
            }
        }
        var rows: [[[TextLine]]] = []
        var row = unsafe cmark_node_first_child(node)
        while let current = unsafe row {
            var cells: [[TextLine]] = []
            var cell = unsafe cmark_node_first_child(current)
            while let next = unsafe cell, cells.count < count {
                unsafe cells.append(inlines(of: next))
                unsafe cell = unsafe cmark_node_next(next)
            }
            while cells.count < count { cells.append([]) }
            rows.append(cells)
            unsafe row = unsafe cmark_node_next(current)
        }
        return TableBlock(alignments: alignments, rows: rows)
    }

    private static func blocks(in node: Node, depth: Int) -> [Block] {
        unsafe children(of: node).compactMap { unsafe block($0, depth: depth) }
    }

    private static func children(of node: Node) -> [Node] {
        var result: [Node] = unsafe []
        var child = unsafe cmark_node_first_child(node)
        while let next = unsafe child {
            unsafe result.append(next)
            unsafe child = unsafe cmark_node_next(next)
        }
        return unsafe result
    }

    private static func language(of node: Node) -> String {
        guard let info = unsafe cmark_node_get_fence_info(node) else { return "" }
        let text = unsafe String(cString: info)
        return text.split(maxSplits: 1) { $0 == " " || $0 == "\t" || $0 == "{" || $0 == "}" || $0 == "," }
            .first.map(String.init) ?? ""
    }

    private static func codeText(of node: Node) -> String {
        var text = unsafe literal(of: node)
        if text.utf8.last == 0x0A { text.unicodeScalars.removeLast() }
        return text
    }

    private static func literal(of node: Node) -> String {
        guard let text = unsafe cmark_node_get_literal(node) else { return "" }
        return unsafe String(cString: text)
    }

    // MARK: Text

    /// The text within a block, in lines. Goes through all that is below without recursion: emphasis may be nested as
    /// deep as its source is long.
    private static func inlines(of node: Node) -> [TextLine] {
        var builder = InlineBuilder()
        let walk = unsafe markdown_walk(node)
        defer { unsafe cmark_iter_free(walk) }
        while true {
            let step = unsafe markdown_next_step(walk)
            guard let node = unsafe step.node else { return builder.finish() }
            let isEntering = unsafe step.is_entering
            switch unsafe markdown_kind_of(node) {
            case MARKDOWN_TEXT: unsafe builder.append(literal(of: node))
            case MARKDOWN_CODE: unsafe builder.append(code: literal(of: node))
            case MARKDOWN_HTML_INLINE: unsafe builder.append(markup: literal(of: node))
            case MARKDOWN_LINE_BREAK: builder.breakLine()
            case MARKDOWN_STRONG: builder.change(.bold, isEntering: isEntering)
            case MARKDOWN_EMPHASIS: builder.change(.italic, isEntering: isEntering)
            case MARKDOWN_STRIKETHROUGH: builder.change(.strikethrough, isEntering: isEntering)
            case MARKDOWN_LINK, MARKDOWN_IMAGE:
                let isImage = unsafe markdown_kind_of(node) == MARKDOWN_IMAGE
                if isEntering {
                    builder.beginLink(isImage: isImage)
                } else {
                    builder.endLink(to: unsafe cmark_node_get_url(node).map { unsafe String(cString: $0) } ?? "")
                }
            // Blocks that are too deep to be shown as what they are.
            case MARKDOWN_CODE_BLOCK, MARKDOWN_HTML_BLOCK:
                for line in unsafe literalLines(literal(of: node), role: .text) {
                    builder.append(line.text)
                    builder.breakLine()
                }
            case MARKDOWN_PARAGRAPH, MARKDOWN_HEADING, MARKDOWN_TABLE_CELL: if !isEntering { builder.breakLine() }
            default: break
            }
        }
    }
}

extension Substring {
    /// With each tab replaced.
    func replacing(tab blanks: String) -> String {
        guard utf8.contains(0x09) else { return String(self) }
        var result = ""
        for scalar in unicodeScalars {
            if scalar == "\t" { result += blanks } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }
}
