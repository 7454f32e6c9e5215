// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTUI
import InklingTokenizer

/// Makes of what a benchmark says what the interface shows, without taking time from what is measured: a run in
/// progress is told of a few times a second.
struct RaceWatcher {
    private let lanes: Int
    /// Of each entrant; those after the lanes are seen by nobody.
    private let references: [Int]
    private let deliver: (RaceEvent) -> Void
    private var run = RaceRun()
    private var prefill = Duration.zero
    private var tokens: [CommittedToken] = []
    /// Of the round, by entrant.
    private var outputs: [Int: [CommittedToken]] = [:]
    private var round = 0
    private var lastNews = ContinuousClock.now
    /// What each lane wrote last.
    private(set) var texts: [String]

    private static let newsInterval = Duration.milliseconds(100)

    init(_ request: RaceRequest, references: [Int], _ deliver: @escaping (RaceEvent) -> Void) {
        lanes = request.racers.count
        self.references = references
        self.deliver = deliver
        texts = request.racers.map { _ in "" }
    }

    private func lane(_ entrant: Int) -> Int? { entrant < lanes ? entrant : nil }

    mutating func take(_ moment: DecodeBenchmark.Moment) {
        switch moment {
        case .warmingUp(let entrant): deliver(.warmingUp(lane: lane(entrant)))
        case .began(let entrant, let round):
            if round != self.round { outputs = [:] }
            self.round = round
            (run, tokens, prefill) = (RaceRun(), [], .zero)
            lastNews = ContinuousClock.now
            deliver(.began(lane: lane(entrant), round: round))
        case .decoding(let entrant, .round(let round)): take(round, of: entrant)
        case .decoding: break
        case .ended(let entrant, let summary): end(entrant, summary)
        }
    }

    private mutating func take(_ round: DecodingRound, of entrant: Int) {
        // Reading the prompt is no part of the race.
        if run.pieces.isEmpty { prefill = round.start }
        run.pieces.append(
            RaceRun.Piece(
                time: round.start + round.duration - prefill, text: round.committed.map(\.text).joined(),
                tokenCount: round.committed.count))
        tokens += round.committed
        guard let lane = lane(entrant), ContinuousClock.now - lastNews >= Self.newsInterval else { return }
        lastNews = ContinuousClock.now
        deliver(.progress(lane: lane, run))
    }

    private mutating func end(_ entrant: Int, _ summary: GenerationSummary) {
        run.statistics = summary.statistics
        outputs[entrant] = tokens
        if let lane = lane(entrant) { texts[lane] = summary.text }
        let compared = references.indices.prefix(lanes).filter { references[$0] == entrant }
        deliver(.ended(lane: lane(entrant), isReferenceFor: Array(compared), run))
        // Whoever of the two came last.
        for lane in 0..<lanes where lane != references[lane] && (lane == entrant || references[lane] == entrant) {
            guard let expected = outputs[references[lane]], let found = outputs[lane] else { continue }
            deliver(.compared(lane: lane, Self.difference(expected, found)))
        }
    }

    static func difference(_ expected: [CommittedToken], _ found: [CommittedToken]) -> RaceDifference? {
        guard let index = DecodeBenchmark.firstDifference(expected.map(\.id), found.map(\.id)) else { return nil }
        return RaceDifference(
            index: index, expected: index < expected.count ? expected[index].text : nil,
            found: index < found.count ? found[index].text : nil)
    }
}
