// SPDX-License-Identifier: Apache-2.0

public import InklingModel
public import InklingTokenizer

/// Two models, their caches and the tokens so far: what a strategy works on.
///
/// Made once for a pair of models and used for one generation after another, so that a chat goes on from the caches.
/// Not `Sendable`: it has one owner.
public final class DecodingRun {
    public let target: any ModelRunner
    public let draft: (any ModelRunner)?
    /// For strategies that can use one; trained for this pair of models.
    public var acceptanceHead: (any AcceptanceHead)?
    /// For strategies that can use one; counted with the target's vocabulary.
    public var ngrams: (any NGramModel)?
    /// Called with true before plain decoding is measured and with false after it: the target, which then runs alone, may be
    /// given cores that a method leaves to the other lane.
    public var willMeasureBaseline: ((_ begins: Bool) -> Void)?
    /// What passes cost. Learns from every round of every generation; may be set between generations, to what is known
    /// from earlier ones.
    public var costs = CostModel()
    /// Whether ``StrategyDescriptor/automatic`` is to run both models at once: they have cores of their own, and were
    /// faster so.
    public var prefersOverlap = false

    public private(set) var sampler = Sampler(SamplerSettings())
    public private(set) var random = PositionalRandom(seed: 0)
    /// Prompt and committed tokens, those of the round in progress included.
    public private(set) var history = SamplingHistory()
    public private(set) var promptCount = 0
    public private(set) var endTokens: Set<TokenID> = []
    /// The number of the round in progress, from 0.
    public private(set) var roundIndex = 0
    /// The first rounds of a generation find everything cold: what they take says nothing of a method.
    static let coldRounds = 2
    private(set) var passes = PassTimer(
        clock: DecodeClock { .zero }, cancellation: CancellationFlag(), origin: .zero)
    private var maxTokens: Int?
    /// How many alternatives committed tokens carry: more than 0 where somebody looks on.
    private(set) var alternativeCount = 0

    private var baseline = BaselineSchedule()
    /// What of the round in progress went to measuring plain decoding.
    private var measured = Duration.zero

    private var roundStart = Duration.zero
    private var roundMark = SamplingHistory().mark
    private var committed: [CommittedToken] = []
    private var spans: [PassSpan] = []

    public init(
        target: any ModelRunner, draft: (any ModelRunner)? = nil, acceptanceHead: (any AcceptanceHead)? = nil
    ) {
        self.target = target
        self.draft = draft
        self.acceptanceHead = acceptanceHead
    }

    // MARK: What a strategy reads

    /// Prompt and committed tokens.
    public var tokens: [TokenID] { history.tokens }

    public var committedCount: Int { history.count - promptCount }

    /// The position of the next token.
    public var position: Int { history.count }

    /// The root of the next draft: the last token, which the target's cache does not hold yet.
    /// - Precondition: a generation is in progress, so there is a prompt.
    public var root: TokenID { history.tokens[history.count - 1] }

    /// How many more tokens may be committed, by the request's limit and by the target's context. A draft need not be
    /// longer than this less one, since its verification yields one token more.
    public var remainingCount: Int {
        // The last token of all needs no room in the cache.
        let room = target.contextCapacity + 1 - history.count
        return max(0, min(room, (maxTokens ?? .max) - committedCount))
    }

    /// How many rows the target's next pass may have. A tree takes a row for each node and one for the root, though only a
    /// path of it stays in the cache.
    public var rowRoom: Int { max(0, target.contextCapacity - target.cachedCount) }

    /// Since the generation began.
    public var elapsed: Duration { passes.elapsed }

    /// Since the round in progress began, without what measuring plain decoding took.
    public var roundElapsed: Duration { elapsed - roundStart - measured }

    /// Passes of the round in progress so far.
    public var roundSpans: [PassSpan] { spans }

    /// The position of the first token that the round in progress commits.
    public var roundPosition: Int { roundMark.count }

    /// How many tokens the draft model's context lets it draft after the tokens so far.
    public var draftRoom: Int {
        guard let draft else { return 0 }
        return max(0, draft.contextCapacity + 1 - history.count)
    }

    /// Tokens that the draft model must read before it can draft, at least the root; nil when it does not know one of them.
    public func missingInDraft() -> ArraySlice<TokenID>? {
        guard let draft else { return nil }
        let missing = history.tokens[min(draft.cachedCount, history.count - 1)...]
        return missing.allSatisfy { $0.rawValue < draft.vocabularySize } ? missing : nil
    }

    // MARK: What a strategy does

