// SPDX-License-Identifier: Apache-2.0

public import InklingCells

/// One line of a rendered text, and what it belongs to.
public struct MarkdownLine: Hashable, Sendable {
    /// No wider than was asked for, and safe for a terminal.
    public var text: TextLine
    /// Index of the code block whose line this is.
    public var codeBlock: Int?
    /// Whether this is the first line of its code block, which names the language.
    public var startsCodeBlock: Bool
    /// Index of the reasoning section this line belongs to.
    public var reasoning: Int?

    public init(_ text: TextLine, codeBlock: Int? = nil, startsCodeBlock: Bool = false, reasoning: Int? = nil) {
        self.text = text
        self.codeBlock = codeBlock
        self.startsCodeBlock = startsCodeBlock
        self.reasoning = reasoning
    }
}

/// The lines of a text. Made without copying those that have not changed since the last time.
public struct MarkdownLines: RandomAccessCollection, Sendable {
    private let parts: [[MarkdownLine]]
    public let endIndex: Int

    /// - Parameter parts: a few, since each is looked through.
    init(_ parts: [[MarkdownLine]]) {
        self.parts = parts.filter { !$0.isEmpty }
        endIndex = parts.reduce(0) { $0 + $1.count }
    }

    public var startIndex: Int { 0 }

    public subscript(index: Int) -> MarkdownLine {
        var rest = index
        for part in parts {
            if rest < part.count { return part[rest] }
            rest -= part.count
        }
        preconditionFailure("line \(index) of \(endIndex)")
    }
}
