// SPDX-License-Identifier: Apache-2.0

/// Finds the index of a byte string in a `ByteStringArray`: open addressing with linear probing over one flat table.
///
/// A slot holds the upper half of the hash beside the index, so that most probes of other strings end without a look
/// at their bytes. The hash is seeded at random, so no file can be made whose strings all fall together; nothing
/// that comes out of the table depends on the seed.
struct ByteStringTable: Sendable {
    private var slots: [UInt64]
    private var mask: Int
    private var used = 0
    private let seed = UInt64.random(in: .min ... .max)

    /// A table with room for `count` strings without growing.
    init(reservingCount count: Int) {
        var size = 16
        while size < count &* 2 {
            size &*= 2
        }
        slots = [UInt64](repeating: 0, count: size)
        mask = size - 1
    }

    /// The index of the string that equals `text[range]`, nil when there is none.
    @inline(__always)
    func index(of text: [UInt8], _ range: Range<Int>, in strings: ByteStringArray) -> Int32? {
        let hash = hash(text, range)
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[position]
            if slot == 0 { return nil }
            if slot >> 32 == hash >> 32 {
                let index = Int(truncatingIfNeeded: slot & 0xFFFF_FFFF) &- 1
                if strings.matches(index, text, range) { return Int32(truncatingIfNeeded: index) }
            }
            position = (position &+ 1) & mask
        }
    }

    /// Files string `index` of `strings` (below 2³¹); a string filed before under equal bytes is replaced.
    mutating func insert(_ index: Int, in strings: ByteStringArray) {
        if (used + 1) * 2 > slots.count {
            grow(strings)
        }
        let range = strings.range(of: index)
        let hash = hash(strings.bytes, range)
        let entry = (hash & 0xFFFF_FFFF_0000_0000) | UInt64(index + 1)
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position] != 0 {
            if slots[position] >> 32 == hash >> 32 {
                let other = Int(truncatingIfNeeded: slots[position] & 0xFFFF_FFFF) &- 1
                if strings.matches(other, strings.bytes, range) {
                    slots[position] = entry
                    return
                }
            }
            position = (position &+ 1) & mask
        }
        slots[position] = entry
        used += 1
    }

    private mutating func grow(_ strings: ByteStringArray) {
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 2)
        mask = slots.count - 1
        for slot in old where slot != 0 {
            let index = Int(truncatingIfNeeded: slot & 0xFFFF_FFFF) &- 1
            var position = Int(truncatingIfNeeded: hash(strings.bytes, strings.range(of: index))) & mask
            while slots[position] != 0 {
                position = (position &+ 1) & mask
            }
            slots[position] = slot
        }
    }

    /// FNV-1a from a random start, and a final mix so that the low bits (the place) and the high bits (the tag)
    /// both depend on every byte.
    @inline(__always)
    private func hash(_ text: [UInt8], _ range: Range<Int>) -> UInt64 {
        var hash = seed
        for position in range {
            hash = (hash ^ UInt64(text[position])) &* 0x0000_0100_0000_01B3
        }
        hash ^= hash >> 32
        hash = hash &* 0x9E37_79B9_7F4A_7C15
        return hash ^ hash >> 29
    }
}
