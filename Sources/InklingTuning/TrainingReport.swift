// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding

/// How a head is trained.
public struct TrainingSettings: Sendable, Equatable {
    /// Width of the head's states; nil: as wide as the hidden states, and no wider than 256.
    public var width: Int?
    /// The paper's best.
    public var blockCount = 3
    /// Passes over the examples, at most.
    public var epochCount = 25
    /// Ends after so many epochs without a better one.
    public var patience = 8
    public var batchSize = 128
    /// The highest; it rises at first and then falls to nothing along a cosine.
    public var learningRate: Float = 1e-3
    public var weightDecay: Float = 0.05
    /// Share of the inputs that each example is learned without: a few thousand examples of hidden states are soon known
    /// by heart.
    public var dropout: Float = 0.3
    /// See ``AcceptanceLoss``: the paper's 6.
    public var rejectionWeight: Float = 6
    public var seed: UInt64 = 0

    public init() {}
}

public struct TrainingProgress: Sendable, Equatable {
    /// Finished.
    public var epoch: Int
    public var epochCount: Int
    public var trainingLoss: Double
    public var validationLoss: Double
    public var bestValidationLoss: Double
}

/// What came of training.
public struct TrainedHead: Sendable, Equatable {
    public var head: ResidualHead
    public var report: TrainingReport
}

/// How good a head is on examples that nothing was learned from, and on how many of which kind.
public struct TrainingReport: Sendable, Equatable {
    public struct Counts: Sendable, Equatable {
        public var training, validation, test: Int
    }

    public var counts: Counts
    public var epochCount: Int
    /// The one whose parameters were kept, from 1.
    public var bestEpoch: Int
    /// Mean label of the test examples.
    public var acceptance: Double
    /// As trained, by the loss that weighs rejections more.
    public var before: PredictionQuality
    /// As it is in the file.
    public var after: PredictionQuality
    /// After, for the examples of each temperature.
    public var byTemperature: [TemperatureQuality]
    /// Predicting the mean acceptance of the training examples, always.
    public var constant: PredictionQuality
    /// Predicting the probability that the draft model itself gave the token.
    public var confidence: PredictionQuality

    public struct TemperatureQuality: Sendable, Equatable {
        public var temperature: Float
        public var acceptance: Double
        public var quality: PredictionQuality
    }
}
