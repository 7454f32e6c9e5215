// SPDX-License-Identifier: Apache-2.0

/// A position of a text: the token there and those after it, as many as the longest n-gram has.
///
/// Every n-gram is the beginning of the window at its first token, so sorting windows sorts the n-grams of all orders at
/// once. A token takes 21 bits and is stored as its id + 1; 0 stands for what is beyond the end of the text.
struct NGramWindow: Equatable, Sendable {
    static let tokenBits = 21
    static let tokenLimit = (1 << tokenBits) - 1

    /// Tokens 1 to 3 and 4 to 6, the first in the highest bits.
    var high: UInt64
    var low: UInt64

    static let empty = NGramWindow(high: 0, low: 0)

    /// The token at `index` from 0 to 5, as its id + 1.
    @inline(__always)
    func code(_ index: Int) -> UInt32 {
        let half = index < 3 ? high : low
        let place = UInt64(2 - index % 3) * UInt64(Self.tokenBits)
        return UInt32(truncatingIfNeeded: half >> place & UInt64(Self.tokenLimit))
    }

    /// The window one token further on, with `code` in its last place.
    @inline(__always)
    func shifted(adding code: UInt32) -> NGramWindow {
        let bits = UInt64(Self.tokenBits)
        let mask: UInt64 = (1 << (3 * bits)) - 1
        return NGramWindow(
            high: (high << bits | low >> (2 * bits)) & mask, low: (low << bits | UInt64(code)) & mask)
    }

    /// The window with the tokens from `order` on left out, so that those that differ there alone are one.
    func cut(to order: Int) -> NGramWindow {
        let bits = Self.tokenBits
        func keep(_ half: UInt64, _ count: Int) -> UInt64 {
            count >= 3 ? half : (half >> UInt64((3 - count) * bits)) << UInt64((3 - count) * bits)
        }
        return NGramWindow(high: keep(high, order), low: keep(low, max(0, order - 3)))
    }
}

extension NGramWindow: Comparable {
    @inline(__always)
    static func < (left: NGramWindow, right: NGramWindow) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}
