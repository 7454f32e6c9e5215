// SPDX-License-Identifier: Apache-2.0

import InklingModel

/// Decides before each round whether to draft with the draft model, to copy from the text or to draft nothing, and how
/// much, by the tokens a second that each promises.
///
/// Promises come from ``DecodingRun/costs`` and from how often drafts of each kind were accepted in this generation. All of
/// that is past, so the distribution stays that of the target. It also is time, so at a temperature above 0 a seed does not
/// give the same output twice.
///
/// A method that is not in use is tried again now and then, in short stretches; all tries together may lose what
/// ``TimeLedger`` allows.
///
/// Source: Liu et al., "Optimizing Speculative Decoding for Serving Large Language Models Using Goodput", 2024. Differs
/// in choosing among methods, in counting what the draft model must first read, and in the bound on what is lost.
struct AutomaticDrafter: Drafter {
    private let longest: Int
    private var lookup = PromptLookupDrafter(lengths: 2...5, maxLength: 32)
    /// Of drafts of the draft model.
    private var drafted = AcceptanceEstimate(first: 0.7, later: 0.7)
    /// Of copies, by how long the match was.
    private var copied = Self.matchClasses.map { AcceptanceEstimate(first: $0.first, later: $0.later) }
    /// By method; the shares of all add up to less than the 3 % that `auto` may be slower than plain decoding. A copy that
    /// fails costs a few rows, a draft whole passes.
    private var ledgers = [
        TimeLedger(lossShare: 0, firstRounds: 0), TimeLedger(lossShare: 0.015, firstRounds: 0.75),
        TimeLedger(lossShare: 0.005, firstRounds: 0.25),
    ]
    /// Whether the draft model knows the tokens so far.
    private var isDraftModelUsable = false

    /// What carries on unless something else promises clearly more.
    private var held = RoundPlan.Method.plain
    private var heldLength = 0
    private var draftTrials = TrialSchedule(first: 16, longest: 256)
    private var copyTrials = Self.matchClasses.map { _ in TrialSchedule(first: 8, longest: 128) }
    /// Rounds that are left of a try of the draft model.
    private var trialRounds = 0
    private var roundsSincePlain = 0
    private var plainRounds = 0

    /// The round in progress.
    private var current: RoundPlan?
    private var currentClass = 0

    /// Copies by length of the match, with what is presumed of them.
    private static let matchClasses: [(longest: Int, first: Double, later: Double)] = [
        (2, 0.35, 0.7), (3, 0.5, 0.75), (5, 0.6, 0.8), (9, 0.75, 0.85), (.max, 0.85, 0.9),
    ]
    private static let leastPresumed = 0.5
    /// What other generations taught counts for as much as so many judged tokens: a few rejections in a row are no news.
    private static let presumedCount = 8.0
    /// Another method or length must promise this much more to be taken.
    private static let hysteresis = 1.03
    /// What the draft model must first read is paid back over so many rounds.
    private static let stretch = 16.0
    private static let trialLength = 3
    /// After so many rounds with drafts come two without.
    private static let roundsToRemeasure = 64

    init(longest: Int) {
        self.longest = longest
    }

    mutating func begin(_ run: DecodingRun) throws(GenerationError) {
        try lookup.begin(run)
        isDraftModelUsable = run.draft != nil
        // Other settings of the sampler may have brought a rate down; each generation gives drafts a chance.
        let presumed = max(run.costs.acceptance, Self.leastPresumed)
        drafted = AcceptanceEstimate(first: presumed, later: presumed, asGoodAs: Self.presumedCount)
    }

    // MARK: Drafting

    mutating func propose(_ run: DecodingRun, limit: Int) throws(GenerationError) -> Draft {
        let match = lookup.match(in: run)
        currentClass = match.map { Self.matchClass(of: $0.length) } ?? 0
        let (plan, reason, measures) = choose(run, limit: limit, match: match)
        current = plan
        var draft = try self.draft(plan, match, run)
        draft.measures = measures
        draft.choice = MethodChoice(method: draft.isEmpty ? RoundPlan.Method.plain.id : plan.method.id, reason: reason)
        return draft
    }

