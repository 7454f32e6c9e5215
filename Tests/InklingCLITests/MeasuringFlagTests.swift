// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingTemplates
import Testing

@testable import inkling

@Suite struct MeasuringFlagTests {
    /// What the parser says of wrong flags.
    private func refusal<Command: ParsableCommand>(_ command: Command.Type, _ arguments: [String]) -> String? {
        do {
            _ = try command.parse(arguments)
            return nil
        } catch {
            #expect(command.exitCode(for: error).rawValue == 64)
            return command.message(for: error)
        }
    }

    @Test func `Benchmark flags have llama-bench's meaning and defaults`() throws {
        let standard = try BenchModelCommand.parse(["-m", "x"])
        #expect(standard.model.model == "x" && standard.runs == 5 && standard.output == .table)
        #expect(standard.compute.threads == nil && standard.depths.values == [0])
        #expect(
            standard.tests == [
                .prompt(256), .generation(32), .verification(1), .verification(2), .verification(4), .verification(8),
                .verification(16),
            ])
        let short = try BenchModelCommand.parse(
            ["-t", "2", "-p", "0", "-n", "4", "-b", "0,3", "-r", "1", "-o", "md", "--depth", "0,64"])
        #expect(short.tests == [.generation(4), .verification(3)])
        #expect(short.compute.threads == 2 && short.output == .md && short.depths.values == [0, 64])
        #expect(short.tests.map(\.name) == ["tg4", "verify3"])
    }

    @Test(arguments: [
        (["-p", "-1"], "-p is -1; it must be from 0 to 1048576"),
        (["-n", "2000000"], "-n is 2000000; it must be from 0 to 1048576"),
        (["-r", "0"], "-r is 0; it must be from 1 to 1000"),
        (["-b", "4,513"], "-b is 513; it must be from 0 to 512"),
        (["--depth", "-5"], "--depth is -5; it must be from 0 to 1048576"),
        (["-t", "0"], "--threads is 0; it must be from 1 to 256"),
        (["-p", "0", "-n", "0", "-b", "0"], "nothing to measure: -p, -n and -b are all 0"),
    ])
    func `Benchmark flags out of range are refused`(arguments: [String], message: String) {
        // A value that begins with a dash is written with "=".
        let joined = arguments.count == 2 ? ["\(arguments[0])=\(arguments[1])"] : arguments
        #expect(refusal(BenchModelCommand.self, joined) == message)
    }

    @Test func `A list of numbers is numbers with commas`() {
        #expect(NumberList(argument: "1,2,16")?.values == [1, 2, 16])
        #expect(NumberList(argument: "8")?.values == [8])
        for text in ["", "1,", ",1", "1 2", "1,x", "1;2"] { #expect(NumberList(argument: text) == nil, "\(text)") }
        #expect(NumberList([1, 2]).defaultValueDescription == "1,2")
    }

    @Test func `Perplexity has llama.cpp's chunk and refuses what is none`() throws {
        let command = try PerplexityCommand.parse(["-m", "x", "-f", "y"])
        #expect(command.context == 512 && command.chunks == nil)
        #expect(refusal(PerplexityCommand.self, ["-f", "y", "-c", "1"]) == "-c is 1; it must be from 2 to 1048576")
        #expect(
            refusal(PerplexityCommand.self, ["-f", "y", "--chunks", "0"]) == "--chunks is 0; it must be at least 1")
        #expect(refusal(PerplexityCommand.self, ["-m", "x"])?.contains("--file") == true)
    }

    @Test func `A template comes from one place`() {
        #expect(
            refusal(TemplateCommand.self, ["-m", "x", "--template-file", "y", "--messages", "z"])
                == "-m and --template-file exclude each other")
        #expect(
            refusal(TemplateCommand.self, ["--messages", "z", "--date", "2026-13-01"])
                == "--date is \"2026-13-01\"; it must be a day such as 2026-01-31")
        #expect(
            refusal(TemplateCommand.self, ["--messages", "z", "--set", "=1"])
                == "--set is \"=1\"; it must be NAME=VALUE")
    }

    @Test func `Variables are JSON where they can be, and text where not`() throws {
        let command = try TemplateCommand.parse(
            ["--messages", "z", "--set", "a=false", "--set", "b=[1, 2.0]", "--set", "c=20 Nov", "--set", "d="])
        let values = try command.extra()
        #expect(values.map(\.0) == ["a", "b", "c", "d"])
        #expect(values.map(\.1) == [.bool(false), .list([.int(1), .double(2)]), .string("20 Nov"), .string("")])
    }

    @Test func `Logits need a place to go`() {
        #expect(refusal(LogitsCommand.self, ["--tokens", "1"])?.contains("--out") == true)
    }
}
