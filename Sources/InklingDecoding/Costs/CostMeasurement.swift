// SPDX-License-Identifier: Apache-2.0

public import InklingModel
import InklingTokenizer

extension CostProfile {
    /// Times passes of both models, behind what their caches hold, and leaves the caches as they were.
    ///
    /// - Parameters:
    ///   - limit: when it is over, no further pass begins; the sizes that matter most come first.
    /// - Returns: nil where the cache has no room to measure in, or time was too short for a single pass.
    public static func measured(
        target: any ModelRunner, draft: (any ModelRunner)?, clock: DecodeClock = .continuous(),
        limit: Duration = .seconds(1)
    ) throws(ModelError) -> CostProfile? {
        let end = clock.now() + limit
        var seconds: [Int: Double] = [:]
        let sizes = [1, 8, 4, 2, 16, 6, 3, 12]
        for rows in sizes {
            seconds[rows] = try bestPass(of: target, rows: rows, clock: clock, end: end)
            guard let draft, rows == 8 else { continue }
            seconds[-1] = try bestPass(of: draft, rows: 1, clock: clock, end: end)
            seconds[-8] = try bestPass(of: draft, rows: 8, clock: clock, end: end)
        }
        guard let first = seconds[1] else { return nil }
        var points: [Point] = []
        for rows in sizes.sorted() {
            guard let time = seconds[rows] else { continue }
            points.append(Point(rows: rows, seconds: max(time, points.last?.seconds ?? first)))
        }
        let row: Double? =
            if let one = seconds[-1], let eight = seconds[-8] { max(eight - one, one / 64) / 7 } else { nil }
        return CostProfile(verify: points, draftPass: seconds[-1], draftRow: row)
    }

    /// The fastest of a few passes: what else runs on the machine only ever adds.
    private static func bestPass(
        of runner: any ModelRunner, rows: Int, clock: DecodeClock, end: Duration
    ) throws(ModelError) -> Double? {
        let held = runner.cachedCount
        guard held + rows <= runner.contextCapacity else { return nil }
        let batch = ModelBatch(Array(repeating: TokenID(rawValue: 0), count: rows), want: .allLogits)
        var best: Double?
        for _ in 0..<4 {
            let start = clock.now()
            guard start < end else { break }
            _ = try runner.forward(batch)
            let time = (clock.now() - start).seconds
            runner.truncate(to: held)
            if time > 0 { best = min(best ?? time, time) }
        }
        return best
    }
}
