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

    /// As what the model reads the text.
    public enum Voice: String, Sendable, CaseIterable {
        /// As an answer of its own where its file has a chat template, else as a text.
        case automatic
        /// As a text from its beginning.
        case text
        /// As an answer that it has begun, to a question that nobody put: what a model made for chats knows best.
        case answer
    }

    public enum Ranking: String, Sendable, CaseIterable {
        /// As the method scored them.
        case score
        /// By the model's own mean ln p of a token.
        case probability
    }

    /// The text before the cursor: any bytes, the last character need not be complete.
    public var prefixBytes: [UInt8]
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
    /// Does not count where the gap before a suffix is filled.
    public var voice: Voice
    /// Whether all ways count in which tokens can cover the end of the text, so that text that ends inside a word, or with a
    /// blank, goes on as it should; see ``PrefixCovers``.
    public var healsTokens: Bool
    /// ln p: a continuation of Superposed Decoding ends before the word in which the model itself finds a token less probable
    /// than this, given the continuation alone. Nothing is dropped where probabilities are not known.
    public var leastLogProbability: Float
    /// Whether the model writes the ends anew that were dropped so, each in rows of its own: further passes, only for drafts
    /// that need it.
    public var repairs: Bool
    /// Whether the probabilities under the model are wanted where the method does not know them.
    public var wantsProbabilities: Bool

    public init(
        prefix: String, suffix: String = "", method: DraftMethod = .superposed, count: Int = 3, length: Int = 10,
        superposition: SuperpositionSettings? = nil, sampler: SamplerSettings = DraftRequest.nucleus(),
        cut: Cut = .nowhere, ranking: Ranking = .score, voice: Voice = .text, healsTokens: Bool = true,
        leastLogProbability: Float = CompletionRequest.doubt, repairs: Bool = true, wantsProbabilities: Bool = true
    ) {
        prefixBytes = Array(prefix.utf8)
        self.suffix = suffix
        self.method = method
        self.count = count
        self.length = length
        self.superposition = superposition
        self.sampler = sampler
        self.cut = cut
        self.ranking = ranking
        self.voice = voice
        self.healsTokens = healsTokens
        self.leastLogProbability = leastLogProbability
        self.repairs = repairs
        self.wantsProbabilities = wantsProbabilities
    }
}

extension CompletionRequest {
    /// One in four hundred: hardly any word of a draft that makes sense is so improbable.
    public static let doubt: Float = -6

    /// The text before the cursor, as text.
    public var prefix: String {
        get { String(decoding: prefixBytes, as: UTF8.self) }
        set { prefixBytes = Array(newValue.utf8) }
    }

    /// Bytes of a character at the end of the prefix that is not complete. Continuations begin with the whole character.
    public var openCharacterByteCount: Int { prefixBytes.count - CompletionText.completeCount(prefixBytes[...]) }
}

/// One continuation of a text.
public struct Completion: Sendable, Equatable {
    /// What follows on the prefix.
    public var text: String
    /// The tokens that the text comes from. The first may begin with bytes that end the prefix.
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
    /// Bytes at the end of the prefix that tokens may cover in more ways than one; 0 where there was no choice.
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
