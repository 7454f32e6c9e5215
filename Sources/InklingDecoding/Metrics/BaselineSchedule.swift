// SPDX-License-Identifier: Apache-2.0

/// When plain decoding is measured beside a method that drafts: often enough to know how fast it would be at the present
/// length of the context, and for no more than a share of the time.
///
/// What is measured is a whole round, sampling included, whose token is thrown away. So the output stays what it would
/// have been, at any temperature, and the price is the share and nothing else.
struct BaselineSchedule: Sendable, Equatable {
    private var spent = Duration.zero
    private var decoded = Duration.zero
    /// What the last measurement took.
    private var cost: Duration?
    /// Rounds since plain decoding was last seen, whether measured or because there was no draft.
    private var staleness = 0

    /// Rounds for which a measurement stays good.
    private static let interval = 24

    /// The first measurement of all comes after one round, on credit; the answer has begun by then.
    func isDue(share: Double) -> Bool {
        guard share > 0, staleness > 0 else { return false }
        guard let cost else { return true }
        return staleness >= Self.interval && spent + cost <= decoded * share
    }

    mutating func didMeasure(_ duration: Duration) {
        spent += duration
        cost = duration
        staleness = 0
    }

    mutating func didEnd(_ round: DecodingRound) {
        decoded += round.duration
        guard round.isPlain else {
            staleness += 1
            return
        }
        // As good as a measurement, and free.
        staleness = 0
        cost = round.duration
    }
}
