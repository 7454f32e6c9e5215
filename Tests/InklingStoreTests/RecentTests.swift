// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingStore

@Suite struct RecentTests {
    let store: ChatStore

    init() throws { store = try ChatStore.inMemory() }

    @Test func `Prompts are kept once each, the latest last`() throws {
        for prompt in ["one", "two\nlines", "one", "  ", "three", "two\nlines"] { try store.rememberPrompt(prompt) }
        #expect(try store.prompts() == ["one", "three", "two\nlines"])
        #expect(try store.prompts(limit: 2) == ["three", "two\nlines"])
        try store.rememberPrompt(String(repeating: "x", count: ChatStore.promptByteLimit + 1))
        #expect(try store.prompts().count == 3)
        try store.forgetPrompts()
        #expect(try store.prompts().isEmpty)
    }

    @Test func `A thousand prompts are kept`() throws {
        for number in 1...1010 { try store.rememberPrompt("\(number)") }
        let prompts = try store.prompts()
        #expect(prompts.count == 1000)
        #expect(prompts.first == "11")
        #expect(prompts.last == "1010")
        #expect(try store.prompts(limit: 5000).count == 1000)
    }

    @Test func `Nine pairs of models are kept, the latest first`() throws {
        func pair(_ number: Int, _ draft: Int?) -> ModelPair {
            ModelPair(
                target: ModelReference(name: "t\(number)", path: "/t\(number)"),
                draft: draft.map { ModelReference(name: "d\($0)", path: "/d\($0)") })
        }
        for number in 1...12 { try store.rememberPair(pair(number, number)) }
        try store.rememberPair(pair(7, 7))
        try store.rememberPair(pair(7, nil))
        let expected = [pair(7, nil), pair(7, 7)] + [12, 11, 10, 9, 8, 6, 5].map { pair($0, $0) }
        #expect(try store.recentPairs() == expected)
        try store.forgetPair(pair(7, nil))
        #expect(try store.recentPairs() == Array(expected.dropFirst()))
    }
}
