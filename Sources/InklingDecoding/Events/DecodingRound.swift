// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Which model a pass belongs to.
public enum Lane: String, Sendable, CaseIterable {
    case target, draft
}

/// One pass through a model, on the time axis of its generation. Spans of two lanes may overlap.
public struct PassSpan: Sendable, Equatable {
    public var lane: Lane
    /// Since the generation began.
    public var start: Duration
    public var duration: Duration
    public var rowCount: Int

    public init(lane: Lane, start: Duration, duration: Duration, rowCount: Int) {
        self.lane = lane
        self.start = start
        self.duration = duration
        self.rowCount = rowCount
    }
}

/// A number that a strategy shows about a round: a stop probability, a threshold, a length it chose.
public struct RoundMeasure: Sendable, Equatable {
    public var name: String
    public var value: Double

    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// A continuation that is not committed yet.
public struct Hypothesis: Sendable, Equatable {
    public var tokens: [TokenID]
    public var logProbability: Float
    /// What hypotheses are ranked by, greater is better.
    public var score: Float
    /// Its share of what the model reads next; 0 for one that has ended.
    public var weight: Float
    /// What n-grams gave each token, 0 for one that they do not know; empty without n-grams.
    public var supports: [Float]
    /// What each token adds to the text in its place; empty until the generator has filled it in.
    public var texts: [String]

    public init(
        tokens: [TokenID], logProbability: Float, score: Float, weight: Float = 0, supports: [Float] = [],
        texts: [String] = []
    ) {
        self.tokens = tokens
        self.logProbability = logProbability
        self.score = score
        self.weight = weight
        self.supports = supports
        self.texts = texts
    }
}

/// KV cache of one model.
public struct CacheUsage: Sendable, Equatable {
    public var usedTokens: Int
    public var capacityTokens: Int
    public var usedBytes: Int
    public var capacityBytes: Int

    public init(usedTokens: Int, capacityTokens: Int, usedBytes: Int, capacityBytes: Int) {
        self.usedTokens = usedTokens
        self.capacityTokens = capacityTokens
        self.usedBytes = usedBytes
        self.capacityBytes = capacityBytes
    }
}

/// One round: what was drafted, what the target said, what is now part of the output.
///
/// Light enough to travel in events. The round that ends a generation holds only the tokens up to the end.
public struct DecodingRound: Sendable, Equatable {
    /// From 0.
    public var index: Int
    /// nil where nothing was drafted.
    public var draft: DraftTree?
    public var verdict: Verdict?
    public var committed: [CommittedToken]
    public var hypotheses: [Hypothesis]
    public var measures: [RoundMeasure]
    /// Tokens drafted and put before the target.
    public var draftedCount: Int
    /// Why the draft ended; nil for methods that do not draft.
    public var stop: DraftStop?
    /// The method of this round; nil where the strategy has but one.
    public var choice: MethodChoice?
    /// Drafted tokens after the committed ones that the target has yet to judge. The draft model's cache may hold them.
    public var pending: [TokenID]
    /// What each of ``pending`` would add to the text; empty until the generator has filled it in.
    public var pendingTexts: [String]
    /// Passes of both lanes, in order of recording.
    public var spans: [PassSpan]
    public var start: Duration
    public var duration: Duration
    /// The target's cache after the round.
    public var cache: CacheUsage
    /// What a round of plain decoding took just before this one; nil where it was not measured, as in most rounds. A part
    /// of ``duration``. Its pass is in no span, and its token was not used.
    public var baseline: Duration?

    public init(
        index: Int, draft: DraftTree? = nil, verdict: Verdict? = nil, committed: [CommittedToken],
        hypotheses: [Hypothesis] = [], measures: [RoundMeasure] = [], draftedCount: Int, stop: DraftStop? = nil,
        choice: MethodChoice? = nil, pending: [TokenID] = [], pendingTexts: [String] = [], spans: [PassSpan],
        start: Duration, duration: Duration, cache: CacheUsage, baseline: Duration? = nil
    ) {
        self.index = index
        self.draft = draft
        self.verdict = verdict
        self.committed = committed
        self.hypotheses = hypotheses
        self.measures = measures
        self.draftedCount = draftedCount
        self.stop = stop
        self.choice = choice
        self.pending = pending
        self.pendingTexts = pendingTexts
        self.spans = spans
        self.start = start
        self.duration = duration
        self.cache = cache
        self.baseline = baseline
    }

    /// Whether this was plain decoding: one pass of the target over one token, nothing drafted.
    public var isPlain: Bool {
        draftedCount == 0 && committed.count == 1 && spans.count == 1 && spans[0].lane == .target
            && spans[0].rowCount == 1 && hypotheses.isEmpty && baseline == nil
    }

    /// Drafted tokens that were accepted and kept.
    public var acceptedCount: Int { count(.draft) }
    /// Drafted tokens that the target judged: those accepted, and the one rejected. Tokens after a rejection are never
    /// judged.
    public var judgedCount: Int { count(.draft) + count(.correction) }
    public var targetPassCount: Int { spans.count { $0.lane == .target } }
    public var draftPassCount: Int { spans.count { $0.lane == .draft } }
    /// Time in passes of the draft model.
    public var draftDuration: Duration { duration(.draft) }
    /// Time in passes of the target.
    public var verifyDuration: Duration { duration(.target) }

    private func count(_ source: TokenSource) -> Int { committed.count { $0.source == source } }

    private func duration(_ lane: Lane) -> Duration {
        spans.reduce(.zero) { $1.lane == lane ? $0 + $1.duration : $0 }
    }
}
