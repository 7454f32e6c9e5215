// SPDX-License-Identifier: Apache-2.0

/// A text in Markdown, as CommonMark with GitHub's tables, task lists and strikethrough define it, for a terminal.
///
/// Any text is a document: what a model writes may hold anything, and neither its length nor its nesting takes more
/// than linear time. What is too dense or too deep to be meant as Markdown (``SourceDensity``) is shown as it is.
///
/// Differs from CommonMark in that single line breaks are kept, since models write verse and lists with them; that
/// `<br>` breaks the line; and that `<think>…</think>` is a section of reasoning (``ReasoningTag``).
public struct MarkdownDocument: Sendable {
    private var text: StreamingMarkdown

    /// - Parameter beginsInReasoning: the chat format has opened a section of reasoning already.
    public init(_ text: String, beginsInReasoning: Bool = false) {
        self.text = StreamingMarkdown(beginsInReasoning: beginsInReasoning)
        self.text.append(text)
    }

    /// The lines, wrapped.
    ///
    /// - Parameter width: columns to be filled at most; less than 2 count as 2, the width of one East Asian character.
    public func lines(width: Int, foldsReasoning: Bool = true) -> MarkdownLines {
        var copy = text
        return copy.lines(width: width, foldsReasoning: foldsReasoning)
    }

    /// The code blocks in their order, but those within reasoning; ``MarkdownLine/codeBlock`` is an index into this.
    public var codeBlocks: [CodeBlock] {
        var copy = text
        return copy.codeBlocks()
    }
}
