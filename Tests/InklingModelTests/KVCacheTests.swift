// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTensor
import InklingTokenizer
import Testing

/// SplitMix64 (Steele, Lea and Flood 2014).
private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

/// A cache beside the plain array that it should be: which token and which numbers stand at each position.
private struct Pair {
    struct Position {
        var token: TokenID?
        /// Small whole numbers, exact in f16.
        var numbers: [Float]
    }

    let cache: KVCache
    var positions: [Position] = []
    /// Rows of a tree that no path has been chosen of.
    var pending: [Position] = []

    var base: Int { positions.count }

    func fork() -> Pair { Pair(cache: cache.fork(), positions: positions) }
}

@Suite struct `KV cache against a plain array` {
    private static let layers = 2, heads = 2

    private func width(_ format: KVFormat) -> Int { format == .f16 ? 3 : 32 }

    private func cache(_ format: KVFormat, capacity: Int) -> KVCache {
        KVCache(
            layout: KVLayout(
                layerCount: Self.layers, headCount: Self.heads, headDimension: width(format), format: format),
            capacity: capacity)
    }

    /// Writes rows behind the cached positions, as a pass does.
    private func write(_ rows: [Pair.Position], to pair: Pair, _ compute: Compute, provisional: Bool) throws {
        try pair.cache.reserve(rows.count)
        let columns = Self.heads * width(pair.cache.storage.layout.keyFormat)
        let keys = try FloatMatrix(rowCapacity: rows.count, columnCount: columns)
        let values = try FloatMatrix(rowCapacity: rows.count, columnCount: columns)
        for layer in 0..<Self.layers {
            for (index, row) in rows.enumerated() {
                keys.setRow(index, to: row.numbers.map { $0 + Float(layer) })
                values.setRow(index, to: row.numbers.map { -$0 - Float(layer) })
            }
            compute.store(
                keys: keys, values: values, in: pair.cache.storage, layer: layer, slot: pair.cache.count,
                rowCount: rows.count)
        }
        pair.cache.append(rows.map(\.token), provisional: provisional)
    }

    /// The bits that a position should have, from the definition of the formats.
    private func bits(_ position: Pair.Position, layer: Int, _ format: KVFormat) -> [UInt8] {
        let width = width(format)
        func little(_ half: Float) -> [UInt8] {
            let bits = Float16(half).bitPattern
            return [UInt8(truncatingIfNeeded: bits), UInt8(bits >> 8)]
        }
        func stored(_ numbers: [Float]) -> [UInt8] {
            if format == .f16 { return numbers.flatMap(little) }
            let largest = numbers.reduce(0) { max($0, abs($1)) }
            let integers = numbers.map { largest > 0 ? ($0 * (127 / largest)).rounded(.toNearestOrEven) : 0 }
            return integers.map { UInt8(bitPattern: Int8($0)) } + little(largest / 127)
        }
        return (0..<Self.heads).flatMap { head -> [UInt8] in
            let own = position.numbers[head * width..<(head + 1) * width]
            return stored(own.map { $0 + Float(layer) }) + stored(own.map { -$0 - Float(layer) })
        }
    }

    private func check(_ pair: Pair, _ format: KVFormat, _ note: Comment) {
        pair.cache.checkInvariants()
        let all = pair.positions + pair.pending
        #expect(pair.cache.ledger == all.map(\.token), note)
        #expect(pair.cache.count == all.count && pair.cache.provisionalCount == pair.pending.count, note)
        for layer in 0..<Self.layers {
            for (slot, position) in all.enumerated() {
                let found = pair.cache.storage.bits(layer: layer, slot: slot)
                if found != bits(position, layer: layer, format) {
                    Issue.record("layer \(layer), slot \(slot), \(note)")
                    return
                }
            }
        }
    }