    private mutating func draft(
        _ plan: RoundPlan, _ match: PromptLookupDrafter.Match?, _ run: DecodingRun
    ) throws(GenerationError) -> Draft {
        switch plan.method {
        case .plain: return Draft(stop: .noGain)
        case .lookup: return match.map { lookup.copy(from: $0, run, limit: plan.length) } ?? Draft(stop: .noMatch)
        case .draftModel:
            var drafter = ModelDrafter(length: FixedLength(plan.length))
            let draft = try drafter.propose(run, limit: plan.length)
            // Every later text holds the unknown token as well.
            if draft.stop == .unknownToken { isDraftModelUsable = false }
            return draft
        }
    }

    mutating func observe(_ verdict: Verdict, of draft: Draft, _ run: DecodingRun) {
        guard let plan = current else { return }
        let method = draft.isEmpty ? RoundPlan.Method.plain : plan.method
        let accepted = verdict.acceptedPath.count, hasRejection = verdict.rejection != nil
        switch method {
        case .plain: break
        case .draftModel:
            run.truncateDraft(to: run.roundPosition + accepted)
            drafted.learn(acceptedCount: accepted, hasRejection: hasRejection)
        case .lookup: copied[currentClass].learn(acceptedCount: accepted, hasRejection: hasRejection)
        }
        let duration = run.roundElapsed.seconds
        // A round that took far longer than its passes ever do was interrupted, and the first ones find everything cold: that
        // is no method's fault.
        let slowest = run.roundIndex < DecodingRun.coldRounds ? plan.seconds : 2 * plan.seconds
        let elapsed = plan.seconds > 0 ? min(duration, slowest) : duration
        for index in ledgers.indices { ledgers[index].pass(seconds: elapsed) }
        if method != .plain {
            ledgers[method.rawValue].book(
                seconds: elapsed, tokens: accepted + (verdict.next == nil ? 0 : 1),
                plainRound: plainPlan(run.costs).seconds)
        }
        roundsSincePlain = method == .plain ? 0 : roundsSincePlain + 1
    }

    // MARK: Choosing

    private mutating func choose(
        _ run: DecodingRun, limit: Int, match: PromptLookupDrafter.Match?
    ) -> (RoundPlan, MethodChoice.Reason, [RoundMeasure]) {
        let costs = run.costs
        let plain = plainPlan(costs)
        guard costs.isMeasured else { return (plain, .unmeasured, []) }
        let model = modelPlan(run, limit: limit, plain)
        let copy = match.flatMap { _ in copyPlan(costs, limit: limit, plain) }
        let (plan, reason) = choose(plain, model, copy)
        var measures: [RoundMeasure] = []
        measures.reserveCapacity(8)
        for candidate in [plain, model, copy] {
            guard let candidate else { continue }
            measures.append(RoundMeasure(candidate.method.goodputName, candidate.goodput))
        }
        measures.append(RoundMeasure("draft-length", Double(plan.length)))
        if model != nil { measures.append(RoundMeasure("acceptance", drafted.ofFirst)) }
        if let match {
            measures.append(RoundMeasure("match-length", Double(match.length)))
            measures.append(RoundMeasure("match-acceptance", copied[currentClass].ofFirst))
        }
        measures.append(RoundMeasure("seconds-saved", ledgers.reduce(0) { $0 + $1.saved }))
        return (plan, reason, measures)
    }

    private mutating func choose(
        _ plain: RoundPlan, _ model: RoundPlan?, _ copy: RoundPlan?
    ) -> (RoundPlan, MethodChoice.Reason) {
        if model == nil, copy == nil { return (plain, .only) }
        var best = plain
        var isSuspended = false
        func take(_ plan: RoundPlan, if promisesMore: Bool) {
            guard promisesMore else { return }
            if affords(0, plan, plain) { best = plan } else { isSuspended = true }
        }
        if let model {
            let margin = held == .draftModel ? Self.hysteresis : 1 / Self.hysteresis
            take(model, if: model.goodput * margin > plain.goodput)
            held = best.method
            if held == .draftModel { heldLength = best.length }
        }
        if let copy {
            take(copy, if: copy.goodput > best.goodput)
            if best.method != .lookup, copyTrials[currentClass].isDue, affords(copy.loss(against: plain), copy, plain) {
                copyTrials[currentClass].start()
                return (copy, .trial)
            }
        }
        switch best.method {
        case .plain:
            if let model, isTrialDue(of: model, plain) { return (model, .trial) }
            return (plain, isSuspended ? .suspended : .fastest)
        case .draftModel: draftTrials.reset()
        case .lookup: copyTrials[currentClass].reset()
        }
        return isPlainDue() ? (plain, .remeasured) : (best, .fastest)
    }

