// SPDX-License-Identifier: Apache-2.0

internal import InklingDecoding
public import InklingEngine

/// A recording that is being played in the place of an engine.
///
/// Time comes in with the loop's messages; what is due is applied to the state as if an engine had just said it. Going
/// back is starting again from a copy of an earlier state.
public struct ReplayState: Sendable {
    /// Of the file.
    public let name: String
    public let trace: Trace
    /// How many entries have been played.
    public private(set) var position = 0
    public private(set) var isPaused = false
    /// Recorded time a unit of time: 2 is twice as fast as it was.
    public private(set) var speed: Double
    /// Time that has gone by since the last entry was played.
    private var waited = Duration.zero
    private var lastTick: Duration?
    private var isAnswering = false
    /// Places to step to: after each round, and after everything else that is seen.
    private let stops: [Int]
    /// Places before which an answer begins.
    private let answers: [Int]
    /// How many of the first entries hold how many rounds.
    private let roundStops: [Int]
    private var keyframes: [Keyframe] = []

    /// Copies share what they have in common, so these are cheap.
    private struct Keyframe: Sendable {
        var position: Int
        var state: AppState
    }

    public static let speedRange = 1.0 / 16_384...4096.0

    /// - Parameter speed: nil: as recorded, or as much slower as it takes to see each round.
    public init(name: String, trace: Trace, speed: Double? = nil) {
        self.name = name
        self.trace = trace
        var stops: [Int] = []
        var answers: [Int] = []
        var rounds: [Int] = []
        var times: [Duration] = []
        for (index, entry) in trace.entries.enumerated() {
            switch entry.event {
            case .engine(.generation(_, .decode(.round))):
                stops.append(index + 1)
                rounds.append(index + 1)
                times.append(entry.time)
            case .engine(.generation(_, .decode(.text))), .engine(.generation(_, .decode(.hypotheses))):
                // What a round gave comes with it.
                if stops.last == index { stops[stops.count - 1] = index + 1 }
            case .engine(.generation(_, .asked)):
                answers.append(index)
                stops.append(index + 1)
            case .engine(.generation(_, .finished)), .engine(.load(_, .ended)): stops.append(index + 1)
            default: break
            }
        }
        self.stops = stops
        self.answers = answers
        roundStops = rounds
        self.speed =
            speed.map { min(max($0, Self.speedRange.lowerBound), Self.speedRange.upperBound) }
            ?? Self.watchableSpeed(times)
    }

    /// 1, or a half of it again and again, until rounds come slowly enough to be followed.
    private static func watchableSpeed(_ rounds: [Duration]) -> Double {
        let gaps = zip(rounds.dropFirst(), rounds).map { ($0 - $1).seconds }.sorted()
        guard !gaps.isEmpty else { return 1 }
        let middle = gaps[gaps.count / 2]
        var speed = 1.0
        while speed > speedRange.lowerBound, middle / speed < 0.1 { speed /= 2 }
        return speed
    }

    public var isAtEnd: Bool { position >= trace.entries.count }
    /// Whether time alone brings the next event.
    public var isRunning: Bool { !isPaused && !isAtEnd }

    /// From 0 to 1: rounds count, not time, of which most is nothing.
    var share: Double {
        guard let last = stops.last, last > 0 else { return isAtEnd ? 1 : 0 }
        return min(1, Double(stops.count { $0 <= position }) / Double(stops.count))
    }

    var roundCount: Int { roundStops.count }
    var playedRoundCount: Int { roundStops.partitionIndex { $0 > position } }
    /// Recorded time of the last event that was played.
    var time: Duration { position > 0 ? trace.entries[position - 1].time : .zero }
    var endTime: Duration { trace.entries.last?.time ?? .zero }

    /// `2x`, `1/64x`, `0.3x`.
    var speedText: String {
        if speed >= 1 { return "\(Quantity.decimal(speed, digits: speed == speed.rounded() ? 0 : 1))x" }
        let divisor = 1 / speed
        return divisor == divisor.rounded()
            ? "1/\(Quantity.decimal(divisor, digits: 0))x" : "\(Quantity.decimal(speed, digits: 2))x"
    }

