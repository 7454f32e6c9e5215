// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Prompts of a file, one JSON object a line.
enum TunePrompts {
    private struct Line: Decodable {
        var prompt: String
    }

    static func read(_ path: String) throws -> [String] {
        try parse(try StandardInput.readFile(path), named: path)
    }

    static func parse(_ bytes: [UInt8], named path: String) throws -> [String] {
        var prompts: [String] = []
        for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            guard !line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) else { continue }
            guard let prompt = try? JSONDecoder().decode(Line.self, from: Data(line)).prompt, !prompt.isEmpty else {
                throw Failure(
                    "\"\(path)\", line \(index + 1): not an object with the text \"prompt\"",
                    hint: #"each line is an object such as {"prompt": "Hello"}"#)
            }
            prompts.append(prompt)
        }
        guard !prompts.isEmpty else { throw Failure("\"\(path)\": no prompts") }
        return prompts
    }
}
