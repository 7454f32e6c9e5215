// SPDX-License-Identifier: Apache-2.0

import CKernels
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Attention as it is defined, in Double, over keys and values as the cache rounds them.
private struct NaiveAttention {
    var keys: [[Float]] = []
    var values: [[Float]] = []

    static func rounded(_ x: [Float], _ format: ik_kv_format) -> [Float] {
        if format == IK_KV_F16 { return x.map { ik_f16_to_f32(ik_f32_to_f16($0)) } }
        var result: [Float] = []
        for begin in stride(from: 0, to: x.count, by: 32) {
            let block = x[begin..<begin + 32]
            let largest = block.reduce(0) { max($0, abs($1)) }
            let inverse = largest > 0 ? 127 / largest : 0
            let step = ik_f16_to_f32(ik_f32_to_f16(largest / 127))
            result += block.map { ($0 * inverse).rounded(.toNearestOrEven) * step }
        }
        return result
    }

    func attend(
        _ queries: [Float], _ views: [AttentionRow], width: Int, heads: Int, queryHeads: Int, scale: Float,
        softcap: Float
    ) -> [Double] {
        views.enumerated().flatMap { row, view in
            (0..<queryHeads).flatMap { head -> [Double] in
                let shared = head / (queryHeads / heads) * width
                let query = (row * queryHeads + head) * width
                let scores = view.slots.map { slot in
                    var sum = 0.0
                    for i in 0..<width { sum += Double(queries[query + i]) * Double(keys[slot][shared + i]) }
                    sum *= Double(scale)
                    return softcap > 0 ? Double(softcap) * tanh(sum / Double(softcap)) : sum
                }
                let largest = scores.max() ?? 0
                let weights = scores.map { exp($0 - largest) }
                let total = weights.reduce(0, +)
                var out = [Double](repeating: 0, count: width)
                for (slot, weight) in zip(view.slots, weights) {
                    for i in 0..<width { out[i] += weight / total * Double(values[slot][shared + i]) }
                }
                return out
            }
        }
    }
}

@Suite struct `Attention` {
    struct Shape: Sendable, CustomTestStringConvertible {
        var format: ik_kv_format
        var width: Int
        var heads: Int
        var queryHeads: Int
        var softcap: Float = 0
        var testDescription: String {
            "\(format == IK_KV_F16 ? "f16" : "q8_0"), \(queryHeads)/\(heads) heads of \(width), cap \(softcap)"
        }

        static let all = [
            Shape(format: IK_KV_F16, width: 2, heads: 1, queryHeads: 1),
            Shape(format: IK_KV_F16, width: 16, heads: 2, queryHeads: 4),
            Shape(format: IK_KV_F16, width: 24, heads: 1, queryHeads: 7),
            Shape(format: IK_KV_F16, width: 40, heads: 2, queryHeads: 2, softcap: 5),
            Shape(format: IK_KV_F16, width: 80, heads: 1, queryHeads: 3),
            Shape(format: IK_KV_F16, width: 128, heads: 1, queryHeads: 2),
            Shape(format: IK_KV_Q8_0, width: 32, heads: 2, queryHeads: 6),
            Shape(format: IK_KV_Q8_0, width: 64, heads: 1, queryHeads: 5, softcap: 5),
            Shape(format: IK_KV_Q8_0, width: 96, heads: 1, queryHeads: 1),
        ]
    }

    /// Off by this much, at most, for values of about 1 (the largest is below 5): rounding of sums and of exp.
    private static let bound = 1e-5
    private static let slots = 150

    private func fill(_ shape: Shape, _ table: KernelTable, seed: UInt64) -> (AttentionCache, NaiveAttention) {
        var random = BlockRandom(state: seed)
        var cache = AttentionCache(format: shape.format, width: shape.width, heads: shape.heads, slots: Self.slots)
        var naive = NaiveAttention()
        for slot in 0..<Self.slots {
            let keys = (0..<shape.heads * shape.width).map { _ in random.uniform() }
            let values = (0..<shape.heads * shape.width).map { _ in random.uniform() }
            table.write(keys: keys, values: values, to: &cache, slot: slot)
            naive.keys.append(NaiveAttention.rounded(keys, shape.format))
            naive.values.append(NaiveAttention.rounded(values, shape.format))
        }
        return (cache, naive)
    }

