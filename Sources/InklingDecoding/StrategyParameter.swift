// SPDX-License-Identifier: Apache-2.0

/// The value of a strategy's parameter.
public enum ParameterValue: Sendable, Equatable, Hashable {
    case integer(Int)
    case real(Double)
    case choice(String)
    case flag(Bool)
}

extension ParameterValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral, CustomStringConvertible
{
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .real(value) }
    public init(stringLiteral value: String) { self = .choice(value) }
    public init(booleanLiteral value: Bool) { self = .flag(value) }

    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .choice(let value): value
        case .flag(let value): value ? "on" : "off"
        }
    }
}

/// A parameter of a strategy. Command line, sliders, help and range errors are made from it.
public struct StrategyParameter: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case integer(ClosedRange<Int>)
        case real(ClosedRange<Double>)
        case choice([String])
        case flag
    }

    public let name: String
    public let kind: Kind
    public let defaultValue: ParameterValue
    public let help: String

    /// - Precondition: the default is allowed.
    public init(_ name: String, _ kind: Kind, default defaultValue: ParameterValue, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
        let fitted = kind.fitted(defaultValue)
        precondition(fitted != nil, "the default of \(name) must be \(kind.allowed)")
        self.defaultValue = fitted ?? defaultValue
    }
}

extension StrategyParameter.Kind {
    /// What may be given, in words.
    public var allowed: String {
        switch self {
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .real(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .flag: "on or off"
        }
    }

    /// The value in this kind's own form, nil if it is not allowed. A whole number will do for a real one.
    func fitted(_ value: ParameterValue) -> ParameterValue? {
        switch (self, value) {
        case (.integer(let range), .integer(let number)): range.contains(number) ? value : nil
        case (.real(let range), .real(let number)): range.contains(number) ? value : nil
        case (.real(let range), .integer(let number)): range.contains(Double(number)) ? .real(Double(number)) : nil
        case (.choice(let words), .choice(let word)): words.contains(word) ? value : nil
        case (.flag, .flag): value
        default: nil
        }
    }

    /// The value that a text stands for, whether allowed or not; nil if it is not even of this kind.
    func parsed(_ text: String) -> ParameterValue? {
        switch self {
        case .integer: Int(text).map { .integer($0) }
        case .real: Double(text).map { .real($0) }
        case .choice: .choice(text)
        case .flag:
            switch text.lowercased() {
            case "on", "true", "yes", "1": .flag(true)
            case "off", "false", "no", "0": .flag(false)
            default: nil
            }
        }
    }
}

/// The checked parameters of one strategy; those not given have their defaults.
public struct StrategyValues: Sendable, Equatable {
    private let values: [String: ParameterValue]

    init(_ values: [String: ParameterValue]) {
        self.values = values
    }

    public subscript(name: String) -> ParameterValue? { values[name] }

    /// - Precondition: the strategy has an integer parameter of this name.
    public func int(_ name: String) -> Int {
        guard case .integer(let value) = values[name] else { preconditionFailure("no integer parameter \(name)") }
        return value
    }

    /// - Precondition: the strategy has a real parameter of this name.
    public func real(_ name: String) -> Double {
        guard case .real(let value) = values[name] else { preconditionFailure("no real parameter \(name)") }
        return value
    }

    /// - Precondition: the strategy has a choice parameter of this name.
    public func choice(_ name: String) -> String {
        guard case .choice(let value) = values[name] else { preconditionFailure("no choice parameter \(name)") }
        return value
    }

    /// - Precondition: the strategy has a flag of this name.
    public func flag(_ name: String) -> Bool {
        guard case .flag(let value) = values[name] else { preconditionFailure("no flag \(name)") }
        return value
    }
}
