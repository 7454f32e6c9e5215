// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding
public import InklingEngine

/// One that runs in a race: a method with its parameters, on a pair of models.
public struct Racer: Sendable, Equatable {
    /// Identifier of a row of `StrategyRegistry`.
    public var strategy: String
    public var parameters: [String: ParameterValue]
    /// nil: the models in use.
    public var models: RecentPair?

    public init(_ strategy: String, parameters: [String: ParameterValue] = [:], models: RecentPair? = nil) {
        self.strategy = strategy
        self.parameters = parameters
        self.models = models
    }

    /// As `-s` on the command line writes it: `sd:gamma=4`.
    public var label: String {
        ([strategy] + parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: ":")
    }

    public var isPlain: Bool { strategy == StrategyDescriptor.autoregressive.id }
}

/// A race, as plain data.
public struct RaceRequest: Sendable, Equatable {
    public var racers: [Racer]
    public var messages: [ChatMessage]
    /// Tokens of an answer, at most.
    public var maxTokens: Int
    /// How often each racer answers.
    public var rounds: Int
    public var sampler: SamplerSettings

    public init(
        racers: [Racer], messages: [ChatMessage], maxTokens: Int, rounds: Int, sampler: SamplerSettings
    ) {
        self.racers = racers
        self.messages = messages
        self.maxTokens = maxTokens
        self.rounds = rounds
        self.sampler = sampler
    }
}

/// What one racer did in one round.
public struct RaceRun: Sendable, Equatable {
    /// What a decoding round gave, and when, since the prompt was read.
    public struct Piece: Sendable, Equatable {
        public var time: Duration
        public var text: String
        public var tokenCount: Int

        public init(time: Duration, text: String, tokenCount: Int) {
            self.time = time
            self.text = text
            self.tokenCount = tokenCount
        }
    }

    public var pieces: [Piece] = []
    public var statistics = GenerationStatistics()

    public init() {}

    public var text: String { pieces.map(\.text).joined() }
    public var tokensPerSecond: Double { statistics.decodeTokensPerSecond ?? 0 }
}

/// Where an answer goes another way than plain decoding's.
public struct RaceDifference: Sendable, Equatable {
    /// Of the first token that differs, from 0.
    public var index: Int
    /// nil where the answer had ended.
    public var expected: String?
    public var found: String?

    public init(index: Int, expected: String?, found: String?) {
        self.index = index
        self.expected = expected
        self.found = found
    }
}

/// What happens in a race, in order. Lanes are numbered as the racers of the request.
public enum RaceEvent: Sendable, Equatable {
    case loading(name: String)
    /// nil: plain decoding, which runs with the others though it was not asked for, to be compared with.
    case warmingUp(lane: Int?)
    case began(lane: Int?, round: Int)
    /// How far the answer has come; not more than a few times a second.
    case progress(lane: Int, RaceRun)
    /// - isReferenceFor: the lanes that are compared with this run.
    case ended(lane: Int?, isReferenceFor: [Int], RaceRun)
    /// nil: the same tokens as plain decoding of the same models.
    case compared(lane: Int, RaceDifference?)
    /// The last one of a race that came to its end: its results, to be saved.
    case finished(markdown: String, json: String)
    case failed(String)
    case cancelled
}
