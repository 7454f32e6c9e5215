// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingEngine
import InklingModelMaker
import InklingTokenizer
import Testing

@testable import inkling

struct DraftFiguresTests {
    private func tokens(_ ids: Int32...) -> [TokenID] { ids.map { TokenID($0) } }

    @Test func `Distinct n-grams are counted over all drafts`() {
        let drafts = [tokens(1, 2, 1), tokens(1, 2, 3), tokens(4)]
        #expect(DraftFigures.distinct(drafts, order: 1) == 4.0 / 7)
        #expect(DraftFigures.distinct(drafts, order: 2) == 3.0 / 4)
        #expect(DraftFigures.distinct(drafts, order: 4) == nil)
    }

    @Test(arguments: [
        (" the cat sat", " the cat ran", 2), (" the", " then", 0), ("the", " the", 0), (" the cat", " the", 1),
        ("\n the", " the", 1), ("", " a", 0), (" a", "", 0),
    ])
    func `Words count until the first that is wrong`(draft: String, truth: String, count: Int) {
        #expect(DraftFigures.matchedWords(draft, truth) == count)
    }

    @Test func `Prefixes end where words end, and the truth follows`() throws {
        let folder = try ProgramFolder()
        let path = folder.path + "/tiny.gguf"
        try ModelMaker(ModelRecipe(preset: .tiny)).write(to: path)
        let tokenizer = try LoadedModel.tokenizer(path: path)
        let words = (0..<400).map { "word\($0)" }
        let text = words.joined(separator: " ")
        let prefixes = DraftPrefix.cut(Array(text.utf8), count: 12, length: 20, tokenizer: tokenizer)
        #expect(prefixes.count == 12)
        for prefix in prefixes {
            let truth = try #require(prefix.truth)
            #expect(truth.first == " " && prefix.tokens.count <= 21)
            let before = String(decoding: tokenizer.decode(prefix.tokens), as: UTF8.self)
            let last = try #require(before.split(separator: " ").last), next = truth.split(separator: " ")[0]
            let index = try #require(words.firstIndex { $0 == next })
            #expect(words[index - 1].hasSuffix(last))
        }
        #expect(DraftPrefix.cut(Array("word".utf8), count: 3, length: 5, tokenizer: tokenizer).isEmpty)
    }
}

/// The commands as a program, on a tiny model.
@Suite(.enabled(if: BuiltProgram.path != nil, "the program is not beside the tests"))
struct DraftsProgramTests {
    private let folder: ProgramFolder
    private let model: String

    init() throws {
        folder = try ProgramFolder()
        model = folder.path + "/tiny.gguf"
        try ModelMaker(ModelRecipe(preset: .tiny)).write(to: model)
    }

    private func run(_ arguments: [String], _ input: [UInt8] = []) throws -> BuiltProgram.Outcome {
        try BuiltProgram.run(arguments, input: input, in: folder)
    }

    private struct Report: Decodable {
        struct Draft: Decodable {
            var text: String
            var tokens: [Int]
            var logprob, score: Double
        }

        var prefix, method: String
        var drafts: [Draft]
        var passes: Int
        var seconds: Double
    }

    @Test(arguments: ["superposed", "nucleus", "beam", "greedy"])
    func `Drafts are printed best first, with the keys of the contract`(method: String) throws {
        let outcome = try run([
            "drafts", "-m", model, "-k", "3", "-n", "6", "--method", method, "--seed", "1", "--json", "-p", "The cat",
        ])
        #expect(outcome.status == 0)
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output))
        #expect(report.prefix == "The cat" && report.method == method)
        #expect((1...3).contains(report.drafts.count) && report.seconds > 0)
        #expect((1...7).contains(report.passes))
        #expect(report.drafts.allSatisfy { $0.logprob < 0 && $0.score < 0 && (1...7).contains($0.tokens.count) })
        #expect(zip(report.drafts, report.drafts.dropFirst()).allSatisfy { $0.score >= $1.score })
    }

    @Test func `The text comes from standard input, and each draft is a line`() throws {
        let outcome = try run(["drafts", "-m", model, "-k", "3", "-n", "6"], Array("The cat\n".utf8))
        let lines = outcome.text.split(separator: "\n")
        #expect(outcome.status == 0 && (1...3).contains(lines.count))
        for (index, line) in lines.enumerated() { #expect(line.hasPrefix("\(index + 1)  -")) }
        #expect(outcome.error.contains("without n-grams"))
    }

    @Test func `N-grams of a text change what superposed says`() throws {
        let text = folder.path + "/text.txt"
        try Data(String(repeating: "The cat sat on the mat. ", count: 20).utf8).write(
            to: URL(fileURLWithPath: text))
        let plain = [
            "drafts", "-m", model, "-k", "3", "-n", "6", "--set", "sharpness=5", "--set", "candidates=300", "--set",
            "siblings=0", "--no-heal", "--voice", "text", "-p", "on the mat.",
        ]
        let with = try run(plain + ["--ngrams", text, "--set", "lambda=0.9"])
        #expect(with.status == 0 && with.error.isEmpty)
        #expect(with.text != (try run(plain)).text)
    }

    @Test func `What cannot be is a usage error`() throws {
        for arguments in [
            ["-k", "0"], ["-k", "33"], ["-n", "0"], ["--method", "best"], ["--set", "lambda=2"], ["--set", "k=3"],
            ["--top-p", "7"], ["--cut", "word"],
        ] {
            let outcome = try run(["drafts", "-m", model, "-p", "a"] + arguments)
            #expect(outcome.status == 64 && outcome.output.isEmpty, "\(arguments)")
        }
        #expect(try run(["drafts", "-m", model, "-p", "a", "--ngrams", "/no/such"]).status == 1)
        #expect(try run(["bench", "drafts", "-m", model, "--methods", "x"]).status == 64)
    }

    private struct Row: Decodable {
        var test: String
        var seconds, tps, passes, rows: Double
        var ppl, distinct_1, coverage, speedup, speedup_batched: Double?
    }

    @Test func `The benchmark has a row for each method`() throws {
        let text = folder.path + "/text.txt"
        try Data(String(repeating: "The cat sat on the mat and saw a dog. ", count: 40).utf8).write(
            to: URL(fileURLWithPath: text))
        let outcome = try run([
            "bench", "drafts", "-m", model, "-k", "3", "-n", "4", "-r", "1", "--prefixes", "3", "--text", text, "-o",
            "json",
        ])
        #expect(outcome.status == 0)
        let rows = try JSONDecoder().decode([Row].self, from: Data(outcome.output))
        #expect(
            rows.map(\.test) == ["superposed", "superposed-repaired", "nucleus", "nucleus-separate", "beam", "greedy"])
        for row in rows {
            #expect(row.seconds > 0 && row.tps > 0 && (row.ppl ?? 0) > 1 && row.distinct_1 != nil)
            #expect(row.coverage != nil && row.speedup != nil && row.speedup_batched != nil)
        }
        #expect(rows[0].passes <= 4 && rows[0].rows == rows[0].passes)
        // One pass at least for the probabilities, without which nothing is repaired.
        #expect(rows[1].passes > rows[0].passes && rows[1].rows > rows[0].rows)
        #expect(rows[2].passes <= 4 && rows[3].passes > 4)
        let built = try run(["bench", "drafts", "-m", model, "-n", "2", "-r", "1"])
        #expect(built.status == 0 && built.text.contains("superposed") && built.text.contains("12 prefixes"))
    }
}
