// SPDX-License-Identifier: Apache-2.0

import InklingCells
@testable import InklingEngine
@testable import InklingTUI
import Testing

@Suite struct KeyScriptTests {
    @Test func `Text is typed, and names in angle brackets are keys`() throws {
        let script = try KeyScript("a<lt>b<enter><wait><rounds 12><ctrl-p>\n")
        #expect(
            script.steps == [
                .key(KeyPress(.character("a"))), .key(KeyPress(.character("<"))), .key(KeyPress(.character("b"))),
                .key(KeyPress(.enter)), .wait, .rounds(12), .key(KeyPress(.character("p"), .control)),
                .key(KeyPress(.enter)),
            ])
        #expect(try KeyScript("").steps.isEmpty)
    }

    @Test(arguments: [
        ("<entr>", "no key is called <entr>; did you mean <enter>?"),
        ("<wiat>", "no key is called <wiat>; did you mean <wait>?"),
        ("<qqqqqq>", "no key is called <qqqqqq>"), ("<>", "no key is called <>"),
        ("x <y", "\"<y\" has no \">\"; write <lt> for a \"<\" that is to be typed"),
        ("<rounds many>", "<rounds many> needs a number of rounds, as <rounds 12>"),
    ])
    func `What is no script is told`(_ text: String, _ expected: String) {
        do throws(KeyScript.Mistake) {
            _ = try KeyScript(text)
            Issue.record("it was taken")
        } catch {
            #expect(error.description == expected)
        }
    }

    @Test func `A state is busy while something is to come`() {
        var stage = Stage()
        #expect(!stage.state.isBusy)
        stage.state.loading = LoadingState(name: "model")
        #expect(stage.state.isBusy)
        stage.load()
        #expect(!stage.state.isBusy)
        stage.type("Hi")
        stage.press("enter")
        #expect(stage.state.isBusy)
        stage.answer(["Hello"])
        #expect(!stage.state.isBusy)
        stage.press("f3")
        stage.type("To list")
        #expect(stage.state.isBusy)
        stage.send(
            .autocomplete(number: stage.state.playground.request, .finished(.init(number: 1), .sample, latency: .zero)))
        #expect(!stage.state.isBusy)
        stage.press("f6")
        #expect(stage.state.isBusy)
        stage.send(.models(.sample))
        #expect(!stage.state.isBusy)
        stage.press("ctrl-o")
        #expect(stage.state.isBusy)
    }
}
