// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// Source text that grows, cut into segments between blocks of the document.
///
/// What the library says of a segment is what it would say of it within the whole, link reference definitions apart,
/// which are handed on. So a segment is read once, and only the last, open one again when text was added. Where it is cut
/// depends on the text alone, not on how it came; and it is looked at in steps that double, so that the time for all of
/// it is linear in its length.
struct BlockStream {
    /// Bytes of a segment before it is worth cutting.
    static let segmentSize = 2048
    /// Bytes of a segment after which it is cut even within a block.
    static let segmentLimit = 128 << 10

    private var source: [UInt8] = []
    /// Where the open segment begins.
    private var start = 0
    /// Where it will be looked at next, from its start.
    private var step = segmentSize
    private var fence: OpenFence?
    /// Whether the open segment goes on within a block.
    private var continues = false
    private var segments: [Segment] = []
    private var definitions: [LinkDefinition] = []

    /// Bytes that were looked at to find where to cut, in all.
    private(set) var lookedAtCount = 0

    private var finishedLines: [MarkdownLine] = []
    /// How many segments are in them, and how they were rendered.
    private var finishedCount = 0
    private var finishedLayout: Layout?
    private var finishedDefinitions: [UInt8] = []

    /// What was rendered last of the open segment.
    private var open: (source: [UInt8], segment: Segment)?

    mutating func append(_ bytes: some Collection<UInt8>) {
        source += bytes
    }

    /// The lines of all that has come, those that will stay and those that may change.
    ///
    /// - Parameters:
    ///   - pending: more text at the end, which may still turn out not to belong to it.
    ///   - codeBlock: index of the first code block there is.
    mutating func render(
        _ layout: Layout, pending: [UInt8], codeBlock: Int
    ) -> (finished: [MarkdownLine], open: [MarkdownLine]) {
        advance()
        let tail = Array(source[start...]) + pending
        var openSegment = openSegment(fence == nil ? tail : [])
        var known = definitions
        if fence == nil { known += openSegment.definitions() }
        let definitionSource = LinkDefinition.source(of: known)

        renderFinished(layout, definitionSource, codeBlock)
        let next = codeBlock + segments.reduce(0) { $0 + $1.codeBlocks.count }
        var lines: [MarkdownLine]
        fence?.prepare(layout, codeBlock: next)
        if var whole = fence?.reading(tail[...]) {
            lines = whole.render(layout, codeBlock: next)
        } else {
            lines = openSegment.render(layout, definitionSource, codeBlock: next)
            open = (tail, openSegment)
        }
        if !lines.isEmpty, !finishedLines.isEmpty, !continues { lines.insert(layout.blankLine, at: 0) }
        return (finishedLines, lines)
    }

    var segmentCount: Int { segments.count }

    /// Bytes of the open segment.
    var openCount: Int { source.count - start }

    /// The code blocks of all that has come.
    mutating func codeBlocks(pending: [UInt8]) -> [CodeBlock] {
        advance()
        for index in segments.indices { segments[index].read(finishedDefinitions) }
        var result = segments.flatMap(\.codeBlocks)
        let tail = Array(source[start...]) + pending
        if let fence {
            result.append(fence.reading(tail[...]).block)
        } else {
            var segment = openSegment(tail)
            segment.read(finishedDefinitions)
            result += segment.codeBlocks
        }
        return result
    }

    private func openSegment(_ tail: [UInt8]) -> Segment {
        if let open, open.source == tail, open.segment.continues == continues { return open.segment }
        return Segment(source: tail, continues: continues)
    }

    private mutating func renderFinished(_ layout: Layout, _ definitions: [UInt8], _ codeBlock: Int) {
        if finishedLayout != layout || finishedDefinitions != definitions {
            finishedLines = []
            finishedCount = 0
            (finishedLayout, finishedDefinitions) = (layout, definitions)
        }
        guard finishedCount < segments.count else { return }
        var next = codeBlock + segments[..<finishedCount].reduce(0) { $0 + $1.codeBlocks.count }
        for index in finishedCount..<segments.count {
            let lines = segments[index].render(layout, definitions, codeBlock: next)
            next += segments[index].codeBlocks.count
            if !lines.isEmpty, !finishedLines.isEmpty, !segments[index].continues {
                finishedLines.append(layout.blankLine)
            }
            finishedLines += lines
        }
        finishedCount = segments.count
    }

