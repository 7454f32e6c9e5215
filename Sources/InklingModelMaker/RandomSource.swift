// SPDX-License-Identifier: Apache-2.0

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// A stream of its own for each name, so that what one tensor holds does not depend on the others.
    public init(seed: UInt64, stream: String) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        var mixed = RandomSource(seed: hash)
        state = mixed.next() ^ seed &* 0x9E37_79B9_7F4A_7C15
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// Nearly normal, mean 0 and variance 1: four uniform numbers of 16 bits added up.
    public mutating func normal() -> Float {
        let bits = next()
        let sum = Int32(bits & 0xFFFF) + Int32(bits >> 16 & 0xFFFF) + Int32(bits >> 32 & 0xFFFF) + Int32(bits >> 48)
        // Four uniform numbers in [0, 1) have variance 1/3 and mean 2.
        return (Float(sum) * 0x1p-16 - 2) * 1.732_050_8
    }
}
