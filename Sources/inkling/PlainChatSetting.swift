// SPDX-License-Identifier: Apache-2.0

import InklingDecoding

/// Something about answers that `/set` can change. The table ``all`` has those of every answer; parameters of the
/// strategy in use come after them.
struct PlainChatSetting: Sendable {
    let name: String
    let aliases: [String]
    let help: String
    let value: @Sendable (PlainChatState) -> String
    /// Changes the state, which is left as it was when it throws.
    let change: @Sendable (inout PlainChatState, String) throws(GenerationError) -> Void

    static let all: [PlainChatSetting] = [
        real("temperature", aliases: ["temp", "t"], \.temperature, "0 always takes the likeliest token"),
        whole("top-k", \.topK, "keep the K likeliest tokens; 0 keeps all"),
        real("top-p", \.topP, "keep the likeliest that together reach this probability"),
        real("min-p", \.minP, "drop those less likely than this share of the likeliest"),
        real("typical-p", \.typicalP, "locally typical sampling; 1 is off"),
        real("repeat-penalty", \.repetitionPenalty, "divides logits of recent tokens; 1 is off"),
        real("frequency-penalty", \.frequencyPenalty, "for each time that a token occurred"),
        real("presence-penalty", \.presencePenalty, "once a token has occurred"),
        whole("repeat-window", \.penaltyWindow, "tokens that penalties look back on"),
        PlainChatSetting(
            name: "mirostat", aliases: [], help: "0 off, 1 or 2",
            value: { "\($0.sampler.mirostat.version.rawValue)" },
            change: { (state, text) throws(GenerationError) in
                guard let version = Int(text).flatMap(MirostatSettings.Version.init) else {
                    throw .badSetting(name: "mirostat", value: text, allowed: "0, 1 or 2")
                }
                state.sampler.mirostat.version = version
            }),
        real("mirostat-tau", \.mirostat.targetSurprise, "its target surprise, in bits"),
        real("mirostat-eta", \.mirostat.learningRate, "its learning rate"),
        PlainChatSetting(
            name: "seed", aliases: [], help: "the same one gives the same text; or \"random\"",
            value: { "\($0.sampler.seed)" },
            change: { (state, text) throws(GenerationError) in
                guard let seed = text == "random" ? UInt64.random(in: 0..<1 << 32) : UInt64(text) else {
                    throw .badSetting(name: "seed", value: text, allowed: "a whole number from 0, or \"random\"")
                }
                state.sampler.seed = seed
            }),
        PlainChatSetting(
            name: "max-tokens", aliases: ["n"], help: "tokens of an answer at most; or \"none\"",
            value: { $0.maxTokens.map { "\($0)" } ?? "none" },
            change: { (state, text) throws(GenerationError) in
                guard text != "none" else {
                    state.maxTokens = nil
                    return
                }
                let range = 1...GenerationRequest.maxTokensRange.upperBound
                guard let count = Int(text), range.contains(count) else {
                    throw .badSetting(
                        name: "max-tokens", value: text,
                        allowed: "a whole number from 1 to \(range.upperBound), or \"none\"")
                }
                state.maxTokens = count
            }),
        PlainChatSetting(
            name: "strategy", aliases: ["s"], help: StrategyRegistry.all.map(\.id).joined(separator: ", "),
            value: { $0.strategy },
            change: { (state, text) throws(GenerationError) in
                let descriptor = try StrategyRegistry.descriptor(text)
                if descriptor.needs.contains(.draftModel), !state.hasDraft {
                    throw .missingNeed(strategy: descriptor.id, need: .draftModel)
                }
                state.strategy = descriptor.id
                // Parameters of another strategy mean nothing to this one.
                state.parameters = state.parameters.filter { (try? descriptor.values([$0.key: $0.value])) != nil }
            }),
    ]

    /// The table and the parameters of the strategy in use.
    static func all(for state: PlainChatState) -> [PlainChatSetting] {
        guard let descriptor = try? StrategyRegistry.descriptor(state.strategy) else { return all }
        return all
            + descriptor.parameters.map { parameter in
                PlainChatSetting(
                    name: parameter.name, aliases: [], help: "of \(descriptor.id): \(parameter.help)",
                    value: { ($0.parameters[parameter.name] ?? parameter.defaultValue).description },
                    change: { (state, text) throws(GenerationError) in
                        state.parameters[parameter.name] = try descriptor.value(named: parameter.name, text: text)
                    })
            }
    }

    /// Carries out `/set` and says what came of it.
    ///
    /// - Parameter text: nothing, a name, or a name and a value.
    static func take(_ text: String, _ state: inout PlainChatState) -> String {
        let settings = all(for: state)
        // "top_k 5", "top-k=5" and "max tokens 100" are as clear as the names themselves.
        let words = text.split { $0.isWhitespace || $0 == "=" }.map(String.init)
        guard let first = words.first else {
            return settings.map { "\($0.name) \($0.value(state))  (\($0.help))" }.joined(separator: "\n")
        }
        func named(_ word: String) -> PlainChatSetting? {
            let word = String(word.lowercased().map { $0 == "_" ? "-" : $0 })
            return settings.first { $0.name == word || $0.aliases.contains(word) }
        }
        let pair = words.count > 1 ? named("\(first)-\(words[1])") : nil
        guard let setting = pair ?? named(first) else {
            let nearest = PlainChatSuggestion.nearest(to: first, in: settings.map(\.name))
            return "unknown setting \"\(first)\"" + (nearest.map { "; did you mean \($0)?" } ?? "; /set lists them all")
        }
        let values = words.dropFirst(pair == nil ? 1 : 2)
        guard let value = values.first else { return "\(setting.name) is \(setting.value(state))  (\(setting.help))" }
        guard values.count == 1 else { return "\(setting.name) takes one value" }
        var changed = state
        do throws(GenerationError) {
            try setting.change(&changed, value)
            try changed.sampler.validate()
        } catch { return error.description }
        state = changed
        return "\(setting.name) is \(setting.value(state)) now"
    }

    private static func real(
        _ name: String, aliases: [String] = [], _ path: any WritableKeyPath<SamplerSettings, Float> & Sendable,
        _ help: String
    ) -> PlainChatSetting {
        PlainChatSetting(
            name: name, aliases: aliases, help: help, value: { "\($0.sampler[keyPath: path])" },
            change: { (state, text) throws(GenerationError) in
                guard let number = Float(text) else {
                    throw .badSetting(name: name, value: text, allowed: "a number")
                }
                state.sampler[keyPath: path] = number
            })
    }

    private static func whole(
        _ name: String, _ path: any WritableKeyPath<SamplerSettings, Int> & Sendable, _ help: String
    ) -> PlainChatSetting {
        PlainChatSetting(
            name: name, aliases: [], help: help, value: { "\($0.sampler[keyPath: path])" },
            change: { (state, text) throws(GenerationError) in
                guard let number = Int(text) else {
                    throw .badSetting(name: name, value: text, allowed: "a whole number")
                }
                state.sampler[keyPath: path] = number
            })
    }
}
