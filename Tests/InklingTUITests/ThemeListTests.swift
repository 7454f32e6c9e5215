// SPDX-License-Identifier: Apache-2.0

import InklingCells
@testable import InklingTUI
import Testing

@Suite struct ThemeListTests {
    private func stage() -> Stage {
        var stage = Stage(100, 30)
        stage.state.themes = Theme.allBuiltIn
        stage.state.preferences.theme = "dark"
        stage.press("ctrl-p", "choose a theme", "enter")
        _ = stage.takeEffects()
        return stage
    }

    @Test func `The theme under the cursor is shown, and escape brings the old one back`() {
        var stage = stage()
        #expect(stage.state.theme == .builtIn)
        stage.press("down")
        #expect(stage.state.theme == .light)
        #expect(stage.frame().buffer[0, 20].style.background == Theme.light[.text].background)
        #expect(stage.state.preferences.theme == "dark")
        stage.press("esc")
        #expect(stage.state.theme == .builtIn)
        #expect(stage.takeEffects().isEmpty)
    }

    @Test func `The first row is the theme that follows the terminal`() {
        var stage = stage()
        stage.send(.terminal(.ground(.light)))
        stage.press("g")
        #expect(stage.state.theme == .light)
        stage.press("enter")
        #expect(stage.state.preferences.theme == "auto" && stage.state.theme == .light)
        stage.send(.terminal(.ground(.dark)))
        #expect(stage.state.theme == .builtIn)
    }

    @Test(arguments: ["f2", "ctrl-c"]) func `However the list is left, the old theme is back`(_ key: String) {
        var stage = stage()
        stage.press("G", key)
        #expect(stage.state.overlays.isEmpty)
        #expect(stage.state.theme == .builtIn)
    }

    @Test func `In a reversed bar everything has the bar's colours`() {
        var stage = Stage(100, 30)
        stage.load()
        stage.state.themes = [.terminal]
        stage.state.preferences.theme = "terminal"
        let buffer = stage.frame().buffer
        for x in 0..<100 {
            for y in [0, 29] {
                #expect(buffer[x, y].style.foreground == .standard && buffer[x, y].style.background == .standard)
                #expect(buffer[x, y].style.attributes.contains(.reverse))
            }
        }
    }

    @Test func `Enter chooses the theme and keeps it for every start`() {
        var stage = stage()
        stage.press("down", "enter")
        #expect(stage.state.theme == .light && stage.state.overlays.isEmpty)
        #expect(
            stage.takeEffects() == [
                .keep(KeptSetting(section: "appearance", key: "theme", literal: "\"light\""))
            ])
    }

    @Test func `Enter on the theme in the settings opens the list, and w keeps any setting`() throws {
        var stage = Stage(100, 30)
        stage.state.themes = Theme.allBuiltIn
        stage.state.preferences.theme = "dark"
        stage.press("f7")
        let settings = SettingRegistry.all(for: stage.state.preferences, themes: Theme.allBuiltIn.map(\.name))
        let row = try #require(settings.firstIndex { $0.id == "appearance.theme" })
        for _ in 0..<row { stage.press("j") }
        stage.press("enter")
        guard case .themes? = stage.state.overlays.last else {
            Issue.record("no list")
            return
        }
        stage.press("esc", "g", "w")
        #expect(
            stage.takeEffects() == [
                .keep(KeptSetting(section: "decoding", key: "strategy", literal: "\"auto\""))
            ])
    }
}