    // MARK: Transport

    mutating func pause(_ isPaused: Bool) {
        self.isPaused = isPaused
        lastTick = nil
    }

    mutating func change(speedBy factor: Double) {
        speed = min(max(speed * factor, Self.speedRange.lowerBound), Self.speedRange.upperBound)
    }

    /// Events that are due, a bounded number of them.
    mutating func due(at now: Duration) -> Range<Int> {
        defer { lastTick = now }
        guard isRunning, let last = lastTick else { return position..<position }
        waited += min(max(.zero, now - last), Self.longestTick)
        var end = position
        while end < trace.entries.count, end - position < Self.eventsAtOnce {
            let wait = wait(before: end)
            guard waited >= wait else { break }
            waited -= wait
            play(trace.entries[end])
            end += 1
        }
        if end - position == Self.eventsAtOnce { waited = .zero }
        defer { position = end }
        return position..<end
    }

    /// A program that was stopped for an hour has not watched for an hour.
    private static let longestTick = Duration.milliseconds(250)
    /// More would keep the interface from listening.
    private static let eventsAtOnce = 512
    /// While nothing is decoded nobody wants to wait longer.
    private static let longestIdle = Duration.milliseconds(800)

    private mutating func play(_ entry: TraceEntry) {
        switch entry.event {
        case .engine(.generation(_, .asked)): isAnswering = true
        case .engine(.generation(_, .finished)): isAnswering = false
        default: break
        }
    }

    private func wait(before index: Int) -> Duration {
        let before = index > 0 ? trace.entries[index - 1].time : .zero
        let recorded = trace.entries[index].time - before
        // Loading and thinking are not slowed down.
        guard isAnswering else { return min(recorded / max(1, speed), Self.longestIdle) }
        return recorded / speed
    }

    /// The stop so many steps from here.
    func stop(by steps: Int) -> Int {
        guard steps != 0, !stops.isEmpty else { return position }
        if steps > 0 {
            let next = stops.partitionIndex { $0 > position } + steps - 1
            return next < stops.count ? stops[next] : trace.entries.count
        }
        let before = stops.partitionIndex { $0 >= position } + steps
        return before >= 0 ? stops[before] : 0
    }

    /// Where the next answer, or the one before, begins.
    func answer(by step: Int) -> Int {
        if step > 0 {
            let next = answers.partitionIndex { $0 > position }
            return next < answers.count ? answers[next] + 1 : trace.entries.count
        }
        let before = answers.partitionIndex { $0 + 1 >= position } - 1
        return before >= 0 ? answers[before] + 1 : 0
    }

    /// Takes the events up to `target` as played, one after the other.
    mutating func advance(to target: Int) -> Range<Int> {
        let end = min(max(position, target), trace.entries.count)
        for entry in trace.entries[position..<end] { play(entry) }
        waited = .zero
        defer { position = end }
        return position..<end
    }

    // MARK: Going back

    /// How far apart copies are, in entries.
    private static let keyframeSpacing = 1024

    /// Whether a copy of the state is due.
    var wantsKeyframe: Bool { keyframes.last.map { position - $0.position >= Self.keyframeSpacing } ?? true }

    mutating func keep(_ state: AppState) {
        var state = state
        state.replay = nil
        keyframes.append(Keyframe(position: position, state: state))
    }

    /// Goes back to the last copy at or before a place.
    /// - Returns: the state as it was there.
    mutating func rewind(to target: Int) -> AppState? {
        guard let frame = keyframes.last(where: { $0.position <= target }) else { return nil }
        position = frame.position
        waited = .zero
        isAnswering = frame.state.chat.answer != nil
        return frame.state
    }
}

extension Array where Element: Comparable {
    /// The first index whose element fulfils a condition that all later ones fulfil as well; the count if none does.
    func partitionIndex(where condition: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
