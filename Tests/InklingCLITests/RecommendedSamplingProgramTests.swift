// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding
import InklingEngine
import InklingGGUF
import InklingModelMaker
import InklingTensor
import InklingTestSupport
import Testing

@testable import inkling

/// Settings that a model's file recommends, as a user meets them.
@Suite(.enabled(if: BuiltProgram.path != nil, "the program is not beside the tests"))
struct RecommendedSamplingProgramTests {
    private let folder: ProgramFolder

    init() throws {
        folder = try ProgramFolder()
    }

    private func model(_ name: String, _ entries: (String, GGUFValue)...) throws -> String {
        var editor = ModelFileEditor(try TinyModel(ModelRecipe(preset: .tiny)).file)
        for (key, value) in entries { editor.metadata["general.sampling." + key] = value }
        return try folder.file(
            name + ".gguf", GGUFWriter.bytes(metadata: editor.metadata, tensors: editor.tensors))
    }

    private func run(_ arguments: [String], input: String = "") throws -> BuiltProgram.Outcome {
        try BuiltProgram.run(arguments, input: Array(input.utf8), in: folder)
    }

    @Test func `A recommended setting holds until a flag says otherwise`() throws {
        let cold = try model("cold", ("temp", .float32(0)))
        func text(_ arguments: String...) throws -> String {
            let outcome = try run(["generate", "-m", cold, "-p", "hi", "-n", "12", "--threads", "1"] + arguments)
            #expect(outcome.status == 0)
            return outcome.text
        }
        let greedy = try text("--temp", "0")
        #expect(try text("--seed", "1") == greedy)
        #expect(try text("--seed", "2") == greedy)
        #expect(try text("--seed", "1", "--temp", "1") != greedy)
        let answer = try run(["chat", "--plain", "-m", cold, "--threads", "1"], input: "/set temperature\n")
        #expect(answer.error.contains("temperature is 0.0 "))
    }

    @Test func `A setting that cannot be is told and not followed`() throws {
        let bad = try model("bad", ("temp", .float32(1e30)), ("top_k", .string("many")))
        let outcome = try run(["generate", "-m", bad, "-p", "hi", "-n", "2", "--threads", "1"])
        #expect(outcome.status == 0)
        #expect(
            outcome.error
                == "inkling: note: the model's file recommends a setting that is not followed: "
                + "general.sampling.temp: temperature is 1e+30; it must be 0.0 to 10.0 (and 1 more)\n")
    }

    @Test func `Information about a model shows what it recommends`() throws {
        let path = try model("info", ("temp", .float32(0.6)), ("top_k", .int32(20)))
        #expect(try run(["models", "info", path]).text.contains("temperature 0.6, top-k 20"))
        #expect(try run(["models", "info", "--json", path]).text.contains("\"temperature\" : 0.6"))
    }
}

@Suite struct SamplingOptionsTests {
    private func settings(_ arguments: [String], _ recommended: SamplerOverrides = SamplerOverrides()) throws
        -> SamplerSettings
    {
        let options = try SamplingOptions.parse(arguments + ["--seed", "5"])
        return options.settings(try options.overrides(), recommended: RecommendedSampling(recommended))
    }

    @Test func `Flags have the sampler's defaults, and llama.cpp's names for DRY`() throws {
        #expect(try settings([]) == SamplerSettings(seed: 5))
        let dry = try settings([
            "--dry-multiplier", "0.8", "--dry-base", "2", "--dry-allowed-length", "3", "--dry-penalty-last-n=-1",
        ])
        #expect(dry.dry == DrySettings(multiplier: 0.8, base: 2, allowedLength: 3, window: -1))
    }

    @Test(arguments: SamplerField.all)
    func `Every setting of the sampler has a flag`(_ field: SamplerField) throws {
        let flag = field.id == "temperature" ? "--temp" : "--\(field.id)"
        let value = field.value(in: SamplerSettings()) == 1 ? 0.5 : 1
        #expect(field.value(in: try settings(["\(flag)=\(field.text(value))"])) == value)
    }

    @Test func `A flag goes before what the file recommends, also where it says the default`() throws {
        var recommended = SamplerOverrides()
        try recommended.set(try #require(SamplerField.named("temperature")), to: 0.25)
        try recommended.set(try #require(SamplerField.named("top-k")), to: 7)
        #expect(try settings([], recommended) == SamplerSettings(temperature: 0.25, topK: 7, seed: 5))
        #expect(try settings(["--temp", "0.8"], recommended) == SamplerSettings(temperature: 0.8, topK: 7, seed: 5))
    }

    @Test func `A flag out of range is refused`() throws {
        #expect(throws: (any Error).self) { try settings(["--dry-base", "0.5"]) }
        #expect(throws: (any Error).self) { try settings(["--mirostat", "3"]) }
        #expect(throws: (any Error).self) { try settings(["--temp", "nan"]) }
    }
}
