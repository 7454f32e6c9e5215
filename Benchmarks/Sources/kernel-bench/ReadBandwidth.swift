// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// How fast this machine reads memory: no kernel that streams its weights once can be faster.
struct ReadBandwidth {
    private let words: [SIMD8<UInt64>]
    private let pool: ComputePool

    init(byteCount: Int, pool: ComputePool) {
        // Written with something, so that every page is a page of its own.
        words = (0..<byteCount / 64).map { SIMD8(repeating: UInt64($0)) }
        self.pool = pool
    }

    /// Reads everything once; returns what it adds up to, so that no compiler can leave it out.
    func pass() -> UInt64 {
        // About a megabyte a slice: long enough for the prefetchers, short enough to even out the threads.
        let slice = 1 << 14
        let slices = (words.count + slice - 1) / slice
        let sums = SliceSums(count: slices)
        pool.run(slices) { index, _ in
            sums.set(index, sum(index * slice..<min((index + 1) * slice, words.count)))
        }
        return sums.total
    }

    private func sum(_ range: Range<Int>) -> UInt64 {
        // Without bounds checks, which would be measured along with the memory; the caller keeps to the array.
        unsafe words.withUnsafeBufferPointer { words in
            // Four chains, or additions would wait for each other.
            var a = SIMD8<UInt64>()
            var b = a
            var c = a
            var d = a
            var at = range.lowerBound
            while at + 4 <= range.upperBound {
                a &+= unsafe words[at]
                b &+= unsafe words[at + 1]
                c &+= unsafe words[at + 2]
                d &+= unsafe words[at + 3]
                at += 4
            }
            while at < range.upperBound {
                a &+= unsafe words[at]
                at += 1
            }
            return (a &+ b &+ c &+ d).wrappedSum()
        }
    }

    var byteCount: Int { words.count * 64 }
}
