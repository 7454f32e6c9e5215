// SPDX-License-Identifier: Apache-2.0

/// How one value is laid out: `%-8.3f` and `{:>8,.3f}` both come to this.
struct FormatSpecification {
    var fill: Unicode.Scalar = " "
    /// `<`, `>`, `^` or `=`; none means the type's own.
    var alignment: Unicode.Scalar?
    var sign: Unicode.Scalar = "-"
    var isAlternate = false
    var width = 0
    var grouping: Unicode.Scalar?
    var precision: Int?
    var type: Unicode.Scalar?

    /// Widths and precisions past this are refused.
    static let largest = 1000
}

extension Interpreter {
    // MARK: `%`

    /// `"%s is %d" % values`.
    func percentFormat(_ format: String, _ values: Value) throws(TemplateError) -> String {
        let scalars = Array(format.unicodeScalars)
        try charge(bytes: format.utf8.count * 4)
        var arguments: [Value] = [values]
        if case .tuple(let list) = values { arguments = list.items }
        var used = 0
        var isNamed = false
        var result = ""
        var index = 0
        while index < scalars.count {
            let start = index
            while index < scalars.count, scalars[index] != "%" { index += 1 }
            result += String(scalars: scalars[start..<index])
            guard index < scalars.count else { break }
            index += 1
            if index < scalars.count, scalars[index] == "%" {
                result += "%"
                index += 1
                continue
            }
            var named: Value?
            if index < scalars.count, scalars[index] == "(" {
                guard let end = scalars[index...].firstIndex(of: ")") else { throw invalid("a broken '%' format") }
                guard case .map(let map) = values else { throw invalid("'%(name)s' needs a mapping") }
                let name = String(scalars: scalars[index + 1..<end])
                guard let value = map.value(for: name) else { throw invalid("the format's key '\(name)' is missing") }
                named = value
                isNamed = true
                index = end + 1
            }
            var specification = FormatSpecification()
            try readPercent(&specification, scalars, &index, arguments, &used)
            guard index < scalars.count else { throw invalid("a '%' format ends too early") }
            specification.type = scalars[index]
            index += 1
            guard let value = named ?? (used < arguments.count ? arguments[used] : nil) else {
                throw invalid("too few values for a '%' format")
            }
            if named == nil { used += 1 }
            let text = try percent(value, specification)
            try charge(bytes: result.utf8.count / 64 + text.utf8.count)
            result += text
        }
        var isMapping = false
        if case .map = values { isMapping = true }
        if !isNamed, !isMapping, used < arguments.count { throw invalid("too many values for a '%' format") }
        return result
    }

    private func readPercent(
        _ specification: inout FormatSpecification, _ scalars: [Unicode.Scalar], _ index: inout Int,
        _ arguments: [Value], _ used: inout Int
    ) throws(TemplateError) {
        flags: while index < scalars.count {
            switch scalars[index] {
            case "-": specification.alignment = "<"
            case "+": specification.sign = "+"
            case " ": if specification.sign != "+" { specification.sign = " " }
            case "0": specification.fill = "0"
            case "#": specification.isAlternate = true
            default: break flags
            }
            index += 1
        }
        if specification.fill == "0" {
            if specification.alignment == "<" { specification.fill = " " } else { specification.alignment = "=" }
        }
        specification.width = try readSize(scalars, &index, arguments, &used) ?? 0
        if index < scalars.count, scalars[index] == "." {
            index += 1
            specification.precision = try readSize(scalars, &index, arguments, &used) ?? 0
        }
        while index < scalars.count, scalars[index] == "l" || scalars[index] == "h" || scalars[index] == "L" {
            index += 1
        }
    }

    private func readSize(
        _ scalars: [Unicode.Scalar], _ index: inout Int, _ arguments: [Value], _ used: inout Int
    ) throws(TemplateError) -> Int? {
        if index < scalars.count, scalars[index] == "*" {
            guard used < arguments.count, case .int(let size) = arguments[used], (0...1000).contains(size) else {
                throw invalid("'*' in a format needs a small number")
            }
            index += 1
            used += 1
            return size
        }
        return try readSize(scalars, &index)
    }

