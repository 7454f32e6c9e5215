// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

extension StrategyDescriptor {
    /// Speculative decoding in which the draft model writes the next block while the target verifies the last one.
    public static let pearl = StrategyDescriptor(
        id: "pearl", title: "PEARL", source: "Liu et al. 2024",
        help: "drafts the next block while the target verifies the last one; needs cores for both",
        guarantee: .sameDistribution, needs: [.draftModel], hasParallelLanes: true,
        parameters: [
            StrategyParameter("gamma", .integer(1...32), default: 8, "longest block"),
            StrategyParameter(
                "adaptive", .flag, default: true, "ends a block when it promises the most or the target is done"),
        ]
    ) { values in
        Pearl(longest: values.int("gamma"), isAdaptive: values.flag("adaptive"))
    }
}

/// Two lanes: the target judges the pending block while the draft model goes on from its end.
///
/// With nothing pending, the target's pass is over the root alone and judges the first token of the new block
/// (*pre-verify*). With a pending block it judges that, and with its last row the first token of the new block
/// (*post-verify*). What is left of an accepted new block is pending in the next round. There is no bonus token.
///
/// Source: Liu et al., "PEARL", 2024. Differs from the authors' code in ending at end tokens and limits, in never
/// emitting what is not verified, in its random numbers, and in that the draft model stops when the target is done, or
/// where longer blocks would cost the target more than they bring, instead of after a fixed count.
///
/// Each position's token is the same function of the tokens before it and of the position's own numbers, in whichever round
/// and mode it is judged: drafted with one number, accepted or replaced with two others. So a block's length, which depends
/// on how fast the lanes are, changes neither the distribution nor, Mirostat aside, the output.
struct Pearl: DecodingStrategy {
    private enum Mode: Double {
        case preVerify = 0
        case postVerify = 1
    }

    private let longest: Int
    private let isAdaptive: Bool
    private let verifier = RejectionVerifier()
    private var lanes: LanePair?
    private var pace = LanePace()
    private var acceptance = AcceptanceEstimate(first: 0.7, later: 0.7)
    /// Drafted, and not judged yet.
    private var pending: [DraftedToken] = []

    init(longest: Int, isAdaptive: Bool) {
        self.longest = longest
        self.isAdaptive = isAdaptive
    }

    mutating func begin(_ run: DecodingRun) throws(GenerationError) {
        lanes = LanePair()
        pending = []
        acceptance = AcceptanceEstimate(first: run.costs.acceptance, later: run.costs.acceptance)
    }

    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        let block = pending
        pending = []
        let mode: Mode = block.isEmpty ? .preVerify : .postVerify
        // The last token of the output needs no row of its own, since nothing follows it.
        let isLast =
            block.count >= run.remainingCount || block.last.map { run.endTokens.contains($0.token) } ?? false
        let base = run.target.cachedCount
        let rows = [run.root] + block.map(\.token).dropLast(isLast ? 1 : 0)
        let batch = ModelBatch(rows, want: .allLogits)
        let (logits, drafted) = try runLanes(batch, isLast ? .none(.limit) : draftTask(after: block, run), run)
        guard logits.rowCount == rows.count else { throw .missingLogits(.target) }

