// SPDX-License-Identifier: Apache-2.0

import InklingDecoding

/// What a list of facts says about an acceptance head.
public struct HeadInfo: Sendable, Equatable, Encodable {
    public var target: String
    public var draft: String
    public var hiddenSize: Int
    public var width: Int
    public var blocks: Int
    public var leastTemperature: Float
    public var greatestTemperature: Float
    public var examples: Int?
    public var texts: Int?
    public var calibrationErrorBefore: Double?
    public var calibrationError: Double?
    public var acceptance: Double?

    public init(_ file: HeadFile) {
        target = file.pair.target.name
        draft = file.pair.draft.name
        hiddenSize = file.head.shape.hiddenSize
        width = file.head.shape.width
        blocks = file.head.shape.blockCount
        leastTemperature = file.head.temperatures.lowerBound
        greatestTemperature = file.head.temperatures.upperBound
        examples = file.facts.exampleCount
        texts = file.facts.textCount
        calibrationErrorBefore = file.facts.calibrationErrorBefore
        calibrationError = file.facts.calibrationError
        acceptance = file.facts.acceptance
    }

    var rows: [InfoSection.Row] {
        func number(_ value: Double?) -> String? { value.map { Quantity.decimal($0, digits: 3) } }
        let temperatures =
            leastTemperature == greatestTemperature
            ? "\(leastTemperature)" : "\(leastTemperature) to \(greatestTemperature)"
        let rows: [(String, String?)] = [
            ("target", target),
            ("draft", draft),
            ("reads", "hidden states \(hiddenSize) wide"),
            ("network", "\(blocks) block\(blocks == 1 ? "" : "s"), \(width) wide"),
            ("temperatures", temperatures),
            ("trained on", examples.map { "\($0) examples" + (texts.map { " of \($0) texts" } ?? "") }),
            ("acceptance", number(acceptance)),
            (
                "calibration",
                number(calibrationError).map { error in
                    "off by \(error) on average" + (number(calibrationErrorBefore).map { ", \($0) as trained" } ?? "")
                }
            ),
        ]
        return rows.compactMap { label, value in value.map { InfoSection.Row(label: label, value: $0) } }
    }
}
