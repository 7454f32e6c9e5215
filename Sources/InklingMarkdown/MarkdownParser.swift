// SPDX-License-Identifier: Apache-2.0

import CCMark
import InklingCells
import Synchronization

/// Source text to blocks, by libcmark-gfm, which only this file and `TreeReader` know.
enum MarkdownParser {
    /// Blocks within blocks; what is deeper is shown as text.
    static let depthLimit = 24

    /// A block of the document itself, as far as is needed to cut the source between two of them.
    struct Outline {
        struct Fence {
            var character: UInt8
            var length: Int
            /// Blanks before it, which are taken off each line.
            var indentation: Int
            var language: String
        }

        /// Counted from 0; nil for a paragraph that ended when a table began on its last line, of which the library does
        /// not know the line.
        var line: Int?
        /// Whether nothing after it can be taken for a part of it: a heading, code or a rule.
        var isSelfContained: Bool
        var fence: Fence?
    }

    /// - Parameter definitions: link reference definitions from elsewhere in the document, which go before those here.
    static func blocks(of source: [UInt8], definitions: [UInt8] = []) -> [Block] {
        let tree = ParsedTree(source, definitions: definitions)
        return unsafe tree.withTopLevel { node, _ in unsafe TreeReader.block(node, depth: 0) }.compactMap { $0 }
    }

    static func outline(of source: [UInt8]) -> [Outline] {
        let tree = ParsedTree(source, definitions: [])
        return unsafe tree.withTopLevel { node, line in
            let kind = unsafe markdown_kind_of(node)
            return Outline(
                line: line,
                isSelfContained: kind == MARKDOWN_HEADING || kind == MARKDOWN_CODE_BLOCK
                    || kind == MARKDOWN_THEMATIC_BREAK,
                fence: kind == MARKDOWN_CODE_BLOCK ? unsafe TreeReader.fence(of: node) : nil)
        }
    }

    /// The link reference definitions in the source, in their order.
    static func definitions(in source: [UInt8]) -> [LinkDefinition] {
        var result: [LinkDefinition] = []
        library.withLock { _ in
            let parser = unsafe source.withUnsafeBytes { bytes in
                unsafe markdown_read_definitions(bytes.baseAddress, bytes.count)
            }
            defer { unsafe cmark_parser_free(parser) }
            var entry = unsafe markdown_last_definition(parser)
            while let definition = unsafe entry {
                let url = unsafe UnsafeBufferPointer(
                    start: markdown_definition_url(definition), count: Int(markdown_definition_url_length(definition)))
                let label = unsafe String(cString: markdown_definition_label(definition))
                result.append(unsafe LinkDefinition(label: Array(label.utf8), url: Array(url)))
                unsafe entry = unsafe markdown_previous_definition(definition)
            }
        }
        return result.reversed()
    }

    /// Held while the library parses: its table of special characters is one for all threads.
    fileprivate static let library: Mutex<Void> = {
        markdown_set_up()
        return Mutex(())
    }()
}

/// Owns a tree of the library.
@safe private struct ParsedTree: ~Copyable {
    private let root: UnsafeMutablePointer<cmark_node>?
    private let firstLine: Int

    init(_ source: [UInt8], definitions: [UInt8]) {
        // Never the first line, where the library drops a byte order mark.
        let before = definitions + [0x0A]
        firstLine = before.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
        unsafe root = unsafe Self.parse(before, source)
    }

    deinit {
        if let root = unsafe root { unsafe cmark_node_free(root) }
    }

    private static func parse(_ definitions: [UInt8], _ source: [UInt8]) -> UnsafeMutablePointer<cmark_node>? {
        unsafe definitions.withUnsafeBytes { definitions in
            unsafe source.withUnsafeBytes { source in
                var root: UnsafeMutablePointer<cmark_node>?
                MarkdownParser.library.withLock { _ in
                    unsafe root = unsafe markdown_parse(
                        definitions.baseAddress, definitions.count, source.baseAddress, source.count)
                }
                return unsafe root
            }
        }
    }

    /// The results for the blocks of the document that come from the source, with their lines counted from 0.
    func withTopLevel<Result>(_ body: (UnsafeMutablePointer<cmark_node>, Int?) -> Result) -> [Result] {
        var results: [Result] = []
        var child = unsafe root.flatMap { unsafe cmark_node_first_child($0) }
        while let node = unsafe child {
            let line = unsafe Int(cmark_node_get_start_line(node)) - 1
            if line < 0 || line >= firstLine { unsafe results.append(body(node, line < 0 ? nil : line - firstLine)) }
            unsafe child = unsafe cmark_node_next(node)
        }
        return results
    }
}
