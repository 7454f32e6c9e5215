// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingModelMaker
import Testing

@testable import inkling

/// `inkling tune` from texts to a head that is used, run as a program on two tiny models.
@Suite(.enabled(if: BuiltProgram.path != nil, "the program is not beside the tests"))
struct TuneProgramTests {
    private let folder: ProgramFolder
    private let pair: [String]

    init() throws {
        folder = try ProgramFolder()
        var target = ModelRecipe(preset: .tiny), draft = target
        target.layerCount = 3
        draft.layerCount = 1
        draft.seed = 9
        try ModelMaker(target).write(to: folder.path + "/target.gguf")
        try ModelMaker(draft).write(to: folder.path + "/draft.gguf")
        pair = ["-m", folder.path + "/target.gguf", "-d", folder.path + "/draft.gguf", "--threads", "1"]
    }

    private func run(_ arguments: [String]) throws -> BuiltProgram.Outcome {
        try BuiltProgram.run(arguments, in: folder)
    }

    private func text() throws -> String {
        try folder.file(
            "text.txt", String(repeating: "Every word of this is here to be read by two models. ", count: 60))
    }

    private struct Answer: Decodable {
        var tokens: [Int]
        var head: String?
    }

    private func answer(_ arguments: [String]) throws -> Answer {
        let outcome = try run(
            ["generate"] + arguments + ["--temp", "0", "-n", "24", "--ignore-eos", "-p", "Hello", "--json"])
        #expect(outcome.status == 0, "\(outcome.error)")
        return try JSONDecoder().decode(Answer.self, from: Data(outcome.output))
    }

    @Test func `A head is trained from a text, found beside its models, and changes no output`() throws {
        let head = folder.path + "/pair.head.gguf"
        let arguments = ["tune"] + pair + ["--tokens", "1600", "--epochs", "2", "-o", head, "--text", try text()]
        let tuned = try run(arguments)
        #expect(tuned.status == 0, "\(tuned.error)")
        #expect(tuned.text.hasPrefix("Acceptance head of draft for target\n"))
        #expect(tuned.text.contains("0.9 to 1.0"))
        #expect(try run(["models", "info", head]).text.contains("it is an acceptance head"))

        let plain = try answer(pair + ["-s", "ar"])
        let judged = try answer(pair + ["-s", "specdec++"])
        let without = try answer(pair + ["-s", "specdec++", "--no-head"])
        #expect(judged.tokens == plain.tokens && without.tokens == plain.tokens)
        #expect(judged.head == head && without.head == nil && plain.head == nil)

        // The same pair the other way round is another pair.
        let swapped = try run(
            ["generate", "-m", folder.path + "/draft.gguf", "-d", folder.path + "/target.gguf", "-p", "a"] + [
                "--head", head,
            ])
        #expect(swapped.status == 1 && swapped.output.isEmpty)
        #expect(
            swapped.error
                == "inkling: the acceptance head \"\(head)\" was trained for other models: its target is \"target\", not "
                + "\"draft\" (its weights differ); its draft is \"draft\", not \"target\" (its weights differ)\n"
                + "hint: \"inkling tune -m TARGET -d DRAFT -o HEAD.gguf\" trains one for this pair\n")
    }

    @Test func `What cannot be trained is said to be so, and leaves no file`() throws {
        let head = folder.path + "/x.gguf"
        let short = try folder.file("short.txt", "Two words.")
        let few = try run(["tune"] + pair + ["-o", head, "--text", short])
        #expect(few.status == 1 && few.error.contains("a head needs at least 300 from 6"))
        let alone = try run(["tune", "-m", folder.path + "/target.gguf", "-o", head])
        #expect(alone.status == 1 && alone.error.hasPrefix("inkling: tune needs a draft model\n"))
        let usage = try run(["tune"] + pair + ["-o", head, "--minutes", "0"])
        #expect(usage.status == 64)
        let prompts = try folder.file("bad.jsonl", "{\"prompt\": \"a\"}\nno\n")
        let bad = try run(["tune"] + pair + ["-o", head, "--prompts", prompts])
        #expect(bad.status == 1 && bad.error.contains("line 2: not an object with the text \"prompt\""))
        #expect(try !folder.names.contains("x.gguf"))
    }

    @Test func `A bar is as long as the acceptance, with a mark at the prediction`() {
        #expect(TuneReport.bar(actual: 0.5, predicted: 0.3, width: 10) == "███|█·····")
        #expect(TuneReport.bar(actual: 0, predicted: 1, width: 4) == "···|")
        #expect(TuneReport.bar(actual: .nan, predicted: 0, width: 4) == "|···")
    }
}
