// SPDX-License-Identifier: Apache-2.0

/// The number of a token in a vocabulary. Any value may exist; whether it names a token is for `Vocabulary` to say.
public struct TokenID: RawRepresentable, Hashable, Sendable, Comparable {
    public var rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    public init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }

    public static func < (left: TokenID, right: TokenID) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension TokenID: ExpressibleByIntegerLiteral, CustomStringConvertible {
    public init(integerLiteral value: Int32) {
        self.rawValue = value
    }

    public var description: String { String(rawValue) }
}
