// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// Matrices that are multiplied with the same input, in one go: queries, keys and values, or gate and up.
public final class Products {
    let columnCount: Int
    let entries: [Entry]
    let wantsQuantised: Bool
    let wantsInterleaved: Bool
    /// Bytes of weights that one pass reads.
    let weightBytes: Int
    /// Keeps alive what the entries point to.
    private let owners: [(PackedMatrix, FloatMatrix)]

    /// One matrix and where its product goes, as plain numbers: this is read in the innermost loop over operations.
    @safe struct Entry {
        let weights: ik_weights
        let output: UnsafeMutablePointer<Float>
        let rowCount: Int
        let groupCount: Int
        let groupBytes: Int
        let isQuantised: Bool
    }

    /// - Precondition: all matrices have the same number of columns, and each output as many columns as its matrix rows.
    public init(_ pairs: [(matrix: PackedMatrix, output: FloatMatrix)]) {
        precondition(!pairs.isEmpty)
        columnCount = pairs[0].matrix.columnCount
        entries = pairs.map { matrix, output in
            precondition(matrix.columnCount == pairs[0].matrix.columnCount, "matrices differ in columns")
            precondition(output.columnCount == matrix.rowCount, "output does not fit the matrix")
            return unsafe Entry(
                weights: matrix.weights, output: output.base, rowCount: matrix.rowCount,
                groupCount: matrix.groupCount, groupBytes: max(1, matrix.byteCount / matrix.groupCount),
                isQuantised: ik_wants_q8(Int32(matrix.type.rawValue)) != 0)
        }
        wantsQuantised = entries.contains { $0.isQuantised }
        wantsInterleaved = entries.contains { !$0.isQuantised }
        weightBytes = pairs.reduce(0) { $0 + $1.matrix.byteCount }
        owners = pairs.map { ($0.matrix, $0.output) }
    }
}

extension Compute {
    /// `output[row] = matrix · input[row]` for the first `rowCount` rows and every matrix of `products`.
    ///
    /// Rows are cut into tiles of at most 16 columns of one kernel call. A row's result is one chain of sums over blocks of
    /// 32 inputs, whatever the tile.
    public func multiply(_ products: Products, input: FloatMatrix, rowCount: Int) {
        precondition(input.columnCount == products.columnCount, "input does not fit the matrices")
        precondition(rowCount > 0 && rowCount <= input.rowCapacity)
        let columns = products.columnCount
        let tile = Int(IK_MAX_TILE), tiles = (rowCount + tile - 1) / tile
        let q8 = Int32(ElementType.q8_0.rawValue), f32 = Int32(ElementType.f32.rawValue)
        let quantisedTile = ik_tile_bytes(q8, tile, columns), interleavedTile = ik_tile_bytes(f32, tile, columns)
        let quantised = unsafe products.wantsQuantised ? memory(.quantised, byteCount: quantisedTile * tiles) : nil
        let interleaved =
            unsafe products.wantsInterleaved ? memory(.interleaved, byteCount: interleavedTile * tiles) : nil
        let table = unsafe self.table
        let source = unsafe input.base

        /// Prepares inputs `range` of one tile; ranges begin at blocks, so that tiles can be cut for the threads.
        func prepare(_ index: Int, _ range: Range<Int>) {
            let first = index * tile, count = min(tile, rowCount - first)
            let from = unsafe source + first * columns + range.lowerBound
            if let quantised = unsafe quantised {
                let offset = index * quantisedTile + ik_tile_bytes(q8, count, range.lowerBound)
                unsafe table.quantize_tile(from, columns, count, range.count, quantised + offset)
            }
            if let interleaved = unsafe interleaved {
                let offset = index * interleavedTile + ik_tile_bytes(f32, count, range.lowerBound)
                unsafe table.interleave_tile(from, columns, count, range.count, interleaved + offset)
            }
        }
        // A slice is a run of groups: small enough to stay in a core's cache over all tiles and to even out the threads,
        // large enough to stream.
        let sliceBytes = min(256 << 10, max(16 << 10, products.weightBytes / (pool.width * 4)))
        // As a buffer: threads that walk an array at once would fight over its reference count.
        unsafe products.entries.withUnsafeBufferPointer { entries in
            let job = unsafe ProductJob(
                kernels: kernels.table, entries: entries, quantised: quantised, interleaved: interleaved,
                quantisedTile: quantisedTile, interleavedTile: interleavedTile, rowCount: rowCount,
                sliceBytes: sliceBytes)
            // Below this much work a hand-over to other threads costs more than it brings.
            let work = max(products.weightBytes, products.weightBytes / 8 * rowCount)
            guard pool.width > 1, work > 192 << 10 else {
                for index in 0..<tiles { prepare(index, 0..<columns) }
                for index in 0..<entries.count {
                    let entry = unsafe entries[index]
                    job.multiply(entry, 0..<entry.groupCount)
                }
                return
            }
            // A few thousand inputs are prepared before another thread would have started.
            let piece = max(512, 8192 / min(rowCount, tile)) / Int(IK_BLOCK) * Int(IK_BLOCK)
            let pieces = (columns + piece - 1) / piece
            if pieces > 1 || tiles > 1 {
                pool.run(tiles * pieces) { job, _ in
                    let first = job % pieces * piece
                    prepare(job / pieces, first..<min(first + piece, columns))
                }
            } else {
                prepare(0, 0..<columns)
            }
            let slices = products.entries.reduce(0) { $0 + $1.sliceCount(sliceBytes) }
            unsafe pool.run(slices, job) { job, slice, _ in
                unsafe job.assumingMemoryBound(to: ProductJob.self).pointee.run(slice)
            }
        }
    }
}

/// One multiplication as threads share it.
@safe private struct ProductJob: BitwiseCopyable {
    let kernels: UnsafePointer<ik_kernels>
    let entries: UnsafeBufferPointer<Products.Entry>
    /// The inputs of all tiles, in both forms as far as they are needed, and bytes of a tile.
    let quantised, interleaved: UnsafeMutableRawPointer?
    let quantisedTile, interleavedTile: Int
    let rowCount: Int
    let sliceBytes: Int

    func run(_ slice: Int) {
        var slice = slice
        for index in 0..<(unsafe entries.count) {
            let entry = unsafe entries[index], count = entry.sliceCount(sliceBytes)
            if slice < count {
                let groups = entry.groupsPerSlice(sliceBytes), begin = slice * groups
                multiply(entry, begin..<min(begin + groups, entry.groupCount))
                return
            }
            slice -= count
        }
    }

    func multiply(_ entry: Products.Entry, _ groups: Range<Int>) {
        var weights = unsafe entry.weights
        let tile = Int(IK_MAX_TILE)
        for index in 0..<(rowCount + tile - 1) / tile {
            let first = index * tile, count = min(tile, rowCount - first)
            let act =
                unsafe entry.isQuantised
                ? quantised! + index * quantisedTile : interleaved! + index * interleavedTile
            unsafe kernels.pointee.matmul(
                &weights, act, count, groups.lowerBound, groups.upperBound,
                entry.output + first * entry.rowCount, entry.rowCount)
        }
    }
}

extension Products.Entry {
    fileprivate func groupsPerSlice(_ byteCount: Int) -> Int { max(1, byteCount / groupBytes) }

    fileprivate func sliceCount(_ byteCount: Int) -> Int {
        let groups = groupsPerSlice(byteCount)
        return (groupCount + groups - 1) / groups
    }
}
