// SPDX-License-Identifier: Apache-2.0

import InklingCells
import InklingDecoding
@testable import InklingTUI
import Testing

@Suite struct ConfigurationTests {
    @Test func `A configuration sets what it names`() {
        let (preferences, keys, issues) = ConfigurationFile.read(
            """
            [decoding]
            strategy = "sd"
            [sd]
            gamma = 6
            [sampling]
            temperature = 0.25
            top-k = 10
            [appearance]
            theme = "light"
            ascii = true
            [panels]
            shown = ["speed", "kv-cache"]
            [keys.transcript]
            copy-message = ["y", "ctrl-y"]
            """, themes: ["dark", "light"])
        #expect(issues.isEmpty, "\(issues)")
        #expect(preferences.strategy == "sd")
        #expect(preferences.parameters["sd"] == ["gamma": 6])
        #expect(preferences.sampler.temperature == 0.25)
        #expect(preferences.sampler.topK == 10)
        #expect(preferences.theme == "light")
        #expect(preferences.ascii)
        #expect(preferences.panels == ["speed", "kv-cache"])
        #expect(keys.action(for: KeyPress(.character("y"), .control), in: [.transcript]) == .copyMessage)
    }

    @Test(arguments: [
        (
            "[sampling]\ntemprature = 1",
            "config.toml:2:1: unknown key \"sampling.temprature\"; did you mean \"sampling.temperature\"?"
        ),
        (
            "[sampling]\ntheme = \"dark\"",
            "config.toml:2:1: unknown key \"sampling.theme\"; did you mean \"appearance.theme\"?"
        ),
        (
            "theme = \"dark\"",
            "config.toml:1:1: unknown key \"theme\" outside of any section; did you mean \"appearance.theme\"?"
        ),
        (
            "[sampling]\n\n  temperature = 9",
            "config.toml:3:3: sampling.temperature is 9; it must be a number from 0 to 2"
        ),
        (
            "[sampling]\ntemperature = \"hot\"",
            "config.toml:2:1: sampling.temperature is \"hot\"; it must be a number from 0 to 2"
        ),
        (
            "[sampling]\ntemperature = [1]",
            "config.toml:2:1: sampling.temperature is a list; it must be a number from 0 to 2"
        ),
        (
            "[sampling]\ntemperature = nan",
            "config.toml:2:1: sampling.temperature is nan; it must be a number from 0 to 2"
        ),
        ("[sampling]\ntop-k = 1.5", "config.toml:2:1: sampling.top-k is 1.5; it must be a whole number from 0 to 1000"),
        (
            "[sampling]\nmax-tokens = 0",
            "config.toml:2:1: sampling.max-tokens is 0; it must be a whole number from 1 to 1000000, or empty"
        ),
        (
            "[sampling]\nseed = 2026-01-01",
            "config.toml:2:1: sampling.seed is a date or a time; it must be a whole number, or empty"
        ),
        ("[appearance]\nascii = \"perhaps\"", "config.toml:2:1: appearance.ascii is \"perhaps\"; it must be on or off"),
        (
            "[appearance]\ntheme = \"ligt\"",
            "config.toml:2:1: appearance.theme is \"ligt\", which is not one of 3 there are; did you mean \"light\"?"
        ),
        ("[decodin]\nstrategy = \"sd\"", "config.toml:1:1: unknown section [decodin]; did you mean \"decoding\"?"),
        (
            "[decoding]\nstrategy = \"perl\"",
            "config.toml:2:1: decoding.strategy is \"perl\", which is not one of \(strategyCount) there are; did you mean \"pearl\"?"
        ),
        ("\nsampling = 3", "config.toml:2:1: sampling is 3; it must be a section, [sampling]"),
        ("[[sampling]]\ntop-k = 1", "config.toml:1:1: sampling is a list; it must be a section, [sampling]"),
        ("[sd]\ngama = 2", "config.toml:2:1: unknown key \"sd.gama\"; did you mean \"sd.gamma\"?"),
        (
            "[sd]\r\n# more\r\ngamma = 2000\r\n",
            "config.toml:3:1: sd.gamma is 2000; it must be a whole number from 1 to 32"
        ),
        ("[panels]\nshown = [\"sped\"]", "config.toml:2:1: no panel is called \"sped\"; did you mean \"speed\"?"),
        (
            "[panels]\nshown = [1]",
            "config.toml:2:1: panels.shown is a list; it must be a list of speed, acceptance, net-gain, kv-cache, alternatives"
        ),
        ("[panels]\nshow = []", "config.toml:2:1: unknown key \"panels.show\"; did you mean \"panels.shown\"?"),
    ])
    func `A mistake is told with its place and what may have been meant`(_ text: String, _ expected: String) {
        let (_, _, issues) = ConfigurationFile.read(text, themes: ["dark", "light"])
        #expect(issues.map(\.description) == [expected])
    }

