// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// Makes the bytes of a file's head. The layout is described at ``GGUFReader``.
struct GGUFEncoder {
    private(set) var bytes: [UInt8] = []

    static let version: UInt32 = 3

    mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
        var rest = number
        for _ in 0..<number.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    mutating func append(string: some Collection<UInt8>) {
        append(UInt64(string.count))
        bytes.append(contentsOf: string)
    }

    mutating func append(key: String, _ value: GGUFValue) {
        append(string: key.utf8)
        append(value.type.rawValue)
        switch value {
        case .uint8(let number): append(number)
        case .int8(let number): append(UInt8(bitPattern: number))
        case .uint16(let number): append(number)
        case .int16(let number): append(UInt16(bitPattern: number))
        case .uint32(let number): append(number)
        case .int32(let number): append(UInt32(bitPattern: number))
        case .uint64(let number): append(number)
        case .int64(let number): append(UInt64(bitPattern: number))
        case .float32(let number): append(number.bitPattern)
        case .float64(let number): append(number.bitPattern)
        case .bool(let flag): append(flag ? 1 : 0 as UInt8)
        case .string(let text): append(string: text.utf8)
        case .bytes(let text): append(string: text)
        case .array(let array): append(array)
        }
    }

    private mutating func append(_ array: GGUFArray) {
        append(array.elementType.rawValue)
        append(UInt64(array.count))
        switch array {
        case .uint8(let values): bytes.append(contentsOf: values)
        case .int8(let values): values.withLittleEndianBytes { append(raw: $0) }
        case .uint16(let values): values.withLittleEndianBytes { append(raw: $0) }
        case .int16(let values): values.withLittleEndianBytes { append(raw: $0) }
        case .uint32(let values): values.withLittleEndianBytes { append(raw: $0) }
        case .int32(let values): values.withLittleEndianBytes { append(raw: $0) }
        case .uint64(let values): values.withLittleEndianBytes { append(raw: $0) }
        case .int64(let values): values.withLittleEndianBytes { append(raw: $0) }
        case .float32(let values): values.withLittleEndianBytes { append(raw: $0) }
        case .float64(let values): values.withLittleEndianBytes { append(raw: $0) }
        case .bool(let values): bytes.append(contentsOf: values.lazy.map { $0 ? 1 : 0 })
        case .string(let strings): bytes.append(contentsOf: strings.storage)
        case .array(let arrays): for inner in arrays { append(inner) }
        }
    }

    private mutating func append(raw: RawSpan) {
        bytes.append(contentsOf: raw.integers(UInt8.self, count: raw.byteCount, at: 0))
    }

    mutating func append(_ tensor: GGUFTensorPlan, offset: Int) {
        append(string: tensor.name.utf8)
        append(UInt32(tensor.shape.count))
        for dimension in tensor.shape { append(UInt64(dimension)) }
        append(tensor.type.code)
        append(UInt64(offset))
    }

    mutating func pad(to alignment: Int) {
        let padding = (alignment - bytes.count % alignment) % alignment
        bytes.append(contentsOf: repeatElement(0, count: padding))
    }
}
