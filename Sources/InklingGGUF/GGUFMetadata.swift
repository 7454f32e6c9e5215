// SPDX-License-Identifier: Apache-2.0

/// The keys and values of a file, in the file's order.
///
/// Typed access converts where nothing is lost: any integer type answers to `Int` if the number fits, any
/// number to `Double`.
public struct GGUFMetadata: Sendable {
    public typealias Element = (key: String, value: GGUFValue)

    private var entries: [Element] = []
    private var positions: [String: Int] = [:]

    /// The file these came from, for messages; nil if made in memory.
    public internal(set) var path: String?

    public init() {}

    init(path: String) {
        self.path = path
    }

    /// Reads, replaces in place, appends, or (with nil) removes.
    public subscript(key: String) -> GGUFValue? {
        get {
            guard let position = positions[key] else { return nil }
            return entries[position].value
        }
        set {
            switch (positions[key], newValue) {
            case (let position?, let value?):
                entries[position].value = value
            case (nil, let value?):
                positions[key] = entries.count
                entries.append((key, value))
            case (let position?, nil):
                entries.remove(at: position)
                positions[key] = nil
                for index in position..<entries.count { positions[entries[index].key] = index }
            case (nil, nil):
                break
            }
        }
    }

    /// All but the keys that begin with `prefix`.
    func without(prefix: String) -> GGUFMetadata {
        var rest = GGUFMetadata()
        rest.path = path
        for (key, value) in entries where !key.hasPrefix(prefix) { rest[key] = value }
        return rest
    }

    // MARK: - Values that may be absent

    /// The value under `key`, or nil if there is none or it does not convert to `type`.
    public func value<T: GGUFReadable>(_ key: String, as type: T.Type = T.self) -> T? {
        self[key].flatMap(T.init(gguf:))
    }

    public func string(_ key: String) -> String? { value(key) }
    public func int(_ key: String) -> Int? { value(key) }
    public func float(_ key: String) -> Double? { value(key) }
    public func bool(_ key: String) -> Bool? { value(key) }
    public func strings(_ key: String) -> GGUFStringArray? { value(key) }
    public func ints(_ key: String) -> [Int]? { value(key) }
    public func floats(_ key: String) -> [Float]? { value(key) }
    public func bools(_ key: String) -> [Bool]? { value(key) }

    // MARK: - Values that must be right

    /// The value under `key`.
    ///
    /// - Throws: ``GGUFError/missingKey(path:key:)`` or ``GGUFError/wrongValue(path:key:expected:found:)``.
    public func require<T: GGUFReadable>(_ key: String, as type: T.Type = T.self) throws(GGUFError) -> T {
        guard let value = try optional(key, as: type) else { throw .missingKey(path: path, key: key) }
        return value
    }

    /// The value under `key`, nil if there is none.
    ///
    /// - Throws: ``GGUFError/wrongValue(path:key:expected:found:)`` if there is one of another type.
    public func optional<T: GGUFReadable>(_ key: String, as type: T.Type = T.self) throws(GGUFError) -> T? {
        guard let stored = self[key] else { return nil }
        guard let value = T(gguf: stored) else {
            throw .wrongValue(path: path, key: key, expected: T.ggufExpectation, found: stored.summary)
        }
        return value
    }
}

extension GGUFMetadata: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { entries.count }
    public subscript(position: Int) -> Element { entries[position] }

    public var keys: [String] { entries.map(\.key) }
}

extension GGUFMetadata: Equatable {
    /// Same keys and values in the same order. As with floating point numbers, NaN differs from itself.
    public static func == (left: GGUFMetadata, right: GGUFMetadata) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.key == $1.key && $0.value == $1.value }
    }
}

extension GGUFMetadata: ExpressibleByDictionaryLiteral {
    /// Of equal keys the last counts.
    public init(dictionaryLiteral elements: (String, GGUFValue)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}

/// A type that metadata values can be read as.
public protocol GGUFReadable {
    /// What a value must be, for messages: "an integer".
    static var ggufExpectation: String { get }

    /// Nil if the value is of another type or out of range.
    init?(gguf value: GGUFValue)
}

extension Int: GGUFReadable {
    public static var ggufExpectation: String { "an integer" }

