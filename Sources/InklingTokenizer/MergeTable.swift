// SPDX-License-Identifier: Apache-2.0

/// From a pair of neighbouring symbols to the rank of their merge and the symbol it makes: open addressing over one
/// flat table of 16-byte entries, so that a lookup usually touches one cache line.
struct MergeTable: Sendable {
    private struct Entry: Sendable {
        var pair: UInt64
        var rank: UInt32
        var merged: Int32
    }

    /// No pair has this key: symbols are never negative.
    private static let vacant = UInt64.max

    private var entries: [Entry]
    private var mask: Int
    private let seed = UInt64.random(in: .min ... .max)

    /// A table for at most `count` pairs.
    init(capacity count: Int) {
        var size = 16
        while size < count &* 3 / 2 {
            size &*= 2
        }
        entries = [Entry](repeating: Entry(pair: Self.vacant, rank: 0, merged: 0), count: size)
        mask = size - 1
    }

    /// Files a merge unless its pair has one already: the first rank of a pair counts.
    mutating func insert(left: Int32, right: Int32, rank: UInt32, merged: Int32) {
        let pair = Self.key(left, right)
        var position = place(pair)
        while entries[position].pair != Self.vacant {
            if entries[position].pair == pair { return }
            position = (position &+ 1) & mask
        }
        entries[position] = Entry(pair: pair, rank: rank, merged: merged)
    }

    /// The merge of two symbols, nil when they do not merge.
    @inline(__always)
    func merge(left: Int32, right: Int32) -> (rank: UInt32, merged: Int32)? {
        let pair = Self.key(left, right)
        var position = place(pair)
        while true {
            let entry = entries[position]
            if entry.pair == pair { return (entry.rank, entry.merged) }
            if entry.pair == Self.vacant { return nil }
            position = (position &+ 1) & mask
        }
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private func place(_ pair: UInt64) -> Int {
        var hash = (pair ^ seed) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 32
        hash = hash &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
    }
}
