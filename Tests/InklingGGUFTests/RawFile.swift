// SPDX-License-Identifier: Apache-2.0

/// Puts the bytes of a GGUF file together by hand, wrong ones too, without the writer under test.
struct RawFile {
    private(set) var bytes: [UInt8] = []

    /// Magic, version and counts.
    init(version: UInt32 = 3, tensors: UInt64 = 0, keys: UInt64 = 0) {
        add(Array("GGUF".utf8))
        add(version)
        add(tensors)
        add(keys)
    }

    mutating func add(_ more: [UInt8]) {
        bytes += more
    }

    mutating func add(_ number: UInt32) {
        add((0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
    }

    mutating func add(_ number: UInt64) {
        add((0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
    }

    mutating func add(_ text: String) {
        add(UInt64(text.utf8.count))
        add(Array(text.utf8))
    }

    /// A key and the type code of the value that must follow.
    mutating func add(key: String, type: UInt32) {
        add(key)
        add(type)
    }

    mutating func add(tensor name: String, _ shape: [UInt64], type: UInt32, offset: UInt64) {
        add(name)
        add(UInt32(shape.count))
        for dimension in shape { add(dimension) }
        add(type)
        add(offset)
    }

    /// Zeros up to a multiple of `alignment`, then `count` bytes.
    mutating func addData(_ count: Int, alignment: Int = 32) {
        while bytes.count % alignment != 0 { bytes.append(0) }
        add([UInt8](repeating: 7, count: count))
    }
}
