// SPDX-License-Identifier: Apache-2.0

internal import InklingDecoding
internal import InklingEngine

/// Methods on one prompt, in turn, shown side by side.
public struct RaceState: Sendable {
    public enum Phase: Sendable, Equatable {
        /// Racers are being chosen.
        case setup
        /// Since then; and what is done now.
        case running(String)
        case done
        /// Ended before its time, and why.
        case ended(String)
    }

    /// What is known of one racer.
    public struct Lane: Sendable, Equatable {
        public var runs: [RaceRun] = []
        /// Plain decoding in the same rounds.
        public var references: [RaceRun] = []
        /// The run in progress.
        public var live: RaceRun?
        public var isRunning = false
        public var comparison: Comparison?
    }

    public enum Comparison: Sendable, Equatable {
        case identical
        case differs(RaceDifference)
    }

    public internal(set) var racers: [Racer] = []
    public internal(set) var prompt = ""
    public internal(set) var maxTokens = 128
    public internal(set) var rounds = 3
    public internal(set) var isGreedy = true
    public internal(set) var selected = 0
    public internal(set) var phase = Phase.setup
    /// Of the last race; as many as its racers.
    public internal(set) var lanes: [Lane] = []
    /// What the lanes ran. Racers may have been changed since.
    public internal(set) var request: RaceRequest?
    public internal(set) var results: (markdown: String, json: String)?
    /// The number of the race that counts; what belongs to another one is of the past.
    var number = 0
    /// Shows the last race again, all lanes at once: since when. What time it stands for is ``playbackSpeed``.
    var playback: Duration?

    public init() {}

    public static let racerRange = 2...4
    static let tokenSteps = [32, 64, 128, 256, 512, 1024]
    static let roundSteps = [1, 3, 5, 9]

    public var isRunning: Bool { if case .running = phase { true } else { false } }

    /// Whether the lanes show what the racers are now.
    var isCurrent: Bool { request?.racers == racers && lanes.count == racers.count }

    /// The lane of a racer, as far as it has run.
    func lane(_ index: Int) -> Lane {
        isCurrent && lanes.indices.contains(index) ? lanes[index] : Lane()
    }
}

extension RaceState.Lane {
    var rates: [Double] { runs.map(\.tokensPerSecond).filter { $0 > 0 } }

    /// Mean over the rounds; nil before the first is over.
    var tokensPerSecond: Double? { rates.isEmpty ? nil : Self.mean(rates) }

    /// Standard deviation over the rounds; nil for fewer than two.
    var spread: Double? {
        guard rates.count > 1 else { return nil }
        let mean = Self.mean(rates)
        return (rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rates.count - 1)).squareRoot()
    }

    /// Mean over the rounds of the ratio to plain decoding in the same round.
    var ratio: Double? {
        let ratios = zip(runs, references).filter { $1.tokensPerSecond > 0 }.map {
            $0.tokensPerSecond / $1.tokensPerSecond
        }
        return ratios.isEmpty ? nil : Self.mean(ratios)
    }

    /// Of a whole answer, mean over the rounds.
    var seconds: Double? {
        runs.isEmpty ? nil : Self.mean(runs.map { $0.statistics.decodeDuration.seconds })
    }

    /// The run in progress, else the last one.
    var shown: RaceRun? { live ?? runs.last }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}

/// Who won, as far as can be said.
enum RaceVerdict: Equatable {
    /// - over: the second, and by how much, as a share.
    case winner(lane: Int, over: Int, lead: Double)
    /// The first two are nearer than their rounds are to each other.
    case tie(Int, Int)

    /// nil before every lane has run once.
    init?(_ lanes: [RaceState.Lane]) {
        let order = lanes.enumerated().compactMap { index, lane in lane.tokensPerSecond.map { (index, $0) } }
            .sorted { $0.1 > $1.1 }
        guard order.count == lanes.count, order.count > 1, order[1].1 > 0 else { return nil }
        let (first, second) = (order[0], order[1])
        let noise = max(lanes[first.0].spread ?? 0, lanes[second.0].spread ?? 0)
        if first.1 - second.1 <= noise {
            self = .tie(min(first.0, second.0), max(first.0, second.0))
        } else {
            self = .winner(lane: first.0, over: second.0, lead: first.1 / second.1 - 1)
        }
    }
}

extension RaceState {
    /// How long showing a race again takes, unless it took longer.
    private static let playbackLength = 6.0

    /// Time of the slowest lane's shown run.
    private var slowest: Double {
        lanes.compactMap { $0.runs.last?.pieces.last?.time.seconds }.max() ?? 0
    }

    /// Recorded time a unit of time; a race of less than a second is shown in slow motion.
    var playbackSpeed: Double { slowest > 0 ? slowest / Self.playbackLength : 1 }

    /// How far the last race is shown; nil while all of it is.
    func playbackTime(at now: Duration) -> Duration? {
        guard let playback, slowest > 0 else { return nil }
        let time = max(.zero, now - playback) * playbackSpeed
        return time.seconds < slowest ? time : nil
    }
}
