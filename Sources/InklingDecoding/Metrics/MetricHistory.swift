// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What panels show, from the events of one generation after another: rings of numbers, in memory that does not grow.
///
/// A pure function of the events: a recorded generation fills it as a live one does.
public struct MetricHistory: Sendable, Equatable {
    /// How much is kept.
    public struct Capacity: Sendable, Equatable {
        public var rounds = 512
        public var tokens = 4096
        public var generations = 64

        public init() {}
    }

    /// Drafts are counted up to this length.
    public static let longestDraft = 32

    // MARK: Speed

    public private(set) var speeds: Ring<SpeedSample>
    /// One for each generation that gave a token.
    public private(set) var firstTokenTimes: Ring<Duration>
    public private(set) var netGain: NetGain
    /// Of the target, in rounds; those of the prefill are not among them.
    public private(set) var targetPasses: Ring<PassSample>
    public private(set) var draftPasses: Ring<PassSample>

    // MARK: Drafts

    public private(set) var acceptances: Ring<AcceptanceSample>
    /// By place in the draft; index 0 is the first drafted token.
    public private(set) var positions: [PositionAcceptance]
    /// Of the last rounds, 0 where nothing was drafted.
    public private(set) var draftLengths: Ring<Int>

    // MARK: The present generation

    /// How many have begun.
    public private(set) var generation = 0
    /// How far the prompt has been read; nil once the first round is over.
    public private(set) var prefill: PrefillProgress?
    public private(set) var cells = CacheCells()
    /// So far; the final ones once it has finished.
    public private(set) var statistics = GenerationStatistics()
    public private(set) var isRunning = false

    // MARK: Tokens

    /// Of this and earlier generations.
    public private(set) var tokens: Ring<TokenRecord>

    private let capacity: Capacity
    private var rate = SmoothedRate()
    private var smoothedAcceptance = SmoothedShare()
    /// Time of the generations before this one.
    private var origin = Duration.zero
    private var elapsed = Duration.zero
    private var promptCount = 0

    public init(capacity: Capacity = Capacity()) {
        self.capacity = capacity
        speeds = Ring(capacity: capacity.rounds)
        firstTokenTimes = Ring(capacity: capacity.generations)
        netGain = NetGain(capacity: capacity.rounds)
        targetPasses = Ring(capacity: capacity.rounds)
        draftPasses = Ring(capacity: capacity.rounds)
        acceptances = Ring(capacity: capacity.rounds)
        positions = Array(repeating: PositionAcceptance(), count: Self.longestDraft)
        draftLengths = Ring(capacity: capacity.rounds)
        tokens = Ring(capacity: capacity.tokens)
    }

    /// Forgets everything: other models are in use.
    public mutating func reset() {
        self = MetricHistory(capacity: capacity)
    }

    /// The record of a token; nil if it was never seen or is too long ago.
    public func token(generation: Int, position: Int) -> TokenRecord? {
        tokens.last { $0.generation == generation && $0.position == position }
    }

    /// How many of the last drafts had each length, from 0 to ``longestDraft``.
    public var draftLengthCounts: [Int] {
        var counts = [Int](repeating: 0, count: Self.longestDraft + 1)
        for length in draftLengths { counts[min(length, Self.longestDraft)] += 1 }
        return counts
    }

    /// Accepted of drafted over the last rounds; nil while nothing was drafted.
    public var acceptanceRate: Double? { acceptances.last?.smoothed }

    public mutating func take(_ event: DecodeEvent) {
        netGain.take(event)
        switch event {
        case .prefill(let progress): take(progress)
        case .round(let round): take(round)
        case .finished(let summary): take(summary)
        case .text, .hypotheses: break
        }
    }

    // MARK: Events

    private mutating func begin() {
        guard !isRunning else { return }
        isRunning = true
        generation += 1
        statistics = GenerationStatistics()
        rate = SmoothedRate()
        origin += elapsed
        elapsed = .zero
    }

