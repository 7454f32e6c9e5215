// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import Testing

struct SamplerFieldTests {
    @Test(arguments: SamplerField.all)
    func `A field is read where it is written, and only there`(_ field: SamplerField) throws {
        let written = field.value(in: SamplerSettings()) == 1 ? 0.5 : 1
        var settings = SamplerSettings()
        field.set(written, in: &settings)
        #expect(field.value(in: settings) == written)
        for other in SamplerField.all where other.id != field.id {
            #expect(other.value(in: settings) == other.value(in: SamplerSettings()))
        }
        #expect(try field.number(field.text(written)) == written)
        #expect(!field.title.isEmpty && !field.help.isEmpty)
    }

    @Test(arguments: SamplerField.all)
    func `No number outside the range gets in`(_ field: SamplerField) {
        for value in [Double.nan, .infinity, -.infinity, 1e300, -1e300, 9.3e18, -2, 1e7] {
            var overrides = SamplerOverrides()
            // Some ranges go below -2, none as far as the others.
            if (try? field.check(value)) != nil {
                #expect(value == -2)
                continue
            }
            #expect(throws: GenerationError.self) { try overrides.set(field, to: value) }
            #expect(overrides.isEmpty)
        }
    }

    @Test
    func `Whole numbers are whole`() throws {
        let field = try #require(SamplerField.named("top-k"))
        #expect(throws: GenerationError.badSetting(name: "top-k", value: "2.5", allowed: "0 to 1000000")) {
            try field.check(2.5)
        }
        #expect(throws: GenerationError.badSetting(name: "top-k", value: "2.5", allowed: "a whole number")) {
            try field.number("2.5")
        }
    }

    @Test
    func `What is said last counts, and what is not said stays`() throws {
        let (temperature, topK) = (
            try #require(SamplerField.named("temperature")), try #require(SamplerField.named("top-k"))
        )
        var file = SamplerOverrides(), user = SamplerOverrides()
        try file.set(temperature, to: 0.5)
        try file.set(topK, to: 7)
        try user.set(topK, to: 9)
        let settings = file.overridden(by: user).applied(to: SamplerSettings(minP: 0.3))
        #expect(settings == SamplerSettings(temperature: 0.5, topK: 9, minP: 0.3))
        user.clear(topK)
        #expect(file.overridden(by: user) == file)
        #expect(file.fields.map(\.id) == ["temperature", "top-k"])
    }
}
