// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingGGUF
import InklingTensor
import Testing

@testable import InklingEngine

@Suite struct RecommendedSamplingTests {
    private static let key = "general.sampling."

    private func recommended(_ entries: (String, GGUFValue)...) -> RecommendedSampling {
        var metadata = GGUFMetadata()
        for (name, value) in entries { metadata[Self.key + name] = value }
        return RecommendedSampling(metadata: metadata)
    }

    @Test func `Every key sets its setting`() {
        let found = recommended(
            ("temp", .float32(0.6)), ("top_k", .int32(20)), ("top_p", .float32(0.95)), ("min_p", .float32(0.01)),
            ("penalty_repeat", .float32(1.05)), ("penalty_last_n", .int32(-1)), ("dry_multiplier", .float32(0.8)),
            ("dry_base", .float32(2)), ("dry_allowed_length", .uint32(3)), ("dry_penalty_last_n", .int32(512)),
            ("mirostat", .int32(2)), ("mirostat_tau", .float32(5)), ("mirostat_eta", .float32(0.2)))
        var settings = SamplerSettings(
            temperature: 0.6, topK: 20, topP: 0.95, minP: 0.01, repetitionPenalty: 1.05, penaltyWindow: -1,
            dry: DrySettings(multiplier: 0.8, base: 2, allowedLength: 3, window: 512))
        settings.mirostat = MirostatSettings(version: .two, targetSurprise: 5, learningRate: 0.2)
        #expect(found.overrides.applied(to: SamplerSettings()) == settings)
        #expect(found.refusals.isEmpty && found.warning == nil)
    }

    @Test func `Numbers of any type do, where nothing is lost`() {
        let found = recommended(("temp", .uint8(1)), ("top_k", .float64(30)), ("top_p", .float64(0.5)))
        #expect(found.overrides.applied(to: SamplerSettings()) == SamplerSettings(temperature: 1, topK: 30, topP: 0.5))
    }

    @Test(arguments: [
        ("temp", GGUFValue.float32(.nan), "temperature is nan; it must be 0.0 to 10.0"),
        ("temp", .float64(1e300), "temperature is inf; it must be 0.0 to 10.0"),
        ("temp", .float32(-1), "temperature is -1.0; it must be 0.0 to 10.0"),
        ("top_k", .uint64(.max), "top-k is 1.8446744073709552e+19; it must be 0 to 1000000"),
        ("top_k", .float32(2.5), "top-k is 2.5; it must be 0 to 1000000"),
        ("top_p", .float32(.infinity), "top-p is inf; it must be 0.0 to 1.0"),
        ("penalty_repeat", .float32(0), "repetition penalty is 0.0; it must be 0.1 to 10.0"),
        ("penalty_last_n", .int64(.min), "penalty window is -9223372036854775808; it must be -1 to 1000000"),
        ("dry_base", .float32(0.5), "DRY base is 0.5; it must be 1.0 to 100.0"),
        ("mirostat", .int32(7), "mirostat is 7; it must be 0 to 2"),
        ("min_p", .bool(true), "min-p is true; it must be a number"),
    ])
    func `What no user could set is not followed, and said`(name: String, value: GGUFValue, message: String) {
        let found = recommended((name, value), ("dry_multiplier", .float32(1)))
        #expect(found.overrides.applied(to: SamplerSettings()) == SamplerSettings(dry: DrySettings(multiplier: 1)))
        #expect(found.refusals == ["\(Self.key)\(name): \(message)"])
        #expect(found.warning?.hasSuffix("\(Self.key)\(name): \(message)") == true)
    }

    @Test func `Text and lists are no numbers`() {
        let found = recommended(
            ("temp", .string("hot")), ("top_k", .array(.int32([1, 2]))), ("top_p", .array(.string([]))))
        #expect(found.overrides.isEmpty && found.refusals.count == 3)
        #expect(found.warning?.hasSuffix("(and 2 more)") == true)
    }

    @Test func `Information about a model shows them`() throws {
        let file = try GGUFFile(
            bytes: SmallModel(metadata: [
                (Self.key + "temp", .float32(0.6)), (Self.key + "top_k", .int32(20)), (Self.key + "min_p", .float32(9)),
                (Self.key + "xtc_probability", .float32(0.5)),
            ]).bytes(), name: "small.gguf")
        let info = ModelInfo(file: file, free: nil)
        #expect(info.sampling?.settings == ["temperature": 0.6, "top-k": 20])
        let rows = try #require(info.sections.first { $0.title == "Sampling" }).rows
        #expect(rows.map(\.label) == ["recommended", "not followed", "not known here"])
        #expect(rows.first?.value == "temperature 0.6, top-k 20")
        #expect(rows.last?.value == "general.sampling.xtc_probability")
        let plain = try GGUFFile(bytes: SmallModel().bytes(), name: "small.gguf")
        #expect(ModelInfo(file: plain, free: nil).sampling == nil)
    }
}
