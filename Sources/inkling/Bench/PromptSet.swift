// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// A prompt to measure with.
struct BenchPrompt: Equatable, Decodable {
    var id: String
    /// Prompts of a kind: how well drafts are accepted depends on it more than on anything else.
    var category: String
    var prompt: String
}

/// Prompts as JSON, one object a line.
enum PromptSet {
    /// The prompts that the program carries: `prompts.jsonl` beside this file.
    static func standard() throws -> [BenchPrompt] {
        try parse(PackageResources.prompts_jsonl, named: "the built-in prompts")
    }

    static func read(_ path: String) throws -> [BenchPrompt] {
        try parse(try StandardInput.readFile(path), named: "\"\(path)\"")
    }

    /// What a line may leave out.
    private struct Line: Decodable {
        var id, category: String?
        var prompt: String
    }

    /// - Parameter name: what an error says of where the bytes are from.
    static func parse(_ bytes: [UInt8], named name: String) throws -> [BenchPrompt] {
        var prompts: [BenchPrompt] = []
        var ids: Set<String> = []
        for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            guard !line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) else { continue }
            let place = "\(name), line \(index + 1)"
            guard let read = try? JSONDecoder().decode(Line.self, from: Data(line)) else {
                throw Failure("\(place): not an object with the text \"prompt\"", hint: Self.hint)
            }
            let id = read.id ?? "line-\(index + 1)"
            guard ids.insert(id).inserted else { throw Failure("\(place): the id \"\(id)\" is there already") }
            guard !read.prompt.isEmpty else { throw Failure("\(place): the prompt is empty") }
            prompts.append(BenchPrompt(id: id, category: read.category ?? "other", prompt: read.prompt))
        }
        guard !prompts.isEmpty else { throw Failure("\(name): no prompts", hint: Self.hint) }
        return prompts
    }

    private static let hint = #"each line is an object such as {"id": "a-1", "category": "chat", "prompt": "Hello"}"#

    /// The first `count` of each category, in the order they came.
    static func first(_ count: Int, ofEachCategoryIn prompts: [BenchPrompt]) -> [BenchPrompt] {
        var seen: [String: Int] = [:]
        return prompts.filter { prompt in
            seen[prompt.category, default: 0] += 1
            return seen[prompt.category, default: 0] <= count
        }
    }
}
