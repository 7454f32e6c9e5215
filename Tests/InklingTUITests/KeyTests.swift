// SPDX-License-Identifier: Apache-2.0

import InklingCells
@testable import InklingEngine
import InklingStore
@testable import InklingTUI
import Testing

/// Help is a promise: each key that it lists does something where it says so.
@Suite struct KeyTests {
    /// A state in which there is something to do for every key of a place.
    private func stage(_ context: KeyContext) -> Stage {
        var stage = Stage(120, 30)
        stage.load()
        let long = "<think>\nWell.\n</think>\n```sh\nls\n```\n" + String(repeating: "line\n\n", count: 60)
        stage.type("one")
        stage.press("enter")
        stage.answer([long, " end"])
        stage.type("two")
        stage.press("enter")
        stage.answer([long, " end"])
        // Three versions, of which the one in the middle is selected, with room to scroll on either side.
        stage.press("tab")
        for _ in 0..<2 {
            stage.press("r")
            stage.answer([long, " end"])
        }
        stage.press("[", "/", "l", "enter", "g", "J", "J", "J", "page-down", "page-down")
        switch context {
        case .composer, .everywhere:
            stage.press("i")
            stage.type("text")
            stage.state.recentPairs = (0..<9).map {
                RecentPair(target: "/\($0).gguf", draft: nil, targetName: "\($0)", draftName: nil)
            }
        case .transcript: break
        case .tokens:
            // Three alternatives, and something before and after.
            stage.press("G", "r")
            stage.answer(["one ", "two ", "three "])
            stage.press("t", "right", "right", "down")
        case .models:
            stage.send(.models(.sample))
            stage.press("f6", "j")
        case .chats:
            stage.press("ctrl-o")
            stage.send(.store(.listed(query: "", (1...40).map { .sample($0, "Chat \($0)") })))
            stage.press("j", "d", "j")
        case .settings: stage.press("f7", "j", "j", "j", "right")
        case .playground:
            stage.press("f3")
            stage.type("ls ")
            stage.send(
                .autocomplete(
                    number: stage.state.playground.request,
                    .finished(CompletionID(number: 1), .sample, latency: .zero)))
        case .panel: stage.press("alt-z")
        case .page: stage.press("i", "f1", "j", "j", "page-down")
        case .themes, .xray, .race, .replay: break
        }
        _ = stage.takeEffects()
        stage.state.toasts = []
        _ = stage.frame()
        return stage
    }

    /// The others have states of their own, and tests beside them.
    static let contexts: [KeyContext] = [
        .composer, .transcript, .tokens, .models, .chats, .settings, .playground, .panel, .page, .everywhere,
    ]

    @Test(arguments: contexts)
    func `Every key of the help does something where it counts`(_ context: KeyContext) {
        for row in KeyMap.standard.rows(in: context) {
            var stage = stage(context)
            if row.action == .leaveIfEmpty { stage.press("ctrl-c") }
            let before = stage.frame().buffer
            #expect(App.contexts(of: stage.state).contains(context))
            stage.send(.terminal(.key(row.key)))
            let isSeen = stage.frame().buffer != before || !stage.effects.isEmpty
            // There is nothing to be ended, and one is where the key leads.
            if context == .everywhere, [.cancel, .chatScreen].contains(row.action) { continue }
            #expect(isSeen, "\(row.key.name) in \(context.title): \(row.action.title)")
        }
    }

    @Test func `Escape goes back from everywhere, one step at a time`() {
        for screen in ["f3", "f6", "f7"] {
            var stage = Stage()
            stage.load()
            stage.press(screen, "f1")
            #expect(stage.screen().contains("esc close"))
            stage.press("esc")
            #expect(stage.state.overlays.isEmpty && stage.state.screen != .chat)
            #expect(stage.screen().contains("esc back"))
            stage.press("alt-z", "esc")
            #expect(stage.state.panels.zoomed == nil && stage.state.screen != .chat)
            stage.press("esc")
            #expect(stage.state.screen == .chat)
        }
    }

    @Test func `Help is closed by the key that opened it`() {
        var stage = Stage()
        stage.press("f1", "f1")
        #expect(stage.state.overlays.isEmpty)
    }

    @Test func `A digit in the conversation shows and hides a panel, whose title says so`() {
        var stage = stage(.transcript)
        #expect(stage.screen().contains("1 Speed"))
        stage.press("1")
        #expect(!stage.screen().contains("Speed"))
        stage.press("1", "i")
        #expect(stage.screen().contains("─ Speed"))
    }

    @Test func `The first key that a caption or the palette shows counts where it is shown`() {
        // In a text a question mark is one.
        #expect(KeyMap.standard.key(for: .help)?.name == "f1")
        #expect(KeyMap.standard.key(for: .continueAnswer)?.name == "alt-o")
    }

    @Test func `Messages are walked through however long they are`() {
        var stage = stage(.transcript)
        let path = stage.state.chat.path.map(\.id)
        stage.press("g")
        for id in path.dropFirst() {
            stage.press("J")
            #expect(stage.state.chat.selected == id)
        }
        stage.press("J", "K")
        #expect(stage.state.chat.selected == path[path.count - 2])
    }

    @Test func `Going up line by line passes over nothing`() {
        var stage = Stage(80, 16)
        stage.load()
        for name in ["first", "second"] {
            stage.type(name)
            stage.press("enter")
            stage.answer([(1...30).map { "\(name) line \($0)\n\n" }.joined(), "end"])
        }
        stage.press("tab", "G")
        var seen: Set<String> = []
        for _ in 0..<120 {
            seen.formUnion(stage.screen().split(separator: "\n").map { $0.filter { $0.isLetter || $0.isNumber } })
            stage.press("k")
        }
        for name in ["first", "second"] {
            for number in 1...30 { #expect(seen.contains("\(name)line\(number)"), "\(name) \(number)") }
        }
    }

    @Test func `The help of the playground says what digits do there`() throws {
        var stage = Stage(100, 60)
        stage.load()
        stage.press("f3", "f1")
        let lines = stage.screen().split(separator: "\n").filter { $0.contains("alt-1 to alt-9") }
        #expect(lines.map { $0.contains("take the draft") } == [true, false])
    }
}