        var draft = Draft(stop: drafted.stop)
        for token in block + drafted.tokens.prefix(1) {
            draft.append(token.token, drawnFrom: token.distribution, confidence: token.confidence)
        }
        let verdict = verifier.verify(draft, target: logits, run)
        let acceptedCount = verdict.acceptedPath.count
        acceptance.learn(acceptedCount: acceptedCount, hasRejection: verdict.rejection != nil)
        run.keepTarget(verdict.acceptedPath, of: draft.tree, after: base)
        if acceptedCount == draft.count, verdict.next == nil {
            pending = Array(drafted.tokens.dropFirst())
        } else {
            // The draft model may have read the whole block and all but the last of the new one.
            run.truncateDraft(to: run.roundPosition + acceptedCount)
        }
        return run.endRound(
            draft: draft.isEmpty ? nil : draft.tree, verdict: draft.isEmpty ? nil : verdict,
            measures: [
                RoundMeasure("post-verify", mode.rawValue), RoundMeasure("block", Double(drafted.tokens.count)),
                RoundMeasure("pending", Double(pending.count)),
            ],
            stop: drafted.stop, pending: pending.map(\.token))
    }

    /// What the draft lane does in a round.
    private enum DraftTask {
        case none(DraftStop)
        case job(DraftJob)
    }

    private func draftTask(after block: [DraftedToken], _ run: DecodingRun) -> DraftTask {
        guard let draft = run.draft else { return .none(.limit) }
        let wanted = blockLength(run.costs)
        let limit = min(wanted, run.remainingCount - block.count, run.draftRoom - block.count)
        // The cache may hold a part of the pending block already, but never its last token.
        let held = draft.cachedCount - run.position
        let missing =
            held < 0 ? run.tokens.suffix(-held) + block.map(\.token) : block.dropFirst(held).map(\.token)
        guard limit > 0 else { return .none(.limit) }
        guard missing.allSatisfy({ $0.rawValue < draft.vocabularySize }) else { return .none(.unknownToken) }
        return .job(
            DraftJob(
                missing: missing, limit: limit, endTokens: run.endTokens, passes: run.passes,
                pace: isAdaptive ? pace : nil, sampler: DraftSampler(run, after: block, draw: 0),
                stopWhenFull: limit < wanted ? .limit : .length))
    }

    /// The length of blocks that promises the most tokens a second; ``longest`` while nothing is known.
    ///
    /// With acceptance α and blocks of γ, a share π = α / (α + 1 − α^γ) of the rounds verifies a pending block, which
    /// yields (1 − α^γ) / (1 − α) tokens; the others verify the root alone, which yields one. A round takes as long as
    /// its slower lane.
    private func blockLength(_ costs: CostModel) -> Int {
        guard isAdaptive, costs.isMeasured, costs.isDraftTimed else { return longest }
        let rate = acceptance.ofFirst
        var best = (length: 1, goodput: 0.0)
        var all = 1.0
        for length in 1...longest {
            all *= rate
            let share = rate / (rate + 1 - all)
            let tokens = (1 - share) + share * (1 - all) / (1 - rate)
            let drafting = Double(length) * costs.draftPass(rows: 1)
            let seconds =
                share * max(costs.targetPass(rows: length), drafting)
                + (1 - share) * max(costs.targetPass(rows: 1), drafting)
            if tokens / seconds > best.goodput { best = (length, tokens / seconds) }
        }
        return best.length
    }

    private mutating func runLanes(
        _ batch: ModelBatch, _ task: DraftTask, _ run: DecodingRun
    ) throws(GenerationError) -> (logits: Rows, drafted: DraftedBlock) {
        let job: DraftJob
        switch task {
        case .none(let stop): return (try run.targetLogits(batch), DraftedBlock(stop: stop))
        case .job(let wanted): job = wanted
        }
        guard let draft = run.draft, let lanes else { throw .missingNeed(strategy: "pearl", need: .draftModel) }
        let passes = run.passes
        let isTargetDone = CancellationFlag()
        let (verified, drafted) = lanes.join(
            run.target, draft,
            { target in
                defer { isTargetDone.cancel() }
                return Result { () throws(GenerationError) in try passes.forward(batch, on: target, lane: .target) }
            },
            { draft in job.run(on: draft, isTargetDone: isTargetDone) })
        let (output, span) = try verified.get()
        run.record(span)
        for span in drafted.spans { run.record(span) }
        if let error = drafted.error { throw error }
        pace.learn(target: span, draft: drafted.spans)
        return (try output.logits(from: .target), drafted)
    }
}

/// What a draft lane brought back.
private struct DraftedBlock: Sendable {
    var tokens: [DraftedToken] = []
    var spans: [PassSpan] = []
    var stop: DraftStop
    var error: GenerationError?
}

/// The work of a draft lane, as values: it shares nothing with the other lane but a switch.
private struct DraftJob: Sendable {
    /// What the draft model must read first.
    let missing: [TokenID]
    let limit: Int
    let endTokens: Set<TokenID>
    let passes: PassTimer
    /// nil: goes on to the limit, however long the target takes.
    let pace: LanePace?
    var sampler: DraftSampler
    let stopWhenFull: DraftStop

    func run(on runner: any ModelRunner, isTargetDone: CancellationFlag) -> DraftedBlock {
        var block = DraftedBlock(stop: stopWhenFull)
        var sampler = sampler
        var batch = ModelBatch(missing)
        do throws(GenerationError) {
            while true {
                let (output, span) = try passes.forward(batch, on: runner, lane: .draft)
                block.spans.append(span)
                let rows = try output.logits(from: .draft)
                let drafted = sampler.next(logits: rows[rows.rowCount - 1])
                block.tokens.append(drafted)
                if endTokens.contains(drafted.token) {
                    block.stop = .endToken
                    return block
                }
                if block.tokens.count == limit { return block }
                // One token there must be: the target's last row judges it.
                if let pace, isTargetDone.isCancelled || pace.isTargetDue(block.spans) {
                    block.stop = .targetReady
                    return block
                }
                batch = ModelBatch([drafted.token])
            }
        } catch {
            block.error = error
            return block
        }
    }
}

/// How long passes of the two lanes have taken lately.
private struct LanePace: Sendable {
    private var targetPass: Duration?
    private var draftPass: Duration?

    mutating func learn(target: PassSpan, draft: [PassSpan]) {
        targetPass = Self.smoothed(targetPass, target.duration)
        for span in draft { draftPass = Self.smoothed(draftPass, span.duration) }
    }

    /// Whether another draft pass would end so late that the target would wait for more than half of it.
    /// - Parameter spans: passes of the draft lane in this round, which began with the target's.
    func isTargetDue(_ spans: [PassSpan]) -> Bool {
        guard let targetPass, let draftPass, let first = spans.first, let last = spans.last else { return false }
        let elapsed = last.start + last.duration - first.start
        return elapsed + draftPass / 2 > targetPass
    }

    private static func smoothed(_ mean: Duration?, _ value: Duration) -> Duration {
        guard let mean else { return value }
        return mean + (value - mean) / 4
    }
}
