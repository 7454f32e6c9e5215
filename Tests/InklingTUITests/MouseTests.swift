// SPDX-License-Identifier: Apache-2.0

import InklingCells
@testable import InklingEngine
import InklingStore
@testable import InklingTUI
import Testing

@Suite struct MouseTests {
    /// Clicks the first place that shows a text, at its first column.
    private func click(_ text: String, _ stage: inout Stage) {
        let rows = stage.frame().buffer.rows
        for (y, row) in rows.enumerated() {
            guard let range = row.firstRange(of: text) else { continue }
            let x = displayWidth(String(row[..<range.lowerBound]))
            stage.send(.terminal(.mouse(MouseEvent(.press, .left, at: Point(x: x, y: y)))))
            return
        }
        Issue.record("the screen does not show \(text):\n\(rows.joined(separator: "\n"))")
    }

    private func wheel(_ action: MouseEvent.Action, at point: Point, _ stage: inout Stage) {
        _ = stage.frame()
        stage.send(.terminal(.mouse(MouseEvent(action, at: point))))
    }

    @Test func `The mouse is the terminal's unless it is asked for`() {
        var stage = Stage()
        #expect(!stage.frame().wantsMouse)
        stage.state.preferences.mouse = true
        #expect(stage.frame().wantsMouse)
    }

    @Test func `A click on a tab shows its screen`() {
        var stage = Stage(100, 30)
        for screen in Screen.allCases.reversed() {
            click(screen.title, &stage)
            #expect(stage.state.screen == screen)
        }
    }

    @Test func `A click on a caption of the footer does what it says`() {
        var stage = Stage(100, 30)
        stage.load()
        click("commands", &stage)
        guard case .palette? = stage.state.overlays.last else {
            Issue.record("no palette")
            return
        }
        click("one panel on the whole screen", &stage)
        #expect(stage.state.panels.zoomed != nil && stage.state.overlays.isEmpty)
    }

    @Test func `A click on a message selects it, and one on the composer goes there`() {
        var stage = Stage(100, 30)
        SnapshotTests.ask(&stage)
        click("you", &stage)
        #expect(stage.state.chat.focus == .transcript)
        #expect(stage.state.chat.selected == stage.state.chat.path.first?.id)
        stage.press("tab")
        stage.type("a longer message")
        stage.press("tab")
        click("message", &stage)
        #expect(stage.state.chat.focus == .composer)
        click("longer", &stage)
        stage.type("X")
        #expect(stage.state.chat.composer.text == "a Xlonger message")
    }

    @Test func `The wheel scrolls the conversation under it and leaves the rest`() {
        var stage = Stage(100, 20)
        stage.load()
        stage.type("Hi")
        stage.press("enter")
        stage.answer((0..<60).map { "line \($0)\n\n" })
        stage.type("draft")
        let before = stage.screen()
        wheel(.scrollUp, at: Point(x: 5, y: 5), &stage)
        #expect(!stage.state.chat.scroll.isFollowing)
        #expect(stage.screen() != before)
        wheel(.scrollDown, at: Point(x: 5, y: 5), &stage)
        #expect(stage.screen() == before)
        wheel(.scrollUp, at: Point(x: 5, y: 0), &stage)
        #expect(stage.screen() == before, "there is nothing to scroll in the header")
        #expect(stage.state.chat.composer.text == "draft")
    }

    @Test func `A row is selected by the first click and chosen by the second`() {
        var stage = Stage(120, 40)
        stage.load()
        stage.send(.models(.sample))
        stage.press("f6")
        click("qwen2.5", &stage)
        _ = stage.takeEffects()
        click("qwen2.5", &stage)
        #expect(
            stage.takeEffects() == [.load(target: "/models/qwen2.5-0.5b-instruct-q8_0.gguf", draft: nil)])
        stage.press("f7")
        click("temperature", &stage)
        #expect(stage.state.overlays.isEmpty)
        click("temperature", &stage)
        guard case .field? = stage.state.overlays.last else {
            Issue.record("no field")
            return
        }
    }

    @Test func `The wheel moves the list under it`() {
        var stage = Stage(120, 40)
        stage.press("f7")
        wheel(.scrollDown, at: Point(x: 10, y: 4), &stage)
        wheel(.scrollDown, at: Point(x: 10, y: 4), &stage)
        #expect(stage.state.settings.list.selected == 2)
        stage.press("f1")
        wheel(.scrollDown, at: Point(x: 60, y: 10), &stage)
        guard case .page(let page)? = stage.state.overlays.last else {
            Issue.record("no page")
            return
        }
        #expect(page.scroll == 3 && stage.state.settings.list.selected == 2)
    }

    @Test func `What lies below something cannot be clicked, and a click beside closes it`() {
        var stage = Stage(120, 40)
        stage.load()
        stage.press("ctrl-c")
        _ = stage.frame()
        stage.send(.terminal(.mouse(MouseEvent(.press, .left, at: Point(x: 1, y: 0)))))
        #expect(stage.state.overlays.isEmpty && stage.state.screen == .chat)
        stage.press("ctrl-c")
        click("leave", &stage)
        #expect(stage.takeEffects().last == .quit)
    }

    @Test func `A click on a round of the X-ray explains it`() {
        var stage = Stage(120, 40)
        SnapshotTests.ask(&stage)
        if let key = stage.state.keyMap.key(to: .xray) { stage.send(.terminal(.key(key))) }
        #expect(stage.state.screen == .xray)
        let newest = stage.state.xray.cursor
        _ = stage.frame()
        guard let row = stage.state.hits.first(where: { $0.target == .row(0) }) else {
            Issue.record("no round is shown")
            return
        }
        stage.send(.terminal(.mouse(MouseEvent(.press, .left, at: row.area.origin))))
        #expect(stage.state.xray.cursor == 0 && newest != 0)
    }

    @Test func `A draft is taken by the second click`() {
        var stage = Stage(120, 40)
        stage.load()
        stage.press("f3")
        stage.type("To list all files in")
        stage.send(
            .autocomplete(
                number: stage.state.playground.request,
                .finished(.init(number: 1), .sample, latency: .milliseconds(12))))
        click("2  the current folder", &stage)
        #expect(stage.state.playground.selected == 1)
        click("2  the current folder", &stage)
        #expect(stage.state.playground.editor.text == "To list all files in the current folder, run")
    }

    @Test func `No click anywhere stops the program`() {
        for scene in SnapshotTests.scenes {
            var stage = Stage(60, 16)
            scene.play(&stage)
            _ = stage.frame()
            for y in -1...17 {
                for x in stride(from: -1, through: 61, by: 7) {
                    for action in [MouseEvent.Action.press, .scrollUp, .scrollDown] {
                        var copy = stage
                        copy.send(.terminal(.mouse(MouseEvent(action, .left, at: Point(x: x, y: y)))))
                    }
                }
            }
        }
    }
}
