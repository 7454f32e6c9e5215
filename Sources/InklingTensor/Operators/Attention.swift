// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// What the rows of one pass may look at: for each row an ordered list of slots.
///
/// Row i sees slots `first[i] ..< prefix[i]`, then its path (for trees). The order in that list decides the order of
/// summation, so that a row of a tree equals the same row of a chain, bit for bit.
public struct AttentionView: Sendable, Equatable {
    var first: [Int32] = []
    var prefix: [Int32] = []
    var pathBegin: [Int32] = [0]
    var path: [Int32] = []

    public init() {}

    public var rowCount: Int { prefix.count }

    /// A row that sees slots `first ..< prefix` and then `path`.
    public mutating func append(first: Int, prefix: Int, path: [Int] = []) {
        precondition(first >= 0 && prefix >= 0 && first <= prefix + path.count)
        self.first.append(Int32(first))
        self.prefix.append(Int32(prefix))
        self.path.append(contentsOf: path.map { Int32($0) })
        pathBegin.append(Int32(self.path.count))
    }
}

extension Compute {
    /// Writes keys and values, `[rows, kvHeads * headDimension]`, to slots `slot ..< slot + rowCount` of a layer.
    public func store(
        keys: FloatMatrix, values: FloatMatrix, in cache: KVStorage, layer: Int, slot: Int, rowCount: Int
    ) {
        let table = unsafe self.table
        for row in 0..<rowCount {
            unsafe cache.write(
                layer: layer, slot: slot + row, keys: keys.row(row), values: values.row(row), table: table)
        }
    }

    /// Softmax attention of every row over the slots it sees: `output[row] = Σ softmax(scale · q · k) · v`, per head.
    ///
    /// Blocks of 64 keys in fixed order with an online softmax; one read of a block serves all query heads of its group
    /// and all rows of a slice. Source: Dao et al. 2022 (FlashAttention), Ainslie et al. 2023 (grouped queries).
    ///
    /// - Parameter softcap: Gemma 2's cap on scores; 0 for none.
    public func attend(
        queries: FloatMatrix, cache: KVStorage, layer: Int, view: AttentionView, scale: Float, softcap: Float,
        output: FloatMatrix
    ) {
        let layout = cache.layout, width = layout.headDimension
        let queryHeads = queries.columnCount / width, group = queryHeads / layout.headCount
        precondition(queries.columnCount == output.columnCount && group * layout.headCount == queryHeads)
        let rowCount = view.rowCount
        // Few enough rows that a slice's scores stay in cache and that threads share the work evenly, many enough that one
        // read of the keys serves them all.
        let evenly = (rowCount * layout.headCount + 3 * pool.width - 1) / (3 * pool.width)
        let perSlice = max(min(4, rowCount), min(16, 64 / group, evenly))
        let slices = (rowCount + perSlice - 1) / perSlice
        let scratchFloats = (ik_attention_scratch(width, min(perSlice, rowCount), group) + 15) & ~15
        let scratch = unsafe memory(.attention, byteCount: scratchFloats * 4 * pool.width)
            .assumingMemoryBound(to: Float.self)

        unsafe cache.withTables(layer: layer) { keys, values in
            unsafe view.first.withUnsafeBufferPointer { first in
                unsafe view.prefix.withUnsafeBufferPointer { prefix in
                    unsafe view.pathBegin.withUnsafeBufferPointer { pathBegin in
                        unsafe (view.path.isEmpty ? [0] : view.path).withUnsafeBufferPointer { path in
                            var arguments = unsafe ik_attention(
                                k_format: layout.keyFormat.code, v_format: layout.valueFormat.code, head_dim: width,
                                kv_heads: layout.headCount, q_heads: queryHeads, scale: scale, softcap: softcap,
                                queries: queries.base, out: output.base, k_blocks: keys, v_blocks: values,
                                first: first.baseAddress!, prefix: prefix.baseAddress!,
                                path_begin: pathBegin.baseAddress!,
                                path: path.baseAddress!)
                            unsafe withUnsafePointer(to: &arguments) { arguments in
                                let job = unsafe AttentionJob(
                                    kernels: kernels.table, arguments: arguments, scratch: scratch,
                                    scratchFloats: scratchFloats, rowCount: rowCount, slices: slices, perSlice: perSlice
                                )
                                let tasks = layout.headCount * slices
                                // Short contexts are done before another thread would have started.
                                let last = Int(view.prefix[rowCount - 1])
                                if last * queries.columnCount * rowCount < 32 << 10 {
                                    for index in 0..<tasks { job.run(index, 0) }
                                } else {
                                    unsafe pool.run(tasks, job) { job, index, worker in
                                        unsafe job.assumingMemoryBound(to: AttentionJob.self).pointee.run(index, worker)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The attention of one layer as threads share it.
@safe private struct AttentionJob: BitwiseCopyable {
    let kernels: UnsafePointer<ik_kernels>
    let arguments: UnsafePointer<ik_attention>
    /// For each thread.
    let scratch: UnsafeMutablePointer<Float>
    let scratchFloats: Int
    let rowCount, slices, perSlice: Int

    func run(_ index: Int, _ worker: Int) {
        let head = index / slices, slice = index % slices
        unsafe kernels.pointee.attention(
            arguments, head, slice * perSlice, min(rowCount, (slice + 1) * perSlice), scratch + worker * scratchFloats)
    }
}
