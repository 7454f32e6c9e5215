// SPDX-License-Identifier: Apache-2.0

/// The family of splitters that began with cl100k: words with one leading character, short numbers, punctuation that
/// takes line breaks along, blanks that leave one for the next word. With every switch at its default:
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|
///     \s+(?!\S)|\s+
struct WordRules: Sendable {
    enum Contractions: Sendable {
        case none
        /// A piece of their own, tried first.
        case first
        /// The end of the word before them.
        case suffix
    }

    enum PunctuationTail: Sendable {
        /// `[\r\n]*`
        case lineBreaks
        /// `[\r\n/]*`
        case lineBreaksAndSlashes
        /// `[\r\n/]?`
        case oneLineBreakOrSlash
        /// Nothing, and line breaks are no part of the punctuation either.
        case excludesLineBreaks
    }

    enum Blanks: Sendable {
        /// `\s+(?!\S)|\s+`
        case leaveOne
        /// `\s{512}(?!\S)|\s{256}(?!\S)|…|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}`
        case cascade
    }

    var contractions = Contractions.first
    /// Words change from capitals to small letters at most once (o200k):
    /// `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`, else the same with the first
    /// part needed and the second not.
    var followsCase = false
    /// `[\p{L}\p{M}]+` for words, and marks are no punctuation.
    var marksAreLetters = false
    /// Words joined by single spaces are one piece: `(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+`.
    var phrases = false
    /// The longest run of `\p{N}` in one piece.
    var digitLimit = 3
    var punctuationTail = PunctuationTail.lineBreaks
    var blanks = Blanks.leaveOne

    func with(_ change: (inout WordRules) -> Void) -> WordRules {
        var copy = self
        change(&copy)
        return copy
    }

    static let llama3 = WordRules()
    static let qwen2 = WordRules(digitLimit: 1)
    static let gpt4o = WordRules(
        contractions: .suffix, followsCase: true, punctuationTail: .lineBreaksAndSlashes)
}

extension TextScanner {
    /// The end of the piece at `start`, which must be before `end`. There always is one.
    func matchWord(_ rules: WordRules, at start: Int, before end: Int) -> Int {
        let first = rune(at: start, before: end)
        if rules.contractions == .first, first.is("'"),
            let contraction = contraction(at: start, before: end, foldsCase: true)
        {
            return contraction
        }
        if first.isAny(of: .number) {
            var position = first.end
            var count = 1
            while count < rules.digitLimit {
                let rune = rune(at: position, before: end)
                if !rune.isAny(of: .number) { break }
                position = rune.end
                count += 1
            }
            return position
        }
        if !first.isLineBreak, let word = word(rules, first, at: start, before: end) {
            return word
        }
        if let punctuation = punctuation(rules, first, before: end) {
            return punctuation
        }
        if let lineEnd = blanksToLineEnd(at: start, before: end) {
            return lineEnd
        }
        switch rules.blanks {
        case .leaveOne: return blanks(at: start, before: end)
        case .cascade: return cascadingBlanks(at: start, before: end)
        }
    }

    /// The end of the word at a scalar that is no number and no line break.
    @inline(__always)
    private func word(_ rules: WordRules, _ first: Rune, at start: Int, before end: Int) -> Int? {
        if rules.followsCase {
            return casedWord(rules, first, at: start, before: end)
        }
        let letters: CharacterClass = rules.marksAreLetters ? [.letter, .mark] : .letter
        var position: Int
        if first.isAny(of: .letter) {
            position = first.end
        } else {
            let second = rune(at: first.end, before: end)
            if second.isAny(of: letters) {
                position = second.end
            } else if first.isAny(of: letters) {
                position = first.end
            } else {
                return nil
            }
        }
        guard rules.phrases else { return run(of: letters, from: position, before: end) }
        while true {
            position = run(of: [.letter, .mark], from: position, before: end)
            guard position < end, text[position] == SpaceMark.space else { return position }
            let next = rune(at: position + 1, before: end)
            guard next.isAny(of: .letter) else { return position }
            position = next.end
        }
    }

    /// A word of `followsCase`. The leading character is optional, so both readings count where it is a mark.
    private func casedWord(_ rules: WordRules, _ first: Rune, at start: Int, before end: Int) -> Int? {
        let mayLead = !first.isAny(of: .letter)
        for needsSmall in [true, false] {
            if mayLead, let word = casedRun(needsSmall, at: first.end, before: end) {
                return suffix(rules, word, before: end)
            }
            if first.isAny(of: [.letter, .mark]), let word = casedRun(needsSmall, at: start, before: end) {
                return suffix(rules, word, before: end)
            }
        }
        return nil
    }

    /// `C*s+` or `C+s*`, where C is the capital part and s the small part; marks and letters without case are both.
    private func casedRun(_ needsSmall: Bool, at start: Int, before end: Int) -> Int? {
        var position = start
        var lastCaseless: Int?
        while true {
            let rune = rune(at: position, before: end)
            guard rune.isAny(of: .capitalPart) else { break }
            position = rune.end
            if rune.isAny(of: .smallPart) { lastCaseless = position }
        }
        let small = run(of: .smallPart, from: position, before: end)
        if small > position { return needsSmall || position > start ? small : nil }
        if needsSmall { return lastCaseless }
        return position > start ? position : nil
    }

    private func suffix(_ rules: WordRules, _ position: Int, before end: Int) -> Int {
        guard rules.contractions == .suffix else { return position }
        return contraction(at: position, before: end, foldsCase: true) ?? position
    }

    /// The end of ` ?[^\s\p{L}\p{N}]+` and its tail.
    @inline(__always)
    private func punctuation(_ rules: WordRules, _ first: Rune, before end: Int) -> Int? {
        let body = first.is(" ") ? rune(at: first.end, before: end) : first
        let excluded: CharacterClass =
            rules.marksAreLetters ? [.whitespace, .letter, .number, .mark] : [.whitespace, .letter, .number]
        if body.isMissing || body.isAny(of: excluded) { return nil }
        let position = run(ofNone: excluded, from: body.end, before: end)
        switch rules.punctuationTail {
        case .excludesLineBreaks:
            return position
        case .lineBreaks:
            return lineBreaks(from: position, before: end)
        case .lineBreaksAndSlashes:
            var position = position
            while position < end, isLineBreakOrSlash(position) {
                position += 1
            }
            return position
        case .oneLineBreakOrSlash:
            return position < end && isLineBreakOrSlash(position) ? position + 1 : position
        }
    }

    private func isLineBreakOrSlash(_ position: Int) -> Bool {
        text[position] == 0x0A || text[position] == 0x0D || text[position] == UInt8(ascii: "/")
    }

    /// Blanks in pieces whose lengths are powers of two, the greatest that leaves no text right behind it.
    private func cascadingBlanks(at start: Int, before end: Int) -> Int {
        var ends: [Int] = []
        var position = start
        while ends.count <= 512 {
            let rune = rune(at: position, before: end)
            if !rune.isAny(of: .whitespace) { break }
            position = rune.end
            ends.append(position)
        }
        // A count passes when the next scalar is a blank too, or the piece ends.
        let endsPiece = ends.last == end
        for count in [512, 256, 128, 64, 32, 16, 8, 4, 2, 1] where count <= ends.count {
            if count < ends.count || endsPiece { return ends[count - 1] }
        }
        return ends.first ?? position
    }
}
