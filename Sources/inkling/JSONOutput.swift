// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// JSON on standard output.
enum JSONOutput {
    /// One value, readable.
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Output.write([UInt8](try encoder.encode(value)) + [10])
    }

    /// One value on one line.
    static func printLine(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Output.write([UInt8](try encoder.encode(value)) + [10])
    }
}
