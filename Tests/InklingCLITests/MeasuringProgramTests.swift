// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import InklingModelMaker
import Testing

/// Commands that look into a model, run as a program on a tiny one.
@Suite(.enabled(if: BuiltProgram.path != nil, "the program is not beside the tests"))
struct MeasuringProgramTests {
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

    @Test func `Bytes come back from tokens as they were`() throws {
        // Every byte, invalid UTF-8, control tokens as text, and no line break at the end.
        let text = Array(0...255) + Array("Hello <|im_end|> wörld 🦙\r\n\n x".utf8) + [0xC3, 0x28, 0xFF]
        let tokens = try run(["tokenize", "-m", model], text)
        #expect(tokens.status == 0)
        #expect(tokens.output.last == 10 && tokens.output.filter { $0 == 10 }.count == 1)
        let bytes = try run(["detokenize", "-m", model], tokens.output)
        #expect(bytes.status == 0 && bytes.error.isEmpty)
        #expect(bytes.output == text)
    }

    @Test func `Control tokens are text unless asked for`() throws {
        let text = Array("a<|im_end|>b".utf8)
        let plain = try run(["tokenize", "-m", model], text).text.split(whereSeparator: \.isWhitespace)
        let parsed = try run(["tokenize", "-m", model, "--parse-special"], text)
        #expect(plain.count > 3)
        #expect(parsed.text.split(whereSeparator: \.isWhitespace)[1] == "\(BytePairVocabulary.endOfTurn)")
        #expect(try run(["detokenize", "-m", model], parsed.output).output == text)
        #expect(try run(["detokenize", "-m", model, "--skip-special"], parsed.output).text == "ab")
    }

    @Test func `A sequence begins with its token when asked for`() throws {
        let without = try run(["tokenize", "-m", model], Array("hi".utf8)).text
        let with = try run(["tokenize", "-m", model, "--bos"], Array("hi".utf8)).text
        #expect(with == "\(BytePairVocabulary.endOfText) " + without)
        #expect(try run(["tokenize", "-m", model]).text == "\n")
    }

