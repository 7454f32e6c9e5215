// SPDX-License-Identifier: Apache-2.0

public import InklingCells

/// A theme as it is written by hand:
///
///     name = "Midnight"
///     inherits = "dark"
///     [palette]
///     ink = "#d8dbe6"
///     [roles]
///     text = { fg = "ink", bg = "#11131a" }
///     "draft.rejected" = { fg = "red", dim = true, strike = true }
public enum ThemeFile {
    private static let attributes: [(name: String, attribute: Attributes)] = [
        ("bold", .bold), ("dim", .dim), ("italic", .italic), ("underline", .underline), ("reverse", .reverse),
        ("strike", .strikethrough),
    ]

    /// Reads a theme; what is not understood is left out and told.
    ///
    /// - Parameters:
    ///   - file: its name without the folder, for messages; without `.toml` it is what the theme is chosen by.
    ///   - bases: themes that it can inherit from.
    public static func read(
        _ text: String, file: String, bases: [Theme]
    ) -> (theme: Theme?, issues: [ConfigurationIssue]) {
        let document: TOMLDocument
        do throws(ConfigurationIssue) { document = try TOMLDocument(text, file: file) } catch { return (nil, [error]) }
        var issues: [ConfigurationIssue] = []
        var palette: [String: Color] = [:]
        var base: Theme?
        var roles: [Role: RoleStyle] = [:]

        func color(_ name: String, at path: [String]) -> Color? {
            if let color = palette[name] ?? Color(name: name) { return color }
            issues.append(
                document.issue(
                    path, "unknown colour \"\(name)\"",
                    suggestion: Suggestion.nearest(to: name, in: palette.keys.sorted() + Color.names), file: file))
            return nil
        }

        func style(_ entries: [TOMLDocument.Entry], at path: [String]) -> RoleStyle {
            var style = RoleStyle()
            var set: Attributes?
            for entry in entries {
                switch (entry.key, entry.value) {
                case ("fg", .string(let name)): style.foreground = color(name, at: path)
                case ("bg", .string(let name)): style.background = color(name, at: path)
                case (let key, .flag(let isOn)):
                    guard let attribute = attributes.first(where: { $0.name == key })?.attribute else { fallthrough }
                    if isOn { set = (set ?? []).union(attribute) } else { set = set ?? [] }
                default:
                    issues.append(
                        document.issue(
                            path, "\"\(entry.key)\" is not what a style has",
                            suggestion: Suggestion.nearest(
                                to: entry.key, in: ["fg", "bg"] + attributes.map(\.name)),
                            file: file))
                }
            }
            style.attributes = set
            return style
        }

        // In this order, whatever the file's: roles use the palette.
        for entry in document.entries {
            switch (entry.key, entry.value) {
            case ("palette", .table(let colors)):
                for entry in colors {
                    guard let name = entry.value.text, let color = Color(name: name) else {
                        issues.append(
                            document.issue(
                                ["palette", entry.key], "\"\(entry.value.text ?? "that")\" is no colour", file: file))
                        continue
                    }
                    palette[entry.key] = color
                }
            case ("inherits", .string(let name)):
                base = bases.first { $0.name == name }
                if base == nil {
                    issues.append(
                        document.issue(
                            ["inherits"], "no theme is called \"\(name)\"",
                            suggestion: Suggestion.nearest(to: name, in: bases.map(\.name)), file: file))
                }
            case ("name", .string), ("roles", .table): break
            default:
                issues.append(
                    document.issue(
                        [entry.key], "unknown key \"\(entry.key)\"",
                        suggestion: Suggestion.nearest(to: entry.key, in: ["name", "inherits", "palette", "roles"]),
                        file: file))
            }
        }
        for case .table(let entries) in document.entries.filter({ $0.key == "roles" }).map(\.value) {
            for entry in flattened(entries) {
                let path = ["roles", entry.key]
                guard let role = Role(rawValue: entry.key) else {
                    issues.append(
                        document.issue(
                            path, "unknown role \"\(entry.key)\"",
                            suggestion: Suggestion.nearest(to: entry.key, in: Role.allCases.map(\.rawValue)),
                            file: file))
                    continue
                }
                switch entry.value {
                case .table(let parts): roles[role] = style(parts, at: path)
                case .string(let name): roles[role] = RoleStyle(foreground: color(name, at: path))
                default:
                    issues.append(
                        document.issue(path, "a style is { fg = \"…\", bg = \"…\", bold = true }", file: file))
                }
            }
        }
        let name = file.hasSuffix(".toml") ? String(file.dropLast(5)) : file
        return (Theme(name: name, roles: roles, base: base), issues)
    }

    /// `draft.rejected = {…}` without quotes is a table in a table; a style's own keys hold no tables.
    private static func flattened(_ entries: [TOMLDocument.Entry], prefix: String = "") -> [TOMLDocument.Entry] {
        entries.flatMap { entry -> [TOMLDocument.Entry] in
            let name = prefix + entry.key
            guard case .table(let inner) = entry.value, Role(rawValue: name) == nil || hasTables(inner) else {
                return [TOMLDocument.Entry(key: name, value: entry.value)]
            }
            let own = inner.filter { if case .table = $0.value { false } else { true } }
            let rest = inner.filter { if case .table = $0.value { true } else { false } }
            let deeper = flattened(rest, prefix: name + ".")
            return own.isEmpty ? deeper : [TOMLDocument.Entry(key: name, value: .table(own))] + deeper
        }
    }

    private static func hasTables(_ entries: [TOMLDocument.Entry]) -> Bool {
        entries.contains { if case .table = $0.value { true } else { false } }
    }
}
