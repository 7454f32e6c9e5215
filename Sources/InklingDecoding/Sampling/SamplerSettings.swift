// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// How a token is drawn from logits: plain data.
///
/// Which stage reads which field, and in which order the stages run, is the table ``SamplerRegistry``.
public struct SamplerSettings: Sendable, Equatable, Hashable {
    /// Divides the logits; below ``greedyTemperature`` the most probable token is taken.
    public var temperature: Float
    /// Keeps the k most probable tokens; 0 keeps all.
    public var topK: Int
    /// Keeps the fewest most probable tokens that hold this share of the probability; 1 keeps all.
    public var topP: Float
    /// Keeps tokens at least this fraction as probable as the most probable one; 0 keeps all.
    public var minP: Float
    /// Keeps the tokens whose surprise is nearest the entropy, until they hold this share; 1 keeps all.
    public var typicalP: Float
    /// Divides positive logits, multiplies negative ones, of tokens in the window; 1 changes nothing.
    public var repetitionPenalty: Float
    /// Subtracted from a logit for each time that the token stands in the window; 0 changes nothing.
    public var frequencyPenalty: Float
    /// Subtracted from the logit of each token that stands in the window; 0 changes nothing.
    public var presencePenalty: Float
    /// How many of the latest tokens, prompt included, the penalties look at; 0: none, −1: all.
    public var penaltyWindow: Int
    public var dry: DrySettings
    /// Added to the logits of single tokens; −infinity bans a token.
    public var logitBias: [TokenID: Float]
    public var mirostat: MirostatSettings
    /// Same seed, same request, same output.
    public var seed: UInt64

    public init(
        temperature: Float = 0.8, topK: Int = 40, topP: Float = 0.95, minP: Float = 0.05, typicalP: Float = 1,
        repetitionPenalty: Float = 1, frequencyPenalty: Float = 0, presencePenalty: Float = 0, penaltyWindow: Int = 64,
        dry: DrySettings = DrySettings(), logitBias: [TokenID: Float] = [:],
        mirostat: MirostatSettings = MirostatSettings(), seed: UInt64 = 0
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.typicalP = typicalP
        self.repetitionPenalty = repetitionPenalty
        self.frequencyPenalty = frequencyPenalty
        self.presencePenalty = presencePenalty
        self.penaltyWindow = penaltyWindow
        self.dry = dry
        self.logitBias = logitBias
        self.mirostat = mirostat
        self.seed = seed
    }

    /// Temperatures below this are zero.
    public static let greedyTemperature: Float = 1e-5

    /// The most probable token, always.
    public static let greedy = SamplerSettings(temperature: 0)

    /// The model's own distribution, unchanged.
    public static func unmodified(seed: UInt64 = 0) -> SamplerSettings {
        SamplerSettings(temperature: 1, topK: 0, topP: 1, minP: 0, seed: seed)
    }

    public var isGreedy: Bool { temperature < Self.greedyTemperature }
}
