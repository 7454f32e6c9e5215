// SPDX-License-Identifier: Apache-2.0

import InklingCells
import Testing

@testable import InklingStore

@Suite struct ChatTitleTests {
    @Test(arguments: [
        ("Hello", "Hello"),
        ("", ""),
        (" \n\t\r\n ", ""),
        ("\n\n  Why   is\tthe sky blue?  \nTell me.", "Why is the sky blue?"),
        ("one\u{2028}two", "one"),
        (
            "Explain how speculative decoding keeps the target distribution unchanged, please",
            "Explain how speculative decoding keeps the target…"
        ),
        // Exactly as wide as allowed, and one more.
        (String(repeating: "a", count: 60), String(repeating: "a", count: 60)),
        (String(repeating: "a", count: 61), String(repeating: "a", count: 59) + "…"),
        // The word before the blank is whole.
        (
            String(repeating: "a", count: 30) + " " + String(repeating: "b", count: 28) + " c d",
            String(repeating: "a", count: 30) + " " + String(repeating: "b", count: 28) + "…"
        ),
        (String(repeating: "字", count: 40), String(repeating: "字", count: 29) + "…"),
        ("\u{1B}[31mred\u{202E}", "␛[31mred\\u{202E}"),
    ])
    func `A title is the first line that says something`(message: String, title: String) {
        #expect(ChatTitle.make(from: message) == title)
        #expect(displayWidth(title) <= ChatTitle.width)
    }

    @Test func `Ten megabytes without a line end have a title too`() {
        let title = ChatTitle.make(from: String(repeating: "x", count: 10_000_000))
        #expect(displayWidth(title) == 60)
        #expect(ChatTitle.make(from: String(repeating: "\u{301}", count: 1_000_000)).count <= 60)
    }
}
