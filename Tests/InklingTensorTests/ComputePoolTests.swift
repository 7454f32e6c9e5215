// SPDX-License-Identifier: Apache-2.0

import InklingTensor
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

struct ComputePoolTests {
    @Test(arguments: [1, 2, 3, 8])
    func `Every slice is done once, in operation after operation`(_ width: Int) {
        let pool = ComputePool(width: width)
        for round in 0..<3000 {
            let count = 1 + round % 17
            let done = Atomic<Int>(0)
            let sum = Atomic<Int>(0)
            pool.run(count) { index, worker in
                precondition((0..<width).contains(worker))
                done.add(1, ordering: .relaxed)
                sum.add(index, ordering: .relaxed)
            }
            #expect(done.load(ordering: .relaxed) == count)
            #expect(sum.load(ordering: .relaxed) == count * (count - 1) / 2)
            // Sometimes long enough for the workers to fall asleep.
            if round % 500 == 0 { usleep(2000) }
        }
    }

    @Test
    func `No two threads have one worker number at a time`() {
        let pool = ComputePool(width: 4)
        let inside = (0..<4).map { _ in Box() }
        for _ in 0..<300 {
            pool.run(32) { _, worker in
                let others = inside[worker].count.add(1, ordering: .sequentiallyConsistent).oldValue
                precondition(others == 0, "a worker number is in use twice")
                for _ in 0..<50 { _ = inside[worker].count.load(ordering: .sequentiallyConsistent) }
                inside[worker].count.subtract(1, ordering: .sequentiallyConsistent)
            }
        }
    }

    @Test
    func `Other threads take part where a slice takes long`() {
        let pool = ComputePool(width: 2)
        let arrived = Atomic<Int>(0)
        // Each of the two slices waits for the other to begin, so one thread alone could not end.
        let met = Atomic<Int>(0)
        pool.run(2) { _, _ in
            arrived.add(1, ordering: .sequentiallyConsistent)
            for _ in 0..<50_000 where arrived.load(ordering: .sequentiallyConsistent) < 2 { usleep(100) }
            if arrived.load(ordering: .sequentiallyConsistent) == 2 { met.add(1, ordering: .relaxed) }
        }
        #expect(met.load(ordering: .relaxed) == 2)
    }

    private final class Box: Sendable {
        let count = Atomic<Int>(0)
    }
}
