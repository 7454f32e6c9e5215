// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingEngine

@Suite struct ContextFitTests {
    /// Turns of a question and an answer each, the last without one; a token for each character.
    private func fit(
        _ text: String, system: String? = nil, capacity: Int, maxTokens: Int? = nil, dropped: Int = 0,
        keepsSystem: Bool = true
    ) -> FittedConversation<Character> {
        var messages = system.map { [ChatMessage(.system, $0)] } ?? []
        for (index, part) in text.split(separator: " ").enumerated() {
            messages.append(ChatMessage(index.isMultiple(of: 2) ? .user : .assistant, String(part)))
        }
        return ContextFit(messages).fit(
            capacity: capacity, maxTokens: maxTokens, dropped: dropped, keepsSystem: keepsSystem
        ) { $0.flatMap { Array($0.content) } }
    }

    @Test func `A conversation that fits is left alone`() {
        let fitted = fit("aaaa bbbb cccc", system: "ssss", capacity: 32)
        #expect(String(fitted.tokens) == "ssssaaaabbbbcccc")
        #expect(fitted.droppedTurnCount == 0 && fitted.droppedMessageCount == 0)
    }

    @Test func `A full context drops the oldest turns and keeps the system message`() {
        // Four positions are to be free, eight once turns are dropped.
        let fitted = fit("aaaa bbbb cccc dddd eeee ffff gggg", system: "ssss", capacity: 32)
        #expect(String(fitted.tokens) == "ssssccccddddeeeeffffgggg")
        #expect(fitted.droppedTurnCount == 1 && fitted.droppedMessageCount == 2)
    }

    @Test func `The system message goes with the first turn where it is not to be kept`() {
        let fitted = fit("aaaa bbbb cccc dddd eeee ffff gggg", system: "ssss", capacity: 32, keepsSystem: false)
        #expect(String(fitted.tokens) == "ccccddddeeeeffffgggg")
        let whole = fit("aaaa", system: "ssss", capacity: 32, keepsSystem: false)
        #expect(String(whole.tokens) == "ssssaaaa")
    }

    @Test func `A limit on answers lets the conversation use more of the context`() {
        let text = "aaaa bbbb cccc dddd eeeeeeeeeeeee"
        #expect(fit(text, capacity: 32, maxTokens: 2).droppedTurnCount == 0)
        #expect(fit(text, capacity: 32, maxTokens: 4).droppedTurnCount == 1)
    }

    @Test func `What is left out stays out, though there would be room`() {
        let fitted = fit("aaaa bbbb cccc dddd eeee", capacity: 320, dropped: 1)
        #expect(String(fitted.tokens) == "ccccddddeeee")
        #expect(fitted.droppedTurnCount == 1)
        // A conversation that was cut since has fewer turns.
        #expect(fit("aaaa bbbb cccc", capacity: 320, dropped: 7).droppedTurnCount == 1)
    }

    @Test func `A question too long for any context drops nothing`() {
        let fitted = fit("aaaa bbbb " + String(repeating: "x", count: 33), capacity: 32)
        #expect(fitted.droppedTurnCount == 0)
        #expect(fitted.tokens.count > 32)
    }

    @Test(arguments: 1...40)
    func `As few turns are dropped as make enough room`(capacity: Int) {
        let text = Array(repeating: "aaa bb", count: 12).joined(separator: " ") + " cc"
        let fitted = fit(text, capacity: capacity)
        let least = ContextFit.leastRoom(capacity: capacity, maxTokens: nil)
        // One turn after the other, as the definition has it.
        var dropped = 0
        while 62 - 5 * dropped > (dropped == 0 ? capacity - least : capacity - 2 * least), dropped < 12 { dropped += 1 }
        if 62 - 5 * dropped > capacity { dropped = 0 }
        #expect(fitted.droppedTurnCount == dropped)
    }

    @Test func `An empty conversation and one without questions are no trouble`() {
        #expect(ContextFit([]).turnCount == 0)
        #expect(fit("", capacity: 4).tokens.isEmpty)
        #expect(fit("", system: "ssssssss", capacity: 4).tokens.count == 8)
        let answers = ContextFit([ChatMessage(.system, "s"), ChatMessage(.assistant, "a"), ChatMessage(.user, "u")])
        #expect(answers.turnCount == 2)
        #expect(answers.messages(dropping: 1).map(\.content) == ["s", "u"])
    }
}
