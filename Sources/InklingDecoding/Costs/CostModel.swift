// SPDX-License-Identifier: Apache-2.0

/// Predicts what a pass costs, and learns from every pass of a round. Belongs to a pair of models on one machine.
///
/// The target's cost is a level, the seconds of a pass over one row, times a curve over rows. The level follows the
/// context, which makes every pass dearer, and the machine's load; the curve is the machine's and the kernels' own.
///
/// Source: the verify curve R(m) of Liu et al., "Optimizing Speculative Decoding for Serving Large Language Models Using
/// Goodput", 2024. Differs in keeping a curve where they fit a line: kernels work in tiles.
public struct CostModel: Sendable, Equatable {
    /// Rows that the curve reaches to: the longest draft and its root.
    public static let longestPass = 33

    /// `curve[n]`: cost of n + 1 rows in passes over one row. Starts at 1, never falls.
    private var curve: [Double]
    /// How often passes over n + 1 rows were timed.
    private var timedCounts: [Double]
    private var passCount = 0.0
    /// Seconds of a pass of the target over one row.
    private var level: Double?
    private var draftPass: Double?
    private var draftRow: Double?
    /// How many passes of the draft model were timed.
    private var draftCount = 0
    /// Seconds of a round besides its passes: of any, and for each drafted or copied token.
    private var roundOverhead = Overhead()
    private var draftedOverhead = Overhead()
    private var copiedOverhead = Overhead()
    private var accepted: Double
    private var judged: Double

    /// Before anything is known, another row is taken to cost a twentieth of a pass.
    private static let rowShare = 0.05
    /// Before a draft model has been timed, its pass is taken to cost this share of the target's.
    private static let draftShare = 0.15
    /// Further tokens of a draft model's pass, in passes.
    private static let draftRowShare = 0.05
    private static let presumedAcceptance = 0.7
    /// What a profile says counts for as much as so many passes.
    private static let profileCount = 8.0
    /// The first passes of a model find everything cold. After so many its time is believed.
    private static let enoughCount = 3

    /// - Parameter profile: what is known from earlier runs.
    /// - Precondition: the profile is plausible.
    public init(_ profile: CostProfile? = nil) {
        curve = Self.curve(through: profile?.verify ?? [])
        timedCounts = Array(repeating: profile == nil ? 0 : Self.profileCount, count: Self.longestPass)
        level = profile?.verify.first?.seconds
        draftPass = profile?.draftPass
        draftRow = profile?.draftRow
        draftCount = profile?.draftPass == nil ? 0 : Self.enoughCount
        judged = 8
        accepted = judged * (profile?.acceptance ?? Self.presumedAcceptance)
    }

    /// Straight lines through the points, relative to the first, and on beyond the last.
    private static func curve(through points: [CostProfile.Point]) -> [Double] {
        var curve = (0..<longestPass).map { 1 + rowShare * Double($0) }
        guard let first = points.first else { return curve }
        var from = (rows: 1, cost: 1.0)
        var slope = rowShare
        for point in points.dropFirst() {
            let to = (rows: point.rows, cost: max(point.seconds / first.seconds, from.cost))
            slope = (to.cost - from.cost) / Double(to.rows - from.rows)
            for rows in from.rows...to.rows where rows <= longestPass {
                curve[rows - 1] = from.cost + slope * Double(rows - from.rows)
            }
            from = to
        }
        for rows in from.rows..<max(from.rows, longestPass) + 1 where rows <= longestPass {
            curve[rows - 1] = from.cost + slope * Double(rows - from.rows)
        }
        return curve
    }

    // MARK: What it predicts

    /// Whether passes of the target have been timed, the first of all, which also waits for memory, aside.
    public var isMeasured: Bool { level != nil && (passCount > 1 || timedCounts[0] > 1) }

    /// Seconds of a pass of the target; 0 before any has been timed.
    public func targetPass(rows: Int) -> Double {
        guard let level else { return 0 }
        if rows <= curve.count { return level * curve[max(rows, 1) - 1] }
        let slope = curve[curve.count - 1] - curve[curve.count - 2]
        return level * (curve[curve.count - 1] + slope * Double(rows - curve.count))
    }

    /// Seconds of a pass of the draft model over so many tokens.
    public func draftPass(rows: Int) -> Double {
        let presumed = (level ?? 0) * Self.draftShare
        let pass = draftCount < Self.enoughCount ? min(draftPass ?? presumed, presumed) : draftPass ?? presumed
        return pass + Double(max(rows, 1) - 1) * (draftRow ?? pass * Self.draftRowShare)
    }

    /// Whether passes of the draft model have been timed.
    public var isDraftTimed: Bool { draftPass != nil }

    /// Seconds of a round besides its passes: drawing, judging, handing on. Not part of a profile, since it depends on the
    /// sampler and on who takes the events.
    func overhead(draftedCount: Int, areCopied: Bool = false) -> Double {
        roundOverhead.seconds + Double(draftedCount) * (areCopied ? copiedOverhead : draftedOverhead).seconds
    }

    /// Seconds of a round in which the draft model drafts so many tokens, all of it included.
    func round(drafting count: Int) -> Double {
        overhead(draftedCount: count) + Double(count) * draftPass(rows: 1) + targetPass(rows: count + 1)
    }

    /// Share of the judged tokens of the draft model that the target accepted, over all generations.
    public var acceptance: Double { accepted / judged }

