// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTokenizer

/// What passes of a pair of models cost on this machine: measured on their own, without drafting, sampling or judging.
struct PassCosts: Equatable {
    /// Seconds of target passes by number of rows, all logits wanted; a sample for each time it was measured.
    private(set) var target: [Int: [Double]] = [:]
    /// Seconds of a draft pass over one row.
    private(set) var draft: [Double] = []

    mutating func add(targetPass seconds: Double, rows: Int) { target[rows, default: []].append(seconds) }

    mutating func add(draftPass seconds: Double) { draft.append(seconds) }

    /// verify(T): seconds of a target pass over `rows` rows, on the straight line between the measured numbers of rows
    /// beside it, and on the last such line beyond them. nil where fewer than two were measured.
    func targetPass(rows: Double) -> Double? {
        let points = target.keys.sorted().map { ($0, SampleStatistics(target[$0] ?? []).median) }
        guard points.count > 1 else { return points.first.flatMap { Double($0.0) == rows ? $0.1 : nil } }
        let upper = min(max(points.firstIndex { Double($0.0) >= rows } ?? points.count - 1, 1), points.count - 1)
        let (left, right) = (points[upper - 1], points[upper])
        let share = (rows - Double(left.0)) / Double(right.0 - left.0)
        return left.1 + share * (right.1 - left.1)
    }

    /// nil where there is no draft model.
    var draftPass: Double? { draft.isEmpty ? nil : SampleStatistics(draft).median }
}

/// Takes the time of passes, on top of what the caches hold.
struct PassProbe {
    let target: any ModelRunner
    let draft: (any ModelRunner)?
    /// Both models compute at the same time, as they do under PEARL: each pass is then timed while the other model runs.
    let runsLanesAtOnce: Bool

    /// Numbers of rows that are measured; between them the curve is straight enough.
    private static let rowCounts = [1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32]
    /// Shorter than this is less than a clock can be trusted with.
    private static let shortest = Duration.milliseconds(15)
    private static let passLimit = 64

    /// The numbers of rows up to the first that is at least `rows`.
    static func rowCounts(upTo rows: Int) -> [Int] {
        let last = rowCounts.firstIndex { $0 >= rows } ?? rowCounts.count - 1
        return Array(rowCounts[...max(1, last)])
    }

    /// Adds a sample for each number of rows up to `rows`, and one of the draft model.
    func measure(upTo rows: Int, into costs: inout PassCosts) throws(ModelError) {
        let counts = Self.rowCounts(upTo: rows)
        for runner in [target, draft].compactMap(\.self) { Self.makeRoom(for: counts.last ?? 1, in: runner) }
        guard runsLanesAtOnce, let draft else {
            for count in counts { costs.add(targetPass: try Self.time(count, on: target), rows: count) }
            if let draft { costs.add(draftPass: try Self.time(1, on: draft)) }
            return
        }
        let lanes = LanePair()
        for count in counts {
            let isDone = CancellationFlag()
            let (here, there) = lanes.join(
                target, draft,
                { target in
                    defer { isDone.cancel() }
                    return Result { () throws(ModelError) in try Self.time(count, on: target) }
                },
                { draft in
                    Result { () throws(ModelError) in
                        var times: [Double] = []
                        repeat { times.append(try Self.pass(1, on: draft)) } while !isDone.isCancelled
                        return times
                    }
                })
            costs.add(targetPass: try here.get(), rows: count)
            costs.add(draftPass: SampleStatistics(try there.get()).median)
        }
    }

    /// The middle of several passes.
    private static func time(_ rows: Int, on runner: any ModelRunner) throws(ModelError) -> Double {
        let clock = ContinuousClock(), start = clock.now
        // The first one wakes threads and is not counted.
        _ = try pass(rows, on: runner)
        var times: [Double] = []
        repeat {
            times.append(try pass(rows, on: runner))
        } while clock.now - start < shortest && times.count < passLimit
        return SampleStatistics(times).median
    }

    private static func pass(_ rows: Int, on runner: any ModelRunner) throws(ModelError) -> Double {
        let base = runner.cachedCount
        let clock = ContinuousClock(), start = clock.now
        _ = try runner.forward(ModelBatch([TokenID](repeating: 0, count: rows), want: .allLogits))
        let seconds = (clock.now - start).seconds
        runner.truncate(to: base)
        return seconds
    }

    private static func makeRoom(for rows: Int, in runner: any ModelRunner) {
        let limit = max(0, runner.contextCapacity - rows)
        if runner.cachedCount > limit { runner.truncate(to: limit) }
    }
}