    private static let strategyCount = StrategyRegistry.all.count

    @Test func `Mistakes are told in the order of their lines, and what is right counts`() {
        let (preferences, _, issues) = ConfigurationFile.read(
            "[sampling]\ntop-k = 7\nx = 1\n[chat]\ny = 1\n[appearance]\nz = 1\nascii = true\n", themes: [])
        #expect(issues.map(\.line) == [3, 5, 7])
        #expect(preferences.sampler.topK == 7 && preferences.ascii)
    }

    @Test(arguments: [
        (
            "[appearance]\ntheme = dark",
            "config.toml:2:9: this is no value; a text stands in quotes, as in theme = \"dark\""
        ),
        ("[sampling\nx = 1", "config.toml:1:10: table header: expected ']', saw the end of the line"),
        ("[chat]\nsystem = \"a\nb\"", "config.toml:2:12: the string is not closed on its line"),
        ("[panels]\nshown = [\"speed\",\n", "config.toml:2:19: the array is not closed when the file ends"),
        ("[chat]\n[chat]", "config.toml:2:1: chat is there twice"),
        ("[chat]\nsystem = \"a\"\nsystem = \"b\"", "config.toml:3:10: system is there twice"),
    ])
    func `What is no TOML is told in words`(_ text: String, _ expected: String) {
        let (preferences, keys, issues) = ConfigurationFile.read(text, themes: ["dark"])
        #expect(issues.map(\.description) == [expected])
        #expect(preferences == Preferences() && keys == .standard)
    }

    @Test func `What is no TOML is told with its line, and the defaults stand`() {
        let (preferences, _, issues) = ConfigurationFile.read("[sampling]\ntemperature = = 1\n", themes: [])
        #expect(preferences == Preferences())
        #expect(issues.first?.line == 2)
    }

    @Test(arguments: [
        "", "\u{0}", "[", "]]]", "a = [[[[[[", "\"\"\"", "[a]\n[a]", "x = 1e999", "k = 99999999999999999999",
    ])
    func `No text stops the start`(_ text: String) {
        let (preferences, _, _) = ConfigurationFile.read(text, themes: [])
        #expect(preferences == Preferences())
    }

    @Test func `A theme of a few lines inherits the rest`() throws {
        let (read, issues) = ThemeFile.read(
            """
            inherits = "dark"
            [palette]
            gold = "#e3b341"
            [roles]
            text = { fg = "white", bg = "#101010" }
            draft.rejected = { fg = "red", strike = true, bold = false }
            "chat.user" = { fg = "gold", bold = true }
            """, file: "mine.toml", bases: Theme.allBuiltIn)
        let theme = try #require(read)
        #expect(issues.isEmpty, "\(issues)")
        #expect(theme.name == "mine")
        #expect(theme[.text] == Style(foreground: .ansi(7), background: .rgb(16, 16, 16)))
        #expect(theme[.draftRejected].attributes == .strikethrough)
        #expect(theme[.chatUser].foreground == .rgb(0xE3, 0xB3, 0x41))
        #expect(theme[.success].foreground == Theme.builtIn[.success].foreground)
    }

    @Test(arguments: [
        ("[roles]\ntext = { fg = \"gren\" }", "mine.toml:2:1: unknown colour \"gren\"; did you mean \"green\"?"),
        ("[roles]\ntxt = { fg = \"green\" }", "mine.toml:2:1: unknown role \"txt\"; did you mean \"text\"?"),
        ("[roles]\ntext = { fgg = \"green\" }", "mine.toml:2:1: \"fgg\" is not what a style has; did you mean \"fg\"?"),
        ("inherits = \"drak\"", "mine.toml:1:1: no theme is called \"drak\"; did you mean \"dark\"?"),
        ("[palette]\nx = \"nope\"", "mine.toml:2:1: \"nope\" is no colour"),
    ])
    func `A mistake in a theme is told with its place`(_ text: String, _ expected: String) {
        let (_, issues) = ThemeFile.read(text, file: "mine.toml", bases: Theme.allBuiltIn)
        #expect(issues.map(\.description).contains(expected), "\(issues)")
    }
}
