// SPDX-License-Identifier: Apache-2.0

/// Reads JSON into a template's values.
///
/// A reader of its own because templates see what others throw away: the order of keys, which `tojson` and loops bring
/// back, and the difference between 1 and 1.0. Follows RFC 8259; a byte order mark at the start is skipped.
public struct TemplateJSON {
    /// Why a text is not JSON, and where.
    public struct Problem: Error, Equatable {
        public var message: String
        /// From 1; columns count bytes.
        public var line, column: Int

        public init(message: String, line: Int, column: Int) {
            self.message = message
            self.line = line
            self.column = column
        }
    }

    /// Deeper nesting is no conversation.
    public static let depthLimit = 128

    private let bytes: [UInt8]
    private var at = 0

    public static func parse(_ bytes: [UInt8]) throws(Problem) -> TemplateValue {
        var reader = TemplateJSON(bytes)
        reader.skipSpace()
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.at == bytes.count else { throw reader.problem("text after the end of the value") }
        return value
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func problem(_ message: String) -> Problem {
        let before = bytes[..<min(at, bytes.count)]
        let lineStart = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
        return Problem(
            message: message, line: before.reduce(1) { $0 + ($1 == 10 ? 1 : 0) }, column: before.count - lineStart + 1)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 32 || byte == 10 || byte == 13 || byte == 9 { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func take(word: StaticString) -> Bool {
        let word = Array(word.description.utf8)
        guard bytes[at...].starts(with: word) else { return false }
        at += word.count
        return true
    }

    private mutating func value(depth: Int) throws(Problem) -> TemplateValue {
        guard depth < Self.depthLimit else { throw problem("nested more than \(Self.depthLimit) deep") }
        switch next {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try list(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case let byte? where byte == UInt8(ascii: "-") || (48...57).contains(byte): return try number()
        case nil: throw problem("the text ends where a value should be")
        default:
            if take(word: "true") { return .bool(true) }
            if take(word: "false") { return .bool(false) }
            if take(word: "null") { return .null }
            throw problem("no value begins like this")
        }
    }

    private mutating func list(_ depth: Int) throws(Problem) -> TemplateValue {
        at += 1
        var items: [TemplateValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .list([]) }
        while true {
            skipSpace()
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .list(items) }
            guard take(UInt8(ascii: ",")) else { throw problem("a list needs \",\" or \"]\" here") }
        }
    }

    private mutating func object(_ depth: Int) throws(Problem) -> TemplateValue {
        at += 1
        var entries: [TemplateEntry] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .map([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("an object needs a key in double quotes here") }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw problem("an object needs \":\" after a key") }
            skipSpace()
            entries.append(TemplateEntry(key: key, value: try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .map(entries) }
            guard take(UInt8(ascii: ",")) else { throw problem("an object needs \",\" or \"}\" here") }
        }
    }

    private mutating func number() throws(Problem) -> TemplateValue {
        let start = at
        func digits(_ reader: inout TemplateJSON) -> Int {
            let first = reader.at
            while let byte = reader.next, (48...57).contains(byte) { reader.at += 1 }
            return reader.at - first
        }
        _ = take(UInt8(ascii: "-"))
        let leadsWithZero = next == UInt8(ascii: "0")
        let count = digits(&self)
        guard count > 0, !leadsWithZero || count == 1 else { throw problem("not a number") }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard digits(&self) > 0 else { throw problem("a number needs digits after its point") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            at += 1
            isWhole = false
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
            guard digits(&self) > 0 else { throw problem("a number needs digits in its exponent") }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isWhole, let value = Int(text) { return .int(value) }
        guard let value = Double(text), value.isFinite else { throw problem("a number too large") }
        return .double(value)
    }

    private mutating func string() throws(Problem) -> String {
        at += 1
        var result: [UInt8] = []
        while true {
            guard let byte = next else { throw problem("the text ends inside a string") }
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                guard let text = String(validating: result, as: UTF8.self) else {
                    throw problem("a string that is not valid UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                at += 1
                try escape(into: &result)
            case 0..<32:
                throw problem("a line break or control character inside a string; write it as \\n or \\u…")
            default:
                result.append(byte)
                at += 1
            }
        }
    }

    private mutating func escape(into result: inout [UInt8]) throws(Problem) {
        guard let byte = next else { throw problem("the text ends inside a string") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
        case UInt8(ascii: "b"): result.append(8)
        case UInt8(ascii: "f"): result.append(12)
        case UInt8(ascii: "n"): result.append(10)
        case UInt8(ascii: "r"): result.append(13)
        case UInt8(ascii: "t"): result.append(9)
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            // A half of a pair alone stands for nothing.
            guard (0xD800..<0xDC00).contains(unit) else { return append(unit, to: &result) }
            let saved = at
            if take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
                let low = try hexUnit()
                if (0xDC00..<0xE000).contains(low) {
                    return append(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), to: &result)
                }
            }
            at = saved
            append(unit, to: &result)
        default:
            at -= 1
            throw problem("no such escape in a string")
        }
    }

    private func append(_ code: UInt32, to result: inout [UInt8]) {
        result += String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8
    }

    private mutating func hexUnit() throws(Problem) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw problem("\\u needs four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
