// SPDX-License-Identifier: Apache-2.0

internal import InklingDecoding
internal import InklingStore

/// How a chat makes its answers, as far as that is its own: what was set otherwise than the configuration has it. The rest
/// follows the configuration.
struct ChatSettings: Equatable {
    var strategy: String?
    /// By strategy and name.
    var parameters: [String: [String: Value]] = [:]
    /// By sampler field, and ``seed`` and ``maxTokens``.
    var sampler: [String: Value] = [:]

    static let seed = "seed"
    static let maxTokens = "max-tokens"

    /// A JSON value; null where the configuration sets something and the chat does not.
    enum Value: Codable, Equatable {
        case unset
        case flag(Bool)
        case whole(UInt64)
        case number(Double)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .unset
            } else if let value = try? container.decode(Bool.self) {
                self = .flag(value)
            } else if let value = try? container.decode(UInt64.self) {
                // Seeds use all 64 bits.
                self = .whole(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .unset: try container.encodeNil()
            case .flag(let value): try container.encode(value)
            case .whole(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            }
        }

        init(_ value: ParameterValue?) {
            switch value {
            case .integer(let value): self = .number(Double(value))
            case .real(let value): self = .number(value)
            case .choice(let value): self = .text(value)
            case .flag(let value): self = .flag(value)
            case nil: self = .unset
            }
        }

        var number: Double? {
            switch self {
            case .whole(let value): Double(value)
            case .number(let value): value
            case .unset, .flag, .text: nil
            }
        }

        var whole: UInt64? {
            switch self {
            case .whole(let value): value
            case .number(let value): UInt64(exactly: value)
            case .unset, .flag, .text: nil
            }
        }

        /// As a user would write it.
        var words: String {
            switch self {
            case .unset: ""
            case .flag(let value): value ? "on" : "off"
            case .whole(let value): "\(value)"
            case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
            case .text(let value): value
            }
        }
    }
}

extension ChatSettings {
    /// What `preferences` have otherwise than `configured`.
    init(_ preferences: Preferences, over configured: Preferences) {
        if preferences.strategy != configured.strategy { strategy = preferences.strategy }
        for id in Set(preferences.parameters.keys).union(configured.parameters.keys) {
            let (own, given) = (preferences.parameters[id] ?? [:], configured.parameters[id] ?? [:])
            for name in Set(own.keys).union(given.keys) where own[name] != given[name] {
                parameters[id, default: [:]][name] = Value(own[name])
            }
        }
        for field in SamplerField.all where preferences.sampling[field] != configured.sampling[field] {
            // 0.1 as it was written, and not with the digits that a Float of it has.
            sampler[field.id] = preferences.sampling[field].map { .number(Double("\(Float($0))") ?? $0) } ?? Value.unset
        }
        if preferences.seed != configured.seed {
            sampler[Self.seed] = preferences.seed.map { .whole($0) } ?? Value.unset
        }
        if preferences.maxTokens != configured.maxTokens {
            sampler[Self.maxTokens] = preferences.maxTokens.map { .whole(UInt64($0)) } ?? Value.unset
        }
    }

    /// What was kept; what cannot be read says nothing.
    init(_ chat: Chat) {
        strategy = chat.strategy
        parameters = chat.parameters?.decoded(as: [String: [String: Value]].self) ?? [:]
        sampler = chat.sampler?.decoded(as: [String: Value].self) ?? [:]
    }

    func put(into chat: inout Chat) {
        chat.strategy = strategy
        chat.parameters = parameters.isEmpty ? nil : JSONText(encoding: parameters)
        chat.sampler = sampler.isEmpty ? nil : JSONText(encoding: sampler)
    }

    /// What is unknown here, or not allowed, changes nothing.
    func apply(to preferences: inout Preferences) {
        if let strategy, StrategyRegistry.all.contains(where: { $0.id == strategy }) { preferences.strategy = strategy }
        for descriptor in StrategyRegistry.all {
            for (name, value) in parameters[descriptor.id] ?? [:] {
                if value == .unset {
                    preferences.parameters[descriptor.id]?[name] = nil
                } else if let value = try? descriptor.value(named: name, text: value.words) {
                    preferences.parameters[descriptor.id, default: [:]][name] = value
                }
            }
            if preferences.parameters[descriptor.id]?.isEmpty == true { preferences.parameters[descriptor.id] = nil }
        }
        for field in SamplerField.all {
            guard let value = sampler[field.id] else { continue }
            if value == .unset {
                preferences.sampling.clear(field)
            } else if let number = value.number {
                try? preferences.sampling.set(field, to: Double(Float(number)))
            }
        }
        if let value = sampler[Self.seed] {
            if value == .unset { preferences.seed = nil } else if let seed = value.whole { preferences.seed = seed }
        }
        if let value = sampler[Self.maxTokens] {
            if value == .unset {
                preferences.maxTokens = nil
            } else if let count = value.whole, (1...1_000_000).contains(count) {
                preferences.maxTokens = Int(count)
            }
        }
    }
}

extension Preferences {
    /// Makes answers as a chat wants them; nil for a new one, which does as the configuration says.
    mutating func makeAnswers(as chat: Chat?, configured: Preferences) {
        strategy = configured.strategy
        parameters = configured.parameters
        sampling = configured.sampling
        seed = configured.seed
        maxTokens = configured.maxTokens
        systemPrompt = configured.systemPrompt
        guard let chat else { return }
        ChatSettings(chat).apply(to: &self)
        // What the model was told is a part of the conversation, and so is that it was told nothing.
        systemPrompt = chat.systemPrompt ?? ""
    }
}

extension App {
    /// Keeps with the chat what was changed of how its answers are made.
    static func keepSettings(
        _ state: inout AppState, ofChat id: ChatID?, since before: (now: Preferences, configured: Preferences)
    ) -> [Effect] {
        guard var chat = state.chat.chat, chat.id == id,
            before.now != state.preferences || before.configured != state.configured
        else { return [] }
        describeSettings(state, &chat)
        guard chat != state.chat.chat else { return [] }
        state.chat.chat = chat
        return [.store(.update(chat))]
    }

    static func describeSettings(_ state: AppState, _ chat: inout Chat) {
        ChatSettings(state.preferences, over: state.configured).put(into: &chat)
        chat.systemPrompt = state.preferences.systemPrompt.isEmpty ? nil : state.preferences.systemPrompt
    }
}
