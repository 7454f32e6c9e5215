// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding
import Testing

@testable import inkling

struct PromptSetTests {
    private func parse(_ text: String) throws -> [BenchPrompt] {
        try PromptSet.parse(Array(text.utf8), named: "\"p.jsonl\"")
    }

    private func message(_ text: String) -> String? {
        do {
            _ = try parse(text)
            return nil
        } catch {
            return (error as? Failure)?.message
        }
    }

    @Test func `The built-in prompts are at least twelve of each kind, each with an id of its own`() throws {
        let prompts = try PromptSet.standard()
        #expect(prompts.count >= 60)
        #expect(Set(prompts.map(\.id)).count == prompts.count)
        #expect(Set(prompts.map(\.prompt)).count == prompts.count)
        let counts = Dictionary(grouping: prompts, by: \.category).mapValues(\.count)
        #expect(Set(counts.keys) == ["chat", "code", "edit", "summary", "math"])
        #expect(counts.values.allSatisfy { $0 >= 12 })
        #expect(prompts.allSatisfy { $0.id.hasPrefix($0.category + "-") })
    }

    @Test func `A line needs no more than a prompt`() throws {
        let prompts = try parse(
            "{\"prompt\": \"a\\nb\", \"more\": 1}\r\n\n  \n{\"category\": \"chat\", \"id\": \"x\", \"prompt\": \"ä\"}")
        #expect(
            prompts == [
                BenchPrompt(id: "line-1", category: "other", prompt: "a\nb"),
                BenchPrompt(id: "x", category: "chat", prompt: "ä"),
            ])
    }

    @Test func `A bad line is told by its number`() {
        #expect(message("") == "\"p.jsonl\": no prompts")
        #expect(message("\n \n") == "\"p.jsonl\": no prompts")
        let notObject = "\"p.jsonl\", line 2: not an object with the text \"prompt\""
        for line in ["x", "[]", "{}", "{\"prompt\": 1}", "{\"prompt\": \"a\"", "\u{0}", "{\"id\": \"x\"}"] {
            #expect(message("{\"prompt\": \"a\"}\n" + line) == notObject, "\(line)")
        }
        #expect(message("{\"prompt\": \"\"}") == "\"p.jsonl\", line 1: the prompt is empty")
        #expect(
            message("{\"id\": \"a\", \"prompt\": \"x\"}\n{\"id\": \"a\", \"prompt\": \"y\"}")
                == "\"p.jsonl\", line 2: the id \"a\" is there already")
    }

    @Test func `Bytes that are no text are no prompts`() {
        #expect(throws: Failure.self) { try PromptSet.parse([0x7B, 0xFF, 0xFE, 0x7D], named: "x") }
    }

    @Test func `The first of each category keep their order`() {
        let prompts = ["a1", "b1", "a2", "a3", "b2"].map {
            BenchPrompt(id: $0, category: String($0.prefix(1)), prompt: $0)
        }
        #expect(PromptSet.first(2, ofEachCategoryIn: prompts).map(\.id) == ["a1", "b1", "a2", "b2"])
        #expect(PromptSet.first(1, ofEachCategoryIn: prompts).map(\.id) == ["a1", "b1"])
    }
}

struct StrategyChoiceTests {
    private func refusal(_ text: String) -> String? {
        do {
            _ = try StrategyChoice.list(text)
            return nil
        } catch { return BenchDecodeCommand.message(for: error) }
    }

    @Test func `A list names strategies with their parameters, and plain decoding comes with it`() throws {
        let choices = try StrategyChoice.list("sd:gamma=4,specdec++:stop=0.6:max=9,pearl:adaptive=off")
        #expect(choices.map(\.label) == ["ar", "sd:gamma=4", "specdec++:stop=0.6:max=9", "pearl:adaptive=off"])
        #expect(choices.map(\.descriptor.id) == ["ar", "sd", "specdec++", "pearl"])
        let parameters: [[String: ParameterValue]] = [
            [:], ["gamma": .integer(4)], ["stop": .real(0.6), "max": .integer(9)], ["adaptive": .flag(false)],
        ]
        #expect(choices.map(\.parameters) == parameters)
    }

    @Test func `Plain decoding stays where it was put, and nothing runs twice`() throws {
        #expect(try StrategyChoice.list("sd,ar,sd,sd:gamma=4").map(\.label) == ["sd", "ar", "sd:gamma=4"])
    }

    @Test func `What is no strategy or parameter is refused with what is`() {
        #expect(refusal("sdd")?.hasPrefix("unknown strategy \"sdd\"; known: ar, ") == true)
        #expect(refusal("sd,")?.hasPrefix("unknown strategy \"\"") == true)
        #expect(refusal("sd:gama=4") == "strategy \"sd\" has no parameter \"gama\"; known: gamma")
        #expect(
            refusal("sd:gamma=99") == "gamma of strategy \"sd\" is \"99\"; it must be a whole number from 1 to 32")
        #expect(refusal("sd:gamma") == "gamma of strategy \"sd\" is \"\"; it must be a whole number from 1 to 32")
        #expect(refusal("ar:") == "strategy \"ar\" has no parameter \"\"; it has none at all")
    }

    @Test func `Without a list every lossless strategy that can run is chosen`() throws {
        let alone = try StrategyChoice.chosen(nil, hasDraft: false)
        #expect(alone.first?.label == "ar" && alone.contains { $0.label == "prompt-lookup" })
        #expect(alone.allSatisfy { $0.isLossless && !$0.descriptor.needs.contains(.draftModel) })
        let pair = try StrategyChoice.chosen(nil, hasDraft: true)
        #expect(Set(["ar", "sd", "specdec++", "pearl", "prompt-lookup"]).isSubset(of: pair.map(\.label)))
        let failure = #expect(throws: Failure.self) { try StrategyChoice.chosen("sd", hasDraft: false) }
        #expect(failure?.message == "strategy \"sd\" needs a draft model, and there is none")
        #expect(failure?.hint == "name one with -d")
    }
}
