// SPDX-License-Identifier: Apache-2.0

typealias FilterFunction = @Sendable (Interpreter, Value, Arguments) throws(TemplateError) -> Value

/// The filters by name. A new filter is a row here.
enum Filters {
    static let table: [String: FilterFunction] = [
        "abs": absolute, "attr": attribute, "batch": batch, "capitalize": capitalize, "center": center,
        "count": length, "d": standard, "default": standard, "dictsort": sortMapping, "e": escape, "escape": escape,
        "first": first, "float": float, "forceescape": escape, "format": format, "groupby": group, "indent": indent,
        "int": integer, "items": items, "join": join, "last": last, "length": length, "list": list, "lower": lower,
        "map": map, "max": maximum, "min": minimum, "reject": reject, "rejectattr": rejectAttribute,
        "replace": replace, "reverse": reverse, "round": round, "safe": string, "select": select,
        "selectattr": selectAttribute, "slice": slice, "sort": sort, "string": string, "sum": sum, "title": title,
        "tojson": json, "trim": trim, "truncate": truncate, "unique": unique, "upper": upper,
        "urlencode": urlEncode, "wordcount": countWords,
    ]

    // MARK: Values

    @Sendable static func standard(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["default_value", "boolean"], i)
        guard value.isUndefined || (bound.flag(1) && !value.isTrue) else { return value }
        return bound[0] ?? .empty
    }

    @Sendable static func length(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        _ = try arguments.bound(to: [], i)
        return .int(try i.length(of: value))
    }

    @Sendable static func string(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        _ = try arguments.bound(to: [], i)
        return .string(try i.text(of: value))
    }

    @Sendable static func attribute(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let name = try arguments.bound(to: ["name"], i).requiredText(0)
        // Attributes only: an item of the name does not count.
        if case .map = value, case .absent = Methods.standing(of: name, for: value) {
            return Undefined.attribute(name, of: value)
        }
        return try i.attribute(name, of: value)
    }

    @Sendable static func json(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["ensure_ascii", "indent", "separators", "sort_keys"], i)
        var style = JSONStyle(escapesNonASCII: bound.flag(0), sortsKeys: bound.flag(3))
        switch bound[1] {
        case nil, .some(.none): break
        case .string(let text): style.indent = text
        default: style.indent = try i.repeated(" ", max(0, bound.integer(1) ?? 0))
        }
        if style.indent != nil { style.itemSeparator = "," }
        if let separators = bound[2], separators.isTrue {
            let pair = try i.items(of: separators)
            guard pair.count == 2, case .string(let item) = pair[0], case .string(let key) = pair[1] else {
                throw i.invalid("'separators' must be two strings")
            }
            style.itemSeparator = item
            style.keySeparator = key
        }
        return .string(try i.json(value, style))
    }

    // MARK: Numbers

    @Sendable static func absolute(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch i.number(value) {
        case .int(let whole): return whole < 0 ? try i.apply(.negate, to: .int(whole)) : .int(whole)
        case .double(let number): return .double(number.magnitude)
        case nil:
            if case .undefined(let undefined) = value { throw i.needs(undefined) }
            throw i.invalid("'\(value.typeName)' has no absolute value")
        }
    }

    @Sendable static func integer(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["default", "base"], i)
        let standard = bound[0] ?? .int(0)
        switch value {
        case .bool(let value): return .int(value ? 1 : 0)
        case .int: return value
        case .double(let number): return try truncated(number, i) ?? standard
        case .string(let text):
            try i.charge(scan: text.utf8.count * 10)
            let text = Text.stripped(text, nil, left: true, right: true)
            if let whole = try Numerals.integer(text, base: bound.integer(1) ?? 10, i) { return .int(whole) }
            return try Numerals.double(text).map { (number) throws(TemplateError) in
                try truncated(number, i) ?? standard
            }
                ?? standard
        case .undefined(let undefined): throw i.needs(undefined)
        default: return standard
        }
    }

    /// `nil` for what is not finite.
    private static func truncated(_ number: Double, _ i: Interpreter) throws(TemplateError) -> Value? {
        guard number.isFinite else { return nil }
        guard let whole = Int(exactly: number.rounded(.towardZero)) else { throw i.tooLarge() }
        return .int(whole)
    }

    @Sendable static func float(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["default"], i)
        if let number = i.number(value) { return .double(number.double) }
        switch value {
        case .string(let text):
            try i.charge(scan: text.utf8.count * 10)
            return Numerals.double(Text.stripped(text, nil, left: true, right: true)).map { .double($0) }
                ?? bound[0] ?? .double(0)
        case .undefined(let undefined): throw i.needs(undefined)
        default: return bound[0] ?? .double(0)
        }
    }

    @Sendable static func round(
        _ i: Interpreter, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bound = try arguments.bound(to: ["precision", "method"], i)
        let places = try bound.integer(0) ?? 0
        let method = try bound.text(1) ?? "common"
        guard let number = i.number(value) else {
            if case .undefined(let undefined) = value { throw i.needs(undefined) }
            throw i.invalid("'\(value.typeName)' cannot be rounded")
        }
        try i.charge(64)
        if method == "ceil" || method == "floor" {
            let scale = Mathematics.power(10, Double(places))
            let scaled = (number.double * scale).rounded(method == "ceil" ? .up : .down)
            return .double(scaled / scale)
        }
        guard method == "common" else { throw i.invalid("the method of rounding must be common, ceil or floor") }
        switch number {
        case .double(let number): return .double(DecimalExpansion.rounded(number, places: places))
        case .int(let whole): return .int(try rounded(whole, places: places, i))
        }
    }

    private static func rounded(_ whole: Int, places: Int, _ i: Interpreter) throws(TemplateError) -> Int {
        guard places < 0 else { return whole }
        guard places > -19 else { return 0 }
        var unit = 1
        for _ in 0..<(-places) { unit *= 10 }
        let rest = whole % unit
        let base = whole - rest
        let twice = rest.magnitude.multipliedReportingOverflow(by: 2).partialValue
        let isOdd = (base / unit) % 2 != 0
        guard twice > UInt(unit) || (twice == UInt(unit) && isOdd) else { return base }
        let (result, overflow) = base.addingReportingOverflow(whole < 0 ? -unit : unit)
        if overflow { throw i.tooLarge() }
        return result
    }
}

