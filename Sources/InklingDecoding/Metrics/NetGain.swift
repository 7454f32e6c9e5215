// SPDX-License-Identifier: Apache-2.0

/// How fast plain decoding would be now, from rounds that were plain and from measurements made in between.
public struct BaselineMeter: Sendable, Equatable {
    private var recent = Ring<Duration>(capacity: 16)
    /// Measurements so far, rounds that were plain anyway included.
    public private(set) var count = 0

    public init() {}

    public mutating func take(_ round: DecodingRound) {
        guard let duration = round.baseline ?? (round.isPlain ? round.duration : nil), duration > .zero else { return }
        recent.append(duration)
        count += 1
    }

    /// From the mean of the last ones, as the speed of a method is a mean too; but without the slowest, since one hiccup of
    /// the machine among so few says nothing. nil before there is any.
    public var tokensPerSecond: Double? {
        guard let slowest = recent.max() else { return nil }
        let total = recent.reduce(.zero, +)
        guard recent.count >= 4 else { return Double(recent.count) / total.seconds }
        return Double(recent.count - 1) / (total - slowest).seconds
    }
}

/// Tokens a second, with rounds that are long past forgotten.
struct SmoothedRate: Sendable, Equatable {
    private var tokens = 0.0
    private var seconds = 0.0

    /// What was seen so long ago counts for 1/e.
    private static let memory = 2.0

    mutating func take(_ count: Int, in duration: Duration) {
        let duration = max(0, duration.seconds)
        let kept = Self.kept(after: duration)
        tokens = tokens * kept + Double(count)
        seconds = seconds * kept + duration
    }

    /// e^−x to first order below 1, and never below 0: close enough, and without a mathematics library.
    static func kept(after seconds: Double) -> Double { 1 / (1 + seconds / memory) }

    var tokensPerSecond: Double? { seconds > 0 ? tokens / seconds : nil }
}

/// What happened lately: time in all, how much of it was plain decoding, and the tokens that the rest brought.
private struct RecentRounds: Sendable, Equatable {
    private var seconds = 0.0
    private var plainSeconds = 0.0
    private var otherTokens = 0.0

    mutating func take(_ round: DecodingRound) {
        let duration = max(0, round.duration.seconds)
        let kept = SmoothedRate.kept(after: duration)
        seconds = seconds * kept + duration
        plainSeconds = plainSeconds * kept + (round.isPlain ? duration : 0)
        otherTokens = otherTokens * kept + (round.isPlain ? 0 : Double(round.committed.count))
    }

    /// How many times as long plain decoding would have taken.
    /// - Parameter speed: of plain decoding; not needed where nothing else happened.
    func ratio(plainSpeed speed: Double?) -> Double? {
        guard seconds > 0 else { return nil }
        guard plainSeconds < seconds else { return 1 }
        return speed.map { (plainSeconds + otherTokens / $0) / seconds }
    }
}

/// What a decoding method is worth: tokens a second with it and without it, at the same place in the same text.
///
/// The tokens of the last seconds are compared with what plain decoding would take for them; a round that was plain
/// decoding itself counts as what it was. So a method that drafts now and then gains or loses by its drafts alone, not by
/// the moments at which plain decoding was measured.
///
/// A pure function of the events, so that a recorded generation gives the same numbers as a live one.
public struct NetGain: Sendable, Equatable {
    public private(set) var baseline = BaselineMeter()
    private var rate = SmoothedRate()
    private var recent = RecentRounds()
    /// ``percent`` after each round, oldest first.
    public private(set) var history: Ring<Double>

    public init(capacity: Int = 512) {
        history = Ring(capacity: capacity)
    }

    /// Tokens a second as they come, measuring included; nil before the first round of a generation.
    public var with: Double? { rate.tokensPerSecond }
    /// Tokens a second of plain decoding; nil while nothing was measured.
    public var without: Double? {
        guard let with, let ratio, ratio > 0 else { return baseline.tokensPerSecond }
        return with / ratio
    }

    /// By how much the method is faster, below 0 where it is slower; nil while one of the two is not known.
    public var percent: Double? { ratio.map { ($0 - 1) * 100 } }

    private var ratio: Double? { recent.ratio(plainSpeed: baseline.tokensPerSecond) }

    public mutating func take(_ event: DecodeEvent) {
        guard case .round(let round) = event else { return }
        // What another generation did may have been another method's doing. What plain decoding takes stays known.
        if round.index == 0 { (rate, recent) = (SmoothedRate(), RecentRounds()) }
        rate.take(round.committed.count, in: round.duration)
        // The first round finds everything cold, whatever the method: of a short answer it would be most of what is seen.
        if round.index > 0 || round.baseline != nil { baseline.take(round) }
        if round.index > 0 { recent.take(round) }
        // Drafts that nothing has come of yet say nothing.
        if !round.committed.isEmpty, let percent { history.append(percent) }
    }

    /// Forgets everything: other models are in use.
    public mutating func reset() {
        self = NetGain(capacity: history.capacity)
    }
}
