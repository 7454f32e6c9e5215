// SPDX-License-Identifier: Apache-2.0

/// JSON as Python's `json.dumps` writes it, byte for byte: the `tojson` filter of chat templates.
struct JSONStyle {
    var escapesNonASCII = false
    /// What one level of indentation is; `nil` for everything on one line.
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false
}

extension Interpreter {
    func json(_ value: Value, _ style: JSONStyle) throws(TemplateError) -> String {
        var result: [UInt8] = []
        try write(json: value, style, level: 0, into: &result)
        try charge(bytes: result.count)
        return String(bytes: result[...])
    }

    private func write(
        json value: Value, _ style: JSONStyle, level: Int, into result: inout [UInt8]
    ) throws(TemplateError) {
        try charge()
        if result.count > limits.stringBytes { throw .limitExceeded(.stringSize, position) }
        switch value {
        case .none: result += "null".utf8
        case .bool(let value): result += (value ? "true" : "false").utf8
        case .int(let value): result += String(value).utf8
        case .double(let value): result += number(value).utf8
        case .string(let text):
            try charge(scan: text.utf8.count)
            write(text, style, into: &result)
        case .list(let list), .tuple(let list): try write(list.items, style, level, into: &result)
        case .map(let map): try write(map, style, level, into: &result)
        case .undefined(let undefined): throw needs(undefined)
        default: throw invalid("'\(value.typeName)' cannot be written as JSON")
        }
    }

    private func number(_ value: Double) -> String {
        value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : PythonFormat.double(value)
    }

    private func write(
        _ items: [Value], _ style: JSONStyle, _ level: Int, into result: inout [UInt8]
    ) throws(TemplateError) {
        result += "[".utf8
        for (place, item) in items.enumerated() {
            if place > 0 { result += style.itemSeparator.utf8 }
            try newline(style, level + 1, into: &result)
            try write(json: item, style, level: level + 1, into: &result)
        }
        if !items.isEmpty { try newline(style, level, into: &result) }
        result += "]".utf8
    }

    private func write(
        _ map: Mapping, _ style: JSONStyle, _ level: Int, into result: inout [UInt8]
    ) throws(TemplateError) {
        var places = Array(map.keys.indices)
        if style.sortsKeys { places = try sorted(places, by: map.keys) }
        result += "{".utf8
        for (order, place) in places.enumerated() {
            if order > 0 { result += style.itemSeparator.utf8 }
            try newline(style, level + 1, into: &result)
            write(try key(map.keys[place]), style, into: &result)
            result += style.keySeparator.utf8
            try write(json: map.values[place], style, level: level + 1, into: &result)
        }
        if !places.isEmpty { try newline(style, level, into: &result) }
        result += "}".utf8
    }

    private func newline(_ style: JSONStyle, _ level: Int, into result: inout [UInt8]) throws(TemplateError) {
        guard let indent = style.indent else { return }
        result.append(10)
        try charge(bytes: indent.utf8.count * level)
        for _ in 0..<level { result += indent.utf8 }
    }

    private func key(_ value: Value) throws(TemplateError) -> String {
        switch value {
        case .string(let text): return text
        case .int(let value): return String(value)
        case .double(let value): return number(value)
        case .bool(let value): return value ? "true" : "false"
        case .none: return "null"
        default: throw invalid("'\(value.typeName)' cannot be a key in JSON")
        }
    }

    private func write(_ text: String, _ style: JSONStyle, into result: inout [UInt8]) {
        result.append(0x22)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\"".utf8
            case "\\": result += "\\\\".utf8
            case "\n": result += "\\n".utf8
            case "\r": result += "\\r".utf8
            case "\t": result += "\\t".utf8
            case "\u{08}": result += "\\b".utf8
            case "\u{0C}": result += "\\f".utf8
            default:
                if scalar.value < 32 {
                    PythonFormat.write("\\u", scalar.value, digits: 4, into: &result)
                } else if scalar.value < 127 || !(style.escapesNonASCII) {
                    result.append(scalar)
                } else {
                    for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                        PythonFormat.write("\\u", UInt32(unit), digits: 4, into: &result)
                    }
                }
            }
        }
        result.append(0x22)
    }
}
