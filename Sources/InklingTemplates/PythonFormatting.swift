// SPDX-License-Identifier: Apache-2.0

/// How Python writes values that stand alone.
enum PythonFormat {
    /// `repr` of a string.
    static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count + 2)
        result.append(quote)
        for scalar in scalars {
            switch scalar {
            case quote, "\\":
                result.append("\\")
                result.append(scalar)
            case "\n": result += "\\n".utf8
            case "\r": result += "\\r".utf8
            case "\t": result += "\\t".utf8
            default:
                if scalar.value < 127 ? scalar.value >= 32 : scalar.isPythonPrintable {
                    result.append(scalar)
                } else {
                    escape(scalar, into: &result)
                }
            }
        }
        result.append(quote)
        return String(bytes: result[...])
    }

    /// Appends the escape `repr` uses.
    static func escape(_ scalar: Unicode.Scalar, into result: inout [UInt8]) {
        switch scalar.value {
        case ..<0x100: write("\\x", scalar.value, digits: 2, into: &result)
        case ..<0x10000: write("\\u", scalar.value, digits: 4, into: &result)
        default: write("\\U", scalar.value, digits: 8, into: &result)
        }
    }

    /// Appends a prefix and so many hexadecimal digits.
    static func write(_ prefix: String, _ value: UInt32, digits: Int, into result: inout [UInt8]) {
        result += prefix.utf8
        for place in stride(from: (digits - 1) * 4, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: value >> UInt32(place) & 15)
            result.append(digit < 10 ? 48 + digit : 87 + digit)
        }
    }

    /// `repr` of a float: the shortest digits that read back, in exponent form below 1e-4 and from 1e16.
    static func double(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let (digits, exponent) = shortestDigits(value.magnitude)
        let sign = value.sign == .minus ? "-" : ""
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.dropFirst()
            let mantissa = digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction)
            let power = String(exponent.magnitude)
            return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + (power.utf8.count < 2 ? "0" : "") + power
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        let whole = exponent + 1
        if digits.utf8.count <= whole {
            return sign + digits + String(repeating: "0", count: whole - digits.utf8.count) + ".0"
        }
        return sign + digits.prefix(whole) + "." + digits.dropFirst(whole)
    }

    /// Digits `d₀d₁…` and an exponent so that the value is `d₀.d₁… · 10^exponent`.
    private static func shortestDigits(_ value: Double) -> (digits: String, exponent: Int) {
        // The standard library prints the same shortest digits, laid out differently.
        var mantissa = Substring(value.description)
        var exponent = 0
        if let mark = mantissa.firstIndex(of: "e") {
            exponent = Int(mantissa[mantissa.index(after: mark)...]) ?? 0
            mantissa = mantissa[..<mark]
        }
        let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let whole = parts[0]
        var digits = String(whole) + (parts.count > 1 ? parts[1] : "")
        exponent += whole.utf8.count - 1
        while digits.hasPrefix("0"), digits.utf8.count > 1 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.hasSuffix("0"), digits.utf8.count > 1 { digits.removeLast() }
        return digits == "0" ? ("0", 0) : (digits, exponent)
    }
}

extension Interpreter {
    /// `str(value)`: what `{{ value }}` writes.
    func text(of value: Value) throws(TemplateError) -> String {
        switch value {
        case .string(let text): return text
        case .undefined: return ""
        default: return try repr(of: value)
        }
    }

    /// `repr(value)`, where Python's is the same from run to run.
    func repr(of value: Value) throws(TemplateError) -> String {
        var result = ""
        try write(repr: value, into: &result, level: 0)
        try charge(bytes: result.utf8.count)
        return result
    }

    private func write(repr value: Value, into result: inout String, level: Int) throws(TemplateError) {
        try charge()
        // Only namespaces inside namespaces come to this.
        if level > TemplateLimits.valueDepth { throw .limitExceeded(.valueDepth, position) }
        if result.utf8.count > limits.stringBytes { throw .limitExceeded(.stringSize, position) }
        switch value {
        case .undefined: result += "Undefined"
        case .none: result += "None"
        case .bool(let value): result += value ? "True" : "False"
        case .int(let value): result += String(value)
        case .double(let value): result += PythonFormat.double(value)
        case .string(let text):
            try charge(scan: text.utf8.count)
            result += PythonFormat.quoted(text)
        case .list(let list): try write(list.items, "[", "]", into: &result, level)
        case .tuple(let list): try write(list.items, "(", list.items.count == 1 ? ",)" : ")", into: &result, level)
        case .map(let map): try write(map.keys, map.values, into: &result, level)
        case .view(let view): try write(view.items, view.kind.rawValue + "([", "])", into: &result, level)
        case .range(let range):
            result += "range(\(range.start), \(range.stop)" + (range.step == 1 ? ")" : ", \(range.step))")
        case .namespace(let namespace):
            result += "<Namespace "
            try write(namespace.names.map { .string($0) }, namespace.values, into: &result, level)
            result += ">"
        case .loop(let loop): result += "<LoopContext \(loop.index + 1)/\(loop.items.count)>"
        case .iterator: result += "<generator object>"
        case .function(let function): result += name(of: function)
        }
    }

    private func name(of function: Function) -> String {
        switch function.kind {
        case .macro(let definition, _): "<Macro '\(definition.name)'>"
        case .builtin(let builtin): "<function \(builtin.rawValue)>"
        case .method(_, let name): "<built-in method \(name)>"
        case .cycler: "<Cycler>"
        case .joiner: "<Joiner>"
        }
    }

    private func write(
        _ items: [Value], _ open: String, _ close: String, into result: inout String, _ level: Int
    ) throws(TemplateError) {
        result += open
        for (place, item) in items.enumerated() {
            if place > 0 { result += ", " }
            try write(repr: item, into: &result, level: level + 1)
        }
        result += close
    }

    private func write(
        _ keys: [Value], _ values: [Value], into result: inout String, _ level: Int
    ) throws(TemplateError) {
        result += "{"
        for (place, key) in keys.enumerated() {
            if place > 0 { result += ", " }
            try write(repr: key, into: &result, level: level + 1)
            result += ": "
            try write(repr: values[place], into: &result, level: level + 1)
        }
        result += "}"
    }
}
