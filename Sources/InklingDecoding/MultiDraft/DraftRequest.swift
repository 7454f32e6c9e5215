// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Several continuations of one prompt, as plain data.
public struct DraftRequest: Sendable {
    public var prompt: [TokenID]
    public var method: DraftMethod
    /// How many; greedy makes one in any case.
    public var count: Int
    /// Tokens of each, at most; those that only say again what the text ends in do not count.
    public var length: Int
    /// For Superposed Decoding; nil: what suits the number of drafts and the prompt.
    public var superposition: SuperpositionSettings?
    /// For nucleus sampling.
    public var sampler: SamplerSettings
    /// Tokens that end a continuation; empty to go on past them.
    public var endTokens: Set<TokenID>
    /// See ``GenerationRequest/controlTokens``.
    public var controlTokens: Set<TokenID>
    /// Where the text ends inside a token, or perhaps does: the tokens that may cover its end. The prompt is then what comes
    /// before them. nil: continuations follow on the prompt's tokens.
    public var covers: PrefixCovers?
    /// Tokens that no continuation has.
    public var excludedTokens: [TokenID]
    /// Whether a continuation may be an end token and nothing else.
    public var mayBeEmpty: Bool
    /// Whether continuations that are looked for by probability end where they would say again what they have just said.
    public var endsLoops: Bool
    /// Whether every token's probability under the model is wanted. Superposed Decoding takes further passes for it, over
    /// all drafts at once; the other methods know it.
    public var wantsProbabilities: Bool
    /// How many tokens of a continuation made by Superposed Decoding to keep; the model writes the rest anew. Probabilities
    /// are known when it is asked, which takes ``wantsProbabilities``. Ranks stay. nil: all of them.
    public var soundCount: (@Sendable (Continuation) -> Int)?
    /// Prompt tokens a pass at most; a cancellation waits for one such pass.
    public var prefillChunk: Int

    public init(
        prompt: [TokenID], method: DraftMethod = .superposed, count: Int = 3, length: Int = 10,
        superposition: SuperpositionSettings? = nil, sampler: SamplerSettings = DraftRequest.nucleus(),
        endTokens: Set<TokenID> = [], controlTokens: Set<TokenID> = [],
        covers: PrefixCovers? = nil, excludedTokens: [TokenID] = [],
        mayBeEmpty: Bool = true, endsLoops: Bool = false, wantsProbabilities: Bool = true,
        soundCount: (@Sendable (Continuation) -> Int)? = nil, prefillChunk: Int = 512
    ) {
        self.prompt = prompt
        self.method = method
        self.count = count
        self.length = length
        self.superposition = superposition
        self.sampler = sampler
        self.endTokens = endTokens
        self.controlTokens = controlTokens
        self.covers = covers
        self.excludedTokens = excludedTokens
        self.mayBeEmpty = mayBeEmpty
        self.endsLoops = endsLoops
        self.wantsProbabilities = wantsProbabilities
        self.soundCount = soundCount
        self.prefillChunk = prefillChunk
    }

    /// The sampling that Superposed Decoding is compared with: p = 0.9, nothing else.
    public static func nucleus(topP: Float = 0.9, temperature: Float = 1, seed: UInt64 = 0) -> SamplerSettings {
        SamplerSettings(temperature: temperature, topK: 0, topP: topP, minP: 0, seed: seed)
    }

    public static let countRange = 1...32
    public static let lengthRange = 1...256

    /// How many continuations the method makes.
    public var draftCount: Int { method == .greedy ? 1 : count }

    public func validate() throws(GenerationError) {
        try sampler.validate()
        try superposition?.validate()
        try SamplerSettings.check("the number of drafts", count, Self.countRange)
        try SamplerSettings.check("the length of drafts", length, Self.lengthRange)
        try SamplerSettings.check("the prefill chunk", prefillChunk, GenerationRequest.prefillChunkRange)
        guard !prompt.isEmpty else { throw .emptyPrompt }
    }
}
