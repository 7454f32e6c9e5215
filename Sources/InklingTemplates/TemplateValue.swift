// SPDX-License-Identifier: Apache-2.0

/// Data handed to a template: what JSON can say, with integers apart from floating-point numbers.
public indirect enum TemplateValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([TemplateValue])
    /// Entries in order. A key given twice keeps its first place and its last value.
    case map([TemplateEntry])

    /// A mapping with its entries in the order given.
    public static func object(_ entries: [(String, TemplateValue)]) -> TemplateValue {
        .map(entries.map { TemplateEntry(key: $0.0, value: $0.1) })
    }
}

/// One key and its value in a ``TemplateValue/map(_:)``.
public struct TemplateEntry: Sendable, Equatable {
    public var key: String
    public var value: TemplateValue

    public init(key: String, value: TemplateValue) {
        self.key = key
        self.value = value
    }
}

extension TemplateValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (String, TemplateValue)...) { self = .object(elements) }
}
