// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import Testing

struct StopStringFilterTests {
    /// Shows a text in pieces.
    private func show(_ pieces: [String], stops: [String]) -> (text: String, matched: String?) {
        var filter = StopStringFilter(stops)
        var shown = ""
        for piece in pieces { shown += filter.append(piece) }
        return (shown + filter.finish(), filter.matched)
    }

    /// From the definition: the match that ends first, of several the longest.
    private func reference(_ text: String, stops: [String]) -> (text: String, matched: String?) {
        let bytes = Array(text.utf8)
        for end in 0...bytes.count {
            let ending = stops.filter { bytes.prefix(end).reversed().starts(with: Array($0.utf8).reversed()) }
            guard let stop = ending.max(by: { $0.utf8.count < $1.utf8.count }) else { continue }
            return (String(decoding: bytes.prefix(end - stop.utf8.count), as: UTF8.self), stop)
        }
        return (text, nil)
    }

    @Test(arguments: ["one STOP two", "ST STO STOP", "STSTOP", "no stop", "STO", "", "é…STOP…", "STOPSTOP"])
    func `A stop string is found at every possible border`(_ text: String) {
        let characters = text.map(String.init)
        let expected = reference(text, stops: ["STOP"])
        for first in 0...characters.count {
            for second in first...characters.count {
                let pieces = [characters[..<first], characters[first..<second], characters[second...]]
                #expect(show(pieces.map { $0.joined() }, stops: ["STOP"]) == expected)
            }
        }
        #expect(show(characters, stops: ["STOP"]) == expected)
    }

    @Test
    func `Several stop strings agree with the definition in every cut`() {
        var noise = TestNoise(12)
        func word(_ lengths: ClosedRange<Int>) -> String {
            String((0..<Int.random(in: lengths, using: &noise)).map { _ in "abé".randomElement(using: &noise) ?? "a" })
        }
        for _ in 0..<400 {
            let stops = (0..<Int.random(in: 1...4, using: &noise)).map { _ in word(1...5) }
            let text = word(0...14)
            let expected = reference(text, stops: stops)
            #expect(show([text], stops: stops) == expected)
            #expect(show(text.map(String.init), stops: stops) == expected)
            #expect(show(text.unicodeScalars.map { String($0) }, stops: stops) == expected)
        }
    }

    @Test
    func `Text is shown as soon as no stop string can take it back`() {
        var filter = StopStringFilter(["\n\nUser:", "###"])
        #expect(filter.append("Hello") == "Hello")
        #expect(filter.append("!\n") == "!")
        #expect(filter.append("\n") == "")
        #expect(filter.append("Us") == "")
        #expect(filter.append("ual") == "\n\nUsual")
        #expect(filter.append(" ##") == " ")
        #expect(filter.append("#") == "")
        #expect(filter.matched == "###")
        #expect(filter.append("more") == "")
        #expect(filter.finish() == "")
    }

    @Test
    func `What was held back is shown at the end`() {
        #expect(show(["abc#", "#"], stops: ["###"]) == ("abc##", nil))
    }

    @Test
    func `Without stop strings everything passes`() {
        #expect(show(["a", "", "b"], stops: []) == ("ab", nil))
        #expect(show(["a", "b"], stops: [""]) == ("ab", nil))
    }
}