    // MARK: Cutting

    /// Cuts off the segments that are complete.
    private mutating func advance() {
        while true {
            let isDone = fence == nil ? !cut() : !readFence()
            if isDone { break }
        }
        if start > source.count / 2 {
            source.removeFirst(start)
            start = 0
        }
    }

    private mutating func readFence() -> Bool {
        guard let (count, isClosed) = fence?.read(source[start...]) else { return false }
        start += count
        guard isClosed, let block = fence?.block else { return false }
        segments.append(Segment(code: block))
        fence = nil
        return true
    }

    private mutating func cut() -> Bool {
        let rest = source[start...]
        guard rest.count >= step else { return false }
        let lineEnd = rest.prefix(Self.segmentLimit)[(start + step - 1)...].firstIndex(of: 0x0A)
        if lineEnd == nil, rest.count <= Self.segmentLimit { return false }
        // Of a line that has no end only what is before it can be looked at.
        let end = lineEnd ?? rest.prefix(step).lastIndex(of: 0x0A)
        let limit = lineEnd.map { $0 + 1 } ?? start + Self.segmentLimit
        let look = Array(end.map { rest[...$0] } ?? [])
        lookedAtCount += look.count
        if SourceDensity.isTooDense(look) {
            cutWithinBlock(limit)
        } else if let (offset, opened) = Self.place(in: look) {
            if offset > 0 { finish(start + offset, continues: false) }
            if let opened {
                fence = OpenFence(opened)
                step = Self.segmentSize
                continues = false
                start = (source[start...].firstIndex(of: 0x0A) ?? source.count - 1) + 1
            }
        } else if lineEnd == nil || look.count * 2 > Self.segmentLimit {
            cutWithinBlock(limit)
        } else {
            step = look.count * 2
        }
        return true
    }

    /// Where whole lines may be cut: where the last block begins, or one before it, such that nothing before it is open
    /// any more. The fence, if it is one that begins there.
    private static func place(in source: [UInt8]) -> (offset: Int, fence: MarkdownParser.Outline.Fence?)? {
        let outline = MarkdownParser.outline(of: source)
        let lines = LineStarts(source)
        for (index, block) in outline.enumerated().reversed() {
            guard let line = block.line else { continue }
            let offset = lines[line]
            if index == outline.count - 1, let fence = block.fence { return (offset, fence) }
            if offset > 0, index > 0, outline[index - 1].isSelfContained || lines.isBlank(line - 1) {
                return (offset, nil)
            }
        }
        return nil
    }

    private mutating func cutWithinBlock(_ end: Int) {
        var end = end
        while end > start + 1, end < source.count, source[end] & 0xC0 == 0x80 { end -= 1 }
        finish(end, continues: true)
    }

    private mutating func finish(_ end: Int, continues: Bool) {
        let segment = Segment(source: Array(source[start..<end]), continues: self.continues)
        if definitions.count < LinkDefinition.countLimit { definitions += segment.definitions() }
        segments.append(segment)
        start = end
        step = Self.segmentSize
        self.continues = continues
    }
}

/// Where the lines of a text begin.
private struct LineStarts {
    private let source: [UInt8]
    private let starts: [Int]

    init(_ source: [UInt8]) {
        self.source = source
        var starts = [0]
        for (index, byte) in source.enumerated() where byte == 0x0A { starts.append(index + 1) }
        self.starts = starts
    }

    subscript(line: Int) -> Int { line < starts.count ? starts[line] : source.count }

    func isBlank(_ line: Int) -> Bool {
        source[self[line]..<self[line + 1]].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }
    }
}
