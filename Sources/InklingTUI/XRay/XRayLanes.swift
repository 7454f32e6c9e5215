// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

/// Both models on one time axis: which column stands for which stretch of time.
struct XRayAxis: Equatable {
    let start: Duration
    let step: Duration
    let columns: Int

    /// How wide a round is on average.
    private static let roundWidth = 14
    /// Rounds that say how long one takes.
    private static let sample = 32

    /// The stretch around a round, that round at the right edge where the run is followed.
    init(_ run: XRayRun, shown: Range<Int>, cursor: Int, isFollowing: Bool, columns: Int) {
        self.columns = max(1, columns)
        let near = shown.clamped(to: max(shown.lowerBound, cursor - Self.sample)..<cursor + Self.sample)
        let total = near.reduce(Duration.zero) { $0 + (run[$1]?.duration ?? .zero) }
        let mean = near.isEmpty ? Duration.zero : total / near.count
        step = Self.rounded(mean / Self.roundWidth)
        let width = step * self.columns
        guard let round = run[cursor], let first = run[shown.lowerBound] else {
            start = .zero
            return
        }
        let end = round.start + round.duration
        let wanted = isFollowing ? end - width : round.start + round.duration / 2 - width / 2
        start = max(first.start, wanted)
    }

    /// 1, 2 or 5 of a power of ten, so that it seldom changes and can be read.
    private static func rounded(_ duration: Duration) -> Duration {
        let microseconds = duration.seconds * 1e6
        var step = 1.0
        while step < 1e9 {
            for factor in [1.0, 2, 5] where step * factor >= microseconds {
                return .microseconds(Int(step * factor))
            }
            step *= 10
        }
        return .seconds(1000)
    }

    /// The column of a moment; may lie outside.
    func column(_ time: Duration) -> Int {
        let column = (time - start) / step
        return Int(min(max(column, -1e6), 1e6).rounded(.down))
    }

    var end: Duration { start + step * columns }
}

extension App {
    /// Two lanes and, above them, the rounds that they belong to.
    static func drawLanes(
        _ run: XRayRun, shown: Range<Int>, cursor: Int, isFollowing: Bool, rule: Rect, in area: Rect,
        _ canvas: inout Canvas
    ) {
        var rest = area
        let isASCII = canvas.glyphs == .ascii
        let labels = rest.cutLeft(min(14, area.width / 4))
        let axis = XRayAxis(run, shown: shown, cursor: cursor, isFollowing: isFollowing, columns: rest.width)
        var title = TextLine("Lanes", role: .panelTitle)
        title.append("  \(isASCII ? "#" : "█") target  ", role: .laneTarget)
        title.append("\(isASCII ? "=" : "▒")\(isASCII ? "-" : "░") draft  ", role: .laneDraft)
        title.append(
            "\(isASCII ? "." : "·") wait   one column: \(Figures.duration(axis.step, canvas.glyphs))", role: .dim)
        canvas.buffer.drawRule(rule, title: title, theme: canvas.theme, glyphs: canvas.glyphs)

        // Time goes on, so those in sight stand together.
        let first = visible(run, shown, from: axis.start)
        var busy: [Lane: Duration] = [:]
        var reached = rest.x
        for row in 1..<3 where row < rest.height {
            canvas.write(
                String(
                    repeating: isASCII ? "." : "·", count: max(0, min(rest.width, axis.column(lastEnd(run, shown))))),
                .gaugeEmpty, at: Point(x: rest.x, y: rest.y + row), within: rest)
        }
        var index = first
        while index < shown.upperBound, let round = run[index], round.start < axis.end {
            let isSelected = index == cursor
            let (left, right) = (axis.column(round.start), axis.column(round.start + round.duration))
            // The label of a round, where there is room for one.
            let x = max(reached, rest.x + left)
            let label = label(of: round, isASCII)
            if left >= 0 || index == first,
                x + displayWidth(label) <= min(rest.maxX, rest.x + max(right, left + 1)) || isSelected
            {
                canvas.write(label, isSelected ? .accent : .dim, at: Point(x: x, y: rest.y), within: rest)
                reached = x + displayWidth(label) + 1
            } else if x >= reached {
                canvas.write(isASCII ? "|" : "│", .dim, at: Point(x: x, y: rest.y), within: rest)
            }
            var passes = 0
            for span in round.spans {
                let row = span.lane == .target ? 1 : 2
                if span.lane == .draft { passes += 1 }
                let begin = max(0, axis.column(span.start))
                let stop = min(rest.width, max(axis.column(span.start + span.duration), axis.column(span.start) + 1))
                guard begin < stop, row < rest.height else { continue }
                let glyph: String =
                    span.lane == .target
                    ? isASCII ? "#" : "█" : passes % 2 == 1 ? isASCII ? "=" : "▒" : isASCII ? "-" : "░"
                canvas.write(
                    String(repeating: glyph, count: stop - begin), span.lane == .target ? .laneTarget : .laneDraft,
                    at: Point(x: rest.x + begin, y: rest.y + row), within: rest)
                busy[span.lane, default: .zero] +=
                    min(span.start + span.duration, axis.end) - max(span.start, axis.start)
            }
            if isSelected {
                let place = Rect(
                    x: rest.x + max(0, left), y: rest.y, width: max(1, min(rest.width, right) - max(0, left)),
                    height: area.height)
                canvas.buffer.restyle(place.intersection(rest), adding: .bold)
            }
            index += 1
        }
        let whole = max(.microseconds(1), min(axis.end, lastEnd(run, shown)) - axis.start)
        canvas.write("round", .dim, at: Point(x: labels.x + 1, y: labels.y), within: labels)
        for (row, lane) in [(1, Lane.target), (2, Lane.draft)] where row < area.height {
            let share = Figures.percent(min(1, (busy[lane] ?? .zero) / whole))
            canvas.write(
                lane.rawValue + String(repeating: " ", count: max(1, 7 - lane.rawValue.count)) + share,
                lane == .target ? .laneTarget : .laneDraft, at: Point(x: labels.x + 1, y: labels.y + row),
                within: labels)
        }
    }

    private static func label(of round: DecodingRound, _ isASCII: Bool) -> String {
        let bar = isASCII ? "|" : "│"
        return switch XRayMethod(round) {
        case .preVerify: "\(bar)\(round.index + 1) pre"
        case .postVerify: "\(bar)\(round.index + 1) post"
        default: "\(bar)\(round.index + 1)"
        }
    }

    private static func lastEnd(_ run: XRayRun, _ shown: Range<Int>) -> Duration {
        guard let last = shown.last, let round = run[last] else { return .zero }
        return round.start + round.duration
    }

    /// The first round that reaches past a moment.
    private static func visible(_ run: XRayRun, _ shown: Range<Int>, from time: Duration) -> Int {
        var (low, high) = (shown.lowerBound, shown.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if let round = run[middle], round.start + round.duration <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
