// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer

extension SamplerSettings {
    public static let temperatureRange: ClosedRange<Float> = 0...10
    public static let topKRange = 0...1_000_000
    public static let topPRange: ClosedRange<Float> = 0...1
    public static let minPRange: ClosedRange<Float> = 0...1
    public static let typicalPRange: ClosedRange<Float> = 0...1
    public static let repetitionPenaltyRange: ClosedRange<Float> = 0.1...10
    public static let frequencyPenaltyRange: ClosedRange<Float> = -10...10
    public static let presencePenaltyRange: ClosedRange<Float> = -10...10
    public static let penaltyWindowRange = -1...1_000_000
    public static let dryMultiplierRange: ClosedRange<Float> = 0...100
    public static let dryBaseRange: ClosedRange<Float> = 1...100
    public static let dryAllowedLengthRange = 0...1_000_000
    public static let dryWindowRange = -1...1_000_000
    public static let mirostatRange = 0...2
    public static let targetSurpriseRange: ClosedRange<Float> = 0...20
    public static let learningRateRange: ClosedRange<Float> = 0...2

    /// Checks every field against its range.
    /// - Throws: ``GenerationError/badSetting(name:value:allowed:)`` for the first one outside.
    public func validate() throws(GenerationError) {
        for field in SamplerField.all { try field.check(field.value(in: self)) }
        // In order, so that of several faults always the same one is told.
        for (token, bias) in logitBias.sorted(by: { $0.key < $1.key }) where bias.isNaN || bias == .infinity {
            throw .badSetting(
                name: "logit bias of token \(token)", value: "\(bias)", allowed: "a number, or -inf to ban it")
        }
    }

    static func check<Value: Comparable & CustomStringConvertible>(
        _ name: String, _ value: Value, _ range: ClosedRange<Value>
    ) throws(GenerationError) {
        // NaN is in no range, so it is refused here as well.
        guard range.contains(value) else {
            throw .badSetting(
                name: name, value: value.description, allowed: "\(range.lowerBound) to \(range.upperBound)")
        }
    }
}
