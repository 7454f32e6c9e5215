// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingCells

/// JSON on standard output.
enum JSONOutput {
    /// One value, readable.
    static func print(_ value: some Encodable) throws {
        Output.write(try text(value))
    }

    /// The same for a file.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return text(try encoder.encode(value))
    }

    /// One value on one line.
    static func printLine(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Output.write(text(try encoder.encode(value)))
    }

    /// Control and bidirectional characters leave as escapes: the same JSON, harmless where it is shown.
    private static func text(_ json: Data) -> String {
        escapedForTerminal(json: String(decoding: json, as: UTF8.self)) + "\n"
    }
}