    private func readSize(_ scalars: [Unicode.Scalar], _ index: inout Int) throws(TemplateError) -> Int? {
        var size: Int?
        while index < scalars.count, scalars[index].isASCIIDigit {
            let next = (size ?? 0) * 10 + Int(scalars[index].value) - 48
            guard next <= FormatSpecification.largest else { throw invalid("a format asks for too wide a field") }
            size = next
            index += 1
        }
        return size
    }

    private func percent(_ value: Value, _ specification: FormatSpecification) throws(TemplateError) -> String {
        var specification = specification
        switch specification.type {
        case "s", "r", "a":
            var text = try specification.type == "s" ? text(of: value) : repr(of: value)
            if let precision = specification.precision { text = text.prefixOfScalars(precision) }
            return padded(text, specification, standard: ">", zeros: false)
        case "c":
            guard case .string(let text) = value else { throw invalid("'%c' needs a character") }
            return padded(text, specification, standard: ">", zeros: false)
        case "d", "i", "u":
            specification.type = "d"
            // `%.3d` asks for at least three digits.
            let digits = specification.precision
            specification.precision = nil
            guard let number = number(value) else { throw wrongFormat("d", value) }
            var whole: Int
            switch number {
            case .int(let number): whole = number
            case .double(let number):
                guard let number = Int(exactly: number.rounded(.towardZero)) else { throw tooLarge() }
                whole = number
            }
            var text = String(whole.magnitude)
            if let digits, text.utf8.count < digits {
                text = String(repeating: "0", count: digits - text.utf8.count) + text
            }
            if whole == 0 { whole = 0 }
            return padded(signed(text, isNegative: whole < 0, specification), specification, standard: ">", zeros: true)
        default: return try format(value, specification)
        }
    }

    private func wrongFormat(_ type: Unicode.Scalar?, _ value: Value) -> TemplateError {
        if case .undefined(let undefined) = value { return needs(undefined) }
        return invalid("the format '\(type.map(String.init) ?? "")' does not suit '\(value.typeName)'")
    }

    // MARK: `str.format`

