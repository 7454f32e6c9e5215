// SPDX-License-Identifier: Apache-2.0

/// A link reference definition, `[label]: url`, which counts in the whole document.
struct LinkDefinition: Hashable, Sendable {
    /// Bytes of definitions that are kept for other parts of the document; what goes beyond counts in its own part only.
    static let byteLimit = 8192
    /// Definitions that are looked at for it.
    static let countLimit = 1024

    /// Normalised, with its backslashes.
    var label: [UInt8]
    /// As it is meant, without escapes.
    var url: [UInt8]

    /// The definitions as source, each a paragraph of its own. Of those with one label the first counts.
    static func source(of definitions: [LinkDefinition]) -> [UInt8] {
        var result: [UInt8] = []
        for definition in definitions.prefix(countLimit) {
            let source = definition.source
            if result.count + source.count > byteLimit { continue }
            result += source
        }
        return result
    }

    private var source: [UInt8] {
        var escaped: [UInt8] = []
        for byte in url {
            if Array("\\<>&".utf8).contains(byte) { escaped.append(UInt8(ascii: "\\")) }
            escaped.append(byte)
        }
        return Array("[".utf8) + label + Array("]: <".utf8) + escaped + Array(">\n\n".utf8)
    }
}
