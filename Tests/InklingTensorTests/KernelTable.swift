// SPDX-License-Identifier: Apache-2.0

import CKernels
import Testing

/// One table of kernels, with arrays in place of pointers.
@safe struct KernelTable: Sendable, CustomTestStringConvertible {
    // The table is a constant of the program; it is never written.
    nonisolated(unsafe) private let table: UnsafePointer<ik_kernels>

    var name: String { unsafe String(cString: table.pointee.name) }
    var testDescription: String { name }

    /// Those that this CPU can run, best first; the last is `scalar`.
    static let all: [KernelTable] = {
        var found: [KernelTable] = []
        while let next = unsafe ik_kernels_at(found.count) { unsafe found.append(KernelTable(table: next)) }
        return found
    }()
    static var scalar: KernelTable { all[all.count - 1] }

    private var kernels: ik_kernels { unsafe table.pointee }

    // MARK: Products

    /// An activation tile of `tile` columns of `x`, each `columns` long and `stride` apart, in the form `type` wants.
    func tile(_ x: [Float], type: Int32, tile: Int, columns: Int, stride: Int? = nil) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xA5, count: ik_tile_bytes(type, tile, columns))
        if ik_wants_q8(type) != 0 {
            unsafe kernels.quantize_tile(x, stride ?? columns, tile, columns, &bytes)
        } else {
            unsafe kernels.interleave_tile(x, stride ?? columns, tile, columns, &bytes)
        }
        return bytes
    }

    /// Groups `groups` of the product; what is not written stays `fill`. Rows of the result lie `stride` apart.
    func multiply(
        _ matrix: PackedMatrix, _ activations: [UInt8], tile: Int, groups: Range<Int>? = nil, stride: Int? = nil,
        fill: Float = .nan
    ) -> [Float] {
        let stride = stride ?? matrix.rows
        let groups = groups ?? 0..<matrix.groups
        var out = [Float](repeating: fill, count: tile * stride)
        unsafe matrix.withWeights {
            unsafe kernels.matmul(&$0, activations, tile, groups.lowerBound, groups.upperBound, &out, stride)
        }
        return out
    }

    // MARK: Rows

    func rmsNorm(_ x: [Float], weight: [Float]?, epsilon: Float) -> [Float] {
        var y = [Float](repeating: .nan, count: x.count)
        if let weight {
            unsafe kernels.rms_norm(x, weight, x.count, epsilon, &y)
        } else {
            unsafe kernels.rms_norm(x, nil, x.count, epsilon, &y)
        }
        return y
    }

    func rmsNormInPlace(_ x: [Float], weight: [Float], epsilon: Float) -> [Float] {
        var x = x
        let count = x.count
        unsafe x.withUnsafeMutableBufferPointer {
            unsafe kernels.rms_norm($0.baseAddress!, weight, count, epsilon, $0.baseAddress!)
        }
        return x
    }

    func rope(_ x: [Float], heads: Int, dimension: Int, cosines: [Float], sines: [Float], paired: Bool) -> [Float] {
        var x = x
        let width = x.count / heads
        unsafe kernels.rope(&x, heads, width, dimension, cosines, sines, paired ? 1 : 0)
        return x
    }

    enum Elementwise: CaseIterable, Sendable { case add, scale, axpy, silu, gelu, softcap }

    func apply(_ operation: Elementwise, _ y: [Float], _ x: [Float], factor: Float) -> [Float] {
        var y = y
        let count = y.count
        switch operation {
        case .add: unsafe kernels.add(&y, x, count)
        case .scale: unsafe kernels.scale(&y, factor, count)
        case .axpy: unsafe kernels.axpy(&y, factor, x, count)
        case .silu: unsafe kernels.silu_mul(&y, x, count)
        case .gelu: unsafe kernels.gelu_mul(&y, x, count)
        case .softcap: unsafe kernels.softcap(&y, factor, count)
        }
        return y
    }

    // MARK: Attention

    func write(keys: [Float], values: [Float], to cache: inout AttentionCache, slot: Int) {
        let width = cache.width
        let block = slot / 64
        let at = slot % 64
        let format = cache.format
        let bytes = cache.headBytes
        for head in 0..<cache.heads {
            let part = head * width..<(head + 1) * width
            unsafe cache.keys[block].withUnsafeMutableBufferPointer {
                unsafe kernels.kv_write_k(
                    format, Array(keys[part]), width, $0.baseAddress! + head * bytes, at)
            }
            unsafe cache.values[block].withUnsafeMutableBufferPointer {
                unsafe kernels.kv_write_v(
                    format, Array(values[part]), width, $0.baseAddress! + head * bytes, at)
            }
        }
    }

    /// Attention of the rows `begin ..< end` of `views` over all KV heads; other rows of the result stay NaN.
    func attend(
        _ queries: [Float], _ cache: AttentionCache, _ views: [AttentionRow], queryHeads: Int, scale: Float,
        softcap: Float, rows: Range<Int>? = nil
    ) -> [Float] {
        let rows = rows ?? 0..<views.count
        var out = [Float](repeating: .nan, count: queries.count)
        let first = views.map { Int32($0.first) }
        let prefix = views.map { Int32($0.prefix) }
        var begins: [Int32] = [0]
        var path: [Int32] = []
        for view in views {
            path += view.path.map { Int32($0) }
            begins.append(Int32(path.count))
        }
        if path.isEmpty { path = [0] }
        var scratch = [Float](
            repeating: .nan,
            count: ik_attention_scratch(cache.width, rows.count, queryHeads / cache.heads) + 16)
        unsafe cache.withTables { keyBlocks, valueBlocks in
            unsafe queries.withUnsafeBufferPointer { queries in
                unsafe out.withUnsafeMutableBufferPointer { out in
                    unsafe first.withUnsafeBufferPointer { first in
                        unsafe prefix.withUnsafeBufferPointer { prefix in
                            unsafe begins.withUnsafeBufferPointer { begins in
                                unsafe path.withUnsafeBufferPointer { path in
                                    var arguments = unsafe ik_attention(
                                        k_format: cache.format, v_format: cache.format, head_dim: cache.width,
                                        kv_heads: cache.heads,
                                        q_heads: queryHeads, scale: scale, softcap: softcap,
                                        queries: queries.baseAddress!,
                                        out: out.baseAddress!, k_blocks: keyBlocks, v_blocks: valueBlocks,
                                        first: first.baseAddress!,
                                        prefix: prefix.baseAddress!, path_begin: begins.baseAddress!,
                                        path: path.baseAddress!)
                                    for head in 0..<cache.heads {
                                        unsafe kernels.attention(
                                            &arguments, head, rows.lowerBound, rows.upperBound, &scratch)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return out
    }
}

/// What one row sees: slots `first ..< prefix`, then `path`; `first` counts along the whole list.
struct AttentionRow: Sendable {
    var first = 0
    var prefix: Int
    var path: [Int] = []

    var slots: [Int] { Array((Array(0..<prefix) + path).dropFirst(first)) }
}

/// One layer's keys and values in blocks of 64 slots.
struct AttentionCache {
    let format: Int32
    let width: Int
    let heads: Int
    var keys: [[UInt8]]
    var values: [[UInt8]]

    var headBytes: Int { ik_kv_head_bytes(format, width) }

    /// Filled with bytes that are NaN as f16, so that reading a slot nobody wrote shows.
    init(format: ik_kv_format, width: Int, heads: Int, slots: Int) {
        self.format = Int32(format.rawValue)
        self.width = width
        self.heads = heads
        let bytes = heads * ik_kv_head_bytes(self.format, width)
        let count = (slots + 63) / 64
        keys = Array(repeating: [UInt8](repeating: 0xFF, count: bytes), count: count)
        values = keys
    }

    func withTables(
        _ body: (UnsafePointer<UnsafePointer<UInt8>>, UnsafePointer<UnsafePointer<UInt8>>) -> Void
    ) {
        // Copies at stable addresses.
        let blocks = unsafe (keys + values).map { block in
            let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: block.count)
            unsafe copy.initialize(from: block, count: block.count)
            return unsafe UnsafePointer(copy)
        }
        unsafe blocks.withUnsafeBufferPointer {
            unsafe body($0.baseAddress!, $0.baseAddress! + keys.count)
        }
        for index in 0..<(keys.count + values.count) { unsafe blocks[index].deallocate() }
    }

    mutating func move(from source: Int, to destination: Int) {
        let (from, to) = (source / 64, destination / 64)
        let fromKeys = keys[from]
        let fromValues = values[from]
        // Within a block source and destination are the same memory, as in a real cache.
        if from == to {
            let (format, width, heads) = (format, width, heads)
            unsafe keys[to].withUnsafeMutableBufferPointer { keys in
                unsafe values[to].withUnsafeMutableBufferPointer { values in
                    unsafe ik_kv_move(
                        format, format, width, heads, keys.baseAddress!, values.baseAddress!, source % 64,
                        keys.baseAddress!, values.baseAddress!, destination % 64)
                }
            }
        } else {
            unsafe ik_kv_move(
                format, format, width, heads, fromKeys, fromValues, source % 64, &keys[to], &values[to],
                destination % 64)
        }
    }
}

extension BlockRandom {
    /// Uniform between −2 and 2, quickly.
    mutating func uniform() -> Float { Float(Int64(bitPattern: next()) >> 40) * 0x1p-22 }
}