    @Test func `Bad token ids are an error, with nothing on standard output`() throws {
        let word = try run(["detokenize", "-m", model], Array("12 -3".utf8))
        #expect(word.status == 1 && word.output.isEmpty)
        #expect(
            word.error
                == "inkling: standard input: \"-3\" is no token id; ids are whole numbers, with spaces or commas\n"
                + "hint: \"inkling tokenize\" turns text into token ids\n")
        let large = try run(["detokenize", "-m", model], Array("300".utf8))
        #expect(large.status == 1)
        #expect(large.error == "inkling: standard input: token 300 is not in the vocabulary (0 to 299)\n")
    }

    @Test func `Logits of the last position end those of all`() throws {
        let width = 300 * 4
        let all = try run(["logits", "-m", model, "--tokens", "5,6,7", "--all", "--out", folder.path + "/all"])
        #expect(all.status == 0 && all.output.isEmpty && all.error.isEmpty)
        #expect(try run(["logits", "-m", model, "--out", folder.path + "/last"], Array("5 6\n7\n".utf8)).status == 0)
        let rows = try folder.bytes("all")
        let last = try folder.bytes("last")
        #expect(rows.count == 3 * width && last.count == width)
        #expect(Array(rows.suffix(width)) == last)
        #expect(try run(["logits", "-m", model, "--tokens", "5,6,7", "--out", "-"]).output == last)
        #expect(try folder.names.allSatisfy { !$0.hasSuffix(".partial") })
    }

    @Test func `Logits of what is no token are refused`() throws {
        let out = folder.path + "/out"
        let none = try run(["logits", "-m", model, "--tokens", "", "--out", out])
        #expect(none.status == 64 && none.error == "inkling: --tokens: no token ids\n")
        let large = try run(["logits", "-m", model, "--tokens", "300", "--out", out])
        #expect(large.status == 1)
        #expect(large.error == "inkling: --tokens: token 300 is not in the vocabulary (0 to 299)\n")
        let place = try run(["logits", "-m", model, "--tokens", "1", "--out", "\(folder.path)/no/out"])
        #expect(place.error == "inkling: cannot write \"\(folder.path)/no/out\": no such file\n")
        #expect(try !folder.names.contains("out"))
    }

    @Test func `A conversation is rendered without a line break of its own`() throws {
        let messages = try folder.file("chat.json", #"[{"role": "user", "content": "x\n"}]"#)
        let prompt = try run(["template", "-m", model, "--messages", messages])
        #expect(prompt.text == "<|im_start|>user\nx\n<|im_end|>\n<|im_start|>assistant\n")
        let whole = try run(["template", "-m", model, "--messages", messages, "--no-generation-prompt"])
        #expect(whole.text == "<|im_start|>user\nx\n<|im_end|>\n")
    }

    @Test func `A template sees the fields, variables and tokens that are given`() throws {
        let messages = try folder.file(
            "chat.json", #"[{"role": "user", "content": "x", "z": {"b": 1.0, "a": [1, null, true]}}]"#)
        let template = try folder.file(
            "t.jinja",
            "{{ bos_token }}{{ messages[0].z | tojson }}{{ n + 1 }}{{ word }}{{ strftime_now('%d %b') }}{{ eos_token }}"
        )
        let arguments = [
            "template", "--template-file", template, "--messages", messages, "--bos", "<s>", "--set", "n=4", "--set",
            "word=so so", "--date", "2026-02-03",
        ]
        let prompt = try run(arguments)
        #expect(prompt.error.isEmpty && prompt.text == #"<s>{"b": 1.0, "a": [1, null, true]}5so so03 Feb"#)
    }

    @Test func `A template's refusal and a broken conversation are errors`() throws {
        let messages = try folder.file("chat.json", #"[{"role": "user", "content": "x"}]"#)
        let template = try folder.file("t.jinja", "a{{ raise_exception('No.') }}")
        let refusal = try run(["template", "--template-file", template, "--messages", messages])
        #expect(refusal.status == 1 && refusal.output.isEmpty)
        #expect(refusal.error == "inkling: The chat template refuses this conversation: No.\n")
        let broken = try folder.file("broken.json", "[{\"role\": \"user\",\n \"content\": }]")
        let syntax = try run(["template", "--template-file", template, "--messages", broken])
        #expect(syntax.status == 1)
        #expect(
            syntax.error == "inkling: \"\(broken)\", line 2, column 13: not valid JSON: no value begins like this\n")
    }

    @Test func `Perplexity of a random model is about its vocabulary`() throws {
        let text = try folder.file("text", String(repeating: "All work and no play. ", count: 60) + "\n")
        let outcome = try run(["perplexity", "-m", model, "-f", text, "-c", "64", "-t", "1"])
        #expect(outcome.status == 0 && outcome.error.isEmpty)
        struct Report: Decodable { var ppl, nll, ppl_error: Double, tokens, chunks, text_tokens: Int }
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output))
        #expect(report.chunks == report.text_tokens / 64 && report.tokens == report.chunks * 31)
        #expect(abs(report.ppl - exp(report.nll)) < 1e-6 * report.ppl)
        // Logits that know nothing of the text are worse than even chances, and not without bounds.
        #expect(report.ppl > 100 && report.ppl < 1e7)
        let short = try run(["perplexity", "-m", model, "-f", text, "-c", "4096"])
        #expect(short.status == 1)
        #expect(
            short.error
                == "inkling: the text has \(report.text_tokens) tokens; chunks of 4096 need at least 8192\n"
                + "hint: give a longer text, or smaller chunks with -c\n")
    }

    @Test func `A benchmark's rows have the keys that scripts read`() throws {
        let outcome = try run([
            "bench", "model", "-m", model, "-t", "1", "-p", "8", "-n", "2", "-b", "1,4", "-r", "2", "--depth", "0,16",
            "-o",
            "json",
        ])
        #expect(outcome.status == 0)
        struct Row: Decodable {
            var test, model: String
            var threads, runs, depth: Int
            var tps, tps_stddev, tps_median: Double
            var cost_ratio: Double?
        }
        let rows = try JSONDecoder().decode([Row].self, from: Data(outcome.output))
        #expect(
            rows.map(\.test) == [
                "pp8", "tg2", "verify1", "verify4", "pp8 @ d16", "tg2 @ d16", "verify1 @ d16", "verify4 @ d16",
            ])
        #expect(rows.allSatisfy { $0.model == "tiny" && $0.threads == 1 && $0.runs == 2 && $0.tps > 0 })
        #expect(rows.map { $0.cost_ratio != nil } == [false, false, true, true, false, false, true, true])
        #expect(rows[2].cost_ratio == 1)
        #expect(rows.map(\.depth) == [0, 0, 8, 8, 16, 16, 16, 16])
    }
}
