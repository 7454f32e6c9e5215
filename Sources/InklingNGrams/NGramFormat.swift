// SPDX-License-Identifier: Apache-2.0

import InklingTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How a store lies in its file.
///
/// The n-grams form a tree: the nodes of level n are the n-grams of n tokens, in the order of their tokens, and the
/// children of a node are those that go on from it. A level has three columns of numbers of 1 to 4 bytes: the last token of
/// the n-gram; its share among all that follows the tokens before it, as the 16th part of a negative logarithm in one byte;
/// and where its children begin in the next level (one more than there are nodes; they end where those of the next node
/// begin). The first level has no shares, the last no children. All begin at a multiple of 8. Before them, in little-endian words of 64 bits, stands this header; its last word is a
/// checksum of the others.
struct NGramFormat: Equatable {
    /// "INKNGRAM"
    static let magic: UInt64 = 0x4D41_5247_4E4B_4E49
    static let version: UInt64 = 2
    static let wordCount = 8 + (NGramSettings.longestOrder + 1) + NGramSettings.longestOrder * wordsPerLevel + 1
    static let byteCount = wordCount * 8
    private static let wordsPerLevel = 7

    struct Column: Equatable, Sendable {
        var offset = 0
        /// Bytes of a number.
        var width = 1
    }

    struct Level: Equatable, Sendable {
        var count = 0
        var tokens = Column(), shares = Column(), starts = Column()
    }

    var byteCount = 0
    var vocabularyHash: UInt64 = 0
    var vocabularyCount = 0
    var order = 2
    var textCount = 0
    var tokenCount = 0
    /// From order 0 on.
    var minimumCounts: [Int] = []
    /// From level 1 on.
    var levels: [Level] = []

    init() {}

    /// The byte for a share from 0 to 1.
    static func code(count: UInt32, total: UInt32) -> UInt32 {
        guard count > 0, total > count else { return 0 }
        return UInt32(min(255, (16 * log(Double(total) / Double(count))).rounded()))
    }

    /// What the byte stands for.
    static let shares: [Float] = (0..<256).map { Float(exp(-Double($0) / 16)) }

    var words: [UInt64] {
        var words = [
            Self.magic, Self.version, UInt64(byteCount), vocabularyHash, UInt64(vocabularyCount), UInt64(order),
            UInt64(textCount), UInt64(tokenCount),
        ]
        for order in 0...NGramSettings.longestOrder {
            words.append(order < minimumCounts.count ? UInt64(minimumCounts[order]) : 0)
        }
        for index in 0..<NGramSettings.longestOrder {
            let level = index < levels.count ? levels[index] : Level()
            words.append(UInt64(level.count))
            for column in [level.tokens, level.shares, level.starts] {
                words += [UInt64(column.offset), UInt64(column.width)]
            }
        }
        return words + [Self.checksum(words)]
    }

    static func checksum(_ words: some Sequence<UInt64>) -> UInt64 {
        var hash = FNV1a()
        for word in words { hash.add(word) }
        return hash.value
    }

    /// Reads and checks a header: afterwards every column lies within the file.
    init(_ file: MappedFile) throws(NGramFileError) {
        let path = file.path
        guard file.byteCount >= 16 else { throw .notAStore(path: path) }
        let (magic, version) = file.withBytes(0..<16) { ($0.uint64(at: 0), $0.uint64(at: 8)) }
        guard magic == Self.magic else { throw .notAStore(path: path) }
        guard version == Self.version else {
            throw .unknownVersion(path: path, version: version, known: Self.version)
        }
        func damaged(_ finding: String) -> NGramFileError { .damaged(path: path, finding: finding) }
        guard file.byteCount >= Self.byteCount else { throw damaged("it ends within its header") }
        let words = file.withBytes(0..<Self.byteCount) { $0.integers(UInt64.self, count: Self.wordCount, at: 0) }
        guard words[Self.wordCount - 1] == Self.checksum(words.dropLast()) else {
            throw damaged("the checksum of its header does not match")
        }
        guard words[2] == UInt64(file.byteCount) else {
            throw damaged("it has \(file.byteCount) bytes, and its header says \(words[2])")
        }
        func number(_ index: Int) throws(NGramFileError) -> Int {
            guard let value = Int(exactly: words[index]) else { throw damaged("a number of its header is too large") }
            return value
        }
        byteCount = file.byteCount
        vocabularyHash = words[3]
        vocabularyCount = try number(4)
        order = try number(5)
        textCount = try number(6)
        tokenCount = try number(7)
        guard NGramSettings.orderRange.contains(order) else { throw damaged("it holds \(order)-grams") }
        for index in 0...order { minimumCounts.append(try number(8 + index)) }
        for index in 0..<order {
            let base = 8 + NGramSettings.longestOrder + 1 + index * Self.wordsPerLevel
            var level = Level()
            level.count = try number(base)
            guard level.count < UInt32.max else { throw damaged("level \(index + 1) has too many nodes") }
            func column(_ place: Int, extra: Int) throws(NGramFileError) -> Column {
                let column = Column(offset: try number(base + 1 + 2 * place), width: try number(base + 2 + 2 * place))
                guard (1...4).contains(column.width), column.offset <= byteCount,
                    level.count + extra <= (byteCount - column.offset) / column.width
                else { throw damaged("a column of level \(index + 1) reaches beyond its end") }
                return column
            }
            level.tokens = try column(0, extra: 0)
            if index > 0 { level.shares = try column(1, extra: 0) }
            if index + 1 < order { level.starts = try column(2, extra: 1) }
            levels.append(level)
        }
    }
}

/// FNV-1a over 64 bits (Fowler, Noll and Vo 1991): the same in every version and on every machine. Against accidents, not
/// against intent.
struct FNV1a {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
    }

    mutating func add(_ word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { add(UInt8(truncatingIfNeeded: word >> shift)) }
    }
}
