// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding

/// `config.toml`: what a user set for every start.
///
///     [appearance]
///     theme = "nord"
///     [sampling]
///     temperature = 0.7
///     [decoding]
///     strategy = "specdec++"
///     [keys.transcript]
///     copy-message = ["y", "ctrl-y"]
public enum ConfigurationFile {
    /// Reads the file over the defaults. What is not understood is passed over and told, in the order of the lines.
    ///
    /// - Parameters:
    ///   - themes: names of the themes there are.
    ///   - defaults: what is so where the file says nothing.
    public static func read(
        _ text: String, file: String = "config.toml", themes: [String], over defaults: Preferences = Preferences()
    ) -> (preferences: Preferences, keys: KeyMap, issues: [ConfigurationIssue]) {
        do throws(ConfigurationIssue) {
            var reader = ConfigurationReader(
                document: try TOMLDocument(text, file: file), file: file, themes: themes, preferences: defaults)
            reader.read()
            let issues = reader.issues.enumerated().sorted { a, b in
                (a.element.line ?? 0, a.offset) < (b.element.line ?? 0, b.offset)
            }
            return (reader.preferences, reader.keys, issues.map(\.element))
        } catch { return (defaults, .standard, [error]) }
    }
}

private struct ConfigurationReader {
    let document: TOMLDocument
    let file: String
    let themes: [String]
    var preferences: Preferences
    var keys = KeyMap.standard
    var issues: [ConfigurationIssue] = []

    init(document: TOMLDocument, file: String, themes: [String], preferences: Preferences) {
        self.preferences = preferences
        self.document = document
        self.file = file
        self.themes = themes
    }

    private static let sections = ["decoding", "sampling", "chat", "appearance", "panels", "keys"]

    mutating func read() {
        // The method first: which settings there are depends on it.
        let sections = document.entries.sorted { ($0.key == "decoding" ? 0 : 1) < ($1.key == "decoding" ? 0 : 1) }
        for section in sections {
            let settings = settings(of: section.key)
            let isKnown = Self.sections.contains(section.key) || !settings.isEmpty
            guard case .table(let entries) = section.value else {
                tellMisplaced(section, isSection: isKnown)
                continue
            }
            switch section.key {
            case "keys":
                let configuration = KeyConfiguration(entries, document, file)
                keys = configuration.applied(to: keys)
                issues += configuration.issues + configuration.conflicts
            case "panels": readPanels(entries)
            default:
                guard isKnown else {
                    tellSection(section.key, entries)
                    continue
                }
                for entry in entries { read(entry, in: section.key, settings) }
            }
        }
    }

    /// A method's parameters can be set although another one is chosen.
    private func settings(of section: String) -> [Setting] {
        var asked = preferences
        if StrategyRegistry.all.contains(where: { $0.id == section }) { asked.strategy = section }
        return SettingRegistry.all(for: asked, themes: themes).filter { $0.id.hasPrefix(section + ".") }
    }

    private mutating func read(_ entry: TOMLDocument.Entry, in section: String, _ settings: [Setting]) {
        let path = [section, entry.key]
        let name = "\(section).\(entry.key)"
        guard let setting = settings.first(where: { $0.id == name }) else {
            tell(
                path, "unknown key \"\(name)\"",
                Suggestion.nearest(to: name, in: settings.map(\.id)) ?? elsewhere(entry.key))
            return
        }
        guard let value = entry.value.text, setting.write(&preferences, value) else {
            var words: [String] = []
            if case .choice(let choices) = setting.kind { words = choices }
            let near = entry.value.text.flatMap { Suggestion.nearest(to: $0, in: words) }
            let rule =
                near == nil ? "; it must be \(setting.allowed)" : ", which is not one of \(words.count) there are"
            tell(path, "\(name) is \(entry.value.literal)\(rule)", near)
            return
        }
    }

    /// The setting of this name in another section.
    private func elsewhere(_ key: String) -> String? {
        SettingRegistry.all(for: preferences, themes: themes).map(\.id).first { $0.hasSuffix("." + key) }
    }

    private mutating func tellSection(_ name: String, _ entries: [TOMLDocument.Entry]) {
        let known = Self.sections + StrategyRegistry.all.filter { !$0.parameters.isEmpty }.map(\.id)
        let path = document.place([name]) == nil ? entries.first.map { [name, $0.key] } ?? [name] : [name]
        tell(path, "unknown section [\(name)]", Suggestion.nearest(to: name, in: known))
    }

    /// A value where a section should be.
    private mutating func tellMisplaced(_ entry: TOMLDocument.Entry, isSection: Bool) {
        guard !isSection else {
            tell([entry.key], "\(entry.key) is \(entry.value.literal); it must be a section, [\(entry.key)]")
            return
        }
        let all = SettingRegistry.all(for: preferences, themes: themes).map(\.id)
        let near = elsewhere(entry.key) ?? Suggestion.nearest(to: entry.key, in: all + Self.sections)
        tell([entry.key], "unknown key \"\(entry.key)\" outside of any section", near)
    }

    private mutating func readPanels(_ entries: [TOMLDocument.Entry]) {
        let known = PanelRegistry.all.map(\.id)
        for entry in entries {
            let path = ["panels", entry.key]
            guard entry.key == "shown" else {
                tell(path, "unknown key \"panels.\(entry.key)\"", "panels.shown")
                continue
            }
            guard let names = entry.value.strings else {
                tell(
                    path,
                    "panels.shown is \(entry.value.literal); it must be a list of \(known.joined(separator: ", "))")
                continue
            }
            for name in names where !known.contains(name) {
                tell(path, "no panel is called \"\(name)\"", Suggestion.nearest(to: name, in: known))
            }
            preferences.panels = names.filter { known.contains($0) }
        }
    }

    private mutating func tell(_ path: [String], _ text: String, _ suggestion: String? = nil) {
        issues.append(document.issue(path, text, suggestion: suggestion, file: file))
    }
}
