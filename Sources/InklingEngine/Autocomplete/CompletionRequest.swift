// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding
public import InklingTokenizer

/// Several continuations of a text, as plain data.
public struct CompletionRequest: Sendable, Equatable {
    /// Where a continuation is cut.
    public enum Cut: String, Sendable, CaseIterable {
        case nowhere
        /// Before the line break that ends its first line.
        case line
        /// Behind its first sentence, or where ``line`` cuts.
        case sentence
    }

    public enum Ranking: String, Sendable, CaseIterable {
        /// As the method scored them.
        case score
        /// By the model's own mean ln p of a token.
        case probability
    }

    /// The text before the cursor.
    public var prefix: String
    /// The text behind the cursor, for models that can fill in the middle; others do not see it.
    public var suffix: String
    public var method: DraftMethod
    public var count: Int
    /// Tokens of each, at most.
    public var length: Int
    /// nil: what suits the number of drafts and the text.
    public var superposition: SuperpositionSettings?
    /// For nucleus sampling.
    public var sampler: SamplerSettings
    public var cut: Cut
    public var ranking: Ranking
    /// Whether the text's last token is given back and only what begins with its bytes may stand there, so that text
    /// that ends inside a word, or with a blank, goes on as it should.
    public var healsTokens: Bool
    /// Whether the probabilities under the model are wanted where the method does not know them.
    public var wantsProbabilities: Bool

    public init(
        prefix: String, suffix: String = "", method: DraftMethod = .superposed, count: Int = 3, length: Int = 10,
        superposition: SuperpositionSettings? = nil, sampler: SamplerSettings = DraftRequest.nucleus(),
        cut: Cut = .nowhere, ranking: Ranking = .score, healsTokens: Bool = true, wantsProbabilities: Bool = true
    ) {
        self.prefix = prefix
        self.suffix = suffix
        self.method = method
        self.count = count
        self.length = length
        self.superposition = superposition
        self.sampler = sampler
        self.cut = cut
        self.ranking = ranking
        self.healsTokens = healsTokens
        self.wantsProbabilities = wantsProbabilities
    }
}

/// One continuation of a text.
public struct Completion: Sendable, Equatable {
    /// What follows on the prefix.
    public var text: String
    /// The tokens that the text comes from. Of a healed text the first stands for its last token too.
    public var tokens: [TokenID]
    /// ln p of these tokens under the model; nil where that was not asked for.
    public var logProbability: Float?
    /// See ``Continuation/score``.
    public var score: Float
    /// Whether the model said that it is done.
    public var isFinished: Bool

    public init(text: String, tokens: [TokenID], logProbability: Float?, score: Float, isFinished: Bool) {
        self.text = text
        self.tokens = tokens
        self.logProbability = logProbability
        self.score = score
        self.isFinished = isFinished
    }
}

/// A continuation that is still being made.
public struct LiveCompletion: Sendable, Equatable {
    public var text: String
    public var state: LiveContinuation
    /// What each token adds to ``text``; empty where the text is cut before it.
    public var pieces: [String]

    public init(text: String, state: LiveContinuation, pieces: [String] = []) {
        self.text = text
        self.state = state
        self.pieces = pieces
    }
}

/// The continuations of a text, and what they cost.
public struct CompletionResult: Sendable, Equatable {
    /// Best first. Fewer than asked for where some differed in nothing but blanks, or had no text.
    public var completions: [Completion]
    /// The end of the prefix that was given back to the model as bytes; empty where nothing was.
    public var healedByteCount: Int
    /// Whether the model was shown the suffix.
    public var filledInTheMiddle: Bool
    public var report: DraftReport

    public init(completions: [Completion], healedByteCount: Int, filledInTheMiddle: Bool, report: DraftReport) {
        self.completions = completions
        self.healedByteCount = healedByteCount
        self.filledInTheMiddle = filledInTheMiddle
        self.report = report
    }
}
