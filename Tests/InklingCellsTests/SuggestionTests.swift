// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingCells

@Suite struct SuggestionTests {
    @Test func `Distances count slips of the hand`() {
        func slips(_ from: String, _ to: String) -> Int { Suggestion.slips(Array(from), Array(to)) }
        #expect(slips("help", "help") == 0)
        #expect(slips("hlep", "help") == 1)
        #expect(slips("hel", "help") == 1)
        #expect(slips("", "help") == 4)
        #expect(slips("quiz", "quit") == 1)
        #expect(slips("abc", "xyz") == 3)
    }

    @Test(
        arguments: [
            ("temprature", "temperature"), ("TEMPERATURE", "temperature"), ("temp", "temperature"), ("top", "top-k"),
            ("tpo-k", "top-k"), ("sampling.temprture", "sampling.temperature"), ("xx", nil), ("", nil),
            ("topiary", nil), ("abc", nil),
        ] as [(String, String?)])
    func `A word that was meant is found, another is not`(_ word: String, _ meant: String?) {
        #expect(Suggestion.nearest(to: word, in: ["temperature", "top-k", "sampling.temperature"]) == meant)
    }

    @Test func `The nearest of several is meant, the first of equals`() {
        #expect(Suggestion.nearest(to: "sand", in: ["sound", "send", "band"]) == "send")
        #expect(Suggestion.nearest(to: "light-hi", in: ["light", "light-high"]) == "light-high")
    }

    @Test func `Texts of any length are compared in no time`() {
        let long = String(repeating: "a", count: 100_000)
        #expect(Suggestion.nearest(to: long, in: [long + "b"]) == nil)
        #expect(Suggestion.nearest(to: "a", in: [long]) == long)
        #expect(Suggestion.nearest(to: "b", in: [long]) == nil)
    }
}
