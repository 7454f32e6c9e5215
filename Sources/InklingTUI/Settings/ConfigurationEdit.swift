// SPDX-License-Identifier: Apache-2.0

/// A setting as it is to stand in the configuration.
public struct KeptSetting: Sendable, Equatable {
    public var section: String
    public var key: String
    /// The value in TOML.
    public var literal: String

    public init(section: String, key: String, literal: String) {
        self.section = section
        self.key = key
        self.literal = literal
    }

    init(_ setting: Setting, of preferences: Preferences) {
        let parts = setting.id.split(separator: ".", maxSplits: 1).map(String.init)
        section = parts[0]
        key = parts.count > 1 ? parts[1] : ""
        literal = setting.literal(preferences)
    }

    /// `section.key`.
    public var name: String { "\(section).\(key)" }
}

extension Setting {
    /// The value as it stands in a configuration.
    func literal(_ preferences: Preferences) -> String {
        let text = read(preferences)
        switch kind {
        case .real, .integer: return text
        case .flag: return text == "on" ? "true" : "false"
        case .text where isNumber && Int(text) != nil: return text
        case .choice, .text: return TOMLText.string(text)
        }
    }
}

/// Pieces of TOML as they are written.
enum TOMLText {
    /// A string in double quotes.
    static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    /// A key, in quotes where it needs them.
    static func key(_ text: String) -> String {
        let isBare =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
        return isBare ? text : string(text)
    }
}

/// Changes one value of a configuration and leaves everything else as its owner wrote it, comments included.
public enum ConfigurationEdit {
    /// - Throws: why the text cannot be changed; then it must stay as it is.
    public static func set(
        _ setting: KeptSetting, in text: String, file: String = "config.toml"
    ) throws(ConfigurationIssue) -> String {
        let before = try TOMLDocument(text, file: file)
        let result = edited(text, setting)
        // What looks like a key may be part of something else, so the outcome is read again.
        guard let after = try? TOMLDocument(result, file: file), after.entries == expected(before, after, setting)
        else {
            let place = before.place([setting.section, setting.key]) ?? before.place([setting.section])
            throw ConfigurationIssue(
                file: file, line: place?.line, column: place?.column,
                text: "\(setting.name) cannot be changed here; write it as \(setting.key) = \(setting.literal) "
                    + "under [\(setting.section)]")
        }
        return result
    }

    private static func edited(_ text: String, _ setting: KeptSetting) -> String {
        var lines = TOMLDocument.lines(of: text).map(String.init)
        let ending = text.contains("\r\n") ? "\r\n" : "\n"
        let line = "\(TOMLText.key(setting.key)) = \(setting.literal)"
        var section: [String] = []
        var header: Int?
        var last: Int?
        for (index, text) in lines.enumerated() {
            let body = text.drop { $0 == " " || $0 == "\t" }
            if body.first == "[" {
                section = TOMLDocument.path(body.drop { $0 == "[" }.prefix { $0 != "]" })
                if section == [setting.section], header == nil, !body.hasPrefix("[[") {
                    (header, last) = (index, index)
                }
            } else if let equals = body.firstIndex(of: "="), body.first != "#" {
                let path = section + TOMLDocument.path(body[..<equals])
                if path == [setting.section, setting.key] {
                    let indent = text.prefix(text.count - body.count)
                    let key = body[..<equals].trimmingEnd()
                    lines[index] = "\(indent)\(key) = \(setting.literal)" + comment(after: body[equals...])
                    return lines.joined(separator: ending)
                }
                if section == [setting.section], header != nil { last = index }
            }
        }
        if let last {
            lines.insert(line, at: last + 1)
            return lines.joined(separator: ending)
        }
        while lines.last == "" { lines.removeLast() }
        if !lines.isEmpty { lines.append("") }
        return (lines + ["[\(TOMLText.key(setting.section))]", line, ""]).joined(separator: ending)
    }

    /// What follows a value on its line from a number sign on that is not part of a string, and the blanks before it.
    private static func comment(after value: Substring) -> String {
        var quote: Character?
        var isEscaped = false
        for index in value.indices {
            let character = value[index]
            if let open = quote {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\", open == "\"" {
                    isEscaped = true
                } else if character == open {
                    quote = nil
                }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "#" {
                let start = value[..<index].trimmingEnd().endIndex
                return String(value[start...])
            }
        }
        return ""
    }

    /// The entries of before, with the one that was to be changed.
    private static func expected(
        _ before: TOMLDocument, _ after: TOMLDocument, _ setting: KeptSetting
    ) -> [TOMLDocument.Entry]? {
        guard let wanted = try? TOMLDocument("x = \(setting.literal)", file: "").entries.first?.value else {
            return nil
        }
        var sections = before.entries
        let entry = TOMLDocument.Entry(key: setting.key, value: wanted)
        if let index = sections.firstIndex(where: { $0.key == setting.section }) {
            guard case .table(var entries) = sections[index].value else { return nil }
            if let place = entries.firstIndex(where: { $0.key == setting.key }) {
                entries[place] = entry
            } else {
                entries.append(entry)
                entries.sort { $0.key < $1.key }
            }
            sections[index].value = .table(entries)
        } else {
            sections.append(TOMLDocument.Entry(key: setting.section, value: .table([entry])))
            sections.sort { $0.key < $1.key }
        }
        return sections
    }
}

extension Substring {
    fileprivate func trimmingEnd() -> Substring {
        var text = self
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
