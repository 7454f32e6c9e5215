// SPDX-License-Identifier: Apache-2.0

/// One stage of a pre-tokenizer: what one regular expression does to a piece. Matches become pieces; so does what
/// lies between them. Every stage takes time linear in the piece.
enum SplitStage: Sendable {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, the splitter of GPT-2
    case gpt2
    /// The family that began with cl100k (GPT-4) and Llama 3; see `WordRules`.
    case words(WordRules)
    /// `[ASCII punctuation][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|`
    /// `\s+(?!\S)|\s+`, the last stage of DeepSeek V3; without joined lines `[\r\n]*` is gone and a line break is
    /// a piece of its own.
    case asciiWords(linesJoinPunctuation: Bool)
    /// `\p{N}{1,limit}`
    case numbers(limit: Int)
    /// `[0-9][0-9][0-9]`
    case digitTriples
    /// Digits in groups of three counted from the right.
    case digitGroups(DigitGrouping)
    /// `[set]+`, after a blank `\s?[set]+`, after a space ` ?[set]+`
    case run(ScalarSet, afterBlank: Bool = false, afterSpace: Bool = false)
    /// `[\r\n]`
    case lineBreaks
    /// `[^\n]+|\n+`
    case lines
    /// `\s+$`
    case trailingBlanks

    enum DigitGrouping: Sendable {
        /// `\d{1,3}(?=(?:\d{3})*\b)`: only numbers at the end of a word.
        case beforeWordEnd
        /// The same for every number, whatever follows.
        case always
        /// `(?=(\d{3})+(?!\d))`: cuts before each full group and nowhere else.
        case between
    }

    /// Calls `body` with the pieces of `range`, in order and without gaps; not at all when `range` is empty.
    func split(_ scanner: TextScanner, _ range: Range<Int>, _ body: (Range<Int>) -> Void) {
        switch self {
        case .gpt2:
            Self.cut(range, body) {
                scanner.matchGPT2(at: $0, before: range.upperBound)
            } skip: {
                $0
            }
        case .words(let rules):
            Self.cut(range, body) {
                scanner.matchWord(rules, at: $0, before: range.upperBound)
            } skip: {
                $0
            }
        case .asciiWords(let joins):
            Self.cut(range, body) {
                scanner.matchASCIIWord(linesJoinPunctuation: joins, at: $0, before: range.upperBound)
            } skip: {
                scanner.rune(at: $0, before: range.upperBound).end
            }
        case .numbers(let limit):
            Self.cut(range, body) { start in
                var end = start
                var count = 0
                while count < limit {
                    let rune = scanner.rune(at: end, before: range.upperBound)
                    if !rune.isAny(of: .number) { break }
                    end = rune.end
                    count += 1
                }
                return end
            } skip: {
                scanner.run(ofNone: .number, from: $0, before: range.upperBound)
            }
        case .digitTriples:
            Self.cut(range, body) { start in
                var end = start
                while end < range.upperBound, end < start + 3, (0x30...0x39).contains(scanner.text[end]) {
                    end += 1
                }
                return end == start + 3 ? end : start
            } skip: {
                $0 + 1
            }
        case .digitGroups(let grouping):
            scanner.groupDigits(grouping, range, body)
        case .run(let set, let afterBlank, let afterSpace):
            Self.cut(range, body) { start in
                let first = scanner.rune(at: start, before: range.upperBound)
                var end = start
                if afterBlank && first.isAny(of: .whitespace) || afterSpace && first.is(" ") {
                    end = scanner.run(of: set, from: first.end, before: range.upperBound)
                    if end > first.end { return end }
                }
                end = scanner.run(of: set, from: start, before: range.upperBound)
                return end
            } skip: {
                scanner.rune(at: $0, before: range.upperBound).end
            }
        case .lineBreaks:
            Self.cut(range, body) { start in
                scanner.text[start] == 0x0A || scanner.text[start] == 0x0D ? start + 1 : start
            } skip: {
                $0 + 1
            }
        case .lines:
            Self.cut(range, body) { start in
                let isBreak = scanner.text[start] == 0x0A
                var end = start + 1
                while end < range.upperBound, (scanner.text[end] == 0x0A) == isBreak {
                    end += 1
                }
                return end
            } skip: {
                $0
            }
        case .trailingBlanks:
            var position = range.lowerBound
            var content = range.lowerBound
            while position < range.upperBound {
                let rune = scanner.rune(at: position, before: range.upperBound)
                position = rune.end
                if !rune.isAny(of: .whitespace) { content = position }
            }
            if content > range.lowerBound { body(range.lowerBound..<content) }
            if content < range.upperBound { body(content..<range.upperBound) }
        }
    }

    /// Cuts a range at the matches: `match` gives the end of the match at a position, the position itself for none;
    /// `skip` where to look next after none. A step that would not go forward goes on by one byte.
    @inline(__always)
    private static func cut(
        _ range: Range<Int>, _ body: (Range<Int>) -> Void, match: (Int) -> Int, skip: (Int) -> Int
    ) {
        var done = range.lowerBound
        var position = range.lowerBound
        while position < range.upperBound {
            let end = match(position)
            if end > position {
                if done < position { body(done..<position) }
                body(position..<end)
                position = end
                done = end
            } else {
                position = min(max(skip(position), position + 1), range.upperBound)
            }
        }
        if done < range.upperBound { body(done..<range.upperBound) }
    }
}

extension TextScanner {
    /// The end of the run of scalars in a set.
    @inline(__always)
    func run(of set: ScalarSet, from position: Int, before end: Int) -> Int {
        var position = position
        while true {
            let rune = rune(at: position, before: end)
            if rune.isMissing || !set.contains(rune) { return position }
            position = rune.end
        }
    }

