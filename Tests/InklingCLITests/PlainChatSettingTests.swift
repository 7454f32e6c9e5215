// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import Testing

@testable import inkling

/// What `/set` does.
struct PlainChatSettingTests {
    @Test(arguments: [
        "temperature 0.25", "temp 0.25", "TEMP=0.25", "temperature = 0.25",
    ])
    func `A setting has a value and more than one way to name it`(text: String) {
        var state = PlainChatState()
        #expect(PlainChatSetting.take(text, &state) == "temperature is 0.25 now")
        #expect(state.sampler.temperature == 0.25)
    }

    @Test func `Every kind of setting reaches what answers are made with`() {
        var state = PlainChatState()
        for text in ["top-k 7", "top_p 0.5", "mirostat 2", "mirostat-tau 4", "seed 99", "max tokens 12", "strategy ar"]
        {
            #expect(PlainChatSetting.take(text, &state).hasSuffix("now"))
        }
        #expect(state.sampler.topK == 7)
        #expect(state.sampler.topP == 0.5)
        #expect(state.sampler.mirostat.version == .two)
        #expect(state.sampler.mirostat.targetSurprise == 4)
        #expect(state.answerSampler.seed == 99)
        #expect(state.maxTokens == 12)
        #expect(state.strategy == "ar")
        _ = PlainChatSetting.take("max-tokens none", &state)
        #expect(state.maxTokens == nil)
    }

    @Test(arguments: [
        ("temperature hot", "a number"), ("temperature 11", "0.0 to 10.0"), ("temperature nan", "0.0 to 10.0"),
        ("top-k 1.5", "a whole number"), ("top-k -1", "0 to"), ("mirostat 3", "0, 1 or 2"), ("seed -1", "whole number"),
        ("max-tokens 0", "from 1"), ("max-tokens 99999999999999999999", "from 1"), ("temperature 1 2", "one value"),
        ("strategy magic", "unknown strategy"),
    ])
    func `A bad value is refused with what is allowed, and nothing changes`(text: String, allowed: String) {
        var state = PlainChatState()
        let before = state
        #expect(PlainChatSetting.take(text, &state).contains(allowed))
        #expect(state == before)
    }

    @Test func `An unknown setting suggests a known one`() {
        var state = PlainChatState()
        #expect(PlainChatSetting.take("temprature 1", &state).contains("did you mean temperature?"))
        #expect(PlainChatSetting.take("xyzzy 1", &state).contains("/set lists them all"))
    }

    @Test func `Without a value the setting is shown, without a name all are`() {
        var state = PlainChatState()
        #expect(PlainChatSetting.take("top-k", &state).hasPrefix("top-k is 40"))
        let list = PlainChatSetting.take("", &state).split(separator: "\n")
        #expect(list.count == PlainChatSetting.all(for: state).count)
        for setting in PlainChatSetting.all { #expect(list.contains { $0.hasPrefix(setting.name + " ") }) }
    }

    /// Whatever strategies there are: each can be set, or says what it lacks, and its parameters are offered.
    @Test(arguments: StrategyRegistry.all)
    func `Strategies are offered with their parameters`(strategy: StrategyDescriptor) {
        var without = PlainChatState()
        if strategy.needs.contains(.draftModel) {
            #expect(PlainChatSetting.take("strategy \(strategy.id)", &without).contains("draft model"))
            #expect(without == PlainChatState())
        }
        var state = PlainChatState(hasDraft: true)
        #expect(PlainChatSetting.take("strategy \(strategy.id)", &state).hasSuffix("now"))
        for parameter in strategy.parameters {
            let value = parameter.defaultValue.description
            #expect(PlainChatSetting.take("\(parameter.name) \(value)", &state) == "\(parameter.name) is \(value) now")
            #expect(state.parameters[parameter.name] == parameter.defaultValue)
        }
    }
}
