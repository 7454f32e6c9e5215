// SPDX-License-Identifier: Apache-2.0

/// The kinds of metadata values; raw values are their codes in a file.
public enum GGUFValueType: UInt32, CaseIterable, Sendable {
    case uint8 = 0
    case int8 = 1
    case uint16 = 2
    case int16 = 3
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
    case uint64 = 10
    case int64 = 11
    case float64 = 12

    /// The fewest bytes that a value of this type takes in a file: an empty string is its length alone, an
    /// empty array its element type and count.
    var leastByteCount: Int {
        switch self {
        case .uint8, .int8, .bool: return 1
        case .uint16, .int16: return 2
        case .uint32, .int32, .float32: return 4
        case .uint64, .int64, .float64, .string: return 8
        case .array: return 12
        }
    }
}

extension GGUFValueType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .uint8: return "uint8"
        case .int8: return "int8"
        case .uint16: return "uint16"
        case .int16: return "int16"
        case .uint32: return "uint32"
        case .int32: return "int32"
        case .float32: return "float32"
        case .bool: return "bool"
        case .string: return "string"
        case .array: return "array"
        case .uint64: return "uint64"
        case .int64: return "int64"
        case .float64: return "float64"
        }
    }
}

/// One metadata value, as stored.
///
/// Most callers want ``GGUFMetadata``'s typed access, which does not mind how wide an integer was stored.
public enum GGUFValue: Sendable, Equatable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case uint64(UInt64)
    case int64(Int64)
    case float32(Float)
    case float64(Double)
    case bool(Bool)
    case string(String)
    /// A string in the file whose bytes are not UTF-8. Written as a string again.
    case bytes([UInt8])
    case array(GGUFArray)

    public var type: GGUFValueType {
        switch self {
        case .uint8: return .uint8
        case .int8: return .int8
        case .uint16: return .uint16
        case .int16: return .int16
        case .uint32: return .uint32
        case .int32: return .int32
        case .uint64: return .uint64
        case .int64: return .int64
        case .float32: return .float32
        case .float64: return .float64
        case .bool: return .bool
        case .string, .bytes: return .string
        case .array: return .array
        }
    }

    /// The type in words: `uint32`, `array of string`.
    public var typeDescription: String {
        if case .array(let array) = self { return "array of \(array.elementType)" }
        return type.description
    }

    /// Makes a string value of any bytes.
    public init(stringBytes: [UInt8]) {
        if let text = String(validating: stringBytes, as: UTF8.self) {
            self = .string(text)
        } else {
            self = .bytes(stringBytes)
        }
    }
}

/// An array of metadata values of one type, each type in storage of its own size.
public enum GGUFArray: Sendable, Equatable {
    case uint8([UInt8])
    case int8([Int8])
    case uint16([UInt16])
    case int16([Int16])
    case uint32([UInt32])
    case int32([Int32])
    case uint64([UInt64])
    case int64([Int64])
    case float32([Float])
    case float64([Double])
    case bool([Bool])
    case string(GGUFStringArray)
    /// Arrays in an array, at most ``GGUFLimits/arrayDepth`` deep; each has an element type of its own.
    case array([GGUFArray])

    public var elementType: GGUFValueType {
        switch self {
        case .uint8: return .uint8
        case .int8: return .int8
        case .uint16: return .uint16
        case .int16: return .int16
        case .uint32: return .uint32
        case .int32: return .int32
        case .uint64: return .uint64
        case .int64: return .int64
        case .float32: return .float32
        case .float64: return .float64
        case .bool: return .bool
        case .string: return .string
        case .array: return .array
        }
    }

    public var count: Int {
        switch self {
        case .uint8(let values): return values.count
        case .int8(let values): return values.count
        case .uint16(let values): return values.count
        case .int16(let values): return values.count
        case .uint32(let values): return values.count
        case .int32(let values): return values.count
        case .uint64(let values): return values.count
        case .int64(let values): return values.count
        case .float32(let values): return values.count
        case .float64(let values): return values.count
        case .bool(let values): return values.count
        case .string(let values): return values.count
        case .array(let values): return values.count
        }
    }
}

/// Bounds on what a file may ask for. Beyond these it is refused, before memory is reserved.
///
/// Counts need no bound of their own: they are compared with the bytes left in the file.
public enum GGUFLimits {
    /// Bytes of a metadata key; the format's own bound.
    public static let keyByteCount = 65_535
    /// Bytes of a tensor's name. The format says 64, some files have more.
    public static let tensorNameByteCount = 1_024
    /// Arrays in arrays; nothing in use goes beyond 2.
    public static let arrayDepth = 4
    /// Dimensions of a tensor.
    public static let dimensionCount = 4
    /// Smallest and largest alignment of tensor data; always a power of two.
    public static let alignment = 8...1_048_576
    /// Files that one model may be split into.
    public static let splitCount = 4_096
}
