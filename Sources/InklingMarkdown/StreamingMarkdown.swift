// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// A ``MarkdownDocument`` that grows, as it does while a model writes.
///
/// What it shows is what the document would show of the text so far: a fence that is not closed is open to the end,
/// emphasis that is not closed is none yet. Adding text costs next to nothing; ``lines(width:foldsReasoning:)`` reads
/// again only the blocks at the end that may still change.
public struct StreamingMarkdown: Sendable {
    private struct Section {
        /// Index among the sections of reasoning; nil for an answer.
        var reasoning: Int?
        var isClosed = false
        var stream = BlockStream()
        var words = WordCount()
    }

    private struct Key: Equatable {
        var width: Int
        var foldsReasoning: Bool
    }

    private var splitter: ReasoningSplitter
    private var sections: [Section]
    private var isAtStart = true
    private var endsWithReturn = false

    /// The lines of the sections before the last, which do not change.
    private var before: [MarkdownLine] = []
    private var beforeCount = 0
    private var beforeKey: Key?
    private var codeBlocksBefore = 0

    /// - Parameter beginsInReasoning: the chat format has opened a section of reasoning already.
    public init(beginsInReasoning: Bool = false) {
        splitter = ReasoningSplitter(beginsInReasoning: beginsInReasoning)
        sections = [Section(reasoning: beginsInReasoning ? 0 : nil)]
    }

    public mutating func append(_ text: String) {
        let bytes = normalized(text)
        splitter.read(bytes) { event in
            switch event {
            case .text(let text):
                sections[sections.count - 1].stream.append(text)
                if sections[sections.count - 1].reasoning != nil { sections[sections.count - 1].words.add(text) }
            case .opens:
                let count = sections.reduce(0) { $0 + ($1.reasoning == nil ? 0 : 1) }
                sections[sections.count - 1].isClosed = true
                sections.append(Section(reasoning: count))
            case .closes:
                sections[sections.count - 1].isClosed = true
                sections.append(Section())
            }
        }
    }

    /// The lines of the text so far, wrapped.
    ///
    /// - Parameters:
    ///   - width: columns to be filled at most; less than 2 count as 2, the width of one East Asian character.
    ///   - foldsReasoning: shows one line for each section of reasoning.
    public mutating func lines(width: Int, foldsReasoning: Bool = true) -> MarkdownLines {
        let key = Key(width: max(2, width), foldsReasoning: foldsReasoning)
        if beforeKey != key {
            (before, beforeCount, beforeKey, codeBlocksBefore) = ([], 0, key, 0)
        }
        while beforeCount < sections.count - 1 {
            for part in parts(of: beforeCount, key, hasBefore: !before.isEmpty, pending: []) { before += part }
            if sections[beforeCount].reasoning == nil {
                codeBlocksBefore += sections[beforeCount].stream.codeBlocks(pending: []).count
            }
            beforeCount += 1
        }
        let last = parts(of: beforeCount, key, hasBefore: !before.isEmpty, pending: splitter.visiblePending)
        return MarkdownLines([before] + last)
    }

    /// The code blocks so far, but those within reasoning; ``MarkdownLine/codeBlock`` is an index into this.
    public mutating func codeBlocks() -> [CodeBlock] {
        var result: [CodeBlock] = []
        for index in sections.indices where sections[index].reasoning == nil {
            result += sections[index].stream.codeBlocks(
                pending: index == sections.count - 1 ? splitter.visiblePending : [])
        }
        return result
    }

    /// The lines of a section in a few parts, with a blank line before them if there is anything before.
    private mutating func parts(of index: Int, _ key: Key, hasBefore: Bool, pending: [UInt8]) -> [[MarkdownLine]] {
        let reasoning = sections[index].reasoning
        var result: [[MarkdownLine]] = []
        if reasoning != nil {
            // Models that are told not to reason leave an empty section.
            if sections[index].words.count == 0, sections[index].isClosed { return [] }
            result.append(
                header(of: sections[index], key).wrapped(to: key.width).map {
                    MarkdownLine($0, reasoning: reasoning)
                })
        }
        if reasoning == nil || !key.foldsReasoning {
            let (finished, open) = sections[index].stream.render(
                Layout(width: key.width, reasoning: reasoning), pending: pending, codeBlock: codeBlocksBefore)
            result += [finished, open]
        }
        if hasBefore, result.contains(where: { !$0.isEmpty }) { result.insert([MarkdownLine(TextLine())], at: 0) }
        return result
    }

    private func header(of section: Section, _ key: Key) -> TextLine {
        var line = TextLine(key.foldsReasoning ? "▸ " : "▾ ", role: .reasoning)
        line.append(section.isClosed ? "Thought" : "Thinking…", role: .reasoning, attributes: .bold)
        let count = section.words.count
        if count > 0 { line.append(count == 1 ? " 1 word" : " \(count) words", role: .reasoning) }
        return line
    }

    /// With line feeds only, without what libcmark-gfm would change: NUL and a byte order mark at the beginning.
    private mutating func normalized(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        guard !bytes.isEmpty else { return [] }
        if isAtStart {
            isAtStart = false
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        }
        guard endsWithReturn || bytes.contains(0x0D) || bytes.contains(0) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case 0: result += [0xEF, 0xBF, 0xBD]
            case 0x0D: result.append(0x0A)
            case 0x0A where endsWithReturn: break
            default: result.append(byte)
            }
            endsWithReturn = byte == 0x0D
        }
        return result
    }
}