    /// What is known, to be kept; nil while no pass has been timed.
    public var profile: CostProfile? {
        guard let level else { return nil }
        return CostProfile(
            verify: curve.enumerated().map { CostProfile.Point(rows: $0 + 1, seconds: level * $1) },
            draftPass: draftPass, draftRow: draftRow, acceptance: acceptance)
    }

    // MARK: What it learns

    /// Learns from a pass. Where both models run at once, times are those of running so.
    public mutating func learn(_ span: PassSpan) {
        let seconds = span.duration.seconds
        guard seconds > 0, span.rowCount > 0 else { return }
        switch span.lane {
        case .target where span.rowCount <= Self.longestPass: learnTarget(seconds, rows: span.rowCount)
        case .target: break
        case .draft: learnDraft(seconds, rows: span.rowCount)
        }
    }

    private mutating func learnDraft(_ seconds: Double, rows: Int) {
        let others = Double(rows - 1)
        if rows <= 2 || (draftPass == nil && draftRow != nil) {
            let pass = max(seconds - others * (draftRow ?? 0), seconds / Double(rows))
            draftPass =
                draftCount < Self.enoughCount
                ? min(draftPass ?? pass, pass) : Self.moved(draftPass, towards: pass, by: 1 / 8)
            draftCount += 1
        } else {
            let row = max(seconds - (draftPass ?? 0), seconds / 64) / others
            draftRow = Self.moved(draftRow, towards: row, by: 1 / 4)
        }
    }

    private mutating func learnTarget(_ seconds: Double, rows: Int) {
        let index = rows - 1
        let timed = timedCounts[index]
        timedCounts[index] += 1
        passCount += 1
        guard let before = level, passCount > 1 || timed > 0 else {
            level = seconds / curve[index]
            return
        }
        if rows == 1 {
            // The first pass of all also waits for memory.
            level = timed < 2 ? min(before, seconds) : Self.moved(before, towards: seconds, by: 1 / 4)
            return
        }
        // What is not expected is put down to the level where passes over so many rows are known, and else to the curve.
        let now =
            timed < 2 ? before : Self.moved(before, towards: seconds / curve[index], by: max(1 / 16, 1 / passCount))
        level = now
        let error = min(seconds / now, 2 * curve[index]) - curve[index]
        curve[index] += error * max(1 / 8, 1 / (1 + timed))
        // What holds for a number of rows nearly holds for its neighbours, where they have not been timed themselves.
        for other in max(1, index - 3)...min(curve.count - 1, index + 3) where other != index {
            let nearness = 1 - Double(abs(other - index)) / 4
            curve[other] += error * nearness / 8 / (1 + timedCounts[other])
        }
        // A pass is never cheaper for having more rows.
        for other in stride(from: index, to: 0, by: -1) { curve[other - 1] = min(curve[other - 1], curve[other]) }
        curve[0] = 1
        for other in 1..<curve.count { curve[other] = max(curve[other], curve[other - 1]) }
    }

    /// Learns from a part of a prompt that the draft model read: what it has missed it reads as fast.
    mutating func learnReading(_ duration: Duration, rows: Int) {
        guard rows >= 8, duration > .zero else { return }
        let row = max(duration.seconds - (draftPass ?? 0), duration.seconds / 64) / Double(rows)
        draftRow = Self.moved(draftRow, towards: row, by: 1 / 4)
    }

    /// Learns from what a round took besides its passes.
    mutating func learnOverhead(_ seconds: Double, draftedCount count: Int, areCopied: Bool = false) {
        guard count > 0 else { return roundOverhead.learn(seconds) }
        let token = max(0, seconds - roundOverhead.seconds) / Double(count)
        if areCopied { copiedOverhead.learn(token) } else { draftedOverhead.learn(token) }
    }

    /// A mean that is near the least: interruptions, and waiting for whoever takes the events, only ever add. Nothing before
    /// there are a few to choose from: what seems not worth its time is not tried again, and would keep a first bad name.
    private struct Overhead: Equatable {
        private var least = 0.0
        private var count = 0

        var seconds: Double { count < CostModel.enoughCount ? 0 : least }

        mutating func learn(_ seconds: Double) {
            defer { count += 1 }
            if count < CostModel.enoughCount {
                least = count == 0 ? seconds : min(least, seconds)
            } else {
                least += (min(seconds, 2 * least) - least) / (seconds < least ? 4 : 16)
            }
        }
    }

    /// Learns how many tokens of a draft model's draft were accepted.
    public mutating func learnAcceptance(acceptedCount: Int, hasRejection: Bool) {
        let count = acceptedCount + (hasRejection ? 1 : 0)
        guard count > 0 else { return }
        // Half of what is known is forgotten in about 500 tokens.
        let retention = max(0, 1 - 0.0014 * Double(count))
        accepted = accepted * retention + Double(acceptedCount)
        judged = judged * retention + Double(count)
    }

    /// A mean that follows a value, faster down than up, since other programs only ever add to a time. One more than twice
    /// what was expected counts as twice; if it was no accident, the next ones will say so again.
    private static func moved(_ mean: Double?, towards value: Double, by rate: Double) -> Double {
        guard let mean else { return value }
        return value < mean ? mean + (value - mean) * min(1, 2 * rate) : mean + (min(value, 2 * mean) - mean) * rate
    }
}
