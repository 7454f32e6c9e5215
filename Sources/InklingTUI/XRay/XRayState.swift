// SPDX-License-Identifier: Apache-2.0

internal import InklingDecoding
internal import InklingEngine

/// What of the history is shown, and how fast.
///
/// Models decode at their own speed whatever is watched: pausing and slow motion hold back rounds that have happened
/// already. So the times that are shown are true.
public struct XRayState: Sendable {
    public enum Pace: Sendable, Equatable {
        /// Rounds show as they come.
        case live
        /// A key shows the next round.
        case step
        /// ``rate`` rounds a second.
        case slow
    }

    public private(set) var history = XRayHistory()
    public private(set) var pace = Pace.live
    /// Rounds a second in slow motion.
    public private(set) var rate = 4
    static let rates = [1, 2, 4, 8, 16, 32]

    /// The run that is looked at; nil: the newest.
    private(set) var selectedRun: Int?
    /// Rounds with a lower index are shown; nil: all.
    private(set) var playhead: Int?
    /// The round that is explained; nil: the last one shown.
    private(set) var selectedRound: Int?
    /// When slow motion showed its last round.
    private var shownAt = Duration.zero

    /// Lines of the text, kept from one frame to the next.
    var flow = XRayTextFlow()

    public init() {}

    // MARK: What is seen

    public var run: XRayRun? { selectedRun.flatMap { history[$0] } ?? history.newest }

    /// Indices of the rounds that are shown.
    public var shown: Range<Int> {
        guard let run else { return 0..<0 }
        let indices = run.indices
        let end = min(playhead ?? indices.upperBound, indices.upperBound)
        return indices.lowerBound..<max(indices.lowerBound, end)
    }

    /// The index of the round that is explained; nil while none is shown.
    public var cursor: Int? {
        let shown = shown
        guard let last = shown.last else { return nil }
        return min(max(selectedRound ?? last, shown.lowerBound), last)
    }

    public var isFollowing: Bool { selectedRound == nil }

    /// Rounds that have happened and are held back.
    public var heldCount: Int { (run?.indices.upperBound ?? 0) - shown.upperBound }

    /// Whether time alone shows more.
    var wantsTicks: Bool { pace == .slow && heldCount > 0 }

    // MARK: Events

    mutating func take(_ event: EngineEvent) {
        change { $0.take(event) }
    }

    /// Lets the history change; a new run begins held back where that is how rounds are watched.
    mutating func change(_ change: (inout XRayHistory) -> Void) {
        let before = history.newest?.id ?? 0
        change(&history)
        guard selectedRun == nil, history.newest?.id ?? 0 > before else { return }
        playhead = pace == .live ? nil : 0
        selectedRound = nil
    }

    mutating func pass(to time: Duration) {
        guard pace == .slow, heldCount > 0 else {
            shownAt = time
            return
        }
        let interval = Duration.seconds(1) / rate
        let due = Int((time - shownAt) / interval)
        guard due > 0 else { return }
        playhead = shown.upperBound + min(due, heldCount)
        // After a long silence, such as a suspended program, it goes on as slowly as before.
        shownAt = due > 2 * rate ? time : shownAt + interval * due
    }

    // MARK: Keys

    mutating func hold() {
        if pace == .live {
            pace = .step
            playhead = cursor.map { $0 + 1 } ?? 0
        } else {
            goLive()
        }
        selectedRound = nil
    }

    mutating func goLive() {
        pace = .live
        playhead = nil
        selectedRound = nil
    }

    mutating func step(by rounds: Int) {
        guard let run else { return }
        let from = cursor.map { $0 + 1 } ?? shown.lowerBound
        pace = .step
        playhead = min(
            max(from + rounds, min(run.indices.lowerBound + 1, run.indices.upperBound)), run.indices.upperBound)
        selectedRound = nil
    }

    /// Slow motion on and off. From the start where all has been seen.
    mutating func toggleSlow(at time: Duration) {
        guard pace != .slow else {
            pace = .step
            playhead = shown.upperBound
            return
        }
        pace = .slow
        shownAt = time
        let end = selectedRound.map { $0 + 1 } ?? shown.upperBound
        let isSeen = run.map { $0.ending != nil && end >= $0.indices.upperBound } ?? false
        playhead = isSeen ? (run?.indices.lowerBound ?? 0) : end
        selectedRound = nil
    }

    mutating func changeRate(by step: Int) {
        let index = Self.rates.firstIndex(of: rate) ?? 2
        rate = Self.rates[min(max(index + step, 0), Self.rates.count - 1)]
    }

    /// Moves among the rounds that are shown; past the last one it follows again.
    mutating func move(by rounds: Int) {
        guard let cursor else { return }
        let (sum, isTooMuch) = cursor.addingReportingOverflow(rounds)
        let wanted = isTooMuch ? (rounds > 0 ? shown.upperBound : shown.lowerBound) : sum
        selectedRound = wanted >= shown.upperBound - 1 ? nil : max(wanted, shown.lowerBound)
    }

    mutating func select(_ index: Int) {
        guard let cursor else { return }
        move(by: index - cursor)
    }

    mutating func moveToStart() { move(by: .min) }

    mutating func follow() { selectedRound = nil }

    /// Looks at an earlier or a later run.
    /// - Returns: whether there was one.
    mutating func changeRun(by step: Int) -> Bool {
        let runs = history.runs
        guard let current = run, let index = runs.firstIndex(where: { $0.id == current.id }) else { return false }
        guard runs.indices.contains(index + step) else { return false }
        selectedRun = index + step == runs.count - 1 ? nil : runs[index + step].id
        selectedRound = nil
        if pace == .slow { pace = .step }
        playhead = pace == .live ? nil : runs[index + step].indices.upperBound
        return true
    }

    /// Looks at the newest run, and at what becomes of it.
    mutating func showNewest() {
        guard selectedRun != nil else { return }
        selectedRun = nil
        selectedRound = nil
        playhead = pace == .live ? nil : 0
    }
}