    /// `"{} {0} {name} {x.y[0]!r:>8}".format(…)`.
    func braceFormat(_ format: String, _ arguments: Arguments) throws(TemplateError) -> String {
        let scalars = Array(format.unicodeScalars)
        try charge(bytes: format.utf8.count * 4)
        var result = ""
        var index = 0
        var automatic = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            guard scalar == "{" || scalar == "}" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if index < scalars.count, scalars[index] == scalar {
                result.unicodeScalars.append(scalar)
                index += 1
                continue
            }
            guard scalar == "{" else { throw invalid("a single '}' in a format") }
            guard let end = scalars[index...].firstIndex(of: "}") else {
                throw invalid("a '{' in a format is not closed")
            }
            let field = scalars[index..<end]
            guard !field.contains("{") else {
                throw .unsupported("fields inside the fields of a format", position)
            }
            index = end + 1
            let text = try formatted(field, arguments, &automatic)
            try charge(bytes: result.utf8.count / 64 + text.utf8.count)
            result += text
        }
        return result
    }

    private func formatted(
        _ field: ArraySlice<Unicode.Scalar>, _ arguments: Arguments, _ automatic: inout Int
    ) throws(TemplateError) -> String {
        let colon = field.firstIndex(of: ":")
        var path = field[..<(colon ?? field.endIndex)]
        var conversion: Unicode.Scalar?
        if let mark = path.firstIndex(of: "!") {
            conversion = path[mark...].dropFirst().first
            path = path[..<mark]
        }
        var value = try fieldValue(path, arguments, &automatic)
        switch conversion {
        case nil: break
        case "s": value = .string(try text(of: value))
        case "r", "a": value = .string(try repr(of: value))
        default: throw invalid("an unknown conversion in a format")
        }
        guard let colon, colon + 1 < field.endIndex else { return try text(of: value) }
        return try format(value, specification(field[(colon + 1)...]))
    }

    private func fieldValue(
        _ path: ArraySlice<Unicode.Scalar>, _ arguments: Arguments, _ automatic: inout Int
    ) throws(TemplateError) -> Value {
        let end = path.firstIndex { $0 == "." || $0 == "[" } ?? path.endIndex
        let name = String(scalars: path[..<end])
        var value: Value
        if name.isEmpty || name.unicodeScalars.allSatisfy(\.isASCIIDigit) {
            let place = name.isEmpty ? automatic : Int(name) ?? .max
            if name.isEmpty { automatic += 1 }
            guard place < arguments.positional.count else { throw invalid("too few values for a format") }
            value = arguments.positional[place]
        } else {
            guard let named = arguments.named.last(where: { $0.name.isSame(as: name) }) else {
                throw invalid("the format's key '\(name)' is missing")
            }
            value = named.value
        }
        var rest = path[end...]
        while let mark = rest.first {
            rest = rest.dropFirst()
            if mark == "." {
                let stop = rest.firstIndex { $0 == "." || $0 == "[" } ?? rest.endIndex
                value = try attribute(String(scalars: rest[..<stop]), of: value)
                rest = rest[stop...]
            } else {
                guard let stop = rest.firstIndex(of: "]") else { throw invalid("a '[' in a format is not closed") }
                let key = String(scalars: rest[..<stop])
                value = try item(Int(key).map { .int($0) } ?? .string(key), of: value)
                rest = rest[(stop + 1)...]
            }
            if case .undefined(let undefined) = value { throw needs(undefined) }
        }
        return value
    }

    private func specification(_ text: ArraySlice<Unicode.Scalar>) throws(TemplateError) -> FormatSpecification {
        var result = FormatSpecification()
        let scalars = Array(text)
        var index = 0
        let alignments: [Unicode.Scalar] = ["<", ">", "^", "="]
        if scalars.count > 1, alignments.contains(scalars[1]) {
            result.fill = scalars[0]
            result.alignment = scalars[1]
            index = 2
        } else if let first = scalars.first, alignments.contains(first) {
            result.alignment = first
            index = 1
        }
        func take(_ options: [Unicode.Scalar]) -> Unicode.Scalar? {
            guard index < scalars.count, options.contains(scalars[index]) else { return nil }
            index += 1
            return scalars[index - 1]
        }
        if let sign = take(["+", "-", " "]) { result.sign = sign }
        if take(["#"]) != nil { result.isAlternate = true }
        if take(["0"]) != nil, result.alignment == nil {
            result.fill = "0"
            result.alignment = "="
        }
        result.width = try readSize(scalars, &index) ?? 0
        result.grouping = take([",", "_"])
        if take(["."]) != nil {
            guard let precision = try readSize(scalars, &index) else { throw invalid("a format lacks its precision") }
            result.precision = precision
        }
        result.type = take(["s", "d", "b", "o", "x", "X", "f", "F", "e", "E", "g", "G", "%", "c", "n"])
        guard index == scalars.count else { throw invalid("a format specification cannot be read") }
        return result
    }

    // MARK: Layout

    /// `format(value, specification)`.
    func format(_ value: Value, _ specification: FormatSpecification) throws(TemplateError) -> String {
        if case .string(var text) = value {
            guard specification.type == nil || specification.type == "s" else {
                throw wrongFormat(specification.type, value)
            }
            if let precision = specification.precision { text = text.prefixOfScalars(precision) }
            return padded(text, specification, standard: "<", zeros: false)
        }
        guard let number = number(value) else {
            guard specification.type == nil || specification.type == "s" else {
                throw wrongFormat(specification.type, value)
            }
            return padded(try text(of: value), specification, standard: "<", zeros: false)
        }
        if case .int(let whole) = number, let text = try integer(whole, specification) {
            return padded(text, specification, standard: ">", zeros: true)
        }
        return padded(try real(number.double, value, specification), specification, standard: ">", zeros: true)
    }

    /// `nil` if the type asks for a floating-point layout.
    private func integer(_ value: Int, _ specification: FormatSpecification) throws(TemplateError) -> String? {
        let magnitude = value.magnitude
        var text: String
        switch specification.type {
        case nil, "d", "n": text = grouped(String(magnitude), specification)
        case "x": text = (specification.isAlternate ? "0x" : "") + String(magnitude, radix: 16)
        case "X": text = (specification.isAlternate ? "0X" : "") + String(magnitude, radix: 16, uppercase: true)
        case "o": text = (specification.isAlternate ? "0o" : "") + String(magnitude, radix: 8)
        case "b": text = (specification.isAlternate ? "0b" : "") + String(magnitude, radix: 2)
        case "c":
            guard let code = UInt32(exactly: value), let scalar = Unicode.Scalar(code) else {
                throw invalid("a number that is no character")
            }
            return String(scalar)
        case "s": throw wrongFormat("s", .int(value))
        default: return nil
        }
        if let precision = specification.precision, text.utf8.count < precision {
            text = String(repeating: "0", count: precision - text.utf8.count) + text
        }
        return signed(text, isNegative: value < 0, specification)
    }

    private func real(
        _ number: Double, _ value: Value, _ specification: FormatSpecification
    ) throws(TemplateError) -> String {
        try charge(64)
        var text: String
        let magnitude = number.magnitude
        let precision = specification.precision ?? 6
        if !magnitude.isFinite {
            text = magnitude.isNaN ? "nan" : "inf"
        } else {
            switch specification.type {
            case "f", "F": text = DecimalExpansion.fixed(magnitude, fractionDigits: precision)
            case "e", "E": text = DecimalExpansion.exponential(magnitude, fractionDigits: precision)
            case "g", "G", "n":
                text = DecimalExpansion.general(magnitude, precision: precision, keepsZeros: specification.isAlternate)
            case "%": text = DecimalExpansion.fixed(magnitude * 100, fractionDigits: precision) + "%"
            case nil where specification.precision == nil: text = PythonFormat.double(magnitude)
            case nil:
                text = DecimalExpansion.general(magnitude, precision: precision)
                if !text.contains("."), !text.contains("e") { text += ".0" }
            default: throw wrongFormat(specification.type, value)
            }
        }
        if specification.type == "E" || specification.type == "G" || specification.type == "F" {
            text = text.uppercased()
        }
        return signed(grouped(text, specification), isNegative: number.sign == .minus && !number.isNaN, specification)
    }

    private func grouped(_ text: String, _ specification: FormatSpecification) -> String {
        guard let separator = specification.grouping else { return text }
        let bytes = Array(text.utf8)
        let whole = bytes.prefix { $0 >= 48 && $0 <= 57 }
        var result: [UInt8] = []
        for (place, digit) in whole.enumerated() {
            if place > 0, (whole.count - place) % 3 == 0 { result.append(UInt8(truncatingIfNeeded: separator.value)) }
            result.append(digit)
        }
        return String(bytes: (result + bytes[whole.count...])[...])
    }

    private func signed(_ text: String, isNegative: Bool, _ specification: FormatSpecification) -> String {
        isNegative ? "-" + text : specification.sign == "-" ? text : String(specification.sign) + text
    }

    private func padded(
        _ text: String, _ specification: FormatSpecification, standard: Unicode.Scalar, zeros: Bool
    ) -> String {
        let missing = specification.width - text.scalarCount
        guard missing > 0 else { return text }
        func fill(_ count: Int) -> String { String(repeating: String(specification.fill), count: count) }
        switch specification.alignment ?? standard {
        case "<": return text + fill(missing)
        case "^": return fill(missing / 2) + text + fill(missing - missing / 2)
        case "=":
            guard zeros else {
                return String(repeating: " ", count: missing) + text
            }
            let signs = text.unicodeScalars.prefix { $0 == "-" || $0 == "+" || $0 == " " }
            return String(signs) + fill(missing)
                + text.unicodeScalars.dropFirst(signs.count).reduce(into: "") {
                    $0.unicodeScalars.append($1)
                }
        default: return fill(missing) + text
        }
    }
}

extension String {
    func prefixOfScalars(_ count: Int) -> String {
        String(unicodeScalars.prefix(count))
    }
}