    public init?(gguf value: GGUFValue) {
        switch value {
        case .uint8(let number): self = Int(number)
        case .int8(let number): self = Int(number)
        case .uint16(let number): self = Int(number)
        case .int16(let number): self = Int(number)
        case .uint32(let number): self = Int(number)
        case .int32(let number): self = Int(number)
        case .uint64(let number): self.init(exactly: number)
        case .int64(let number): self = Int(number)
        default: return nil
        }
    }
}

extension Double: GGUFReadable {
    public static var ggufExpectation: String { "a number" }

    public init?(gguf value: GGUFValue) {
        switch value {
        case .float32(let number): self = Double(number)
        case .float64(let number): self = number
        default:
            guard let number = Int(gguf: value) else { return nil }
            self = Double(number)
        }
    }
}

extension Float: GGUFReadable {
    public static var ggufExpectation: String { "a number" }

    public init?(gguf value: GGUFValue) {
        guard let number = Double(gguf: value) else { return nil }
        self = Float(number)
    }
}

extension Bool: GGUFReadable {
    public static var ggufExpectation: String { "true or false" }

    public init?(gguf value: GGUFValue) {
        guard case .bool(let flag) = value else { return nil }
        self = flag
    }
}

extension String: GGUFReadable {
    public static var ggufExpectation: String { "a string" }

    /// Bytes that are not UTF-8 become U+FFFD.
    public init?(gguf value: GGUFValue) {
        switch value {
        case .string(let text): self = text
        case .bytes(let bytes): self = String(decoding: bytes, as: UTF8.self)
        default: return nil
        }
    }
}

extension GGUFStringArray: GGUFReadable {
    public static var ggufExpectation: String { "an array of strings" }

    public init?(gguf value: GGUFValue) {
        guard case .array(.string(let strings)) = value else { return nil }
        self = strings
    }
}

/// A type that elements of metadata arrays can be read as.
public protocol GGUFReadableElement {
    static var ggufArrayExpectation: String { get }
    static func elements(of array: GGUFArray) -> [Self]?
}

extension Array: GGUFReadable where Element: GGUFReadableElement {
    public static var ggufExpectation: String { Element.ggufArrayExpectation }

    public init?(gguf value: GGUFValue) {
        guard case .array(let array) = value, let elements = Element.elements(of: array) else { return nil }
        self = elements
    }
}

extension Int: GGUFReadableElement {
    public static var ggufArrayExpectation: String { "an array of integers" }

    public static func elements(of array: GGUFArray) -> [Int]? {
        switch array {
        case .uint8(let numbers): return numbers.map(Int.init)
        case .int8(let numbers): return numbers.map(Int.init)
        case .uint16(let numbers): return numbers.map(Int.init)
        case .int16(let numbers): return numbers.map(Int.init)
        case .uint32(let numbers): return numbers.map(Int.init)
        case .int32(let numbers): return numbers.map(Int.init)
        case .uint64(let numbers): return exact(numbers)
        case .int64(let numbers): return numbers.map(Int.init)
        default: return nil
        }
    }

    private static func exact(_ numbers: [UInt64]) -> [Int]? {
        guard numbers.allSatisfy({ $0 <= UInt64(Int.max) }) else { return nil }
        return numbers.map { Int($0) }
    }
}

extension Float: GGUFReadableElement {
    public static var ggufArrayExpectation: String { "an array of floating point numbers" }

    public static func elements(of array: GGUFArray) -> [Float]? {
        switch array {
        case .float32(let numbers): return numbers
        case .float64(let numbers): return numbers.map { Float($0) }
        default: return nil
        }
    }
}

extension Bool: GGUFReadableElement {
    public static var ggufArrayExpectation: String { "an array of true and false" }

    public static func elements(of array: GGUFArray) -> [Bool]? {
        guard case .bool(let flags) = array else { return nil }
        return flags
    }
}

extension String: GGUFReadableElement {
    public static var ggufArrayExpectation: String { "an array of strings" }

    public static func elements(of array: GGUFArray) -> [String]? {
        guard case .string(let strings) = array else { return nil }
        return strings.strings
    }
}
