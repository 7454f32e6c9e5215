// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTemplates
import InklingTokenizer

/// Why a line of a trace cannot be: a sentence without full stop.
struct TraceProblem: Error, Equatable {
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

/// The fields of an object in a trace, taken out with their types and limits. Keys that nobody asks for are passed over,
/// so that later versions may add some.
///
/// Every number has a range: what is shown of a trace may add, divide and convert without care.
struct TraceFields {
    private let values: [String: TemplateValue]
    /// What the object is, for messages: `event "round"`, `draft`.
    let name: String

    /// More than there is of anything.
    static let countLimit = 1 << 40
    /// Thirty years.
    static let secondsLimit = 1e9
    /// More tokens than any context has.
    static let positionLimit = 1 << 30

    init(_ value: TemplateValue, _ name: String) throws(TraceProblem) {
        guard case .map(let entries) = value else { throw TraceProblem("\(name) is not an object") }
        values = Dictionary(entries.map { ($0.key, $0.value) }) { _, last in last }
        self.name = name
    }

    var names: [String] { values.keys.sorted() }

    func has(_ key: String) -> Bool {
        switch values[key] {
        case nil, .null: false
        default: true
        }
    }

    func problem(_ key: String, _ text: String) -> TraceProblem { TraceProblem("\(name): \"\(key)\" \(text)") }

    private func value(_ key: String) throws(TraceProblem) -> TemplateValue {
        guard has(key), let value = values[key] else { throw problem(key, "is missing") }
        return value
    }

    // MARK: Values

    func string(_ key: String) throws(TraceProblem) -> String {
        guard case .string(let text) = try value(key) else { throw problem(key, "is not a text") }
        return text
    }

    func bool(_ key: String) throws(TraceProblem) -> Bool {
        guard case .bool(let value) = try value(key) else { throw problem(key, "is neither true nor false") }
        return value
    }

    func int(_ key: String, _ range: ClosedRange<Int> = 0...TraceFields.countLimit) throws(TraceProblem) -> Int {
        try Self.int(try value(key), range) { problem(key, $0) }
    }

    func real(_ key: String, _ range: ClosedRange<Double>) throws(TraceProblem) -> Double {
        let value = try Self.real(try value(key)) { problem(key, $0) }
        guard range.contains(value) else {
            throw problem(key, "is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A number that may be infinite or none at all, as figures of a method may be.
    func figure(_ key: String) throws(TraceProblem) -> Double {
        let value = try Self.real(try value(key)) { problem(key, $0) }
        guard !value.isFinite || abs(value) <= 1e15 else { throw problem(key, "is \(value), which is too large") }
        return value
    }

    /// Natural logarithm of a probability; rounding may take it just above 0.
    func logProbability(_ key: String) throws(TraceProblem) -> Float {
        let value = try figure(key)
        guard value <= 1 else { throw problem(key, "is \(value); it must be at most 0") }
        return Float(value)
    }

    func probability(_ key: String) throws(TraceProblem) -> Float {
        try Self.probability(try value(key)) { problem(key, $0) }
    }

    func duration(_ key: String) throws(TraceProblem) -> Duration {
        let seconds = try real(key, 0...Self.secondsLimit)
        return .nanoseconds(Int64((seconds * 1e9).rounded()))
    }

    func token(_ key: String) throws(TraceProblem) -> TokenID { try Self.token(try value(key)) { problem(key, $0) } }

    func tokens(_ key: String) throws(TraceProblem) -> [TokenID] {
        var tokens: [TokenID] = []
        for item in try list(key) { tokens.append(try Self.token(item) { problem(key, $0) }) }
        return tokens
    }

    /// Some texts; none where nothing is said.
    func texts(_ key: String) throws(TraceProblem) -> [String] {
        var texts: [String] = []
        for item in try optional(key, list) ?? [] {
            guard case .string(let text) = item else { throw problem(key, "has something that is not a text") }
            texts.append(text)
        }
        return texts
    }

    func word<Word: RawRepresentable & CaseIterable>(_ key: String, _: Word.Type) throws(TraceProblem) -> Word
    where Word.RawValue == String {
        let text = try string(key)
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw problem(key, "is \"\(text.prefix(40))\"; it must be one of \(known)")
        }
        return word
    }

    /// A whole number that is written as a text.
    func seed(_ key: String) throws(TraceProblem) -> UInt64 {
        guard let seed = UInt64(try string(key)) else { throw problem(key, "is not a whole number in a text") }
        return seed
    }

    // MARK: Parts

    func list(_ key: String) throws(TraceProblem) -> [TemplateValue] {
        guard case .list(let items) = try value(key) else { throw problem(key, "is not a list") }
        return items
    }

    func object(_ key: String) throws(TraceProblem) -> TraceFields {
        try TraceFields(try value(key), "\(name): \"\(key)\"")
    }

    func objects(_ key: String) throws(TraceProblem) -> [TraceFields] {
        var objects: [TraceFields] = []
        for (index, item) in try list(key).enumerated() {
            objects.append(try TraceFields(item, "\(name): \"\(key)\" number \(index + 1)"))
        }
        return objects
    }

    /// Asks only if the key is there.
    func optional<Value>(
        _ key: String, _ get: (String) throws(TraceProblem) -> Value
    ) throws(TraceProblem) -> Value? {
        has(key) ? try get(key) : nil
    }

    // MARK: Items of lists

    static func int(
        _ value: TemplateValue, _ range: ClosedRange<Int>, _ problem: (String) -> TraceProblem
    ) throws(TraceProblem) -> Int {
        guard case .int(let number) = value else { throw problem("is not a whole number") }
        guard range.contains(number) else {
            throw problem("is \(number); it must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    static func real(_ value: TemplateValue, _ problem: (String) -> TraceProblem) throws(TraceProblem) -> Double {
        switch value {
        case .int(let number): return Double(number)
        case .double(let number): return number
        case .string("inf"): return .infinity
        case .string("-inf"): return -.infinity
        case .string("nan"): return .nan
        default: throw problem("is not a number")
        }
    }

    static func probability(
        _ value: TemplateValue, _ problem: (String) -> TraceProblem
    ) throws(TraceProblem) -> Float {
        let number = try real(value, problem)
        guard (0...1.01).contains(number) else { throw problem("is \(number), which is no probability") }
        return Float(number)
    }

    static func token(_ value: TemplateValue, _ problem: (String) -> TraceProblem) throws(TraceProblem) -> TokenID {
        TokenID(Int32(truncatingIfNeeded: try int(value, 0...Int(Int32.max), problem)))
    }
}
