// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// A part of a document that is read and rendered on its own.
struct Segment {
    /// Whether it begins within a block, so that no blank line goes before it.
    let continues: Bool
    private let source: [UInt8]
    private let isTooDense: Bool
    /// Whether definitions from elsewhere can change what it says.
    private let mayRefer: Bool

    private var blocks: [Block]?
    private var definitionsRead: [UInt8] = []
    private var lines: [MarkdownLine] = []
    private var layout: Layout?
    private(set) var codeBlocks: [CodeBlock] = []

    init(source: [UInt8], continues: Bool) {
        self.source = source
        self.continues = continues
        isTooDense = SourceDensity.isTooDense(source)
        mayRefer = !isTooDense && source.contains(UInt8(ascii: "["))
    }

    init(code: CodeBlock) {
        (source, continues, isTooDense, mayRefer) = ([], false, false, false)
        blocks = [.code(code)]
        codeBlocks = [code]
    }

    /// The link reference definitions in it.
    func definitions() -> [LinkDefinition] {
        guard mayRefer, source.indices.dropLast().contains(where: { source[$0] == 0x5D && source[$0 + 1] == 0x3A })
        else { return [] }
        return MarkdownParser.definitions(in: source)
    }

    mutating func render(_ layout: Layout, _ definitions: [UInt8], codeBlock: Int) -> [MarkdownLine] {
        read(definitions)
        if self.layout != layout {
            self.layout = layout
            lines = BlockRenderer.lines(of: blocks ?? [], layout: layout, codeBlock: codeBlock)
        }
        return lines
    }

    mutating func read(_ definitions: [UInt8]) {
        if blocks != nil, !mayRefer || definitionsRead == definitions { return }
        definitionsRead = definitions
        layout = nil
        if isTooDense {
            blocks = [.literal(TreeReader.literalLines(String(decoding: source, as: UTF8.self), role: .text))]
        } else {
            blocks = MarkdownParser.blocks(of: source, definitions: mayRefer ? definitions : [])
        }
        codeBlocks = []
        for block in blocks ?? [] { block.appendCodeBlocks(to: &codeBlocks) }
    }
}
