// SPDX-License-Identifier: Apache-2.0

/// Some of the sampler's settings and nothing about the others: what a user, a flag or a model's file says. Every value is
/// in its range.
public struct SamplerOverrides: Sendable, Equatable {
    /// By ``SamplerField/id``.
    private var values: [SamplerField.ID: Double] = [:]

    public init() {}

    public var isEmpty: Bool { values.isEmpty }

    /// The fields that something is said of, in the order of the table.
    public var fields: [SamplerField] { SamplerField.all.filter { values[$0.id] != nil } }

    public subscript(field: SamplerField) -> Double? { values[field.id] }

    /// - Throws: ``GenerationError/badSetting(name:value:allowed:)`` for a number outside the range; nothing changes then.
    public mutating func set(_ field: SamplerField, to value: Double) throws(GenerationError) {
        try field.check(value)
        values[field.id] = value
    }

    /// Says nothing of the field any more.
    public mutating func clear(_ field: SamplerField) {
        values[field.id] = nil
    }

    /// Settings with these in place of theirs.
    public func applied(to settings: SamplerSettings) -> SamplerSettings {
        var settings = settings
        for field in SamplerField.all {
            if let value = values[field.id] { field.set(value, in: &settings) }
        }
        return settings
    }

    /// With what `other` says in place of what is said here.
    public func overridden(by other: SamplerOverrides) -> SamplerOverrides {
        var result = self
        result.values.merge(other.values) { _, theirs in theirs }
        return result
    }
}
