// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// How the library's values look as JSON: keys in snake_case and in order, so that equal values give equal text.
public enum LibraryJSON {
    /// Holds text from files; escape it before it goes to a terminal.
    public static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Numbers of files can be anything that a Double can.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension LibraryEntry: Encodable {
    enum CodingKeys: String, CodingKey {
        case name, aliases, source, path, problem
    }

    /// One flat object: the summary's keys stand beside the model's.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model.name, forKey: .name)
        try container.encode(model.aliases, forKey: .aliases)
        try container.encode(model.source, forKey: .source)
        try container.encode(model.path, forKey: .path)
        try container.encodeIfPresent(problem, forKey: .problem)
        try summary?.encode(to: encoder)
    }
}
