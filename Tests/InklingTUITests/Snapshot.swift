// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingCells
import Testing

/// Screens as text that a person can read: the glyphs, a rule, then one letter for the role of each cell.
enum Snapshot {
    /// A theme in which every role has a colour of its own, so that the role of a cell can be told from its style.
    static let theme = Theme(
        name: "letters",
        roles: Dictionary(
            uniqueKeysWithValues: Role.allCases.enumerated().map { index, role in
                (role, RoleStyle(foreground: .indexed(UInt8(16 + index)), background: .standard, attributes: []))
            }))

    /// Plain text is a dot, so that the rest stands out.
    private static let letters = Array(".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+*#@%&")

    static func text(of buffer: CellBuffer) -> String {
        let glyphs = buffer.rows.map { trimmed($0) }
        let roles = (0..<buffer.size.height).map { y in
            trimmed(
                String(
                    (0..<buffer.size.width).map { x -> Character in
                        let cell = buffer[x, y]
                        guard cell.text != " ", case .indexed(let number) = cell.style.foreground else { return " " }
                        return letters[min(Int(number) - 16, letters.count - 1)]
                    }))
        }
        let rule = String(repeating: "=", count: buffer.size.width)
        return (glyphs + [rule] + roles).joined(separator: "\n") + "\n"
    }

    /// The glyphs, a rule, then a letter for the attributes of each cell, for themes without colours.
    static func attributes(of buffer: CellBuffer) -> String {
        let letters: [(Attributes, Character)] = [
            (.strikethrough, "s"), (.reverse, "r"), (.underline, "u"), (.bold, "b"), (.dim, "d"), (.italic, "i"),
        ]
        let styles = (0..<buffer.size.height).map { y in
            trimmed(
                String(
                    (0..<buffer.size.width).map { x -> Character in
                        let cell = buffer[x, y]
                        guard cell.text != " " else { return " " }
                        return letters.first { cell.style.attributes.contains($0.0) }?.1 ?? "."
                    }))
        }
        let rule = String(repeating: "=", count: buffer.size.width)
        return (buffer.rows.map { trimmed($0) } + [rule] + styles).joined(separator: "\n") + "\n"
    }

    private static func trimmed(_ row: String) -> String {
        var row = Substring(row)
        while row.last == " " { row.removeLast() }
        return String(row)
    }

    /// Compares with the file of this name; `INKLING_RECORD=1` writes it.
    static func check(_ text: String, named name: String, at location: SourceLocation = #_sourceLocation) {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")
        let file = folder.appending(path: name + ".txt")
        if ProcessInfo.processInfo.environment["INKLING_RECORD"] != nil {
            try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try? Data(text.utf8).write(to: file)
            return
        }
        guard let data = try? Data(contentsOf: file) else {
            Issue.record("there is no snapshot \(name); INKLING_RECORD=1 makes it", sourceLocation: location)
            return
        }
        let expected = String(decoding: data, as: UTF8.self)
        guard text != expected else { return }
        let (now, before) = (lines(text), lines(expected))
        let row =
            zip(now, before).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(now.count, before.count)
        Issue.record(
            """
            \(name) differs in line \(row + 1):
            is  \(row < now.count ? now[row] : "(nothing)")
            was \(row < before.count ? before[row] : "(nothing)")
            """, sourceLocation: location)
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }
}