    @Test(arguments: KVFormat.allCases, [UInt64(1), 2])
    func `Random appends, cuts, paths and forks`(format: KVFormat, seed: UInt64) throws {
        var random = Random(state: seed)
        let compute = Compute(kernels: KernelSet.available[0], pool: ComputePool(width: 1))
        let capacity = 200
        var pairs = [Pair(cache: cache(format, capacity: capacity))]
        var next = 0
        func rows(_ count: Int) -> [Pair.Position] {
            (0..<count).map { _ in
                next += 1
                return Pair.Position(
                    token: next % 11 == 0 ? nil : TokenID(Int32(next)),
                    numbers: (0..<Self.heads * width(format)).map { Float((next * 7 + $0 * 3) % 1000) })
            }
        }
        for step in 0..<100 {
            let index = Int.random(in: 0..<pairs.count, using: &random)
            let room = capacity - pairs[index].base
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3:
                let added = rows(Int.random(in: 0...min(room, 40), using: &random))
                guard !added.isEmpty else { break }
                try write(added, to: pairs[index], compute, provisional: false)
                pairs[index].positions += added
            case 3..<6 where room > 0:
                let added = rows(Int.random(in: 1...min(room, 16), using: &random))
                try write(added, to: pairs[index], compute, provisional: true)
                pairs[index].pending = added
                check(pairs[index], format, "step \(step), tree")
                let kept = added.indices.filter { _ in Bool.random(using: &random) }
                pairs[index].cache.keep(kept, after: pairs[index].base)
                pairs[index].positions += kept.map { added[$0] }
                pairs[index].pending = []
            case 6 where room > 0:
                // A tree that is given up.
                let added = rows(Int.random(in: 1...min(room, 16), using: &random))
                try write(added, to: pairs[index], compute, provisional: true)
                pairs[index].cache.truncate(to: pairs[index].base)
            case 7:
                let count = Int.random(in: 0...pairs[index].base, using: &random)
                pairs[index].cache.truncate(to: count)
                pairs[index].positions.removeSubrange(count...)
            case 8 where pairs.count < 4:
                pairs.append(pairs[index].fork())
            case 9 where pairs.count > 1:
                pairs.remove(at: index)
            default:
                let count = pairs[index].base
                #expect(throws: ModelError.contextFull(capacity: capacity)) {
                    try pairs[index].cache.reserve(capacity - count + 1)
                }
                // Cutting where nothing is changes nothing.
                pairs[index].cache.truncate(to: count + 5)
            }
            // The one that was touched each time, the others now and then.
            for (other, pair) in pairs.enumerated() where other == index || step % 7 == 0 {
                check(pair, format, "step \(step)")
            }
        }
    }

    @Test func `Forks share memory until one writes`() throws {
        let compute = Compute(kernels: KernelSet.available[0], pool: ComputePool(width: 1))
        var pair = Pair(cache: cache(.f16, capacity: 1000))
        let rows = (0..<130).map {
            Pair.Position(token: TokenID(Int32($0)), numbers: .init(repeating: Float($0), count: 6))
        }
        try write(rows, to: pair, compute, provisional: false)
        pair.positions = rows
        var fork = pair.fork()
        fork.cache.truncate(to: 100)
        fork.positions.removeSubrange(100...)
        let other = (0..<5).map { _ in Pair.Position(token: TokenID(7), numbers: .init(repeating: 77, count: 6)) }
        try write(other, to: fork, compute, provisional: false)
        fork.positions += other
        check(pair, .f16, "original")
        check(fork, .f16, "fork")
    }

    @Test func `Memory comes and goes in blocks`() throws {
        let cache = cache(.f16, capacity: 10_000)
        let block = cache.storage.layout.blockBytes * Self.layers
        #expect(cache.byteCount == 0 && cache.usedBytes == 0)
        try cache.reserve(64)
        #expect(cache.byteCount == block)
        try cache.reserve(65)
        #expect(cache.byteCount == 2 * block)
        cache.append((0..<300).map { _ in nil }, provisional: false)
        try cache.reserve(1)
        #expect(cache.byteCount == 5 * block && cache.usedBytes == 300 * cache.storage.layout.bytesPerToken)
        // One block beyond what is used stays.
        cache.truncate(to: 10)
        #expect(cache.byteCount == 2 * block)
        cache.truncate(to: 0)
        #expect(cache.byteCount == block)
    }

    @Test func `Heads that 8 bits do not fit are kept as f16`() {
        let narrow = KVLayout(layerCount: 1, headCount: 1, headDimension: 40, format: .q8_0)
        #expect(narrow.keyFormat == .f16 && narrow.valueFormat == .f16)
        let wide = KVLayout(layerCount: 3, headCount: 2, headDimension: 64, format: .q8_0)
        #expect(wide.keyFormat == .q8_0)
        // 64 integers and two scales, for keys and for values, of two heads in three layers.
        #expect(wide.bytesPerToken == (64 + 4) * 2 * 2 * 3)
    }
}
