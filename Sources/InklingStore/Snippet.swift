// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

/// A piece of a text with the words that were searched for marked in it: one line, safe to print.
public struct Snippet: Sendable, Equatable {
    public struct Run: Sendable, Equatable {
        public var text: String
        public var isMatch: Bool
    }

    public private(set) var runs: [Run] = []

    public var text: String { runs.map(\.text).joined() }

    /// The matches as ranges of ``text``'s characters.
    public var matches: [Range<Int>] {
        var position = 0
        return runs.compactMap { run in
            defer { position += run.text.count }
            return run.isMatch ? position..<(position + run.text.count) : nil
        }
    }

    /// Characters in a snippet, about.
    static let length = 160
    /// Characters before the first match, if there are more than fit.
    static let lead = 50

    /// - Parameter pieces: stretches of the text in order; of a long one only what is near a match is kept.
    init(_ pieces: [(text: Substring, isMatch: Bool)]) {
        var room = Self.length
        for (index, piece) in pieces.enumerated() where room > 0 {
            var text = piece.text
            if index == 0, !piece.isMatch, pieces.count > 1 {
                let tail = text.suffix(Self.lead)
                if tail.startIndex > text.startIndex {
                    append("…", isMatch: false)
                    text = tail
                }
            }
            let head = text.prefix(room)
            room -= head.count
            append(Self.line(head), isMatch: piece.isMatch)
            if head.endIndex < text.endIndex { append("…", isMatch: false) }
        }
    }

    /// Marks the places where one of the words stands, letter by letter, whatever its case.
    init(of text: String, marking words: [String]) {
        let words = words.map { Array($0.lowercased()) }.filter { !$0.isEmpty }
        let characters = Array(text)
        let folded = characters.map { $0.lowercased() }
        var pieces: [(text: Substring, isMatch: Bool)] = []
        var plain = 0
        var position = 0
        func piece(_ range: Range<Int>) -> Substring { Substring(String(characters[range])) }
        while position < characters.count {
            let length = words.filter { word in
                position + word.count <= folded.count
                    && word.indices.allSatisfy { folded[position + $0] == String(word[$0]) }
            }.map(\.count).max()
            guard let length else {
                position += 1
                continue
            }
            if plain < position { pieces.append((piece(plain..<position), false)) }
            pieces.append((piece(position..<(position + length)), true))
            position += length
            plain = position
        }
        if plain < characters.count { pieces.append((piece(plain..<characters.count), false)) }
        self.init(pieces)
    }

    /// - Parameter marked: text in which `open` and `close` stand around the matches.
    init(_ marked: String, open: String, close: String) {
        var pieces: [(text: Substring, isMatch: Bool)] = []
        for (index, part) in marked.split(separator: open, omittingEmptySubsequences: false).enumerated() {
            let halves =
                index == 0 ? [part] : part.split(separator: close, maxSplits: 1, omittingEmptySubsequences: false)
            if halves.count == 2 {
                pieces.append((halves[0], true))
                pieces.append((halves[1], false))
            } else {
                pieces.append((part, false))
            }
        }
        self.init(pieces.filter { !$0.text.isEmpty })
    }

    private mutating func append(_ text: String, isMatch: Bool) {
        guard !text.isEmpty else { return }
        if let last = runs.indices.last, runs[last].isMatch == isMatch {
            runs[last].text += text
        } else {
            runs.append(Run(text: text, isMatch: isMatch))
        }
    }

    private static func line(_ text: Substring) -> String {
        var result = ""
        for character in text {
            if !character.isWhitespace {
                result.append(character)
            } else if result.last != " " {
                result.append(" ")
            }
        }
        return sanitizedForTerminal(result)
    }
}