    private mutating func take(_ progress: PrefillProgress) {
        begin()
        prefill = progress
        guard progress.lane == .target else { return }
        promptCount = progress.total + 1
        let capacity = cells.capacity
        let used = progress.done
        cells.reused = progress.reused
        cells.prompt = used - progress.reused
        (cells.answer, cells.inFlight, cells.rolledBack) = (0, 0, 0)
        cells.free = max(0, capacity - used)
    }

    private mutating func take(_ round: DecodingRound) {
        begin()
        prefill = nil
        elapsed = round.start + round.duration
        let time = origin + elapsed
        if statistics.generatedTokenCount == 0, !round.committed.isEmpty {
            statistics.timeToFirstToken = elapsed
            firstTokenTimes.append(elapsed)
        }
        statistics.add(round)
        statistics.cache = round.cache

        rate.take(round.committed.count, in: round.duration)
        if round.duration > .zero {
            let instantaneous = Double(round.committed.count) / round.duration.seconds
            speeds.append(
                SpeedSample(
                    time: time, instantaneous: instantaneous, smoothed: rate.tokensPerSecond ?? instantaneous))
        }
        for span in round.spans {
            let sample = PassSample(rowCount: span.rowCount, duration: span.duration)
            switch span.lane {
            case .target: targetPasses.append(sample)
            case .draft: draftPasses.append(sample)
            }
        }
        takeDraft(of: round, at: time)
        takeCells(of: round)
        for token in round.committed {
            tokens.append(
                TokenRecord(
                    generation: generation, position: token.position, id: token.id, text: token.text,
                    source: token.source, probability: exp(token.logProbability), entropy: token.entropy,
                    alternatives: token.alternatives))
        }
    }

    private mutating func takeDraft(of round: DecodingRound, at time: Duration) {
        draftLengths.append(round.draftedCount)
        guard round.draftedCount > 0 else { return }
        smoothedAcceptance.take(round.acceptedCount, of: round.draftedCount)
        acceptances.append(
            AcceptanceSample(
                time: time, drafted: round.draftedCount, accepted: round.acceptedCount,
                smoothed: smoothedAcceptance.value))
        guard let verdict = round.verdict else { return }
        // In a tree the place is the depth, which along the accepted path counts up as in a chain.
        let acceptedCount = verdict.acceptedPath.count
        for place in 0..<min(acceptedCount, Self.longestDraft) {
            positions[place].judged += 1
            positions[place].accepted += 1
        }
        if verdict.rejection != nil, acceptedCount < Self.longestDraft { positions[acceptedCount].judged += 1 }
    }

    private mutating func takeCells(of round: DecodingRound) {
        let cache = round.cache
        let ofPrompt = min(cache.usedTokens, promptCount)
        cells.prompt = max(0, ofPrompt - cells.reused)
        cells.answer = max(0, cache.usedTokens - ofPrompt)
        let unused = max(0, cache.capacityTokens - cache.usedTokens)
        cells.inFlight = min(unused, round.pending.count)
        cells.rolledBack = min(
            unused - cells.inFlight, max(0, (round.draft?.count ?? 0) - (round.verdict?.acceptedPath.count ?? 0)))
        cells.free = unused - cells.inFlight - cells.rolledBack
        cells.usedBytes = cache.usedBytes
        cells.capacityBytes = cache.capacityBytes
    }

    private mutating func take(_ summary: GenerationSummary) {
        begin()
        statistics = summary.statistics
        elapsed = max(elapsed, summary.statistics.prefillDuration + summary.statistics.decodeDuration)
        prefill = nil
        isRunning = false
        // What was in flight is not any more.
        cells.free += cells.inFlight + cells.rolledBack
        (cells.inFlight, cells.rolledBack) = (0, 0)
    }
}

/// A share of counts, old ones forgotten.
struct SmoothedShare: Sendable, Equatable {
    private var part = 0.0
    private var whole = 0.0

    /// Half of what is known is forgotten in 16 rounds.
    private static let retention = 0.957_6

    mutating func take(_ part: Int, of whole: Int) {
        self.part = self.part * Self.retention + Double(part)
        self.whole = self.whole * Self.retention + Double(whole)
    }

    var value: Double { whole > 0 ? part / whole : 0 }
}
