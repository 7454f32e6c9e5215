// SPDX-License-Identifier: Apache-2.0

/// Indices of the `count` greatest scores, greatest first, ties in order of index. Scores of −infinity are left out.
///
/// - Precondition: no score is NaN.
func greatestIndices(_ count: Int, of scores: [Float]) -> [Int] { greatestIndices(count, of: scores[...]) }

/// Places of the `count` greatest scores, counted from the slice's first, greatest first, ties in order. Those of −infinity
/// and NaN are left out.
///
/// - Complexity: a heap of `count` entries is kept while passing once over the scores, so O(n) comparisons and
///   O(count · log(count) · log(n / count)) moves on shuffled input: no full sort when `count` is small.
func greatestIndices(_ count: Int, of scores: ArraySlice<Float>) -> [Int] {
    guard count > 0 else { return [] }
    let span = scores.span
    guard count < scores.count / 4 else {
        var indices = span.indices.filter { span[$0] > -.infinity }
        indices.sort { span[$0] != span[$1] ? span[$0] > span[$1] : $0 < $1 }
        return Array(indices.prefix(count))
    }
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
