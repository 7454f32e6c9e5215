// SPDX-License-Identifier: Apache-2.0

/// Damages good inputs in the ways that break readers: flipped bits, numbers at the edge of their type,
/// bytes cut out, put in, repeated or moved.
///
/// Input *i* depends on the seed, on *i* and on the good inputs alone, so any one can be made again.
public struct Mutator: Sendable {
    private let seed: UInt64
    private let inputs: [[UInt8]]
    // Per input, where a small number of 8 bytes stands: mostly lengths and counts.
    private let lengthPositions: [[Int]]

    /// - Precondition: `inputs` is not empty.
    public init(seed: UInt64, inputs: [[UInt8]]) {
        precondition(!inputs.isEmpty, "nothing to mutate")
        self.seed = seed
        self.inputs = inputs
        self.lengthPositions = inputs.map(Self.lengthPositions)
    }

    public func input(_ index: UInt64) -> [UInt8] {
        var random = SplitMix64(state: seed &* 0x9E37_79B9_7F4A_7C15 ^ index &* 0xD134_2543_DE82_EF95)
        let choice = Int.random(in: 0..<inputs.count, using: &random)
        var bytes = inputs[choice]
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            mutate(&bytes, lengths: lengthPositions[choice], &random)
        }
        return bytes
    }

    private func mutate(_ bytes: inout [UInt8], lengths: [Int], _ random: inout SplitMix64) {
        guard !bytes.isEmpty else {
            bytes.append(UInt8.random(in: .min ... .max, using: &random))
            return
        }
        let position = Int.random(in: 0..<bytes.count, using: &random)
        let length = Int.random(in: 1...min(64, bytes.count - position), using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1:
            bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2:
            bytes[position] = UInt8.random(in: .min ... .max, using: &random)
        case 3, 4, 5, 6:
            // An earlier mutation may have moved the number; then this hits something else, which is as well.
            let target = Bool.random(using: &random) ? lengths.randomElement(using: &random) ?? position : position
            put(
                extreme(bytes, at: target, &random), byteCount: [1, 2, 4, 8, 8].randomElement(using: &random) ?? 8,
                at: target, in: &bytes)
        case 7:
            bytes.removeSubrange(position...)
        case 8:
            bytes.removeSubrange(position..<position + length)
        case 9:
            let filler = UInt8.random(in: .min ... .max, using: &random)
            bytes.insert(contentsOf: repeatElement(filler, count: length), at: position)
        case 10:
            bytes.insert(contentsOf: Array(bytes[position..<position + length]), at: position)
        default:
            let other = inputs.randomElement(using: &random) ?? bytes
            let source = other.prefix(position + length).suffix(length)
            bytes.replaceSubrange(position..<position + length, with: source)
        }
    }

    /// A number that readers forget to expect.
    private func extreme(_ bytes: [UInt8], at position: Int, _ random: inout SplitMix64) -> UInt64 {
        let size = UInt64(bytes.count)
        let rest = UInt64(bytes.count - min(position, bytes.count))
        let numbers: [UInt64] = [
            0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 1 << 16,
            1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 61, 1 << 62,
            1 << 63 - 1, 1 << 63, 1 << 63 + 1, .max, .max - 1, .max - 7, .max - 31,
            size, size - min(size, 1), size + 1, rest, rest / 8, rest / 8 + 1, rest / 13,
        ]
        return numbers.randomElement(using: &random) ?? 0
    }

    private func put(_ number: UInt64, byteCount: Int, at position: Int, in bytes: inout [UInt8]) {
        for index in 0..<byteCount where position + index < bytes.count {
            bytes[position + index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))
        }
    }

    private static func lengthPositions(_ bytes: [UInt8]) -> [Int] {
        guard bytes.count >= 8 else { return [] }
        return (0...bytes.count - 8).filter { position in
            bytes[position] != 0 && bytes[position + 2..<position + 8].allSatisfy { $0 == 0 }
        }
    }
}

/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(state: UInt64) {
        self.state = state
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
