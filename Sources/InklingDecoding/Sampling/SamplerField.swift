// SPDX-License-Identifier: Apache-2.0

/// One number among the sampler's settings: its name, its range and its place. The table ``all`` is what flags, commands,
/// configuration and model files have in common.
public struct SamplerField: Sendable, Identifiable, CustomStringConvertible {
    /// Where it is kept, and what it may be.
    private enum Place {
        case real(any WritableKeyPath<SamplerSettings, Float> & Sendable, ClosedRange<Float>)
        case whole(any WritableKeyPath<SamplerSettings, Int> & Sendable, ClosedRange<Int>)
    }

    /// As it is typed: `top-k`.
    public let id: String
    /// As messages call it.
    public let title: String
    /// What it does, in one line.
    public let help: String
    private let place: Place

    public var description: String { id }

    /// In the order in which they are shown.
    public static let all: [SamplerField] = [
        real(
            "temperature", \.temperature, SamplerSettings.temperatureRange, "0 always takes the likeliest token"),
        whole("top-k", \.topK, SamplerSettings.topKRange, "keeps the K likeliest tokens; 0 keeps all"),
        real(
            "top-p", \.topP, SamplerSettings.topPRange,
            "keeps the likeliest tokens that together reach this probability"),
        real(
            "min-p", \.minP, SamplerSettings.minPRange, "drops tokens less likely than this share of the likeliest"),
        real("typical-p", \.typicalP, SamplerSettings.typicalPRange, "locally typical sampling; 1 is off"),
        real(
            "repeat-penalty", title: "repetition penalty", \.repetitionPenalty, SamplerSettings.repetitionPenaltyRange,
            "divides the logits of recent tokens; 1 is off"),
        real(
            "frequency-penalty", title: "frequency penalty", \.frequencyPenalty, SamplerSettings.frequencyPenaltyRange,
            "taken from a token's logit each time it occurred"),
        real(
            "presence-penalty", title: "presence penalty", \.presencePenalty, SamplerSettings.presencePenaltyRange,
            "taken from a token's logit once it has occurred"),
        whole(
            "repeat-window", title: "penalty window", \.penaltyWindow, SamplerSettings.penaltyWindowRange,
            "tokens that penalties look back on; -1: all"),
        real(
            "dry-multiplier", title: "DRY multiplier", \.dry.multiplier, SamplerSettings.dryMultiplierRange,
            "DRY: makes tokens less likely that would go on with a repetition; 0 is off"),
        real(
            "dry-base", title: "DRY base", \.dry.base, SamplerSettings.dryBaseRange,
            "DRY: how fast that grows with the length of the repetition"),
        whole(
            "dry-allowed-length", title: "DRY allowed length", \.dry.allowedLength,
            SamplerSettings.dryAllowedLengthRange, "DRY: shorter repetitions are left alone"),
        whole(
            "dry-penalty-last-n", title: "DRY window", \.dry.window, SamplerSettings.dryWindowRange,
            "DRY: tokens that it looks back on; -1: all since the turn began"),
        whole("mirostat", \.mirostat.number, SamplerSettings.mirostatRange, "0 off, 1 or 2"),
        real(
            "mirostat-tau", title: "mirostat tau", \.mirostat.targetSurprise, SamplerSettings.targetSurpriseRange,
            "Mirostat's target surprise, in bits"),
        real(
            "mirostat-eta", title: "mirostat eta", \.mirostat.learningRate, SamplerSettings.learningRateRange,
            "Mirostat's learning rate"),
    ]

    public static func named(_ id: String) -> SamplerField? { all.first { $0.id == id } }

    /// Whether it is a whole number.
    public var isWhole: Bool { if case .whole = place { true } else { false } }

    public func value(in settings: SamplerSettings) -> Double {
        switch place {
        case .real(let path, _): Double(settings[keyPath: path])
        case .whole(let path, _): Double(settings[keyPath: path])
        }
    }

    /// Changes nothing where the number cannot be kept, as 2.5 in a count.
    public func set(_ value: Double, in settings: inout SamplerSettings) {
        switch place {
        case .real(let path, _): settings[keyPath: path] = Float(value)
        case .whole(let path, _):
            if let number = Int(exactly: value) { settings[keyPath: path] = number }
        }
    }

    /// A value as people write it: `0.8`, `40`.
    public func text(_ value: Double) -> String {
        switch place {
        case .real: "\(Float(value))"
        case .whole: Int(exactly: value).map { "\($0)" } ?? "\(value)"
        }
    }

    /// - Throws: ``GenerationError/badSetting(name:value:allowed:)`` for a number outside the range.
    public func check(_ value: Double) throws(GenerationError) {
        let isAllowed: Bool
        let allowed: String
        switch place {
        case .real(_, let range):
            // NaN is in no range, so it is refused here as well.
            isAllowed = range.contains(Float(value))
            allowed = "\(range.lowerBound) to \(range.upperBound)"
        case .whole(_, let range):
            isAllowed = Int(exactly: value).map(range.contains) ?? false
            allowed = "\(range.lowerBound) to \(range.upperBound)"
        }
        guard isAllowed else { throw .badSetting(name: title, value: text(value), allowed: allowed) }
    }

    /// The number that a text stands for, in range or not.
    /// - Throws: ``GenerationError/badSetting(name:value:allowed:)`` for what is no such number.
    public func number(_ text: String) throws(GenerationError) -> Double {
        switch place {
        case .real:
            guard let number = Float(text) else { throw .badSetting(name: id, value: text, allowed: "a number") }
            return Double(number)
        case .whole:
            guard let number = Int(text) else { throw .badSetting(name: id, value: text, allowed: "a whole number") }
            return Double(number)
        }
    }

    private static func real(
        _ id: String, title: String? = nil, _ path: any WritableKeyPath<SamplerSettings, Float> & Sendable,
        _ range: ClosedRange<Float>, _ help: String
    ) -> SamplerField {
        SamplerField(id: id, title: title ?? id, help: help, place: .real(path, range))
    }

    private static func whole(
        _ id: String, title: String? = nil, _ path: any WritableKeyPath<SamplerSettings, Int> & Sendable,
        _ range: ClosedRange<Int>, _ help: String
    ) -> SamplerField {
        SamplerField(id: id, title: title ?? id, help: help, place: .whole(path, range))
    }
}

extension MirostatSettings {
    /// ``version`` as a number; others than its are passed over.
    fileprivate var number: Int {
        get { version.rawValue }
        set { version = Version(rawValue: newValue) ?? version }
    }
}
