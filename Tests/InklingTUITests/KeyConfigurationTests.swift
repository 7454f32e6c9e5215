// SPDX-License-Identifier: Apache-2.0

import InklingCells
@testable import InklingTUI
import Testing

@Suite struct KeyConfigurationTests {
    private func read(_ text: String) -> (KeyMap, [String]) {
        let (_, keys, issues) = ConfigurationFile.read(text, themes: [])
        return (keys, issues.map(\.description))
    }

    private func key(_ name: String) throws -> KeyPress { try #require(KeyPress(name: name)) }

    @Test func `An action gets the keys that are given, and no others`() throws {
        let (keys, issues) = read("[keys.transcript]\ncopy-message = [\"ctrl-y\", \"f5\"]\nedit-message = \"E\"")
        #expect(issues.isEmpty, "\(issues)")
        #expect(try keys.action(for: key("f5"), in: [.transcript]) == .copyMessage)
        #expect(try keys.action(for: key("y"), in: [.transcript]) == nil)
        #expect(try keys.action(for: key("E"), in: [.transcript]) == .editMessage)
        #expect(
            keys.rows(in: .transcript).first { $0.action == .copyMessage }?.caption == "copy", "the footer goes with it"
        )
        #expect(keys.rows(in: .models) == KeyMap.standard.rows(in: .models))
    }

    @Test func `An empty list takes the key away, a list of mistakes does not`() throws {
        let (keys, issues) = read("[keys.transcript]\ndelete-message = []\ncopy-message = [\"qqqqqq\"]")
        #expect(try keys.action(for: key("d"), in: [.transcript]) == nil)
        #expect(try keys.action(for: key("y"), in: [.transcript]) == .copyMessage)
        #expect(issues == ["config.toml:3:1: no key is called \"qqqqqq\""])
    }

    @Test(arguments: [
        ("[keys.composer]\nsned = \"enter\"", "config.toml:2:1: unknown action \"sned\"; did you mean \"send\"?"),
        ("[keys.composer]\nsend = \"entr\"", "config.toml:2:1: no key is called \"entr\"; did you mean \"enter\"?"),
        (
            "[keys.composer]\nsend = \"Ctrl+S\"",
            "config.toml:2:1: no key is called \"Ctrl+S\"; did you mean \"ctrl-s\"?"
        ),
        (
            "[keys.composer]\neditor = \"control-pgup\"",
            "config.toml:2:1: no key is called \"control-pgup\"; did you mean \"ctrl-page-up\"?"
        ),
        (
            "[keys.composer]\neditor = \"c-return\"",
            "config.toml:2:1: no key is called \"c-return\"; did you mean \"ctrl-enter\"?"
        ),
        ("[keys.composer]\nsend = \"ctrl-m\"", "config.toml:2:1: terminals send enter for ctrl-m; write \"enter\""),
        (
            "[keys.composer]\nsend = 3",
            "config.toml:2:1: send is 3; keys are written as \"ctrl-x\" or [\"ctrl-x\", \"f5\"]"
        ),
        (
            "[keys.composer]\nsend = \"s\"",
            "config.toml:2:1: \"s\" is needed for writing, so it can be no key where composer is"
        ),
        (
            "[keys.everywhere]\nhelp = \"?\"",
            "config.toml:2:1: \"?\" is needed for writing, so it can be no key where everywhere is"
        ),
        (
            "[keys.composr]\nsend = \"enter\"",
            "config.toml:1:1: unknown place [keys.composr]; did you mean \"keys.composer\"?"
        ),
        (
            "[keys]\nsend = \"enter\"",
            "config.toml:2:1: keys.send needs its place; did you mean \"keys.composer.send\"?"
        ),
        (
            "[keys]\ncomposer = \"enter\"",
            "config.toml:2:1: keys.composer is \"enter\"; it must be a section, [keys.composer]"
        ),
        (
            "[keys.models]\nsend = \"x\"",
            "config.toml:2:1: send does nothing where models is; it belongs to [keys.composer]"
        ),
    ])
    func `A mistake is told with its place and what may have been meant`(_ text: String, _ expected: String) {
        let (keys, issues) = read(text)
        #expect(issues == [expected])
        #expect(keys == .standard)
    }

    @Test func `An action that loses its only key is named, and the new one has it`() throws {
        let (keys, issues) = read("[keys.transcript]\ncopy-code = \"y\"")
        #expect(
            issues == [
                "config.toml:2:1: y was copy-message, where transcript is, and copy-message has no other key there: "
                    + "give it one, or none with copy-message = []"
            ])
        #expect(try keys.action(for: key("y"), in: [.transcript]) == .copyCode)
        #expect(try keys.action(for: key("c"), in: [.transcript]) == nil)
        #expect(keys.conflicts.isEmpty)
    }

    @Test(arguments: [
        // Told where it goes.
        "[keys.transcript]\ncopy-code = \"y\"\ncopy-message = \"c\"",
        "[keys.transcript]\ncopy-code = \"y\"\ncopy-message = []",
        // It has another one.
        "[keys.transcript]\ncopy-code = \"k\"",
        // Elsewhere it means something else.
        "[keys.models]\nset-draft = \"y\"",
    ])
    func `Where nothing is lost, nothing is told`(_ text: String) {
        let (keys, issues) = read(text)
        #expect(issues.isEmpty, "\(issues)")
        #expect(keys.conflicts.isEmpty)
    }

    @Test func `Of two lines that want one key, the first has it`() throws {
        let (keys, issues) = read("[keys.transcript]\nsearch = \"f5\"\ncopy-message = \"f5\"")
        #expect(issues == ["config.toml:3:1: f5 is search already, where transcript is"])
        #expect(try keys.action(for: key("f5"), in: [.transcript]) == .search)
        #expect(keys.conflicts.isEmpty)
    }

    @Test func `Help and footer show the keys that are set`() {
        var stage = Stage(100, 30)
        stage.load()
        let (keys, _) = read("[keys.composer]\nsend = \"alt-x\"\n[keys.everywhere]\npalette = \"f4\"")
        stage.state.keyMap = keys
        #expect(stage.screen().contains("alt-x send"))
        #expect(stage.screen().contains("f4 commands"))
        stage.press("f1")
        #expect(stage.screen().contains("alt-x "))
        stage.press("esc", "f4")
        guard case .palette? = stage.state.overlays.last else {
            Issue.record("f4 did nothing")
            return
        }
    }

    @Test func `The template is a configuration, and says nothing new`() {
        let template = ConfigurationFile.template(themes: ["dark"])
        let (preferences, keys, issues) = ConfigurationFile.read(template, themes: ["dark"])
        #expect(issues.isEmpty && preferences == Preferences() && keys == .standard)
        let all = template.replacing("\n# ", with: "\n")
        var (same, sameKeys, mistakes) = ConfigurationFile.read(all, themes: ["dark"])
        #expect(mistakes.isEmpty, "\(mistakes)")
        #expect(sameKeys == .standard)
        #expect(same.sampler == Preferences().sampler)
        // What is written down counts as set.
        same.sampling = Preferences().sampling
        #expect(same == Preferences())
    }
}
