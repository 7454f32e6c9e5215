// SPDX-License-Identifier: Apache-2.0

/// The printable alphabet in which byte-level vocabularies write bytes (Radford et al. 2019, GPT-2): printable Latin-1
/// stands for itself, the other 68 bytes are the scalars from U+0100 on.
enum ByteAlphabet {
    /// The scalar that stands for each byte, all below U+0144.
    static let scalars: [UInt16] = {
        var table = [UInt16](repeating: 0, count: 256)
        var next: UInt16 = 256
        for byte in UInt16(0)..<256 {
            let isPrintable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            if isPrintable {
                table[Int(byte)] = byte
            } else {
                table[Int(byte)] = next
                next += 1
            }
        }
        return table
    }()

    /// The byte each scalar stands for, −1 for none; covers U+0000 to U+0143.
    private static let bytes: [Int16] = {
        var table = [Int16](repeating: -1, count: 256 + 68)
        for (byte, scalar) in scalars.enumerated() {
            table[Int(scalar)] = Int16(byte)
        }
        return table
    }()

    /// Appends the UTF-8 of the letter for `byte`.
    @inline(__always)
    static func append(_ byte: UInt8, to text: inout [UInt8]) {
        let scalar = scalars[Int(byte)]
        if scalar < 0x80 {
            text.append(UInt8(truncatingIfNeeded: scalar))
        } else {
            text.append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
            text.append(0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F))
        }
    }

    /// The bytes a text in the alphabet stands for. What is no letter of the alphabet stands for its own UTF-8: some
    /// converters leave added tokens unescaped and call them normal.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var position = text.startIndex
        while position < text.endIndex {
            let first = text[position]
            if first < 0x80 {
                let byte = bytes[Int(first)]
                result.append(byte >= 0 ? UInt8(truncatingIfNeeded: byte) : first)
                position += 1
                continue
            }
            if first & 0xE0 == 0xC0, position + 1 < text.endIndex, text[position + 1] & 0xC0 == 0x80 {
                let scalar = Int(first & 0x1F) << 6 | Int(text[position + 1] & 0x3F)
                if scalar >= 0x80, scalar < bytes.count, bytes[scalar] >= 0 {
                    result.append(UInt8(truncatingIfNeeded: bytes[scalar]))
                    position += 2
                    continue
                }
            }
            result.append(first)
            position += 1
        }
        return result
    }
}