    /// The end of the GPT-2 piece at `start`, which must be before `end`.
    func matchGPT2(at start: Int, before end: Int) -> Int {
        let first = rune(at: start, before: end)
        if first.is("'"), let contraction = contraction(at: start, before: end, foldsCase: false) {
            return contraction
        }
        let body = first.is(" ") ? rune(at: first.end, before: end) : first
        if body.isAny(of: .letter) { return run(of: .letter, from: body.end, before: end) }
        if body.isAny(of: .number) { return run(of: .number, from: body.end, before: end) }
        if !body.isMissing, !body.isAny(of: .whitespace) {
            return run(ofNone: [.whitespace, .letter, .number], from: body.end, before: end)
        }
        return blanks(at: start, before: end)
    }

    /// `\s+(?!\S)|\s+` at a blank: all the blanks, but for the last when something follows them.
    func blanks(at start: Int, before end: Int) -> Int {
        var position = start
        var last = start
        while true {
            let rune = rune(at: position, before: end)
            if rune.isMissing { return position }
            if !rune.isAny(of: .whitespace) { return last > start ? last : position }
            last = position
            position = rune.end
        }
    }

    /// The end of `'s|'t|'re|'ve|'m|'ll|'d` at an apostrophe, nil when none of them is there.
    func contraction(at start: Int, before end: Int, foldsCase: Bool) -> Int? {
        guard start + 1 < end, text[start] == UInt8(ascii: "'") else { return nil }
        let fold: UInt8 = foldsCase ? 0x20 : 0
        let first = text[start + 1] | (text[start + 1] < 0x80 ? fold : 0)
        switch first {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
            guard start + 2 < end else { return nil }
            let second = text[start + 2] | (text[start + 2] < 0x80 ? fold : 0)
            return second == (first == UInt8(ascii: "l") ? first : UInt8(ascii: "e")) ? start + 3 : nil
        default:
            return nil
        }
    }

    /// See `SplitStage.asciiWords`. Returns `start` where nothing matches.
    func matchASCIIWord(linesJoinPunctuation: Bool, at start: Int, before end: Int) -> Int {
        let first = rune(at: start, before: end)
        let second = rune(at: first.end, before: end)
        if first.value < 0x80, first.isAny(of: [.punctuation, .symbol]), second.value < 0x80, second.isAny(of: .letter)
        {
            var position = second.end
            while true {
                let rune = rune(at: position, before: end)
                guard rune.value < 0x80, rune.isAny(of: .letter) else { return position }
                position = rune.end
            }
        }
        if !first.isLineBreak, !first.isAny(of: [.letter, .punctuation, .symbol]), second.isAny(of: [.letter, .mark]) {
            return run(of: [.letter, .mark], from: second.end, before: end)
        }
        if first.isAny(of: [.letter, .mark]) {
            return run(of: [.letter, .mark], from: first.end, before: end)
        }
        let body = first.is(" ") ? second : first
        if body.isAny(of: [.punctuation, .symbol]) {
            var position = run(of: [.punctuation, .symbol], from: body.end, before: end)
            if linesJoinPunctuation {
                position = lineBreaks(from: position, before: end)
            }
            return position
        }
        guard first.isAny(of: .whitespace) else { return start }
        if linesJoinPunctuation {
            return blanksToLineEnd(at: start, before: end) ?? blanks(at: start, before: end)
        }
        return first.isLineBreak ? first.end : blanks(at: start, before: end)
    }

    /// The end of `[\r\n]*` at a position.
    @inline(__always)
    func lineBreaks(from position: Int, before end: Int) -> Int {
        var position = position
        while position < end, text[position] == 0x0A || text[position] == 0x0D {
            position &+= 1
        }
        return position
    }

    /// The end of `\s*[\r\n]+`: the last line break of a run of blanks; nil when the run has none.
    func blanksToLineEnd(at start: Int, before end: Int) -> Int? {
        var position = start
        var lineEnd: Int?
        while true {
            let rune = rune(at: position, before: end)
            if !rune.isAny(of: .whitespace) { return lineEnd }
            position = rune.end
            if rune.isLineBreak { lineEnd = position }
        }
    }

    /// See `SplitStage.DigitGrouping`.
    func groupDigits(
        _ grouping: SplitStage.DigitGrouping, _ range: Range<Int>, _ body: (Range<Int>) -> Void
    ) {
        let digits: CharacterClass = grouping == .always ? .number : .decimal
        var done = range.lowerBound
        var position = range.lowerBound
        while position < range.upperBound {
            let start = run(ofNone: digits, from: position, before: range.upperBound)
            var count = 0
            var end = start
            while true {
                let rune = rune(at: end, before: range.upperBound)
                if !rune.isAny(of: digits) { break }
                end = rune.end
                count += 1
            }
            position = end
            let next = rune(at: end, before: range.upperBound)
            if grouping == .beforeWordEnd, next.isAny(of: [.letter, .mark, .decimal, .connector]) { continue }
            if count == 0 { continue }

            var cursor = start
            var remaining = count
            if grouping != .between, done < start {
                body(done..<start)
                done = start
            }
            while remaining > 0 {
                if remaining % 3 == 0, done < cursor {
                    body(done..<cursor)
                    done = cursor
                }
                cursor = rune(at: cursor, before: range.upperBound).end
                remaining -= 1
            }
            if grouping != .between {
                body(done..<end)
                done = end
            }
        }
        if done < range.upperBound { body(done..<range.upperBound) }
    }
}
