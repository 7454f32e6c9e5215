// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// Rows and columns as text, for people: aligned by spaces, or as Markdown.
struct TextTable {
    enum Alignment {
        case left, right
    }

    enum Style {
        case plain, markdown
    }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    init(_ columns: [(title: String, alignment: Alignment)]) {
        self.columns = columns
    }

    /// - Precondition: as many cells as there are columns.
    mutating func append(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has one cell a column")
        rows.append(cells)
    }

    /// The lines, without a line break after the last.
    func text(_ style: Style) -> String {
        let cells = style == .markdown ? rows.map { $0.map(Self.escaped) } : rows
        let widths = columns.indices.map { column in
            cells.reduce(displayWidth(columns[column].title)) { max($0, displayWidth($1[column])) }
        }
        func line(_ cells: [String]) -> String {
            let padded = zip(zip(cells, columns), widths).map { cell, width in
                cell.0.padded(to: width, alignedRight: cell.1.alignment == .right)
            }
            guard style == .markdown else { return Self.trimmed(padded.joined(separator: "  ")) }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        var lines = [line(columns.map(\.title))]
        if style == .markdown {
            let rules = zip(columns, widths).map { column, width in
                // Markdown wants at least three marks in a rule.
                let dashes = String(repeating: "-", count: max(3, width) - 1)
                return column.alignment == .right ? dashes + ":" : "-" + dashes
            }
            lines.append("| " + rules.joined(separator: " | ") + " |")
        }
        return (lines + cells.map(line)).joined(separator: "\n")
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func escaped(_ cell: String) -> String {
        cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