    /// Whether plain decoding is to be measured again; it takes a few rounds.
    private mutating func isPlainDue() -> Bool {
        if plainRounds == 0, roundsSincePlain >= Self.roundsToRemeasure { plainRounds = 2 }
        guard plainRounds > 0 else { return false }
        plainRounds -= 1
        return true
    }

    /// Whether a method may lose as many seconds more against plain decoding.
    private func affords(_ loss: Double, _ plan: RoundPlan, _ plain: RoundPlan) -> Bool {
        ledgers[plan.method.rawValue].affords(loss, plainRound: plain.seconds)
    }

    /// Whether the draft model is to be tried although plain decoding promises more. A try takes a few rounds.
    private mutating func isTrialDue(of model: RoundPlan, _ plain: RoundPlan) -> Bool {
        if trialRounds > 0 {
            trialRounds -= 1
            return true
        }
        // What the draft model has missed is read in the first round, and is no smaller for being spread out.
        let missed = catchUpSeconds * (1 - 1 / Self.stretch)
        let loss = missed + Double(Self.trialLength) * model.loss(against: plain)
        guard draftTrials.isDue, affords(loss, model, plain) else { return false }
        draftTrials.start()
        trialRounds = Self.trialLength - 1
        return true
    }

    // MARK: Promises

    /// Seconds that the draft model needs to read what it has missed; set with each ``modelPlan(_:limit:)``.
    private var catchUpSeconds = 0.0

    private func plainPlan(_ costs: CostModel) -> RoundPlan {
        RoundPlan(
            method: .plain, length: 0, tokens: 1,
            seconds: costs.round(drafting: 0))
    }

    /// What a round may take: if nothing of its draft is accepted, half of what may still be lost is lost. So no single
    /// draft, however much it promises, uses up what others would need, and drafts grow as they prove worth their time.
    private func longestRound(_ method: RoundPlan.Method, _ plain: RoundPlan) -> Double {
        plain.seconds + ledgers[method.rawValue].budget(plainRound: plain.seconds) / 2
    }

    private mutating func modelPlan(_ run: DecodingRun, limit: Int, _ plain: RoundPlan) -> RoundPlan? {
        // The first draft of all is short: nobody knows yet what it will cost.
        let bound = min(run.costs.isDraftTimed ? longest : 1, limit, run.draftRoom)
        guard isDraftModelUsable, bound > 0, let draft = run.draft else { return nil }
        draftTrials.wait()
        let costs = run.costs
        // One or two tokens are what every round begins with.
        let missed = max(run.position - draft.cachedCount, 2)
        catchUpSeconds = costs.draftPass(rows: missed - 1) - costs.draftPass(rows: 1)
        let fixed = catchUpSeconds / Self.stretch
        return RoundPlan.best(
            .draftModel, upTo: bound, holding: heldLength, by: Self.hysteresis, acceptance: drafted,
            within: longestRound(.draftModel, plain)
        ) { fixed + costs.round(drafting: $0) }
    }

    private mutating func copyPlan(_ costs: CostModel, limit: Int, _ plain: RoundPlan) -> RoundPlan? {
        let bound = min(longest, limit)
        guard bound > 0 else { return nil }
        copyTrials[currentClass].wait()
        return RoundPlan.best(
            .lookup, upTo: bound, acceptance: copied[currentClass], within: longestRound(.lookup, plain)
        ) { length in
            costs.overhead(draftedCount: length, areCopied: true) + costs.targetPass(rows: length + 1)
        }
    }

    private static func matchClass(of length: Int) -> Int {
        matchClasses.firstIndex { length <= $0.longest } ?? matchClasses.count - 1
    }
}

/// When to try again what was not worth while: after ever more rounds.
struct TrialSchedule {
    private let first: Int
    private let longest: Int
    private var interval: Int
    private var waited = 0

    init(first: Int, longest: Int) {
        self.first = first
        self.longest = longest
        interval = first
    }

    var isDue: Bool { waited >= interval }

    /// Counts a round in which it could have been tried.
    mutating func wait() { waited += 1 }

    mutating func start() {
        waited = 0
        interval = min(2 * interval, longest)
    }

    /// It is in use.
    mutating func reset() {
        waited = 0
        interval = first
    }
}
