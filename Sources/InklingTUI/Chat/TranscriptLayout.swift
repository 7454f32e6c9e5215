// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingMarkdown
internal import InklingStore

/// A conversation in lines, ready to be scrolled: which message stands where.
struct TranscriptLayout: Sendable {
    enum Body: Sendable {
        case markdown(MarkdownLines)
        case plain([TextLine])

        var count: Int {
            switch self {
            case .markdown(let lines): lines.count
            case .plain(let lines): lines.count
            }
        }
    }

    /// A message: a head line, its body, and a blank line.
    struct Entry: Sendable {
        var message: StoredMessage
        /// The first line, which names who speaks, or is a mark.
        var start: Int
        /// What the first line says where it is no head: something about where the message stands.
        var mark: TextLine?
        var body: Body

        var id: MessageID { message.id }

        var end: Int { start + 1 + body.count + 1 }
    }

    private(set) var entries: [Entry] = []
    private(set) var lineCount = 0
    let width: Int

    init(width: Int) {
        self.width = width
    }

    mutating func append(_ message: StoredMessage, mark: TextLine? = nil, body: Body) {
        entries.append(Entry(message: message, start: lineCount, mark: mark, body: body))
        lineCount = entries[entries.count - 1].end
    }

    func entry(of id: MessageID) -> Entry? { entries.last { $0.id == id } }

    /// The entry in which a line stands.
    func entry(atLine line: Int) -> Entry? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].end <= line { low = middle + 1 } else { high = middle }
        }
        return low < entries.count ? entries[low] : nil
    }

    /// A line with what it belongs to; no text for the head of a message, which is made when it is drawn. nil for the
    /// blank line after a message and outside.
    func line(_ index: Int) -> (text: TextLine?, entry: Entry)? {
        guard let entry = entry(atLine: index) else { return nil }
        let row = index - entry.start
        if row == 0 { return (entry.mark, entry) }
        guard row - 1 < entry.body.count else { return nil }
        switch entry.body {
        case .markdown(let lines): return (lines[row - 1].text, entry)
        case .plain(let lines): return (lines[row - 1], entry)
        }
    }

    /// Lines that hold a text, whatever the case of its letters.
    func lines(holding text: String) -> [Int] {
        let needle = text.lowercased()
        guard !needle.isEmpty else { return [] }
        return (0..<lineCount).filter { line($0)?.text?.text.lowercased().contains(needle) ?? false }
    }
}

/// The tokens of an answer as wrapped text, each with its place: for the cursor that walks through them.
struct TokenText: Sendable {
    /// The lines; a token that breaks a line continues on the next.
    private(set) var lines: [TextLine] = [TextLine()]
    /// The line on which each token begins.
    private(set) var lineOfToken: [Int] = []

    init(_ tokens: [CommittedToken], width: Int, cursor: Int?, theme: (CommittedToken) -> Role) {
        var column = 0
        for (index, token) in tokens.enumerated() {
            let text = token.text.isEmpty ? (index == cursor ? "·" : "") : token.text
            let attributes: Attributes = index == cursor ? [.reverse, .bold] : []
            let cells = displayWidth(sanitizedForTerminal(text.split(separator: "\n").first.map(String.init) ?? ""))
            if column > 0, column + cells > width { newLine(&column) }
            lineOfToken.append(lines.count - 1)
            for character in text {
                if character == "\n" {
                    // The cursor must be seen on a token that is only a line feed.
                    if index == cursor {
                        lines[lines.count - 1].append("↵", role: theme(token), attributes: attributes)
                    }
                    newLine(&column)
                    continue
                }
                let piece = character == "\t" ? "    " : sanitizedForTerminal(String(character))
                let cells = displayWidth(piece)
                if column > 0, column + cells > width { newLine(&column) }
                lines[lines.count - 1].append(piece, role: theme(token), attributes: attributes)
                column += cells
            }
        }
    }

    private mutating func newLine(_ column: inout Int) {
        lines.append(TextLine())
        column = 0
    }
}

extension TokenSource {
    /// How a token of this source is shown.
    var role: Role {
        switch self {
        case .target, .prompt: .plainToken
        case .draft: .draftAccepted
        case .bonus: .bonus
        case .correction: .correction
        }
    }
}
