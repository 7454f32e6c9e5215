// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Speed at a moment.
public struct SpeedSample: Sendable, Equatable {
    /// Time of generations so far: pauses between them do not count.
    public var time: Duration
    /// Of this round alone.
    public var instantaneous: Double
    /// Of the last seconds.
    public var smoothed: Double

    public init(
        time: Duration, instantaneous: Double, smoothed: Double
    ) {
        self.time = time
        self.instantaneous = instantaneous
        self.smoothed = smoothed
    }
}

/// How much of what was drafted the target took.
public struct AcceptanceSample: Sendable, Equatable {
    public var time: Duration
    public var drafted: Int
    public var accepted: Int
    /// Accepted of drafted over the last rounds.
    public var smoothed: Double

    public init(
        time: Duration, drafted: Int, accepted: Int, smoothed: Double
    ) {
        self.time = time
        self.drafted = drafted
        self.accepted = accepted
        self.smoothed = smoothed
    }
}

/// What became of the drafted tokens at one place in their drafts.
public struct PositionAcceptance: Sendable, Equatable {
    /// Those that the target looked at: after a rejection it looks no further.
    public var judged = 0
    public var accepted = 0

    public var rate: Double? { judged > 0 ? Double(accepted) / Double(judged) : nil }
}

/// One pass through a model.
public struct PassSample: Sendable, Equatable {
    public var rowCount: Int
    public var duration: Duration

    public init(
        rowCount: Int, duration: Duration
    ) {
        self.rowCount = rowCount
        self.duration = duration
    }
}

/// A token of an output, and what might have stood in its place.
public struct TokenRecord: Sendable, Equatable {
    /// Which generation it belongs to, from 1: ``MetricHistory/generation``.
    public var generation: Int
    /// Index in the sequence, prompt included.
    public var position: Int
    public var id: TokenID
    public var text: String
    public var source: TokenSource
    /// Under the target, before any sampler setting.
    public var probability: Float
    /// In nats; nil where no alternatives were asked for.
    public var entropy: Float?
    public var alternatives: [TokenAlternative]

    public init(
        generation: Int, position: Int, id: TokenID, text: String, source: TokenSource, probability: Float,
        entropy: Float? = nil, alternatives: [TokenAlternative]
    ) {
        self.generation = generation
        self.position = position
        self.id = id
        self.text = text
        self.source = source
        self.probability = probability
        self.entropy = entropy
        self.alternatives = alternatives
    }
}
