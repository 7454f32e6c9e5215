// SPDX-License-Identifier: Apache-2.0

public import InklingModel
import InklingTensor
public import InklingTokenizer

/// N-grams counted in texts, in a file that is mapped into memory: it is open at once, and of a large store only what is
/// asked for is read.
///
/// What the file says is not trusted: whatever is in it, opening fails with an error or look-ups give some probability.
/// A file that is cut short while it is open is beyond that; see `MappedFile`.
public struct NGramStore: NGramModel {
    public let orders: ClosedRange<Int>
    private let file: MappedFile
    private let format: NGramFormat

    /// Opens a store without asking whose tokens it counts.
    public init(path: String) throws(NGramFileError) {
        let file: MappedFile
        do throws(FileError) { file = try MappedFile(path: path) } catch { throw .file(error) }
        try self.init(file)
    }

    /// Opens a store of texts in this vocabulary; refuses any other.
    public init(path: String, vocabulary: Vocabulary) throws(NGramFileError) {
        try self.init(path: path)
        try check(vocabulary)
    }

    init(_ file: MappedFile) throws(NGramFileError) {
        self.file = file
        format = try NGramFormat(file)
        orders = 2...format.order
    }

    /// Whether the file begins like a store, so that it should be opened as one.
    public static func isStore(path: String) -> Bool {
        guard let file = try? MappedFile(path: path), file.byteCount >= 8 else { return false }
        return file.withBytes(0..<8) { $0.uint64(at: 0) } == NGramFormat.magic
    }

    public func check(_ vocabulary: Vocabulary) throws(NGramFileError) {
        guard format.vocabularyCount == vocabulary.count, format.vocabularyHash == vocabularyHash(vocabulary) else {
            throw .otherVocabulary(
                path: file.path, storeTokens: format.vocabularyCount, modelTokens: vocabulary.count)
        }
    }

    public var path: String { file.path }
    public var byteCount: Int { file.byteCount }
    public var vocabularyCount: Int { format.vocabularyCount }
    public var vocabularyFingerprint: UInt64 { format.vocabularyHash }
    public var textCount: Int { format.textCount }
    public var tokenCount: Int { format.tokenCount }

    /// How many different n-grams of this many tokens are kept.
    public func count(order: Int) -> Int {
        (1...format.order).contains(order) ? format.levels[order - 1].count : 0
    }

    /// How often an n-gram of this many tokens had to occur to be kept.
    public func minimumCount(order: Int) -> Int {
        (1...format.order).contains(order) ? format.minimumCounts[order] : 0
    }

    public func probabilities(
        of candidates: [TokenID], after context: ArraySlice<TokenID>, weights: [Float], into result: inout [Float]
    ) {
        result.removeAll(keepingCapacity: true)
        result.append(contentsOf: repeatElement(0, count: candidates.count))
        // Of each candidate: whether shorter contexts know it. Longer ones then may.
        var known = candidates.indices.map { $0 }
        file.withBytes { bytes in
            for (index, weight) in weights.enumerated() {
                guard index < context.count, index + 2 <= format.order, !known.isEmpty else { break }
                // No longer context is known where this one is not.
                guard let range = followers(of: context.suffix(index + 1), in: bytes) else { break }
                let level = format.levels[index + 1]
                known.removeAll { place in
                    guard let node = Self.find(candidates[place], in: range, level.tokens, bytes) else { return true }
                    result[place] += weight * NGramFormat.shares[Int(bytes.uint8(at: level.shares.offset + node))]
                    return false
                }
            }
        }
    }

    /// What followed a context, and which share of all that did, to some hundredths: ascending by token, of n-grams one token
    /// longer than the context. Empty if it is not known.
    public func followers(of context: ArraySlice<TokenID>) -> [(token: TokenID, share: Float)] {
        guard (1..<format.order).contains(context.count) else { return [] }
        let level = format.levels[context.count]
        return file.withBytes { bytes in
            guard let range = followers(of: context, in: bytes) else { return [] }
            return range.map { node in
                (
                    TokenID(Int32(truncatingIfNeeded: Self.value(node, level.tokens, bytes))),
                    NGramFormat.shares[Int(bytes.uint8(at: level.shares.offset + node))]
                )
            }
        }
    }

    /// The place of a context's children in the next level; nil where there are none.
    ///
    /// - Precondition: 1 to `order` − 1 tokens.
    @inline(__always)
    private func followers(of context: ArraySlice<TokenID>, in bytes: RawSpan) -> Range<Int>? {
        var range = 0..<format.levels[0].count
        var depth = 0
        for token in context {
            let level = format.levels[depth]
            guard let node = Self.find(token, in: range, level.tokens, bytes) else { return nil }
            let start = Int(Self.value(node, level.starts, bytes))
            let end = Int(Self.value(node + 1, level.starts, bytes))
            // The file may say anything.
            guard start < end, end <= format.levels[depth + 1].count else { return nil }
            range = start..<end
            depth += 1
        }
        return range
    }

    @inline(__always)
    private static func value(_ index: Int, _ column: NGramFormat.Column, _ bytes: RawSpan) -> UInt32 {
        let offset = column.offset + index * column.width
        switch column.width {
        case 1: return UInt32(bytes.uint8(at: offset))
        case 2: return UInt32(bytes.uint16(at: offset))
        case 3: return UInt32(bytes.uint16(at: offset)) | UInt32(bytes.uint8(at: offset + 2)) << 16
        default: return bytes.uint32(at: offset)
        }
    }

    @inline(__always)
    private static func find(
        _ token: TokenID, in range: Range<Int>, _ column: NGramFormat.Column, _ bytes: RawSpan
    ) -> Int? {
        guard let wanted = UInt32(exactly: token.rawValue) else { return nil }
        var (low, high) = (range.lowerBound, range.upperBound)
        // Most vocabularies occur as a whole: a token then stands at its own place.
        if low == 0, Int(wanted) < high, value(Int(wanted), column, bytes) == wanted { return Int(wanted) }
        while low < high {
            let middle = (low + high) / 2
            let found = value(middle, column, bytes)
            if found == wanted { return middle }
            if found < wanted { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}
