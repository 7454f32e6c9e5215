// SPDX-License-Identifier: Apache-2.0

/// Names a chat: 60 random bits, so that two running programs can make them without asking each other, written as
/// twelve letters and digits.
public struct ChatID: RawRepresentable, Sendable, Hashable, Comparable, LosslessStringConvertible {
    public var rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    public init?(_ description: String) {
        guard let rawValue = RandomName.parse(description) else { return nil }
        self.rawValue = rawValue
    }

    public static func random() -> ChatID {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    public static func random(using generator: inout some RandomNumberGenerator) -> ChatID {
        ChatID(rawValue: RandomName.make(using: &generator))
    }

    public var description: String { RandomName.text(rawValue) }

    public static func < (left: ChatID, right: ChatID) -> Bool { left.rawValue < right.rawValue }
}

/// Names a message, in whatever chat; made as ``ChatID`` is.
public struct MessageID: RawRepresentable, Sendable, Hashable, Comparable, LosslessStringConvertible {
    public var rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    public init?(_ description: String) {
        guard let rawValue = RandomName.parse(description) else { return nil }
        self.rawValue = rawValue
    }

    public static func random() -> MessageID {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    public static func random(using generator: inout some RandomNumberGenerator) -> MessageID {
        MessageID(rawValue: RandomName.make(using: &generator))
    }

    public var description: String { RandomName.text(rawValue) }

    public static func < (left: MessageID, right: MessageID) -> Bool { left.rawValue < right.rawValue }
}

/// 60 bits as twelve digits of base 32, without the letters that are mistaken for digits (Crockford's alphabet).
enum RandomName {
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let length = 12
    private static let mask: UInt64 = 1 << 60 - 1

    static func make(using generator: inout some RandomNumberGenerator) -> Int64 {
        Int64(generator.next() & mask)
    }

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
