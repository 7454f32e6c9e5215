// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding

/// The text of a run in lines: where each begins, so that only those in sight need drawing. Grows with the run.
struct XRayTextFlow: Sendable {
    /// A place in the text: a round, one of its tokens, and characters of that to skip.
    struct Place: Sendable, Equatable {
        var round: Int
        var token: Int
        var offset: Int
    }

    private var run = 0
    private var width = 0
    /// The first round of all.
    private var base = 0
    /// Rounds below this are in.
    private var end = 0
    private(set) var starts: [Place] = []
    /// By round, from ``base`` on: the line on which it begins.
    private var lines: [Int] = []
    private var column = 0
    /// After the last blank of the line: where a word begins that goes to the next line if it does not fit.
    private var word: (place: Place, column: Int)?

    init() {}

    /// Takes in what is new of the run; everything where the run or the width is another one.
    mutating func update(_ run: XRayRun, width: Int) {
        let width = max(1, width)
        if run.id != self.run || width != self.width || run.droppedCount != base || run.indices.upperBound < end {
            (self.run, self.width, base, end) = (run.id, width, run.droppedCount, run.droppedCount)
            (starts, lines, column, word) = ([Place(round: base, token: 0, offset: 0)], [], 0, nil)
        }
        while let round = run[end] {
            take(round, at: end)
            end += 1
        }
    }

    private mutating func take(_ round: DecodingRound, at index: Int) {
        var line: Int?
        for (token, committed) in round.committed.enumerated() {
            for (offset, character) in committed.text.enumerated() {
                let place = Place(round: index, token: token, offset: offset)
                if character.isNewline {
                    line = line ?? starts.count - 1
                    startLine(at: Place(round: index, token: token, offset: offset + 1), column: 0)
                    continue
                }
                let cells = Self.cells(of: character)
                if column + cells > width {
                    if character.isWhitespace {
                        // A blank where a line is full is not seen anyway.
                        line = line ?? starts.count - 1
                        startLine(at: Place(round: index, token: token, offset: offset + 1), column: 0)
                        continue
                    }
                    if let word, word.column > 0 {
                        startLine(at: word.place, column: column - word.column)
                    } else {
                        startLine(at: place, column: 0)
                    }
                }
                line = line ?? starts.count - 1
                column += cells
                if character.isWhitespace {
                    word = (Place(round: index, token: token, offset: offset + 1), column)
                }
            }
        }
        lines.append(line ?? starts.count - 1)
    }

    private mutating func startLine(at place: Place, column: Int) {
        starts.append(place)
        self.column = column
        word = nil
    }

    static func cells(of character: Character) -> Int {
        if character.isASCII {
            return character == "\t" ? 4 : max(1, displayWidth(sanitizedForTerminal(String(character))))
        }
        return displayWidth(sanitizedForTerminal(String(character)))
    }

    /// How it is drawn.
    static func visible(_ character: Character) -> String {
        character == "\t" ? "    " : sanitizedForTerminal(String(character))
    }

    /// The line on which a round begins.
    func line(of round: Int) -> Int {
        lines.indices.contains(round - base) ? lines[round - base] : starts.count - 1
    }

    /// One line, as far as rounds below `limit` go.
    /// - Parameter cursor: a round to mark.
    func line(_ index: Int, of run: XRayRun, before limit: Int, cursor: Int?) -> TextLine {
        guard starts.indices.contains(index) else { return TextLine() }
        var column = 0
        let stop = index + 1 < starts.count ? starts[index + 1] : Place(round: .max, token: 0, offset: 0)
        var line = TextLine()
        var place = starts[index]
        while place.round < limit, place.round <= stop.round, let round = run[place.round] {
            while place.token < round.committed.count {
                let token = round.committed[place.token]
                let isLast = place.round == stop.round && place.token == stop.token
                if place.round == stop.round, place.token > stop.token { return line }
                var text = ""
                for (offset, character) in token.text.enumerated() where offset >= place.offset {
                    if isLast, offset >= stop.offset { break }
                    if character.isNewline { break }
                    column += Self.cells(of: character)
                    // A blank where the line was full anyway.
                    if column > width, character.isWhitespace { break }
                    text += Self.visible(character)
                }
                line.append(
                    text, role: token.source.role, attributes: place.round == cursor ? .reverse : [])
                if isLast { return line }
                (place.token, place.offset) = (place.token + 1, 0)
            }
            place = Place(round: place.round + 1, token: 0, offset: 0)
        }
        return line
    }
}
