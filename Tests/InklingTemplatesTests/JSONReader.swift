// SPDX-License-Identifier: Apache-2.0

import InklingTemplates

/// Reads JSON into template values, keeping the order of keys; for test data only.
struct JSONReader {
    struct Failure: Error { var offset: Int }

    private let bytes: [UInt8]
    private var index = 0

    static func read(_ text: String) throws -> TemplateValue {
        var reader = JSONReader(bytes: Array(text.utf8))
        let value = try reader.value()
        reader.skipBlanks()
        guard reader.index == reader.bytes.count else { throw Failure(offset: reader.index) }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func skipBlanks() {
        while index < bytes.count, [32, 9, 10, 13].contains(bytes[index]) { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ text: String) throws {
        for byte in text.utf8 {
            guard index < bytes.count, bytes[index] == byte else { throw Failure(offset: index) }
            index += 1
        }
    }

    private mutating func value() throws -> TemplateValue {
        skipBlanks()
        guard index < bytes.count else { throw Failure(offset: index) }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try expect("true")
            return true
        case UInt8(ascii: "f"):
            try expect("false")
            return false
        case UInt8(ascii: "n"):
            try expect("null")
            return nil
        default: return try number()
        }
    }

    private mutating func object() throws -> TemplateValue {
        index += 1
        var entries: [TemplateEntry] = []
        if take(UInt8(ascii: "}")) { return .map(entries) }
        repeat {
            skipBlanks()
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw Failure(offset: index) }
            entries.append(TemplateEntry(key: key, value: try value()))
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw Failure(offset: index) }
        return .map(entries)
    }

    private mutating func array() throws -> TemplateValue {
        index += 1
        var items: [TemplateValue] = []
        if take(UInt8(ascii: "]")) { return .list(items) }
        repeat { items.append(try value()) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw Failure(offset: index) }
        return .list(items)
    }

    private mutating func number() throws -> TemplateValue {
        let start = index
        while index < bytes.count, "+-.0123456789eE".utf8.contains(bytes[index]) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let whole = Int(text) { return .int(whole) }
        guard let value = Double(text) else { throw Failure(offset: start) }
        return .double(value)
    }

    private mutating func string() throws -> String {
        guard take(UInt8(ascii: "\"")) else { throw Failure(offset: index) }
        var units: [UInt16] = []
        var plain: [UInt8] = []
        func flush(_ plain: inout [UInt8], _ units: inout [UInt16]) {
            units += String(decoding: plain, as: UTF8.self).utf16
            plain = []
        }
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            guard bytes[index] == UInt8(ascii: "\\") else {
                plain.append(bytes[index])
                index += 1
                continue
            }
            guard index + 1 < bytes.count else { throw Failure(offset: index) }
            let escape = bytes[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "n"): plain.append(10)
            case UInt8(ascii: "t"): plain.append(9)
            case UInt8(ascii: "r"): plain.append(13)
            case UInt8(ascii: "b"): plain.append(8)
            case UInt8(ascii: "f"): plain.append(12)
            case UInt8(ascii: "u"):
                guard index + 4 <= bytes.count,
                    let unit = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
                else { throw Failure(offset: index) }
                index += 4
                flush(&plain, &units)
                units.append(unit)
            default: plain.append(escape)
            }
        }
        guard index < bytes.count else { throw Failure(offset: index) }
        index += 1
        flush(&plain, &units)
        return String(decoding: units, as: UTF16.self)
    }
}

extension TemplateValue {
    subscript(key: String) -> TemplateValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.last { $0.key == key }?.value
    }

    var items: [TemplateValue] { if case .list(let items) = self { items } else { [] } }
    var entries: [(String, TemplateValue)] {
        if case .map(let entries) = self { entries.map { ($0.key, $0.value) } } else { [] }
    }
    var text: String? { if case .string(let text) = self { text } else { nil } }
}
