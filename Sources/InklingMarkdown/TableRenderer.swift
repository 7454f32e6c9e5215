// SPDX-License-Identifier: Apache-2.0

import InklingCells

/// Tables to lines: columns beside each other as wide as their text, narrower if that is too much, and if it still is,
/// one row below the other.
enum TableRenderer {
    /// Columns that are made narrower keep this width.
    static let leastColumnWidth = 6

    private static let separator = TextLine(" │ ", role: .tableRule)

    static func lines(of table: TableBlock, width: Int, textRole: Role) -> [TextLine] {
        let rows = table.rows.enumerated().map { index, row in
            row.map { cell in
                cell.map { $0.inRole(index == 0 ? .heading : textRole).adding(index == 0 ? .bold : []) }
            }
        }
        guard let header = rows.first, !header.isEmpty else { return [] }
        let natural = header.indices.map { column in
            rows.reduce(1) { widest, row in row[column].reduce(widest) { max($0, $1.width) } }
        }
        if let widths = columnWidths(natural, available: width - 3 * (natural.count - 1)) {
            return grid(rows, widths, table.alignments)
        }
        return stack(rows, width: width)
    }

    /// The widths of columns that together take no more than what is available; nil if that is too narrow.
    ///
    /// Columns that take no more than an equal share keep their width, the others share the rest.
    static func columnWidths(_ natural: [Int], available: Int) -> [Int]? {
        // Cells of text without end are wide, but their sum must not be too wide for a number.
        if natural.allSatisfy({ $0 <= available }), natural.reduce(0, +) <= available { return natural }
        var widths = natural
        var rest = available
        var left = natural.indices.sorted { (natural[$0], $0) < (natural[$1], $1) }[...]
        while let narrowest = left.first {
            let share = rest / left.count
            if natural[narrowest] > share { break }
            rest -= natural[narrowest]
            left.removeFirst()
        }
        guard !left.isEmpty, rest / left.count >= leastColumnWidth else { return nil }
        for (index, column) in left.sorted().enumerated() {
            widths[column] = rest / left.count + (index < rest % left.count ? 1 : 0)
        }
        return widths
    }

    // MARK: Columns

    private static func grid(
        _ rows: [[[TextLine]]], _ widths: [Int], _ alignments: [TableBlock.Alignment]
    ) -> [TextLine] {
        let rule = TextLine(
            widths.enumerated().map { index, width in
                // The blanks around a separator belong to the rule.
                let outer = (index > 0 ? 1 : 0) + (index < widths.count - 1 ? 1 : 0)
                return String(repeating: "─", count: width + outer)
            }.joined(separator: "┼"), role: .tableRule)
        let wrapped = rows.map { row in
            row.enumerated().map { column, cell in cell.flatMap { $0.wrapped(to: widths[column]) } }
        }
        // Rows of several lines need something between them.
        let isOpen = wrapped.dropFirst().allSatisfy { row in row.allSatisfy { $0.count <= 1 } }
        var result: [TextLine] = []
        for (index, row) in wrapped.enumerated() {
            if index == 1 || index > 1 && !isOpen { result.append(rule) }
            for line in 0..<max(1, row.reduce(0) { max($0, $1.count) }) {
                var text = TextLine()
                for (column, cell) in row.enumerated() {
                    if column > 0 { text = text + separator }
                    let part = line < cell.count ? cell[line] : TextLine()
                    text = text + aligned(part, alignments[column], widths[column])
                }
                result.append(text.withoutBlanksAtEnd)
            }
        }
        if wrapped.count == 1 { result.append(rule) }
        return result
    }

    private static func aligned(_ line: TextLine, _ alignment: TableBlock.Alignment, _ width: Int) -> TextLine {
        let blanks = max(0, width - line.width)
        let before =
            switch alignment {
            case .left: 0
            case .center: blanks / 2
            case .right: blanks
            }
        return TextLine(String(repeating: " ", count: before)) + line
            + TextLine(String(repeating: " ", count: blanks - before))
    }

    // MARK: One below the other

    private static func stack(_ rows: [[[TextLine]]], width: Int) -> [TextLine] {
        let rule = TextLine(String(repeating: "─", count: width), role: .tableRule)
        if rows.count == 1 { return rows[0].flatMap { $0.flatMap { $0.wrapped(to: width) } } + [rule] }
        var result: [TextLine] = []
        for row in rows.dropFirst() {
            if !result.isEmpty { result.append(rule) }
            for (name, cell) in zip(rows[0], row) where !cell.isEmpty {
                var first = name.reduce(TextLine()) { $0.isEmpty ? $1 : $0 + TextLine(" ") + $1 }
                if !first.isEmpty { first.append(": ", role: .dim) }
                result += (first + cell[0]).wrapped(to: width)
                for line in cell.dropFirst() { result += line.wrapped(to: width) }
            }
        }
        return result
    }
}
