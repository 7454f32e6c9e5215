// SPDX-License-Identifier: Apache-2.0

/// What a head learns from: inputs of a ``ResidualHead`` and how likely the token in question was to be accepted.
public struct AcceptanceExamples: Sendable, Equatable {
    public let hiddenSize: Int
    /// `[count, hiddenSize + 2]`: the hidden state that the token was drawn from, its log odds, the temperature.
    public private(set) var inputs: [Float] = []
    /// min(1, p / q): the probability that the target accepts the token.
    public private(set) var labels: [Float] = []
    /// How much each counts.
    public private(set) var weights: [Float] = []
    /// From which text each is: examples of one text are alike, so they are learned from or judged by, never both.
    public private(set) var texts: [Int] = []

    public init(hiddenSize: Int) {
        self.hiddenSize = hiddenSize
    }

    public var count: Int { labels.count }
    public var inputCount: Int { hiddenSize + 2 }
    public var textCount: Int { Set(texts).count }

    /// - Precondition: `hidden` has `hiddenSize` numbers.
    public mutating func append(
        hidden: ArraySlice<Float>, odds: Float, temperature: Float, label: Float, weight: Float, text: Int
    ) {
        precondition(hidden.count == hiddenSize)
        inputs.append(contentsOf: hidden)
        inputs.append(odds)
        inputs.append(temperature)
        labels.append(label)
        weights.append(weight)
        texts.append(text)
    }

    func temperature(of index: Int) -> Float { inputs[(index + 1) * inputCount - 1] }
    func odds(of index: Int) -> Float { inputs[(index + 1) * inputCount - 2] }
}
