// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingCells
import InklingEngine

/// `inkling models list`
struct ModelsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the models there are, place by place.",
        discussion: """
            The names can be given to -m, as a whole or as a beginning that only one model has. Only the heads of files \
            are read. A file that cannot be read is listed with the reason.
            """)

    @OptionGroup var options: ModelsPlaceOptions

    func run() throws {
        let groups = options.library.groups()
        if options.json {
            return try ModelsOutput.json(groups.flatMap(\.entries))
        }
        guard groups.contains(where: { !$0.entries.isEmpty }) else {
            // An empty list is a result too; why it is empty is not part of it.
            for line in ModelsListText.remarks(groups) { Output.error(line) }
            Output.error("inkling: no models found")
            Output.error("hint: inkling models list --models-dir DIR looks in a folder of yours")
            return
        }
        for line in ModelsListText.lines(groups) { Output.line(line) }
    }
}

/// The list as text. Everything that comes from files is sanitised here.
enum ModelsListText {
    private static let headings = ["NAME", "SIZE", "ARCHITECTURE", "PARAMETERS", "QUANTISATION", "CONTEXT", ""]
    private static let rightAligned: Set<Int> = [1, 3, 5]

    static func lines(_ groups: [ModelGroup]) -> [String] {
        let tables = groups.map { $0.entries.map(cells) }
        let widths = headings.indices.map { column in
            let cells = tables.joined().filter { $0.count == headings.count }.map { displayWidth($0[column]) }
            return max(displayWidth(headings[column]), cells.max() ?? 0)
        }
        // Names of damaged files count too: the reason stands behind them.
        let nameWidth = max(widths[0], tables.joined().map { displayWidth($0[0]) }.max() ?? 0)
        let row = { (cells: [String]) -> String in
            guard cells.count == headings.count else { return cells[0].padded(to: nameWidth) + "  " + cells[1] }
            let padded = cells.indices.map { column in
                cells[column].padded(
                    to: column == 0 ? nameWidth : widths[column], alignedRight: rightAligned.contains(column))
            }
            return withoutTrailingBlanks(padded.joined(separator: "  "))
        }
        var lines: [String] = []
        for (group, table) in zip(groups, tables) {
            if !lines.isEmpty { lines.append("") }
            lines.append(title(group))
            if let remark = group.remark { lines.append("  (\(sanitizedForTerminal(remark)))") }
            guard !table.isEmpty else { continue }
            lines.append("  " + row(headings))
            lines += table.map { "  " + row($0) }
        }
        return lines
    }

    /// What there is to say about places, when there is nothing else.
    static func remarks(_ groups: [ModelGroup]) -> [String] {
        groups.compactMap { group in
            group.remark.map { "inkling: \(sanitizedForTerminal(group.place.path)): \(sanitizedForTerminal($0))" }
        }
    }

    private static func title(_ group: ModelGroup) -> String {
        "\(group.place.source.title): \(sanitizedForTerminal(group.place.path))"
    }

    /// One cell a heading; for a damaged file its name and the reason.
    private static func cells(_ entry: LibraryEntry) -> [String] {
        let name = sanitizedForTerminal(entry.model.name)
        guard let summary = entry.summary else {
            return [name, "unreadable: " + sanitizedForTerminal(entry.problem ?? "unknown reason")]
        }
        let size = Quantity.bytes(summary.bytes) + (summary.files > 1 ? " in \(summary.files)" : "")
        return [
            name, size, summary.architecture.map { short(sanitizedForTerminal($0)) } ?? "-",
            summary.parameters > 0 ? Quantity.parameters(summary.parameters) : "-", summary.quantization ?? "-",
            summary.contextLength.map(Quantity.tokens) ?? "-",
            summary.limitation.map { short(sanitizedForTerminal($0)) } ?? "",
        ]
    }

    private static let shortLength = 60

    /// Text of a file that nobody meant for a table, cut.
    private static func short(_ text: String) -> String {
        text.count > shortLength ? text.prefix(shortLength) + "…" : text
    }

    private static func withoutTrailingBlanks(_ line: String) -> String {
        var line = line
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}
