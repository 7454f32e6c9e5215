// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// A block of a document, with its text made safe and given roles, but not yet wrapped.
indirect enum Block: Hashable, Sendable {
    case heading(level: Int, [TextLine])
    case paragraph([TextLine])
    /// HTML, and text that is shown as it stands.
    case literal([TextLine])
    case code(CodeBlock)
    case quote([Block])
    case list(ListBlock)
    case table(TableBlock)
    case rule
}

struct ListBlock: Hashable, Sendable {
    struct Item: Hashable, Sendable {
        /// Whether the task is done; nil if the item is none.
        var isDone: Bool?
        var blocks: [Block]
    }

    /// Number of the first item; nil for bullets.
    var start: Int?
    /// Whether its items stand without blank lines between them.
    var isTight: Bool
    var items: [Item]
}

struct TableBlock: Hashable, Sendable {
    enum Alignment: Hashable, Sendable { case left, center, right }

    var alignments: [Alignment]
    /// Lines of each cell. The first row is the header; every row has as many cells as there are alignments.
    var rows: [[[TextLine]]]
}

extension Block {
    /// The code blocks within, in their order.
    func appendCodeBlocks(to result: inout [CodeBlock]) {
        switch self {
        case .code(let block): result.append(block)
        case .quote(let blocks): for block in blocks { block.appendCodeBlocks(to: &result) }
        case .list(let list):
            for item in list.items { for block in item.blocks { block.appendCodeBlocks(to: &result) } }
        case .heading, .paragraph, .literal, .table, .rule: break
        }
    }
}
