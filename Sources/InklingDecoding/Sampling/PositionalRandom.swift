// SPDX-License-Identifier: Apache-2.0

/// Random numbers by position: a keyed counter hash of (seed, position, purpose, draw).
///
/// The same key gives the same number whatever the order of the calls, so output does not depend on how tokens were
/// grouped into rounds, two lanes need no shared generator, and a failed statistical test can be replayed.
///
/// Using a position's number again after a rejection is sound while acceptance at a position does not depend on draws at
/// later ones. A method that accepts jointly must put the round into `draw`.
public struct PositionalRandom: Sendable, Equatable {
    /// What a number decides. Two decisions at one position never share a number.
    public enum Purpose: UInt64, Sendable, CaseIterable {
        /// The target's own token: plain decoding, or the bonus after a fully accepted draft.
        case sample = 1
        /// A drafted token.
        case draft = 2
        /// Whether a drafted token is accepted.
        case accept = 3
        /// The token that replaces a rejected one.
        case residual = 4
    }

    public let seed: UInt64

    public init(seed: UInt64) {
        self.seed = seed
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    /// - Parameters:
    ///   - position: index of the token in the sequence, prompt included.
    ///   - draw: tells several numbers for one position and purpose apart.
    public func uniform(at position: Int, for purpose: Purpose, draw: Int = 0) -> Double {
        Double(bits(at: position, for: purpose, draw: draw) >> 11) * 0x1p-53
    }

    func bits(at position: Int, for purpose: Purpose, draw: Int) -> UInt64 {
        var state = Self.mix(seed &+ Self.increment)
        state = Self.mix(state ^ (UInt64(bitPattern: Int64(position)) &* Self.increment))
        state = Self.mix(state ^ (purpose.rawValue << 48) ^ UInt64(bitPattern: Int64(draw)))
        return Self.mix(state &+ Self.increment)
    }

    /// 2⁶⁴ divided by the golden ratio, made odd.
    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The output function of SplitMix64 (Steele et al. 2014): a bijection in which each input bit flips each output bit
    /// with a probability of about one half.
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
