// SPDX-License-Identifier: Apache-2.0

/// A line of JSON in the making. Written by hand because it is written while a model decodes: a general encoder takes
/// more time for a round than some models do.
struct JSONLine {
    private(set) var bytes: [UInt8] = []

    mutating func clear() { bytes.removeAll(keepingCapacity: true) }

    mutating func endLine() { bytes.append(10) }

    mutating func object(_ fields: (inout JSONLine) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        fields(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func list<Items: Sequence>(_ items: Items, _ each: (inout JSONLine, Items.Element) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "["))
        for item in items { each(&self, item) }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    // MARK: Values

    mutating func integer(_ value: some BinaryInteger) { raw(String(value)) }
    mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

    /// Numbers that JSON does not have are strings: "inf", "-inf", "nan".
    mutating func real(_ value: some BinaryFloatingPoint & LosslessStringConvertible) {
        if value.isFinite { raw(value.description) } else { string(value.isNaN ? "nan" : value > 0 ? "inf" : "-inf") }
    }

    /// In seconds, to the nanosecond.
    mutating func time(_ value: Duration) {
        let (seconds, attoseconds) = value.components
        let nanoseconds = attoseconds / 1_000_000_000
        guard seconds >= 0, nanoseconds >= 0 else { return raw("0") }
        guard nanoseconds > 0 else { return raw(String(seconds)) }
        var digits = String(nanoseconds)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        raw("\(seconds).\(digits)")
    }

    mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var isAfterC2 = false
            for index in utf8.indices {
                let byte = unsafe utf8[index]
                switch byte {
                case UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
                case UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
                case 10: bytes += Array("\\n".utf8)
                case 9: bytes += Array("\\t".utf8)
                case 13: bytes += Array("\\r".utf8)
                case 0..<32, 127: escape(byte)
                // The controls that UTF-8 spells C2 80 to C2 9F: a terminal obeys them.
                case 0x80..<0xA0 where isAfterC2:
                    bytes.removeLast()
                    escape(byte)
                default: bytes.append(byte)
                }
                isAfterC2 = byte == 0xC2
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        let digits = Array("0123456789abcdef".utf8)
        bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private mutating func raw(_ text: String) {
        separate()
        bytes += text.utf8
    }

    /// A comma, unless this is the first of its object or list, or the value of a key.
    private mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), 10: break
        default: bytes.append(UInt8(ascii: ","))
        }
    }
}

extension JSONLine {
    mutating func field(_ name: String, _ value: Int) { key(name); integer(value) }
    mutating func field(_ name: String, _ value: Double) { key(name); real(value) }
    mutating func field(_ name: String, _ value: Float) { key(name); real(value) }
    mutating func field(_ name: String, _ value: Bool) { key(name); bool(value) }
    mutating func field(_ name: String, _ value: Duration) { key(name); time(value) }
    mutating func field(_ name: String, _ value: String) { key(name); string(value) }

    mutating func field(_ name: String, object fields: (inout JSONLine) -> Void) {
        key(name)
        object(fields)
    }

    mutating func field<Items: Sequence>(
        _ name: String, list items: Items, _ each: (inout JSONLine, Items.Element) -> Void
    ) {
        key(name)
        list(items, each)
    }
}
