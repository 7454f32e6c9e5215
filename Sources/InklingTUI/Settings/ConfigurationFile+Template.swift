// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding

extension ConfigurationFile {
    /// A configuration with everything that can be set at its default, as comments: what is wanted otherwise is uncommented.
    public static func template(themes: [String]) -> String {
        var lines = ["# Inkling's configuration. What stands here as a comment is so already."]
        let defaults = Preferences()
        var section = ""
        func add(_ settings: [Setting]) {
            for setting in settings {
                let parts = setting.id.split(separator: ".", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { continue }
                if parts[0] != section {
                    section = parts[0]
                    lines += ["", "[\(TOMLText.key(section))]"]
                }
                lines.append(
                    "# \(TOMLText.key(parts[1])) = \(setting.literal(defaults))    # \(setting.help); \(setting.allowed)"
                )
            }
        }
        let plain = SettingRegistry.all(for: defaults, themes: themes)
        let methods = StrategyRegistry.all.map(\.id)
        add(plain.filter { setting in !methods.contains { setting.id.hasPrefix($0 + ".") } })
        for method in methods {
            var preferences = defaults
            preferences.strategy = method
            add(SettingRegistry.all(for: preferences, themes: themes).filter { $0.id.hasPrefix(method + ".") })
        }
        let panels = PanelRegistry.all.map { TOMLText.string($0.id) }.joined(separator: ", ")
        lines += ["", "[panels]", "# shown = [\(panels)]"]
        for context in KeyContext.allCases {
            lines += ["", "[keys.\(context.rawValue)]"]
            var seen: [Action] = []
            for row in KeyMap.standard.rows(in: context) where !seen.contains(row.action) {
                seen.append(row.action)
                let names = KeyMap.standard.rows(in: context).filter { $0.action == row.action }
                    .map { TOMLText.string($0.key.name) }
                lines.append("# \(row.action.rawValue) = [\(names.joined(separator: ", "))]    # \(row.action.title)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