    /// One pass of the target, timed and counted.
    /// - Throws: ``GenerationError/cancelled`` before the pass if the user gave up.
    public func forwardTarget(_ batch: ModelBatch) throws(GenerationError) -> ForwardOutput {
        try forward(batch, on: target, lane: .target)
    }

    /// One pass of the draft model, timed and counted.
    public func forwardDraft(_ batch: ModelBatch) throws(GenerationError) -> ForwardOutput {
        guard let draft else { throw .missingNeed(strategy: "", need: .draftModel) }
        return try forward(batch, on: draft, lane: .draft)
    }

    /// Logits of a pass of the target: all rows, or the last, as the batch asks.
    public func targetLogits(_ batch: ModelBatch) throws(GenerationError) -> Rows {
        try forwardTarget(batch).logits(from: .target)
    }

    public func draftLogits(_ batch: ModelBatch) throws(GenerationError) -> Rows {
        try forwardDraft(batch).logits(from: .draft)
    }

    /// Of the rows that the pass over a draft appended to the target's cache, keeps root and accepted path: what is
    /// committed, but the last token.
    /// - Parameter base: positions before the pass.
    public func keepTarget(_ acceptedPath: [Int], of tree: DraftTree, after base: Int) {
        if tree.isChain {
            target.truncate(to: min(base + 1 + acceptedPath.count, history.count - 1))
        } else {
            // Where the path ends the output, its last token is the last of all.
            let rows = [0] + acceptedPath.map { $0 + 1 }
            target.keep(Array(rows.prefix(history.count - 1 - base)), after: base)
        }
    }

    /// Drops from the draft model's cache what stands at `count` and beyond, and what the target has not read yet.
    public func truncateDraft(to count: Int) {
        guard let draft else { return }
        let kept = min(count, history.count - 1)
        if draft.cachedCount > kept { draft.truncate(to: kept) }
    }

    /// Adds a pass that was made without ``forwardTarget(_:)`` or ``forwardDraft(_:)``, in a lane of its own.
    public func record(_ span: PassSpan) {
        spans.append(span)
        costs.learn(span)
    }

    /// Ends the round if the user gave up; to be called where a strategy computes without passes.
    public func checkCancellation() throws(GenerationError) {
        try passes.checkCancellation()
    }

    /// Commits a token.
    /// - Parameters:
    ///   - distribution: what the sampler gave for its position.
    ///   - logits: the target's logits that predicted it.
    public func commit(
        _ token: TokenID, source: TokenSource, distribution: Distribution, logits: ArraySlice<Float>
    ) {
        committed.append(committedToken(token, source: source, logits: logits))
        sampler.append(token, drawnFrom: distribution, to: &history)
    }

    private func committedToken(_ token: TokenID, source: TokenSource, logits: ArraySlice<Float>) -> CommittedToken {
        guard alternativeCount > 0 else {
            return CommittedToken(
                id: token, position: position, source: source,
                logProbability: TokenScores.logProbability(of: token, logits: logits), alternatives: [], entropy: nil)
        }
        let assessment = TokenScores.assessment(of: token, logits: logits, alternatives: alternativeCount)
        return CommittedToken(
            id: token, position: position, source: source, logProbability: assessment.logProbability,
            alternatives: assessment.alternatives, entropy: assessment.entropy)
    }

    /// Commits a token whose probability is known already.
    public func commit(
        _ token: TokenID, source: TokenSource, distribution: Distribution, logProbability: Float,
        alternatives: [TokenAlternative] = [], entropy: Float? = nil
    ) {
        committed.append(
            CommittedToken(
                id: token, position: position, source: source, logProbability: logProbability,
                alternatives: alternatives, entropy: entropy))
        sampler.append(token, drawnFrom: distribution, to: &history)
    }

