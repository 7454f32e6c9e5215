// SPDX-License-Identifier: Apache-2.0

/// Byte-level pair encoding (Radford et al. 2019): text is split by the pre-tokenizer, each piece starts as single
/// bytes, and merges join them in the order of the vocabulary's list.
public final class BytePairTokenizer: Tokenizer {
    public let vocabulary: Vocabulary
    public let preTokenizer: PreTokenizer
    private let ranks: MergeRanks
    private let matcher: SpecialTokenMatcher

    /// A tokenizer from a byte-level vocabulary and its merges ("left right" in the alphabet of the vocabulary, best
    /// first). Merges that are no pair are passed over; merges of what is no token work as steps to what is one.
    public init(
        _ vocabulary: Vocabulary, merges: ByteStringArray, preTokenizer: PreTokenizer
    ) throws(TokenizerError) {
        guard merges.count > 0 || vocabulary.count <= 256 else { throw .missingMerges }
        guard merges.count < 1 << 28 else { throw .tooManyMerges(merges.count) }
        self.vocabulary = vocabulary
        self.preTokenizer = preTokenizer
        ranks = MergeRanks(vocabulary, merges)
        matcher = SpecialTokenMatcher(vocabulary)
    }

    public func encode(_ text: [UInt8], special: SpecialTokenPolicy, boundaries: BoundaryTokens) -> [TokenID] {
        var result: [TokenID] = []
        result.reserveCapacity(text.count / 3)
        if boundaries == .byDefault, vocabulary.addsBOS, let token = vocabulary.special.beginOfSequence {
            result.append(token)
        }
        let scanner = TextScanner(text)
        var merger = PairMerger()
        var spelling: [UInt8] = []
        for fragment in matcher.fragments(of: text, special: special) {
            switch fragment {
            case .token(let token):
                result.append(token)
            case .text(let range):
                preTokenizer.split(scanner, range) { piece in
                    encode(piece, of: text, &merger, &spelling, into: &result)
                }
            }
        }
        if boundaries == .byDefault, vocabulary.addsEOS, let token = vocabulary.special.endOfSequence {
            result.append(token)
        }
        return result
    }

    /// Symbols are counted in 32 bits; a piece beyond this length is cut.
    private static let longestPiece = 1 << 30

    private func encode(
        _ piece: Range<Int>, of text: [UInt8], _ merger: inout PairMerger, _ spelling: inout [UInt8],
        into result: inout [TokenID]
    ) {
        if piece.count == 1 {
            append(ranks.symbols[Int(text[piece.lowerBound])], to: &result)
            return
        }
        if preTokenizer.ignoresMerges, piece.count <= vocabulary.longestText {
            spelling.removeAll(keepingCapacity: true)
            for position in piece {
                ByteAlphabet.append(text[position], to: &spelling)
            }
            if let token = vocabulary.table.index(of: spelling, 0..<spelling.count, in: vocabulary.texts) {
                result.append(TokenID(token))
                return
            }
        }
        var start = piece.lowerBound
        while start < piece.upperBound {
            let end = min(piece.upperBound, start + Self.longestPiece)
            merger.symbols.removeAll(keepingCapacity: true)
            for position in start..<end {
                merger.symbols.append(
                    MergeSymbol(start: position, length: 1, id: ranks.symbols[Int(text[position])]))
            }
            merger.merge(ranks)
            for symbol in merger.symbols {
                append(symbol.id, to: &result)
            }
            start = end
        }
    }

    /// Appends a symbol: a token, or what has no token as its bytes; a byte without a token as the unknown token, or
    /// not at all where there is none.
    @inline(__always)
    private func append(_ symbol: Int32, to result: inout [TokenID]) {
        if Int(symbol) < vocabulary.count {
            result.append(TokenID(symbol))
        } else {
            appendBytes(of: symbol, to: &result)
        }
    }

    private func appendBytes(of symbol: Int32, to result: inout [TokenID]) {
        let index = Int(symbol) - vocabulary.count
        guard index >= 0, index < ranks.steps.count else { return }
        for byte in ByteAlphabet.decode(ranks.steps[index]) {
            if let token = vocabulary.byteToken(byte) {
                result.append(TokenID(token))
            } else if let unknown = vocabulary.special.unknown {
                result.append(unknown)
            }
        }
    }
}

/// The merges of a byte-level vocabulary over numbered symbols: tokens by their ids, and after them the strings that
/// merges speak of but that are no tokens.
struct MergeRanks: PairRanking, Sendable {
    /// The symbol each byte starts as.
    let symbols: [Int32]
    /// Spellings of the symbols that are no tokens; the first has the number `vocabulary.count`.
    let steps: ByteStringArray
    private let table: MergeTable

    init(_ vocabulary: Vocabulary, _ merges: ByteStringArray) {
        var steps = SymbolNumbers(vocabulary)
        var symbols: [Int32] = []
        for byte in 0..<256 {
            var letter: [UInt8] = []
            ByteAlphabet.append(UInt8(byte), to: &letter)
            symbols.append(steps.number(of: letter, 0..<letter.count))
        }

        var table = MergeTable(capacity: merges.count)
        var joined: [UInt8] = []
        for index in 0..<merges.count {
            let range = merges.range(of: index)
            guard range.count >= 3,
                let space = merges.bytes[(range.lowerBound + 1)..<range.upperBound].firstIndex(of: SpaceMark.space),
                space + 1 < range.upperBound
            else { continue }
            let left = steps.number(of: merges.bytes, range.lowerBound..<space)
            let right = steps.number(of: merges.bytes, (space + 1)..<range.upperBound)
            joined.removeAll(keepingCapacity: true)
            joined.append(contentsOf: merges.bytes[range.lowerBound..<space])
            joined.append(contentsOf: merges.bytes[(space + 1)..<range.upperBound])
            let merged = steps.number(of: joined, 0..<joined.count)
            table.insert(left: left, right: right, rank: UInt32(truncatingIfNeeded: index), merged: merged)
        }
        self.symbols = symbols
        self.steps = steps.strings
        self.table = table
    }

    @inline(__always)
    func merge(_ left: MergeSymbol, _ right: MergeSymbol) -> (rank: UInt32, id: Int32)? {
        table.merge(left: left.id, right: right.id).map { ($0.rank, $0.merged) }
    }
}

/// Numbers strings: tokens by their ids, others after them as they come.
private struct SymbolNumbers {
    private let vocabulary: Vocabulary
    private(set) var strings = ByteStringArray()
    private var table = ByteStringTable(reservingCount: 8)

    init(_ vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
    }

    @inline(__always)
    mutating func number(of text: [UInt8], _ range: Range<Int>) -> Int32 {
        if let token = vocabulary.table.index(of: text, range, in: vocabulary.texts) { return token }
        return other(text, range)
    }

    private mutating func other(_ text: [UInt8], _ range: Range<Int>) -> Int32 {
        let first = Int32(vocabulary.count)
        if let index = table.index(of: text, range, in: strings) { return first + index }
        strings.append(text[range])
        table.insert(strings.count - 1, in: strings)
        return first + Int32(strings.count - 1)
    }
}
