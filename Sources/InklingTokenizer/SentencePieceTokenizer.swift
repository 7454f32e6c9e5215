// SPDX-License-Identifier: Apache-2.0

/// SentencePiece's pair encoding with scores and byte fallback (Kudo & Richardson 2018), as Llama 2, Mistral and
/// Gemma use it: spaces become U+2581, characters merge whenever the result is a token, the best score first.
///
/// A character without a token falls to its bytes' tokens. Text never becomes a control token by merging, whatever it
/// spells.
public final class SentencePieceTokenizer: Tokenizer {
    public let vocabulary: Vocabulary
    private let ranking: ScoreRanking
    private let matcher: SpecialTokenMatcher
    /// The bytes after which some token has a space mark. After any other byte a mark begins a word that merges by
    /// itself, so that a text is many short problems and not one long one.
    private let joinsMark: [Bool]

    /// A tokenizer from a vocabulary of kind `.sentencePiece`.
    public init(_ vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        ranking = ScoreRanking(vocabulary)
        matcher = SpecialTokenMatcher(vocabulary)
        joinsMark = Self.bytesBeforeMarks(vocabulary)
    }

    public func encode(_ text: [UInt8], special: SpecialTokenPolicy, boundaries: BoundaryTokens) -> [TokenID] {
        var result: [TokenID] = []
        result.reserveCapacity(text.count / 3)
        if boundaries == .byDefault, vocabulary.addsBOS, let token = vocabulary.special.beginOfSequence {
            result.append(token)
        }
        var merger = PairMerger()
        var followsSpecial = true
        for fragment in matcher.fragments(of: text, special: special) {
            switch fragment {
            case .token(let token):
                result.append(token)
                followsSpecial = true
            case .text(let range):
                var escaped: [UInt8] = []
                if followsSpecial, vocabulary.addsSpacePrefix {
                    escaped.append(contentsOf: SpaceMark.utf8)
                }
                SpaceMark.appendEscaped(text, range, to: &escaped)
                encode(escaped, &merger, into: &result)
                followsSpecial = false
            }
        }
        if boundaries == .byDefault, vocabulary.addsEOS, let token = vocabulary.special.endOfSequence {
            result.append(token)
        }
        return result
    }

    /// Symbols are counted in 32 bits; a text beyond this length is cut.
    private static let longestStretch = 1 << 30

    private func encode(_ text: [UInt8], _ merger: inout PairMerger, into result: inout [TokenID]) {
        let scanner = TextScanner(text)
        var start = 0
        while start < text.count {
            var end = start
            merger.symbols.removeAll(keepingCapacity: true)
            while end < text.count, end - start < Self.longestStretch {
                let character = scanner.rune(at: end, before: text.count)
                if character.value == SpaceMark.scalar, end > start, !joinsMark[Int(text[end - 1])] { break }
                merger.symbols.append(ranking.character(text, end..<character.end))
                end = character.end
            }
            merger.merge(TextRanking(ranking: ranking, text: text))
            for symbol in merger.symbols {
                append(symbol, of: text, to: &result)
            }
            start = end
        }
    }

    @inline(__always)
    private func append(_ symbol: MergeSymbol, of text: [UInt8], to result: inout [TokenID]) {
        if symbol.id >= 0 {
            result.append(TokenID(symbol.id))
            return
        }
        for position in symbol.start..<(symbol.start + Int(symbol.length)) {
            if let token = vocabulary.byteToken(text[position]) {
                result.append(TokenID(token))
            } else if let unknown = vocabulary.special.unknown {
                result.append(unknown)
            }
        }
    }

    private static func bytesBeforeMarks(_ vocabulary: Vocabulary) -> [Bool] {
        var result = [Bool](repeating: false, count: 256)
        let mark = SpaceMark.utf8
        for index in 0..<vocabulary.count {
            let range = vocabulary.texts.range(of: index)
            let bytes = vocabulary.texts.bytes
            for position in range.dropFirst() where bytes[position] == mark[0] && range.upperBound - position >= 3 {
                if bytes[position + 1] == mark[1], bytes[position + 2] == mark[2] {
                    result[Int(bytes[position - 1])] = true
                }
            }
        }
        return result
    }
}

/// Finds the token two neighbours make, by their text, and ranks it by its score.
struct ScoreRanking: Sendable {
    private let vocabulary: Vocabulary
    /// For each token its rank from its score, the highest score 0; `excluded` for tokens no text may become.
    private let ranks: [UInt32]
    private static let excluded = UInt32.max

    init(_ vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        ranks = (0..<vocabulary.count).map { index in
            switch vocabulary.types[index] {
            case .control, .unknown, .byte: Self.excluded
            case .normal, .userDefined, .unused:
                Self.rank(index < vocabulary.scores.count ? vocabulary.scores[index] : 0)
            }
        }
    }

    /// An order-reversing map of scores to ranks; what is no number goes last.
    private static func rank(_ score: Float) -> UInt32 {
        if score.isNaN { return excluded - 1 }
        let bits = (score + 0).bitPattern
        let ascending = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
        return min(~ascending, excluded - 1)
    }

    @inline(__always)
    private func token(_ text: [UInt8], _ range: Range<Int>) -> (rank: UInt32, id: Int32)? {
        guard range.count <= vocabulary.longestText,
            let index = vocabulary.table.index(of: text, range, in: vocabulary.texts)
        else { return nil }
        let rank = ranks[Int(index)]
        return rank == Self.excluded ? nil : (rank, index)
    }

    /// The symbol of one character: −1 for one without a token.
    @inline(__always)
    func character(_ text: [UInt8], _ range: Range<Int>) -> MergeSymbol {
        MergeSymbol(
            start: range.lowerBound, length: Int32(truncatingIfNeeded: range.count),
            id: token(text, range)?.id ?? -1)
    }

    @inline(__always)
    func merge(_ text: [UInt8], _ left: MergeSymbol, _ right: MergeSymbol) -> (rank: UInt32, id: Int32)? {
        token(text, left.start..<(right.start + Int(right.length)))
    }
}

private struct TextRanking: PairRanking {
    let ranking: ScoreRanking
    let text: [UInt8]

    @inline(__always)
    func merge(_ left: MergeSymbol, _ right: MergeSymbol) -> (rank: UInt32, id: Int32)? {
        ranking.merge(text, left, right)
    }
}
