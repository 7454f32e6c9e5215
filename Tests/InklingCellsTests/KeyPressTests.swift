// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@Suite struct KeyPressTests {
    @Test(arguments: [
        ("ctrl-p", KeyPress(.character("p"), .control)), ("alt-enter", KeyPress(.enter, .alt)),
        ("f1", KeyPress(.function(1))),
        ("?", KeyPress(.character("?"))), ("-", KeyPress(.character("-"))),
        ("ctrl--", KeyPress(.character("-"), .control)),
        ("space", KeyPress(.character(" "))), ("ctrl-space", KeyPress(.character(" "), .control)),
        ("shift-tab", KeyPress(.backTab)), ("ctrl-shift-left", KeyPress(.left, [.control, .shift])),
        ("page-up", KeyPress(.pageUp)), ("esc", KeyPress(.escape)), ("f", KeyPress(.character("f"))),
        ("G", KeyPress(.character("G"))), ("alt-1", KeyPress(.character("1"), .alt)), ("é", KeyPress(.character("é"))),
        ("ctrl-alt-delete", KeyPress(.delete, [.control, .alt])),
    ])
    func `A key and its name`(name: String, press: KeyPress) {
        #expect(KeyPress(name: name) == press)
        #expect(press.name == name)
    }

    @Test(arguments: ["", "ctrl-", "ctrl-ctrl-a", "f0", "f25", "f1x", "shift-a", "enterr", "ab", "Ctrl-a"])
    func `What is no key is refused`(name: String) {
        #expect(KeyPress(name: name) == nil)
    }
}
