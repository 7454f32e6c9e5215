// SPDX-License-Identifier: Apache-2.0

/// Indices of the `count` greatest scores, greatest first, ties in order of index. Scores of −infinity are left out.
///
/// - Precondition: no score is NaN.
func greatestIndices(_ count: Int, of scores: [Float]) -> [Int] { greatestIndices(count, of: scores[...]) }

/// Places of the `count` greatest scores, counted from the slice's first, greatest first, ties in order. Those of −infinity
/// and NaN are left out.
///
/// - Complexity: a heap of `count` entries is kept while passing once over the scores, so O(n) comparisons and
///   O(count · log(count) · log(n / count)) moves on shuffled input. Where `count` is not small, all are sorted by digits.
func greatestIndices(_ count: Int, of scores: ArraySlice<Float>) -> [Int] {
    guard count > 0 else { return [] }
    let span = scores.span
    guard count < scores.count / 4 else { return fallingOrder(span, count) }
    var heap = SelectionHeap(capacity: count)
    var start = 0
    while start < span.count {
        let end = min(start + VectorMath.blockLength, span.count)
        // Most blocks have nothing that could enter.
        if VectorMath.maximum(span, start..<end) > heap.bar {
            for index in start..<end {
                let score = span[index]
                // Strictly greater: an equal score at a higher index never displaces a lower one.
                if score > heap.bar { heap.insert(score, index) }
            }
        }
        start = end
    }
    return heap.sortedIndices()
}

/// The whole order, of which the first `count` are given. A flat distribution has a nucleus of most of its vocabulary; by
/// comparisons that would take longer than the pass of a large model.
private func fallingOrder(_ scores: borrowing Span<Float>, _ count: Int) -> [Int] {
    guard scores.count >= 512, scores.count <= Int(UInt32.max) else {
        var indices: [Int] = []
        for index in scores.indices where scores[index] > -.infinity { indices.append(index) }
        let kept = indices.map { (score: scores[$0], index: $0) }
            .sorted { $0.score != $1.score ? $0.score > $1.score : $0.index < $1.index }
        return kept.prefix(count).map(\.index)
    }
    // Digits of the upper half of each entry, the score; the lower half is the index.
    let digits: [(shift: UInt64, bits: UInt64)] = [(32, 11), (43, 11), (54, 10)]
    var entries: [UInt64] = []
    entries.reserveCapacity(scores.count)
    var tallies = digits.map { [Int](repeating: 0, count: 1 << Int($0.bits)) }
    for index in scores.indices where scores[index] > -.infinity {
        // Both zeros are one score.
        let bits = scores[index] == 0 ? 0 : scores[index].bitPattern
        let rising = bits >> 31 == 0 ? bits | 1 << 31 : ~bits
        let entry = UInt64(~rising) << 32 | UInt64(UInt32(truncatingIfNeeded: index))
        entries.append(entry)
        tallies[0][Int(entry >> 32 & 0x7FF)] += 1
        tallies[1][Int(entry >> 43 & 0x7FF)] += 1
        tallies[2][Int(entry >> 54)] += 1
    }
    var moved = entries
    for (digit, tally) in zip(digits, tallies) {
        var next = tally
        var sum = 0
        for value in next.indices { (next[value], sum) = (sum, sum + next[value]) }
        let mask: UInt64 = 1 << digit.bits - 1
        for entry in entries {
            let value = Int(entry >> digit.shift & mask)
            moved[next[value]] = entry
            next[value] += 1
        }
        swap(&entries, &moved)
    }
    return entries.prefix(count).map { Int(UInt32(truncatingIfNeeded: $0)) }
}

/// The best entries seen so far, worst on top.
private struct SelectionHeap {
    private struct Entry {
        var score: Float
        var index: Int

        /// Whether this entry goes before the other does.
        func isWorse(than other: Entry) -> Bool {
            score != other.score ? score < other.score : index > other.index
        }
    }

    private var entries: [Entry] = []
    private let capacity: Int
    /// A score must exceed this to enter.
    private(set) var bar = -Float.infinity

    init(capacity: Int) {
        self.capacity = capacity
        entries.reserveCapacity(capacity)
    }

    mutating func insert(_ score: Float, _ index: Int) {
        if entries.count < capacity {
            entries.append(Entry(score: score, index: index))
            siftUp(entries.count - 1)
        } else {
            entries[0] = Entry(score: score, index: index)
            siftDown()
        }
        if entries.count == capacity { bar = entries[0].score }
    }

    func sortedIndices() -> [Int] {
        entries.sorted { $1.isWorse(than: $0) }.map(\.index)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].isWorse(than: entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var worst = parent
            for child in 2 * parent + 1...2 * parent + 2 where child < entries.count {
                if entries[child].isWorse(than: entries[worst]) { worst = child }
            }
            guard worst != parent else { return }
            entries.swapAt(parent, worst)
            parent = worst
        }
    }
}
