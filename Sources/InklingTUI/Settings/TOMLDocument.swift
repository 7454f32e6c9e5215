// SPDX-License-Identifier: Apache-2.0

internal import TOMLKit

/// A TOML file as a tree of values, with the place of every key: people edit these files by hand and want to be told where.
struct TOMLDocument {
    indirect enum Value: Equatable {
        case string(String), integer(Int), real(Double), flag(Bool), list([Value])
        case table([Entry])
        /// A kind that no setting has: a date, say.
        case other
    }

    struct Entry: Equatable {
        var key: String
        var value: Value
    }

    let entries: [Entry]
    private let places: [[String]: (line: Int, column: Int)]

    /// Larger files are not read.
    static let byteLimit = 1 << 20

    /// - Throws: where and why the text is no TOML.
    init(_ text: String, file: String) throws(ConfigurationIssue) {
        guard text.utf8.count <= Self.byteLimit else {
            throw ConfigurationIssue(file: file, text: "too long to be a configuration (\(text.utf8.count) bytes)")
        }
        // The parser reads a C string and would stop here without a word.
        guard !text.utf8.contains(0) else { throw ConfigurationIssue(file: file, text: "holds a null byte") }
        do {
            entries = Self.entries(try TOMLTable(string: text))
        } catch let error as TOMLParseError {
            throw ConfigurationIssue(
                file: file, line: error.source.begin.line, column: error.source.begin.column,
                text: Self.explained(error.description))
        } catch {
            throw ConfigurationIssue(file: file, text: "\(error)")
        }
        places = Self.places(in: text)
    }

    /// What the parser says, in the words of people who do not know its grammar.
    private static func explained(_ description: String) -> String {
        let text = description.replacing("Error while parsing ", with: "")
        let parts = text.split(separator: ": ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return text }
        let (place, reason) = (parts[0], parts[1])
        if reason.contains("could not determine value type") {
            return "this is no value; a text stands in quotes, as in theme = \"dark\""
        }
        if reason.contains("unescaped control characters") { return "the \(place) is not closed on its line" }
        if reason.contains("end-of-file") { return "the \(place) is not closed when the file ends" }
        if reason.contains("cannot redefine"), let name = reason.split(separator: "'").last {
            return "\(name) is there twice"
        }
        return
            "\(place): \(reason.replacing("'\n'", with: "the end of the line").replacing("'\\n'", with: "the end of the line"))"
    }

    /// Where a key stands, as far as it can be told.
    func place(_ path: [String]) -> (line: Int, column: Int)? { places[path] }

    func issue(_ path: [String], _ text: String, suggestion: String? = nil, file: String) -> ConfigurationIssue {
        let place = place(path)
        return ConfigurationIssue(
            file: file, line: place?.line, column: place?.column, text: text, suggestion: suggestion)
    }

    private static func entries(_ table: TOMLTable) -> [Entry] {
        table.keys.sorted().compactMap { key in table[key].map { Entry(key: key, value: value($0)) } }
    }

    private static func value(_ value: any TOMLValueConvertible) -> Value {
        if let text = value.string { return .string(text) }
        if let flag = value.bool { return .flag(flag) }
        if let number = value.int { return .integer(number) }
        if let number = value.double { return .real(number) }
        if let table = value.table { return .table(entries(table)) }
        if let array = value.array { return .list(array.map { Self.value($0) }) }
        return .other
    }

    /// Keys at the beginnings of lines, under the table that was opened last. Keys inside inline tables have the place of
    /// the key that holds them.
    private static func places(in text: String) -> [[String]: (line: Int, column: Int)] {
        var places: [[String]: (line: Int, column: Int)] = [:]
        var table: [String] = []
        for (index, line) in lines(of: text).enumerated() {
            let body = line.drop { $0 == " " || $0 == "\t" }
            let column = line.distance(from: line.startIndex, to: body.startIndex) + 1
            if body.first == "[" {
                let name = body.drop { $0 == "[" }.prefix { $0 != "]" }
                table = path(name)
                places[table] = (index + 1, column)
            } else if let equals = body.firstIndex(of: "="), body.first != "#" {
                let key = path(body[..<equals])
                guard !key.isEmpty, places[table + key] == nil else { continue }
                places[table + key] = (index + 1, column)
            }
        }
        return places
    }

    /// The lines of a text, whichever way they end.
    static func lines(of text: String) -> [Substring] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    }

    /// A dotted key in its parts; quoted parts keep their dots.
    static func path(_ text: Substring) -> [String] {
        var parts: [String] = []
        var part = ""
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { part.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "." {
                parts.append(part)
                part = ""
            } else if character != " ", character != "\t" {
                part.append(character)
            }
        }
        parts.append(part)
        return parts
    }
}

extension ConfigurationIssue: Error {}

extension TOMLDocument.Value {
    /// The value as a person would type it; nil for lists, tables and dates.
    var text: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .real(let number): Setting.short(number)
        case .flag(let flag): flag ? "on" : "off"
        case .list, .table, .other: nil
        }
    }

    /// The value as it may stand in the file, for messages.
    var literal: String {
        switch self {
        case .string(let text): "\"\(text)\""
        case .integer(let number): String(number)
        case .real(let number): Setting.short(number)
        case .flag(let flag): flag ? "true" : "false"
        case .list: "a list"
        case .table: "a table"
        case .other: "a date or a time"
        }
    }

    /// A list of strings, or one string; nil for anything else.
    var strings: [String]? {
        switch self {
        case .string(let text): return [text]
        case .list(let values):
            let strings = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            return strings.count == values.count ? strings : nil
        default: return nil
        }
    }
}
