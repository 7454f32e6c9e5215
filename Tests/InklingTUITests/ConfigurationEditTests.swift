// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
@testable import InklingTUI
import Testing

@Suite struct ConfigurationEditTests {
    private let nord = KeptSetting(section: "appearance", key: "theme", literal: "\"nord\"")

    @Test(arguments: [
        ("", "[appearance]\ntheme = \"nord\"\n"),
        ("[sampling]\ntop-k = 3\n", "[sampling]\ntop-k = 3\n\n[appearance]\ntheme = \"nord\"\n"),
        ("[appearance]\n", "[appearance]\ntheme = \"nord\"\n"),
        (
            "[appearance] # look\nascii = true\n\n[chat]\n",
            "[appearance] # look\nascii = true\ntheme = \"nord\"\n\n[chat]\n"
        ),
        (
            "[appearance]\n  theme = \"a # b\"   # mine\nascii = true\n",
            "[appearance]\n  theme = \"nord\"   # mine\nascii = true\n"
        ),
        ("appearance.theme = 'dark'\n", "appearance.theme = \"nord\"\n"),
        ("[\"appearance\"]\r\ntheme = \"x\"\r\n", "[\"appearance\"]\r\ntheme = \"nord\"\r\n"),
        (
            "# theme = \"x\"\n[appearance]\n# theme = \"x\"\n",
            "# theme = \"x\"\n[appearance]\ntheme = \"nord\"\n# theme = \"x\"\n"
        ),
    ])
    func `One value changes and everything else stays`(_ before: String, _ after: String) throws {
        #expect(try ConfigurationEdit.set(nord, in: before) == after)
        #expect(try ConfigurationEdit.set(nord, in: after) == after)
    }

    @Test(arguments: [
        "appearance = { theme = \"dark\" }\n",
        "[appearance]\ntheme = \"\"\"\ndark\n\"\"\"\n",
        "[chat]\nsystem = \"\"\"\n[appearance]\ntheme = \"x\"\n\"\"\"\n[appearance]\ntheme = \"dark\"\n",
    ])
    func `What cannot be changed line by line is left, and told`(_ text: String) {
        #expect(throws: ConfigurationIssue.self) { try ConfigurationEdit.set(nord, in: text) }
    }

    @Test func `A file with a mistake is not touched`() {
        do throws(ConfigurationIssue) {
            _ = try ConfigurationEdit.set(nord, in: "[a]\nb = = 1\n")
            Issue.record("it was changed")
        } catch {
            #expect(error.line == 2)
        }
    }

    @Test(arguments: [("a\"b\\c\nd\u{1}", "\"a\\\"b\\\\c\\nd\\u0001\""), ("", "\"\""), ("é", "\"é\"")])
    func `A text is written as TOML`(_ text: String, _ literal: String) throws {
        #expect(TOMLText.string(text) == literal)
        let document = try TOMLDocument("x = " + literal, file: "")
        #expect(document.entries.first?.value == .string(text))
    }

    @Test func `Every setting can be kept and read again`() throws {
        var preferences = Preferences()
        preferences.systemPrompt = "Say \"hi\"\nand # more"
        preferences.seed = 42
        try preferences.sampling.set(#require(SamplerField.named("temperature")), to: 0.35)
        preferences.mouse = true
        preferences.theme = "light"
        var text = ""
        for setting in SettingRegistry.all(for: preferences, themes: ["dark", "light"]) {
            text = try ConfigurationEdit.set(KeptSetting(setting, of: preferences), in: text)
        }
        var (read, _, issues) = ConfigurationFile.read(text, themes: ["dark", "light"])
        #expect(issues.isEmpty, "\(issues)")
        #expect(read.sampler == preferences.sampler)
        // What is written down counts as set from then on.
        read.sampling = preferences.sampling
        #expect(read == preferences)
    }
}
