// SPDX-License-Identifier: Apache-2.0

import InklingCells
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

    static let all: [PlainChatSetting] =
        SamplerField.all.map { PlainChatSetting($0) } + [
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
            let nearest = Suggestion.nearest(to: first, in: settings.map(\.name))
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
}

extension PlainChatSetting {
    /// One of the sampler's.
    fileprivate init(_ field: SamplerField) {
        self.init(
            name: field.id, aliases: field.id == "temperature" ? ["temp", "t"] : [], help: field.help,
            value: { field.text(field.value(in: $0.sampler)) },
            change: { (state, text) throws(GenerationError) in
                let number = try field.number(text)
                // Three words say more than a range.
                if field.id == "mirostat", Int(exactly: number).flatMap(MirostatSettings.Version.init) == nil {
                    throw .badSetting(name: field.id, value: text, allowed: "0, 1 or 2")
                }
                try field.check(number)
                field.set(number, in: &state.sampler)
            })
    }
}
