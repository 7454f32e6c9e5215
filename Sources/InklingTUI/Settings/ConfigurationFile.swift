// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

/// `config.toml`: what a user set for every start.
///
///     [appearance]
///     theme = "midnight"
///     [sampling]
///     temperature = 0.7
///     [decoding]
///     strategy = "specdec++"
///     [keys.transcript]
///     copy-message = ["y", "ctrl-y"]
public enum ConfigurationFile {
    /// Reads the file over the defaults. What is not understood is passed over and told.
    ///
    /// - Parameter themes: names of the themes there are.
    public static func read(
        _ text: String, file: String = "config.toml", themes: [String]
    ) -> (preferences: Preferences, keys: KeyMap, issues: [ConfigurationIssue]) {
        var preferences = Preferences()
        var keys = KeyMap.standard
        let document: TOMLDocument
        do throws(ConfigurationIssue) {
            document = try TOMLDocument(text, file: file)
        } catch { return (preferences, keys, [error]) }
        var issues: [ConfigurationIssue] = []

        // The method first: which settings there are depends on it.
        let sections = document.entries.sorted { ($0.key == "decoding" ? 0 : 1) < ($1.key == "decoding" ? 0 : 1) }
        for section in sections {
            guard case .table(let entries) = section.value else {
                issues.append(unknown([section.key], document, file, Self.sections))
                continue
            }
            if section.key == "keys" {
                readKeys(entries, into: &keys, document, file, &issues)
                continue
            }
            if section.key == "panels" {
                readPanels(entries, into: &preferences, document, file, &issues)
                continue
            }
            for entry in entries {
                let path = [section.key, entry.key]
                let name = path.joined(separator: ".")
                // A method's parameters can be set although another one is chosen.
                var asked = preferences
                asked.strategy = section.key
                let settings =
                    SettingRegistry.all(for: preferences, themes: themes)
                    + SettingRegistry.all(for: asked, themes: themes).filter { $0.id.hasPrefix(section.key + ".") }
                guard let setting = settings.first(where: { $0.id == name }) else {
                    let known = settings.map(\.id).filter { $0.hasPrefix(section.key + ".") }
                    let suggestion = known.isEmpty
                        ? Suggestion.nearest(to: section.key, in: Self.sections)
                        : Suggestion.nearest(to: name, in: known)
                    issues.append(
                        document.issue(path, "unknown key \"\(name)\"", suggestion: suggestion, file: file))
                    continue
                }
                guard let value = entry.value.text, setting.write(&preferences, value) else {
                    var words: [String] = []
                    if case .choice(let choices) = setting.kind { words = choices }
                    issues.append(
                        document.issue(
                            path, "\(name) is \(entry.value.text.map { "\"\($0)\"" } ?? "no value"); it must be \(setting.allowed)",
                            suggestion: entry.value.text.flatMap { Suggestion.nearest(to: $0, in: words) }, file: file))
                    continue
                }
            }
        }
        for (first, second) in keys.conflicts {
            issues.append(
                document.issue(
                    ["keys", second.context.rawValue, second.action.rawValue],
                    "\(second.key.name) is \(first.action.rawValue) already, where \(second.context.rawValue) is",
                    file: file))
        }
        return (preferences, keys, issues)
    }

    private static let sections = ["decoding", "sampling", "chat", "appearance", "panels", "keys"]

    private static func unknown(
        _ path: [String], _ document: TOMLDocument, _ file: String, _ known: [String]
    ) -> ConfigurationIssue {
        let name = path.joined(separator: ".")
        return document.issue(
            path, "unknown key \"\(name)\"", suggestion: Suggestion.nearest(to: name, in: known), file: file)
    }

    private static func readPanels(
        _ entries: [TOMLDocument.Entry], into preferences: inout Preferences, _ document: TOMLDocument, _ file: String,
        _ issues: inout [ConfigurationIssue]
    ) {
        for entry in entries {
            guard entry.key == "shown", let names = entry.value.strings else {
                issues.append(unknown(["panels", entry.key], document, file, ["panels.shown"]))
                continue
            }
            let known = PanelRegistry.all.map(\.id)
            for name in names where !known.contains(name) {
                issues.append(
                    document.issue(
                        ["panels", "shown"], "no panel is called \"\(name)\"",
                        suggestion: Suggestion.nearest(to: name, in: known), file: file))
            }
            preferences.panels = names.filter { known.contains($0) }
        }
    }

    private static func readKeys(
        _ entries: [TOMLDocument.Entry], into keys: inout KeyMap, _ document: TOMLDocument, _ file: String,
        _ issues: inout [ConfigurationIssue]
    ) {
        for place in entries {
            guard let context = KeyContext(rawValue: place.key), case .table(let rows) = place.value else {
                issues.append(
                    unknown(["keys", place.key], document, file, KeyContext.allCases.map { "keys.\($0.rawValue)" }))
                continue
            }
            for row in rows {
                let path = ["keys", place.key, row.key]
                guard let action = Action(rawValue: row.key) else {
                    issues.append(
                        document.issue(
                            path, "unknown action \"\(row.key)\"",
                            suggestion: Suggestion.nearest(to: row.key, in: Action.allCases.map(\.rawValue)),
                            file: file))
                    continue
                }
                guard let names = row.value.strings else {
                    issues.append(document.issue(path, "keys are given as \"ctrl-x\" or [\"ctrl-x\", \"f5\"]", file: file))
                    continue
                }
                var presses: [KeyPress] = []
                for name in names {
                    if let press = KeyPress(name: name) {
                        presses.append(press)
                    } else {
                        issues.append(document.issue(path, "no key is called \"\(name)\"", file: file))
                    }
                }
                // An empty list takes the key away; a list of mistakes does not.
                if names.isEmpty || !presses.isEmpty { keys.bind(presses, to: action, in: context) }
            }
        }
    }
}
