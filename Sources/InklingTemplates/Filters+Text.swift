// SPDX-License-Identifier: Apache-2.0

extension Filters {
    /// The value's text, its cost paid.
    private static func text(_ i: Interpreter, _ value: Value) throws(TemplateError) -> String {
        let text = try i.text(of: value)
        try i.charge(scan: text.utf8.count)
        return text
    }

    @Sendable static func upper(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        _ = try arguments.bound(to: [], i)
        return .string(try text(i, value).uppercased())
    }

    @Sendable static func lower(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        _ = try arguments.bound(to: [], i)
        return .string(Text.lowered(try text(i, value)))
    }

    @Sendable static func title(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        _ = try arguments.bound(to: [], i)
        return .string(Text.titledWords(try text(i, value)))
    }

    @Sendable static func capitalize(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        _ = try arguments.bound(to: [], i)
        return .string(Text.capitalized(try text(i, value)))
    }

    @Sendable static func trim(_ i: Interpreter, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value
    {
        let characters = try arguments.bound(to: ["chars"], i).text(0)
        return .string(Text.stripped(try text(i, value), characters, left: true, right: true))
    }

    @Sendable static func replace(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["old", "new", "count"], i)
        let old = try i.text(of: bound.value(0))
        let new = try i.text(of: bound.value(1))
        return .string(try i.replace(old, in: text(i, value), by: new, count: bound.integer(2) ?? -1))
    }

    @Sendable static func center(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let width = try arguments.bound(to: ["width"], i)[0] ?? .int(80)
        return .string(try i.pad("center", text(i, value), Arguments(positional: [width])))
    }

    @Sendable static func format(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let format = try text(i, value)
        guard arguments.named.isEmpty else {
            guard arguments.positional.isEmpty else {
                throw i.invalid("'format' takes values either by place or by name")
            }
            return .string(try i.percentFormat(format, i.map(arguments.named.map { (.string($0.name), $0.value) })))
        }
        return .string(try i.percentFormat(format, i.tuple(arguments.positional)))
    }

    @Sendable static func escape(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        _ = try arguments.bound(to: [], i)
        let text = try text(i, value)
        try i.charge(bytes: text.utf8.count * 5)
        var result: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;".utf8
            case "<": result += "&lt;".utf8
            case ">": result += "&gt;".utf8
            case "'": result += "&#39;".utf8
            case "\"": result += "&#34;".utf8
            default: result.append(scalar)
            }
        }
        return .string(String(bytes: result[...]))
    }

    @Sendable static func urlEncode(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        _ = try arguments.bound(to: [], i)
        guard case .string(let text) = value else {
            throw .unsupported("'urlencode' of anything but a string", i.position)
        }
        try i.charge(bytes: text.utf8.count * 3)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E: result.append(byte)
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += ("%" + (hex.utf8.count < 2 ? "0" : "") + hex).utf8
            }
        }
        return .string(String(bytes: result[...]))
    }

    @Sendable static func countWords(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        _ = try arguments.bound(to: [], i)
        var count = 0
        var isInWord = false
        for scalar in try text(i, value).unicodeScalars {
            if scalar.isNameScalar, !isInWord { count += 1 }
            isInWord = scalar.isNameScalar
        }
        return .int(count)
    }

    @Sendable static func indent(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["width", "first", "blank"], i)
        let indentation: String
        if case .string(let text) = bound[0] {
            indentation = text
        } else {
            indentation = try i.repeated(" ", max(0, bound.integer(0) ?? 4))
        }
        let lines = Text.lines(try text(i, value) + "\n", keepsEnds: false)
        let (growth, overflow) = indentation.utf8.count.multipliedReportingOverflow(by: lines.count)
        try i.charge(items: lines.count)
        try i.charge(bytes: overflow ? .max : growth)
        var result = bound.flag(1) ? indentation : ""
        for (place, line) in lines.enumerated() {
            if place > 0 { result += line.isEmpty && !bound.flag(2) ? "\n" : "\n" + indentation }
            result += line
        }
        try i.charge(bytes: result.utf8.count)
        return .string(result)
    }

    @Sendable static func truncate(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["length", "killwords", "end", "leeway"], i)
        let text = try text(i, value)
        let length = try bound.integer(0) ?? 255
        let end = try bound.text(2) ?? "..."
        let leeway = try bound.integer(3) ?? 5
        guard length >= end.scalarCount, leeway >= 0 else { throw i.invalid("'truncate' got too small a length") }
        let scalars = Array(text.unicodeScalars)
        let (longest, overflow) = length.addingReportingOverflow(leeway)
        if overflow || scalars.count <= longest { return .string(text) }
        var kept = scalars[..<(length - end.scalarCount)]
        if !bound.flag(1), let blank = kept.lastIndex(of: " ") { kept = kept[..<blank] }
        return .string(String(scalars: kept) + end)
    }
}
