// SPDX-License-Identifier: Apache-2.0

/// A name of 60 random bits, so that two running programs can make them without asking each other, written as twelve
/// letters and digits.
public protocol RandomName: RawRepresentable<Int64>, Sendable, Hashable, Comparable, LosslessStringConvertible {
    init(rawValue: Int64)
}

/// Names a chat.
public struct ChatID: RandomName {
    public var rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }
}

/// Names a message, in whatever chat.
public struct MessageID: RandomName {
    public var rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }
}

extension RandomName {
    public static func random() -> Self {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    public static func random(using generator: inout some RandomNumberGenerator) -> Self {
        Self(rawValue: Int64(generator.next() & RandomNameText.mask))
    }

    public init?(_ description: String) {
        guard let rawValue = RandomNameText.parse(description) else { return nil }
        self.init(rawValue: rawValue)
    }

    public var description: String { RandomNameText.text(rawValue) }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// 60 bits as twelve digits of base 32, without the letters that are mistaken for digits (Crockford's alphabet).
private enum RandomNameText {
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let length = 12
    static let mask: UInt64 = 1 << 60 - 1

    static func text(_ value: Int64) -> String {
        var rest = UInt64(bitPattern: value) & mask
        var letters: [UInt8] = []
        for _ in 0..<length {
            letters.append(digits[Int(rest % 32)])
            rest /= 32
        }
        return String(decoding: letters.reversed(), as: UTF8.self)
    }

    static func parse(_ text: String) -> Int64? {
        guard text.utf8.count == length else { return nil }
        var value: Int64 = 0
        for letter in text.lowercased().utf8 {
            guard let digit = digits.firstIndex(of: letter) else { return nil }
            value = value * 32 + Int64(digit)
        }
        return value
    }
}
