// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding

/// One thing that can be set: a row of the settings screen, a name for `/set`, and a key of the configuration.
public struct Setting: Sendable, Identifiable {
    public enum Kind: Sendable, Equatable {
        case real(ClosedRange<Double>, step: Double)
        case integer(ClosedRange<Int>, step: Int)
        case choice([String])
        case flag
        case text

        func contains(_ number: Double) -> Bool {
            switch self {
            case .real(let range, _): range.contains(number)
            case .integer(let range, _): Int(exactly: number).map(range.contains) ?? false
            case .choice, .flag, .text: false
            }
        }
    }

    /// Also its key in the configuration: `section.name`.
    public let id: String
    public let section: String
    public let title: String
    public let help: String
    public let kind: Kind
    /// What may be given, where the kind does not say it.
    private let words: String?
    /// The value as text; empty stands for "not set" where that is possible.
    public let read: @Sendable (Preferences) -> String
    /// - Returns: false, and nothing changed, if the text is no value.
    public let write: @Sendable (inout Preferences, String) -> Bool
    /// The setting of the sampler that it is, if it is one.
    public let samplerField: SamplerField?

    public init(
        _ id: String, section: String, _ title: String, _ kind: Kind, _ help: String, allowed words: String? = nil,
        samplerField: SamplerField? = nil, read: @escaping @Sendable (Preferences) -> String,
        write: @escaping @Sendable (inout Preferences, String) -> Bool
    ) {
        self.id = id
        self.section = section
        self.title = title
        self.kind = kind
        self.words = words
        self.help = help
        self.samplerField = samplerField
        self.read = read
        self.write = write
    }

    /// Whether a text stands for a number, or for none.
    var isNumber: Bool { kind == .text && words != nil }

    /// What may be given, in words.
    public var allowed: String {
        switch kind {
        case .real(let range, _): "a number from \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))"
        case .integer(let range, _): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .flag: "on or off"
        case .text: words ?? "any text"
        }
    }

    /// Where the value comes from.
    public enum Origin: Sendable, Equatable {
        case user, model, builtIn
    }

    public func origin(_ preferences: Preferences) -> Origin {
        guard let samplerField else { return read(Preferences()) == read(preferences) ? .builtIn : .user }
        if preferences.sampling[samplerField] != nil { return .user }
        return preferences.recommendedSampling[samplerField] == nil ? .builtIn : .model
    }

    /// Forgets what the user said of it.
    public func clear(_ preferences: inout Preferences) {
        guard let samplerField else {
            _ = write(&preferences, read(Preferences()))
            return
        }
        preferences.sampling.clear(samplerField)
    }

    /// The value one step up or down; nil where there is none.
    public func stepped(_ preferences: Preferences, by direction: Int) -> String? {
        let value = read(preferences)
        switch kind {
        case .real(let range, let step):
            let number = (Double(value) ?? range.lowerBound) + Double(direction) * step
            // In whole steps, so that 0.1 + 0.2 shows as 0.3.
            let rounded = (number / step).rounded() * step
            return Self.short(min(max(rounded, range.lowerBound), range.upperBound))
        case .integer(let range, let step):
            let (sum, overflow) = (Int(value) ?? range.lowerBound).addingReportingOverflow(direction * step)
            return String(overflow ? range.upperBound : min(max(sum, range.lowerBound), range.upperBound))
        case .choice(let words):
            guard !words.isEmpty else { return nil }
            let index = words.firstIndex(of: value) ?? 0
            return words[(index + direction + words.count) % words.count]
        case .flag: return value == "on" ? "off" : "on"
        case .text: return nil
        }
    }

    /// A number without digits that say nothing.
    static func short(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e9 else { return "\(number)" }
        let scaled = (number * 1000).rounded()
        if scaled.truncatingRemainder(dividingBy: 1000) == 0 { return String(Int(scaled / 1000)) }
        let magnitude = Int(abs(scaled))
        var digits = String(magnitude % 1000)
        digits = String(repeating: "0", count: 3 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return (scaled < 0 ? "-" : "") + "\(magnitude / 1000).\(digits)"
    }

    static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "on", "true", "yes", "1": true
        case "off", "false", "no", "0": false
        default: nil
        }
    }
}

/// All settings, in the order in which they are shown.
public enum SettingRegistry {
    /// The settings of a strategy are those of the chosen one.
    public static func all(for preferences: Preferences, themes: [String]) -> [Setting] {
        decoding + strategyRows(preferences) + sampling + answers + chat + appearance(themes: themes)
    }

    /// The one of this name; the section may be left out where the rest is clear.
    public static func named(_ name: String, in settings: [Setting]) -> Setting? {
        settings.first { $0.id == name }
            ?? settings.first { $0.id.split(separator: ".").last.map(String.init) == name }
    }

    private static let decoding: [Setting] = [
        Setting(
            "decoding.strategy", section: "Decoding", "method", .choice(StrategyRegistry.all.map(\.id)),
            "how tokens are decoded",
            read: { $0.strategy },
            write: { preferences, text in
                guard StrategyRegistry.all.contains(where: { $0.id == text }) else { return false }
                preferences.strategy = text
                return true
            })
    ]

