// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// The operators of a pass, on one kernel table and one pool of threads, with scratch memory of their own.
///
/// One owner; not `Sendable`. Every operator treats each row by itself, in one order, so that results do not depend on the
/// number of rows or threads.
public final class Compute {
    public let kernels: KernelSet
    /// May be replaced between operators: results do not depend on it.
    public var pool: ComputePool
    private var scratch: [AlignedBytes?] = Scratch.allCases.map { _ in nil }

    enum Scratch: Int, CaseIterable {
        case quantised, interleaved
        case attention
    }

    public init(kernels: KernelSet, pool: ComputePool) {
        self.kernels = kernels
        self.pool = pool
    }

    var table: ik_kernels { unsafe kernels.table.pointee }

    /// Scratch of at least `byteCount` bytes, kept between calls.
    func memory(_ use: Scratch, byteCount: Int) -> UnsafeMutableRawPointer {
        if let held = scratch[use.rawValue], held.byteCount >= byteCount { return unsafe held.base }
        guard let fresh = AlignedBytes(byteCount: byteCount + byteCount / 4) else {
            preconditionFailure("no memory for \(byteCount) bytes of scratch")
        }
        scratch[use.rawValue] = fresh
        return unsafe fresh.base
    }

    /// Calls `body` for ranges that cover `0..<rowCount`, at once when a row costs enough to be worth another thread.
    func forEachRows(_ rowCount: Int, rowCost: Int, _ body: (Range<Int>) -> Void) {
        // A hand-over costs about as much as touching 16K values.
        let perSlice = max(1, (16 << 10) / max(1, rowCost))
        guard rowCount > perSlice, pool.width > 1 else { return body(0..<rowCount) }
        let slices = (rowCount + perSlice - 1) / perSlice
        pool.run(slices) { slice, _ in body(slice * perSlice..<min(rowCount, (slice + 1) * perSlice)) }
    }
}
