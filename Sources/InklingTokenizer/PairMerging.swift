// SPDX-License-Identifier: Apache-2.0

/// A stretch of a text that has been merged so far.
struct MergeSymbol {
    var start: Int
    var length: Int32
    /// What it is to the vocabulary: a number the ranking gave it.
    var id: Int32
}

/// Says which neighbours merge, and how soon.
protocol PairRanking {
    /// The merge of two neighbours, nil for none. Lower ranks go first.
    func merge(_ left: MergeSymbol, _ right: MergeSymbol) -> (rank: UInt32, id: Int32)?
}

/// Merges neighbours, the lowest rank first and the leftmost of equals, until none merges: the loop that byte-level
/// pair encoding (Sennrich et al. 2016) and SentencePiece's pair encoding share.
///
/// Short inputs look for the best pair by walking; long ones keep a heap and a linked list, so that a word of n
/// symbols costs O(n log n). Both give the same result. The working storage is kept between calls.
struct PairMerger {
    /// In: the symbols to merge. Out: what remains, in order.
    var symbols: [MergeSymbol] = []

    private var candidates: [(rank: UInt32, id: Int32)] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var heap = MergeHeap()

    private static let none = UInt32.max
    private static let walkingLimit = 40

    /// Merges `symbols`, of which there must be fewer than 2³¹.
    mutating func merge(_ ranking: some PairRanking) {
        if symbols.count < 2 { return }
        if symbols.count <= Self.walkingLimit {
            mergeByWalking(ranking)
        } else {
            mergeByHeap(ranking)
        }
    }

    @inline(__always)
    private func candidate(
        _ ranking: some PairRanking, _ left: MergeSymbol, _ right: MergeSymbol
    ) -> (rank: UInt32, id: Int32) {
        guard let merge = ranking.merge(left, right) else { return (Self.none, -1) }
        return (min(merge.rank, Self.none - 1), merge.id)
    }

    private mutating func mergeByWalking(_ ranking: some PairRanking) {
        candidates.removeAll(keepingCapacity: true)
        for index in 0..<(symbols.count - 1) {
            candidates.append(candidate(ranking, symbols[index], symbols[index + 1]))
        }
        while !candidates.isEmpty {
            var best = 0
            var bestRank = candidates[0].rank
            for index in 1..<max(1, candidates.count) where candidates[index].rank < bestRank {
                best = index
                bestRank = candidates[index].rank
            }
            if bestRank == Self.none { return }
            symbols[best].length &+= symbols[best + 1].length
            symbols[best].id = candidates[best].id
            symbols.remove(at: best + 1)
            candidates.remove(at: best)
            if best < candidates.count {
                candidates[best] = candidate(ranking, symbols[best], symbols[best + 1])
            }
            if best > 0 {
                candidates[best - 1] = candidate(ranking, symbols[best - 1], symbols[best])
            }
        }
    }

    private mutating func mergeByHeap(_ ranking: some PairRanking) {
        let count = symbols.count
        next.removeAll(keepingCapacity: true)
        previous.removeAll(keepingCapacity: true)
        heap.removeAll()
        next.reserveCapacity(count)
        previous.reserveCapacity(count)
        for index in 0..<Int32(count) {
            previous.append(index - 1)
            next.append(index + 1)
        }
        next[count - 1] = -1

        for index in 0..<(count - 1) {
            push(ranking, index, index + 1)
        }
        while let entry = heap.pop() {
            // Where the lengths no longer add up, one side has been merged since the entry was made.
            let left = Int(entry.left)
            let right = Int(next[left])
            guard right >= 0, symbols[left].length > 0,
                symbols[left].length &+ symbols[right].length == entry.length
            else { continue }
            symbols[left].length = entry.length
            symbols[left].id = entry.id
            symbols[right].length = 0
            let after = Int(next[right])
            next[left] = Int32(after)
            if after >= 0 {
                previous[after] = Int32(left)
                push(ranking, left, after)
            }
            if previous[left] >= 0 {
                push(ranking, Int(previous[left]), left)
            }
        }
        symbols.removeAll { $0.length == 0 }
    }

    @inline(__always)
    private mutating func push(_ ranking: some PairRanking, _ left: Int, _ right: Int) {
        let found = candidate(ranking, symbols[left], symbols[right])
        if found.rank == Self.none { return }
        heap.push(
            MergeHeap.Entry(
                rank: found.rank, left: UInt32(left), length: symbols[left].length &+ symbols[right].length,
                id: found.id))
    }
}

/// A binary heap of possible merges, the lowest rank on top and the leftmost of equals.
struct MergeHeap {
    struct Entry {
        var rank: UInt32
        var left: UInt32
        /// How long both sides were together: tells an entry that has gone stale.
        var length: Int32
        var id: Int32

        @inline(__always)
        var order: UInt64 { UInt64(rank) << 32 | UInt64(left) }
    }

    private var entries: [Entry] = []

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
    }

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if entries[parent].order <= entry.order { break }
            entries[child] = entries[parent]
            child = parent
        }
        entries[child] = entry
    }

    mutating func pop() -> Entry? {
        guard let top = entries.first, let last = entries.popLast() else { return nil }
        let count = entries.count
        if count == 0 { return top }
        var hole = 0
        while true {
            var child = 2 * hole + 1
            if child >= count { break }
            if child + 1 < count, entries[child + 1].order < entries[child].order { child += 1 }
            if entries[child].order >= last.order { break }
            entries[hole] = entries[child]
            hole = child
        }
        entries[hole] = last
        return top
    }
}
