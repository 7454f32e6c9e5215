// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

/// The keys as a table in Markdown: a row a place, for the README.
public enum KeyTable {
    /// Lines of the README between which the table stands.
    public static let begin =
        "<!-- The keys: made from the key map, by INKLING_RECORD=1 swift test --filter ReadmeTests -->"
    public static let end = "<!-- The end of the keys -->"

    public static func markdown(_ keys: KeyMap) -> String {
        var lines = ["| where | keys |", "| --- | --- |"]
        for context in KeyContext.allCases {
            let rows = keys.rows(in: context)
            guard !rows.isEmpty else { continue }
            var seen: [Action] = []
            var cells: [String] = []
            for row in rows where !seen.contains(row.action) {
                seen.append(row.action)
                if let index = row.action.recentIndex {
                    if index == 0 { cells.append("`\(row.key.name)` to `alt-9` the pairs of models used last") }
                    continue
                }
                let names = rows.filter { $0.action == row.action }.map { code($0.key.name) }
                cells.append("\(names.joined(separator: " ")) \(row.action.title)")
            }
            lines.append("| **\(context.title)** | \(cells.joined(separator: " · ")) |")
        }
        return lines.joined(separator: "\n")
    }

    /// The README with the table of these keys in its place; nil if it has no place for one.
    public static func updated(readme: String, _ keys: KeyMap) -> String? {
        guard let begin = readme.firstRange(of: begin + "\n"), let end = readme.firstRange(of: end),
            begin.upperBound <= end.lowerBound
        else { return nil }
        return readme[..<begin.upperBound] + markdown(keys) + "\n" + readme[end.lowerBound...]
    }

    private static func code(_ name: String) -> String {
        name == "`" ? "`` ` ``" : "`\(name == "|" ? "\\|" : name)`"
    }
}
