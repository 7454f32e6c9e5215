// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingMarkdown
internal import InklingStore

/// Messages as they were rendered last, so that a frame renders only what has changed.
struct DocumentCache: Sendable {
    private struct Document: Sendable {
        var markdown: StreamingMarkdown
        /// Bytes of the message that the document holds.
        var consumed: Int
        var beginning: String
        /// What was asked for last, while nothing has come since.
        var rendered: (width: Int, foldsReasoning: Bool, lines: MarkdownLines)?
    }

    private struct PlainText: Sendable {
        var width: Int
        var byteCount: Int
        var lines: [TextLine]
    }

    private var documents: [MessageID: Document] = [:]
    private var plain: [MessageID: PlainText] = [:]

    /// The lines of an answer. A message that has only grown since the last call is appended to.
    mutating func lines(of message: StoredMessage, width: Int, foldsReasoning: Bool) -> MarkdownLines {
        if let held = documents[message.id], held.consumed == message.content.utf8.count, let rendered = held.rendered,
            rendered.width == width, rendered.foldsReasoning == foldsReasoning
        {
            return rendered.lines
        }
        var document = takeDocument(of: message)
        let lines = document.markdown.lines(width: width, foldsReasoning: foldsReasoning)
        document.rendered = (width, foldsReasoning, lines)
        documents[message.id] = document
        return lines
    }

    mutating func codeBlocks(of message: StoredMessage) -> [CodeBlock] {
        var document = takeDocument(of: message)
        defer { documents[message.id] = document }
        return document.markdown.codeBlocks()
    }

    /// All of a message as a document, which is to be put back.
    private mutating func takeDocument(of message: StoredMessage) -> Document {
        let bytes = message.content.utf8
        var document: Document
        if let held = documents[message.id], held.consumed <= bytes.count,
            message.content.hasPrefix(held.beginning)
        {
            document = held
            // Nothing may hold a second reference while the document changes.
            document.rendered = nil
            documents[message.id] = nil
        } else {
            document = Document(
                markdown: StreamingMarkdown(), consumed: 0, beginning: String(message.content.prefix(32)))
        }
        if document.consumed < bytes.count {
            let start = bytes.index(bytes.startIndex, offsetBy: document.consumed)
            document.markdown.append(String(message.content[start...]))
            document.consumed = bytes.count
        }
        return document
    }

    /// The lines of a text that is shown as it was written.
    mutating func plainLines(of message: StoredMessage, width: Int, role: Role) -> [TextLine] {
        let byteCount = message.content.utf8.count
        if let held = plain[message.id], held.width == width, held.byteCount == byteCount { return held.lines }
        let lines = TextLine(message.content, role: role).wrapped(to: width)
        plain[message.id] = PlainText(width: width, byteCount: byteCount, lines: lines)
        return lines
    }

    /// Forgets what no longer is part of the conversation, or everything.
    mutating func keep(_ messages: Set<MessageID>) {
        documents = documents.filter { messages.contains($0.key) }
        plain = plain.filter { messages.contains($0.key) }
    }
}