/// Reading numbers from text as Python's `int` and `float` do, from text without blanks at its ends.
enum Numerals {
    /// `nil` if the text is not an integer; an error if it does not fit.
    static func integer(_ text: String, base: Int, _ i: Interpreter) throws(TemplateError) -> Int? {
        guard (2...36).contains(base) || base == 0 else { return nil }
        var digits = Substring(text)
        var sign = ""
        if let first = digits.first, first == "-" || first == "+" {
            sign = first == "-" ? "-" : ""
            digits = digits.dropFirst()
        }
        var radix = base == 0 ? 10 : base
        let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)]
        if let (_, named) = prefixes.first(where: { digits.lowercased().hasPrefix($0.0) }), base == 0 || base == named {
            radix = named
            digits = digits.dropFirst(2)
            if digits.first == "_" { digits = digits.dropFirst() }
        }
        guard hasPlainUnderscores(digits) else { return nil }
        let plain = digits.filter { $0 != "_" }
        guard !plain.isEmpty, plain.unicodeScalars.allSatisfy({ digit($0).map { $0 < radix } ?? false }) else {
            return nil
        }
        let number = String(plain.unicodeScalars.map { String(digit($0) ?? 0, radix: 36) }.joined())
        guard let whole = Int(sign + number, radix: radix) else { throw i.tooLarge() }
        return whole
    }

    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        switch scalar.value {
        case 48...57: return Int(scalar.value) - 48
        case 65...90: return Int(scalar.value) - 55
        case 97...122: return Int(scalar.value) - 87
        default:
            guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else {
                return nil
            }
            return Int(value)
        }
    }

    private static func hasPlainUnderscores(_ digits: Substring) -> Bool {
        !digits.hasPrefix("_") && !digits.hasSuffix("_") && !TextSearch.contains(String(digits), "__")
    }

    static func double(_ text: String) -> Double? {
        var body = Substring(text.lowercased())
        if let first = body.first, first == "-" || first == "+" { body = body.dropFirst() }
        if ["inf", "infinity", "nan"].contains(body) {
            return Double(text) ?? (text.hasPrefix("-") ? -.infinity : .infinity)
        }
        // Only plain decimal notation, with underscores between digits.
        var previous: Unicode.Scalar = "."
        for scalar in body.unicodeScalars {
            switch scalar {
            case "0"..."9", ".", "e", "+", "-": if previous == "_", !scalar.isASCIIDigit { return nil }
            case "_": guard previous.isASCIIDigit else { return nil }
            default: return nil
            }
            previous = scalar
        }
        guard previous != "_" else { return nil }
        let plain = text.filter { $0 != "_" }
        // Python takes ".5" and "5."; the standard library wants digits on both sides.
        if let value = Double(plain) { return value }
        let parts = plain.lowercased().split(separator: "e", omittingEmptySubsequences: false)
        var mantissa = String(parts[0])
        guard mantissa.contains(where: { $0.isNumber }) else { return nil }
        if mantissa.hasSuffix(".") { mantissa += "0" }
        for sign in ["", "-", "+"] where mantissa.hasPrefix(sign + ".") {
            mantissa = sign + "0" + mantissa.dropFirst(sign.count)
        }
        return Double(([mantissa] + parts.dropFirst().map(String.init)).joined(separator: "e"))
    }
}
