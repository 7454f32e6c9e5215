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
        ("[sampling]\ntemprature = 1", "config.toml:2:1: unknown key \"sampling.temprature\"; did you mean \"sampling.temperature\"?"),
        ("[sampling]\n\n  temperature = 9", "config.toml:3:3: sampling.temperature is \"9\"; it must be a number from 0 to 2"),
        ("[decodin]\nstrategy = \"sd\"", "config.toml:2:1: unknown key \"decodin.strategy\"; did you mean \"decoding\"?"),
        ("[appearance]\ntheme = \"ligt\"", "config.toml:2:1: appearance.theme is \"ligt\"; it must be one of auto, dark, light; did you mean \"light\"?"),
        ("[keys.composer]\nsned = \"enter\"", "config.toml:2:1: unknown action \"sned\"; did you mean \"send\"?"),
        ("[keys.composer]\nsend = \"entr\"", "config.toml:2:1: no key is called \"entr\""),
        ("[keys.transcript]\ncopy-code = \"y\"", "config.toml:2:1: y is copy-message already, where transcript is"),
        ("[panels]\nshown = [\"sped\"]", "config.toml:2:1: no panel is called \"sped\"; did you mean \"speed\"?"),
    ])
    func `A mistake is told with its place and what may have been meant`(_ text: String, _ expected: String) {
        let (_, _, issues) = ConfigurationFile.read(text, themes: ["dark", "light"])
        #expect(issues.map(\.description).contains(expected), "\(issues)")
    }

    @Test func `What is no TOML is told with its line, and the defaults stand`() {
        let (preferences, _, issues) = ConfigurationFile.read("[sampling]\ntemperature = = 1\n", themes: [])
        #expect(preferences == Preferences())
        #expect(issues.first?.line == 2)
    }

    @Test(arguments: ["", "\u{0}", "[", "]]]", "a = [[[[[[", "\"\"\"", "[a]\n[a]", "x = 1e999", "k = 99999999999999999999"])
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