    private static func strategyRows(_ preferences: Preferences) -> [Setting] {
        guard let strategy = StrategyRegistry.all.first(where: { $0.id == preferences.strategy }) else { return [] }
        return strategy.parameters.map { parameter in
            let kind: Setting.Kind =
                switch parameter.kind {
                case .integer(let range): .integer(range, step: 1)
                case .real(let range): .real(range, step: (range.upperBound - range.lowerBound) / 20)
                case .choice(let words): .choice(words)
                case .flag: .flag
                }
            let (id, name) = (strategy.id, parameter.name)
            return Setting(
                "\(id).\(name)", section: "Decoding", "\(id) \(name)", kind, parameter.help,
                read: { text(of: $0.parameters[id]?[name] ?? parameter.defaultValue) },
                write: { preferences, text in
                    guard let value = try? strategy.value(named: name, text: text) else { return false }
                    preferences.parameters[id, default: [:]][name] = value == parameter.defaultValue ? nil : value
                    if preferences.parameters[id]?.isEmpty == true { preferences.parameters[id] = nil }
                    return true
                })
        }
    }

    /// As ``Setting/short(_:)`` writes numbers.
    private static func text(of value: ParameterValue) -> String {
        if case .real(let number) = value { Setting.short(number) } else { value.description }
    }

    private static let sampling = SamplerField.all.compactMap(samplerRow)

    private static let answers: [Setting] = [
        Setting(
            "sampling.seed", section: "Sampling", "seed", .text,
            "the same one gives the same text; empty: another each time",
            allowed: "a whole number, or empty",
            read: { $0.seed.map { String($0) } ?? "" },
            write: { preferences, text in
                if text.isEmpty {
                    preferences.seed = nil
                    return true
                }
                guard let seed = UInt64(text) else { return false }
                preferences.seed = seed
                return true
            }),
        Setting(
            "sampling.max-tokens", section: "Sampling", "longest answer", .text,
            "tokens; empty: until the model ends it", allowed: "a whole number from 1 to 1000000, or empty",
            read: { $0.maxTokens.map { String($0) } ?? "" },
            write: { preferences, text in
                if text.isEmpty {
                    preferences.maxTokens = nil
                    return true
                }
                guard let count = Int(text), (1...1_000_000).contains(count) else { return false }
                preferences.maxTokens = count
                return true
            }),
    ]

    private static let chat: [Setting] = [
        Setting(
            "chat.system", section: "Chat", "system prompt", .text, "said to the model before everything",
            read: { $0.systemPrompt },
            write: { preferences, text in
                preferences.systemPrompt = text
                return true
            }),
        Setting(
            "chat.when-full", section: "Chat", "when the context is full",
            .choice(ContextChoice.allCases.map(\.rawValue)),
            "ask: nothing is dropped and nothing sent; drop-oldest: a mark shows what is no longer read",
            read: { $0.contextChoice.rawValue },
            write: { preferences, text in
                guard let choice = ContextChoice(rawValue: text) else { return false }
                preferences.contextChoice = choice
                return true
            }),
        flag("chat.fold-reasoning", "Chat", "fold reasoning", "when it is done", \.foldsReasoning),
    ]

    private static func appearance(themes: [String]) -> [Setting] {
        let themes = [Preferences.automaticTheme] + themes
        return [
            Setting(
                "appearance.theme", section: "Appearance", "theme", .choice(themes),
                "colours by role; auto: dark or light as the terminal is",
                read: { $0.theme },
                write: { preferences, text in
                    guard themes.contains(text) else { return false }
                    preferences.theme = text
                    return true
                }),
            flag(
                "appearance.panels", "Appearance", "panels", "beside the conversation, where there is room",
                \.showsPanels),
            flag("appearance.ascii", "Appearance", "ASCII only", "lines and graphs without Unicode", \.ascii),
            flag(
                "appearance.mouse", "Appearance", "mouse", "the wheel scrolls; selecting text then needs Shift", \.mouse
            ),
        ]
    }

    /// How far a setting of the sampler goes on the screen, and by which steps. Flags and files may go farther.
    private static func samplerKind(_ field: SamplerField) -> Setting.Kind? {
        switch field.id {
        case "temperature": .real(0...2, step: 0.05)
        case "top-k": .integer(0...1000, step: 5)
        case "top-p", "typical-p": .real(0...1, step: 0.05)
        case "min-p": .real(0...1, step: 0.01)
        case "repeat-penalty": .real(0.5...2, step: 0.05)
        case "frequency-penalty", "presence-penalty": .real(-2...2, step: 0.1)
        case "repeat-window", "dry-penalty-last-n": .integer(-1...1_000_000, step: 16)
        case "dry-multiplier": .real(0...5, step: 0.1)
        case "dry-base": .real(1...4, step: 0.05)
        case "dry-allowed-length": .integer(0...100, step: 1)
        case "mirostat": .integer(0...2, step: 1)
        case "mirostat-tau": .real(0...20, step: 0.5)
        case "mirostat-eta": .real(0...2, step: 0.05)
        default: nil
        }
    }

    private static func samplerRow(_ field: SamplerField) -> Setting? {
        samplerKind(field).map { kind in
            Setting(
                "sampling.\(field.id)", section: "Sampling", field.id, kind, field.help, samplerField: field,
                read: { preferences in
                    let value = field.value(in: preferences.sampler)
                    return field.isWhole ? field.text(value) : Setting.short(value)
                },
                write: { preferences, text in
                    guard let value = try? field.number(text), kind.contains(value) else { return false }
                    return (try? preferences.sampling.set(field, to: value)) != nil
                })
        }
    }

    private static func flag(
        _ id: String, _ section: String, _ title: String, _ help: String,
        _ path: any WritableKeyPath<Preferences, Bool> & Sendable
    ) -> Setting {
        Setting(
            id, section: section, title, .flag, help, read: { $0[keyPath: path] ? "on" : "off" },
            write: { preferences, text in
                guard let value = Setting.flag(text) else { return false }
                preferences[keyPath: path] = value
                return true
            })
    }
}