    /// A chain across two borders of blocks, windows, single keys, and paths in any order.
    private static let views: [[AttentionRow]] = [
        [AttentionRow(prefix: 1)],
        [AttentionRow(prefix: 64)],
        [AttentionRow(prefix: 65)],
        (0..<9).map { AttentionRow(prefix: 60 + $0) },
        (0..<17).map { AttentionRow(prefix: 120 + $0) },
        [3, 70, 64, 65, 128, 140].map { AttentionRow(first: max(0, $0 - 10), prefix: $0) },
        [
            AttentionRow(first: 63, prefix: 64), AttentionRow(first: 64, prefix: 65),
            AttentionRow(first: 127, prefix: 150),
        ],
        [
            AttentionRow(prefix: 60, path: [60]), AttentionRow(prefix: 60, path: [60, 61]),
            AttentionRow(prefix: 60, path: [62]), AttentionRow(prefix: 60, path: [60, 61, 63, 64, 70, 71]),
            AttentionRow(prefix: 60, path: [62, 66]),
        ],
        [
            AttentionRow(prefix: 0, path: [0]), AttentionRow(prefix: 0, path: [0, 5, 9, 140, 141]),
            AttentionRow(first: 126, prefix: 130, path: [131, 133, 149]),
            AttentionRow(first: 132, prefix: 130, path: [131, 133, 149]), AttentionRow(prefix: 20),
        ],
    ]

    @Test(arguments: Shape.all)
    func `Every table gives the definition's result`(shape: Shape) {
        let (_, naive) = fill(shape, KernelTable.scalar, seed: 12)
        let caches = KernelTable.all.map { fill(shape, $0, seed: 12).0 }
        let scale = 1 / Float(shape.width).squareRoot()
        var random = BlockRandom(state: 11)
        for (number, views) in Self.views.enumerated() {
            let queries = (0..<views.count * shape.queryHeads * shape.width).map { _ in 2 * random.uniform() }
            let exact = naive.attend(
                queries, views, width: shape.width, heads: shape.heads, queryHeads: shape.queryHeads, scale: scale,
                softcap: shape.softcap)
            for (table, cache) in zip(KernelTable.all, caches) {
                let found = table.attend(
                    queries, cache, views, queryHeads: shape.queryHeads, scale: scale, softcap: shape.softcap)
                let worst = zip(found, exact).reduce(0.0) { worst, pair in
                    let error = abs(Double(pair.0) - pair.1)
                    return error <= worst ? worst : error.isNaN ? .infinity : error
                }
                #expect(worst <= Self.bound, "\(table.name), views \(number): \(worst)")
            }
        }
    }

    @Test(arguments: Shape.all)
    func `A row's bits depend on its own list of keys alone`(shape: Shape) {
        var random = BlockRandom(state: 13)
        for table in KernelTable.all {
            let (cache, _) = fill(shape, table, seed: 14)
            let width = shape.queryHeads * shape.width
            for views in Self.views {
                let queries = (0..<views.count * width).map { _ in random.uniform() }
                func attend(_ rows: Range<Int>? = nil, _ queries: [Float], _ views: [AttentionRow]) -> [Float] {
                    table.attend(
                        queries, cache, views, queryHeads: shape.queryHeads, scale: 0.3, softcap: shape.softcap,
                        rows: rows)
                }
                let whole = attend(nil, queries, views)
                for row in views.indices {
                    let own = row * width..<(row + 1) * width
                    #expect(attend(nil, Array(queries[own]), [views[row]]) == Array(whole[own]), "\(table.name)")
                    #expect(attend(row..<row + 1, queries, views)[own] == whole[own], "\(table.name)")
                }
                // The same slots as one run and as a path.
                let spelled = views.map {
                    AttentionRow(first: $0.first, prefix: 0, path: Array(0..<$0.prefix) + $0.path)
                }
                #expect(attend(nil, queries, spelled) == whole, "\(table.name)")
            }
        }
    }

    @Test(arguments: Shape.all)
    func `A moved slot is the slot`(shape: Shape) {
        let table = KernelTable.all[0]
        var (cache, _) = fill(shape, table, seed: 15)
        let before = cache
        cache.move(from: 100, to: 7)
        cache.move(from: 9, to: 8)
        cache.move(from: 20, to: 20)
        var random = BlockRandom(state: 16)
        let queries = (0..<shape.queryHeads * shape.width).map { _ in random.uniform() }
        func attend(_ cache: AttentionCache, _ path: [Int]) -> [Float] {
            table.attend(
                queries, cache, [AttentionRow(prefix: 0, path: path)], queryHeads: shape.queryHeads, scale: 0.3,
                softcap: 0)
        }
        #expect(attend(cache, Array(0..<150)) == attend(before, Array(0..<7) + [100, 9] + Array(9..<150)))
    }

    @Test(arguments: KernelTable.all)
    func `Extreme scores do not overflow`(table: KernelTable) {
        let shape = Shape(format: IK_KV_F16, width: 16, heads: 1, queryHeads: 1)
        var cache = AttentionCache(format: shape.format, width: 16, heads: 1, slots: 70)
        for slot in 0..<70 {
            let key = [Float](repeating: slot == 66 ? 3e4 : slot % 2 == 0 ? -3e4 : 1, count: 16)
            table.write(keys: key, values: [Float](repeating: Float(slot), count: 16), to: &cache, slot: slot)
        }
        let queries = [Float](repeating: 1e5, count: 16)
        let found = table.attend(
            queries, cache, [AttentionRow(prefix: 70)], queryHeads: 1, scale: 1, softcap: 0)
        #expect(found == [Float](repeating: 66, count: 16))
    }
}
