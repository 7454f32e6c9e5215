// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// One generation, as plain data.
public struct GenerationRequest: Sendable, Equatable {
    public var prompt: [TokenID]
    /// Identifier of a row of ``StrategyRegistry``.
    public var strategy: String
    public var parameters: [String: ParameterValue]
    public var sampler: SamplerSettings
    /// nil: until the context is full.
    public var maxTokens: Int?
    public var stopStrings: [String]
    /// Tokens that end the output; empty to go on past them.
    public var endTokens: Set<TokenID>
    /// Tokens that steer the model and are no text: DRY does not look back beyond the last of them.
    public var controlTokens: Set<TokenID>
    /// How many alternatives each committed token carries.
    public var alternativeCount: Int
    /// Prompt tokens a pass at most; a cancellation waits for one such pass.
    public var prefillChunk: Int
    /// How long such a pass should take at most, as far as passes of 16 tokens allow; nil: as long as ``prefillChunk``
    /// takes. How a prompt is cut has no influence on what comes out.
    public var prefillLatency: Duration?
    /// The share of the time that may go to measuring plain decoding beside the method in use, for comparison. The output is
    /// the same for any.
    public var baselineShare: Double

    public init(
        prompt: [TokenID], strategy: String = StrategyDescriptor.autoregressive.id,
        parameters: [String: ParameterValue] = [:], sampler: SamplerSettings = SamplerSettings(), maxTokens: Int? = nil,
        stopStrings: [String] = [], endTokens: Set<TokenID> = [], controlTokens: Set<TokenID> = [],
        alternativeCount: Int = 0, prefillChunk: Int = 512, prefillLatency: Duration? = nil, baselineShare: Double = 0
    ) {
        self.prompt = prompt
        self.strategy = strategy
        self.parameters = parameters
        self.sampler = sampler
        self.maxTokens = maxTokens
        self.stopStrings = stopStrings
        self.endTokens = endTokens
        self.controlTokens = controlTokens
        self.alternativeCount = alternativeCount
        self.prefillChunk = prefillChunk
        self.prefillLatency = prefillLatency
        self.baselineShare = baselineShare
    }

    public static let maxTokensRange = 0...Int(Int32.max)
    public static let alternativeCountRange = 0...100
    public static let prefillChunkRange = 1...65_536
    public static let baselineShareRange = 0.0...1.0
    public static let stopStringCountRange = 0...64
    public static let stopStringByteRange = 1...4096

    /// Checks what does not depend on model or strategy.
    public func validate() throws(GenerationError) {
        try sampler.validate()
        if let maxTokens { try SamplerSettings.check("the token limit", maxTokens, Self.maxTokensRange) }
        try SamplerSettings.check("the number of alternatives", alternativeCount, Self.alternativeCountRange)
        try SamplerSettings.check("the prefill chunk", prefillChunk, Self.prefillChunkRange)
        try SamplerSettings.check("the share of the baseline", baselineShare, Self.baselineShareRange)
        try SamplerSettings.check("the number of stop strings", stopStrings.count, Self.stopStringCountRange)
        for stop in stopStrings {
            try SamplerSettings.check(
                "the length in bytes of a stop string", stop.utf8.count, Self.stopStringByteRange)
        }
        guard !prompt.isEmpty else { throw .emptyPrompt }
    }
}