    /// Closes the round: what was committed and timed since the last one.
    /// - Parameters:
    ///   - draftedCount: tokens put before the target, if not those of `draft`.
    ///   - pending: see ``DecodingRound/pending``.
    public func endRound(
        draft: DraftTree? = nil, verdict: Verdict? = nil, hypotheses: [Hypothesis] = [], measures: [RoundMeasure] = [],
        draftedCount: Int? = nil, stop: DraftStop? = nil, choice: MethodChoice? = nil, pending: [TokenID] = []
    ) -> DecodingRound {
        if let verdict, spans.contains(where: { $0.lane == .draft }) {
            costs.learnAcceptance(
                acceptedCount: verdict.acceptedPath.count, hasRejection: verdict.rejection != nil)
        }
        let now = elapsed
        // Where passes of both models overlap, or several make one round, there is nothing to compare.
        let besides = (roundElapsed - spans.reduce(.zero) { $0 + $1.duration }).seconds
        if roundIndex >= Self.coldRounds, besides >= 0, hypotheses.isEmpty {
            costs.learnOverhead(
                besides, draftedCount: draft?.count ?? 0, areCopied: !spans.contains { $0.lane == .draft })
        }
        defer {
            roundIndex += 1
            startRound(at: now)
        }
        return DecodingRound(
            index: roundIndex, draft: draft, verdict: verdict, committed: committed, hypotheses: hypotheses,
            measures: measures, draftedCount: draftedCount ?? draft?.count ?? 0, stop: stop, choice: choice,
            pending: pending, spans: spans, start: roundStart, duration: now - roundStart, cache: Self.usage(of: target)
        )
    }

    private func forward(
        _ batch: ModelBatch, on runner: any ModelRunner, lane: Lane
    ) throws(GenerationError) -> ForwardOutput {
        let (output, span) = try passes.forward(batch, on: runner, lane: lane)
        record(span)
        return output
    }

    // MARK: What the generator does

    /// Starts a generation. The caches stay as they are.
    func prepare(_ request: GenerationRequest, clock: DecodeClock, cancellation: CancellationFlag, origin: Duration) {
        sampler = Sampler(request.sampler)
        random = PositionalRandom(seed: request.sampler.seed)
        history = SamplingHistory(
            request.prompt, controlTokens: request.sampler.dry.isOn ? request.controlTokens : [])
        promptCount = request.prompt.count
        endTokens = request.endTokens
        maxTokens = request.maxTokens
        alternativeCount = request.alternativeCount
        passes = PassTimer(clock: clock, cancellation: cancellation, origin: origin)
        roundIndex = 0
        startRound(at: elapsed)
    }

    /// Forgets passes so far, which belong to the prefill: the first round starts now.
    func startRounds() {
        startRound(at: elapsed)
    }

    private func startRound(at time: Duration) {
        roundStart = time
        measured = .zero
        roundMark = history.mark
        committed = []
        spans = []
    }

    /// Measures plain decoding if it is time to: see ``BaselineSchedule``.
    /// - Parameter share: of the time, what may go to it.
    /// - Returns: what a round of plain decoding takes now, or nil.
    func measureBaselineIfDue(share: Double) throws(GenerationError) -> Duration? {
        guard rowRoom > 0, baseline.isDue(share: share) else { return nil }
        willMeasureBaseline?(true)
        defer { willMeasureBaseline?(false) }
        let count = target.cachedCount
        let start = elapsed
        // In no lane: the pass is not the method's own.
        let rows = try passes.forward(ModelBatch([root]), on: target, lane: .target).output.logits(from: .target)
        let logits = rows[rows.rowCount - 1]
        let distribution = sampler.distribution(logits: logits, history: history)
        let token = distribution.sample(random.uniform(at: position, for: .sample))
        // As ``commit(_:source:distribution:logits:)`` makes it, which takes as long as sampling with some vocabularies.
        withExtendedLifetime(committedToken(token, source: .target, logits: logits)) {}
        target.truncate(to: count)
        let duration = elapsed - start
        baseline.didMeasure(duration)
        measured = duration
        return duration
    }

    func didEnd(_ round: DecodingRound) {
        baseline.didEnd(round)
    }

    /// Takes back what an unfinished round committed.
    func discardRound() {
        history.restore(roundMark)
        startRound(at: elapsed)
    }

    /// Takes back the last tokens of the round that just ended, because the output ends before them.
    func takeBack(_ count: Int, _ round: inout DecodingRound) {
        history.truncate(to: history.count - count)
        roundMark = history.mark
        settleCaches()
        (round.pending, round.pendingTexts) = ([], [])
        round.cache = Self.usage(of: target)
    }

    /// Drops from the caches what does not stand for committed tokens: rejected drafts, mixtures, tokens taken back.
    func settleCaches() {
        let expected = Array(history.tokens.dropLast())
        for runner in [target, draft].compactMap(\.self) {
            let count = runner.commonPrefix(with: expected)
            if runner.cachedCount > count { runner.truncate(to: count) }
        }
    }

    static func usage(of runner: any ModelRunner) -> CacheUsage {
        let bytes = runner.cacheBytes
        return CacheUsage(
            usedTokens: runner.cachedCount, capacityTokens: runner.contextCapacity, usedBytes: bytes.used,
            capacityBytes: bytes.capacity)
    }
}
