// SPDX-License-Identifier: Apache-2.0

extension Lexer {
    /// `12`, `1_000`, `0xff`, `0b1`, `0o7`, `1.5`, `2e-3`.
    mutating func number() throws(TemplateError) {
        let start = position
        var end = digitsEnd(from: index) { $0.isASCIIDigit }
        var isFloat = false
        // After a dot a number is an index: `x.0.1` holds no float.
        if !(index > 0 && source[index - 1] == ".") {
            if end + 1 < source.count, source[end] == ".", source[end + 1].isASCIIDigit {
                isFloat = true
                end = digitsEnd(from: end + 1) { $0.isASCIIDigit }
            }
            if end < source.count, source[end] == "e" || source[end] == "E" {
                var digits = end + 1
                if digits < source.count, source[digits] == "+" || source[digits] == "-" { digits += 1 }
                if digits < source.count, source[digits].isASCIIDigit {
                    isFloat = true
                    end = digitsEnd(from: digits) { $0.isASCIIDigit }
                }
            }
        }
        if isFloat {
            let text = String(scalars: source[index..<end].filter { $0 != "_" }[...])
            guard let value = Double(text) else { throw .syntax("'\(text)' is not a number", start) }
            emit(.float(value), at: start)
            advance(to: end)
            return
        }
        var radix = 10
        var first = index
        if source[index] == "0" {
            let marks: [(Unicode.Scalar, Int)] = [("x", 16), ("o", 8), ("b", 2)]
            var zeros = digitsEnd(from: index) { $0 == "0" }
            if let (_, base) = marks.first(where: { $0.0 == peek(1)?.asciiLowered }) {
                let digits = digitsEnd(from: index + 2) { ($0.hexValue ?? 99) < base }
                if digits > index + 2 {
                    radix = base
                    first = index + 2
                    zeros = digits
                }
            }
            end = zeros
        }
        let text = String(scalars: source[first..<end].filter { $0 != "_" }[...])
        guard let value = Int(text, radix: radix) else {
            throw .unsupported("the number \(text.prefix(40)) does not fit 64 bits", start)
        }
        emit(.integer(value), at: start)
        advance(to: end)
    }

    /// The end of digits that single underscores may divide.
    private func digitsEnd(from start: Int, where isDigit: (Unicode.Scalar) -> Bool) -> Int {
        var end = start
        while end < source.count {
            if isDigit(source[end]) {
                end += 1
            } else if source[end] == "_", end > index, end + 1 < source.count, isDigit(source[end + 1]) {
                end += 2
            } else {
                break
            }
        }
        return end
    }

    /// A quoted string, with Python's escapes. Escapes Python does not know keep their backslash.
    mutating func string(quote: Unicode.Scalar) throws(TemplateError) {
        let start = position
        var value: [UInt8] = []
        var cursor = index + 1
        while true {
            guard cursor < source.count else { throw .syntax("a string is not closed with \(quote)", start) }
            let scalar = source[cursor]
            if scalar == quote { break }
            guard scalar == "\\" else {
                value.append(scalar)
                cursor += 1
                continue
            }
            guard cursor + 1 < source.count else { throw .syntax("a string is not closed with \(quote)", start) }
            let escape = source[cursor + 1]
            cursor += 2
            switch escape {
            case "\n": break
            case "\\", "'", "\"": value.append(escape)
            case "n": value.append("\n" as Unicode.Scalar)
            case "t": value.append("\t" as Unicode.Scalar)
            case "r": value.append("\r" as Unicode.Scalar)
            case "a": value.append("\u{07}" as Unicode.Scalar)
            case "b": value.append("\u{08}" as Unicode.Scalar)
            case "f": value.append("\u{0C}" as Unicode.Scalar)
            case "v": value.append("\u{0B}" as Unicode.Scalar)
            case "0", "1", "2", "3", "4", "5", "6", "7":
                var code = escape.value - 48
                var digits = 1
                while digits < 3, cursor < source.count, let digit = source[cursor].hexValue, digit < 8 {
                    code = code * 8 + UInt32(digit)
                    cursor += 1
                    digits += 1
                }
                value.append(Unicode.Scalar(code) ?? "\u{FFFD}")
            case "x": value.append(try escaped(digits: 2, at: &cursor, start))
            case "u": value.append(try escaped(digits: 4, at: &cursor, start))
            case "U": value.append(try escaped(digits: 8, at: &cursor, start))
            case "N": throw .unsupported("characters by name, '\\N{…}'", start)
            default:
                // The reference escapes what is not ASCII before it reads escapes, so there the two run together.
                guard escape.isASCII else {
                    PythonFormat.escape(escape, into: &value)
                    continue
                }
                value.append("\\" as Unicode.Scalar)
                value.append(escape)
            }
        }
        emit(.string(String(bytes: value[...])), at: start)
        advance(to: cursor + 1)
    }

    private func escaped(
        digits: Int, at cursor: inout Int, _ start: TemplatePosition
    ) throws(TemplateError) -> Unicode.Scalar {
        var code: UInt32 = 0
        for _ in 0..<digits {
            guard cursor < source.count, let digit = source[cursor].hexValue else {
                throw .syntax("a string holds a broken \\x, \\u or \\U escape", start)
            }
            code = code << 4 | UInt32(digit)
            cursor += 1
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw .syntax("a string escape names no Unicode character", start)
        }
        return scalar
    }
}
