// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

/// Where things are on the race's screen.
struct RaceLayout {
    let prompt: Rect
    /// How the race is run, and what it does now.
    let facts: Rect
    /// A box for each lane; empty where there is only room for a row each.
    let boxes: [Rect]
    let rows: Rect
    /// Text of the selected lane, where lanes are rows.
    let text: Rect
    let verdict: Rect

    private static let leastBoxWidth = 24
    private static let leastBoxHeight = 7

    init(_ size: Size, lanes: Int) {
        var rest = Rect(size)
        _ = rest.cutTop(1)
        _ = rest.cutBottom(1)
        prompt = rest.cutTop(size.height >= 30 ? 2 : 1).inset(dx: 1)
        facts = rest.cutTop(1).inset(dx: 1)
        verdict = rest.cutBottom(size.height >= 16 ? 2 : 1).inset(dx: 1)
        let lanes = max(1, lanes)
        let across = lanes > 2 && rest.width / lanes < Self.leastBoxWidth ? 2 : lanes
        let down = (lanes + across - 1) / across
        let fits = rest.width / across >= Self.leastBoxWidth && rest.height / down >= Self.leastBoxHeight
        guard fits else {
            boxes = []
            rows = rest.cutTop(min(lanes, rest.height)).inset(dx: 1)
            text = rest.inset(dx: 1)
            return
        }
        var found: [Rect] = []
        for row in 0..<down {
            let height = (rest.height + row) / down
            var line = Rect(
                x: rest.x, y: found.last.map { row > 0 ? $0.maxY : rest.y } ?? rest.y, width: rest.width, height: height
            )
            line = line.intersection(rest)
            found += line.columns(across).prefix(lanes - found.count)
        }
        boxes = found
        rows = Rect(x: rest.x, y: rest.y, width: 0, height: 0)
        text = rows
    }
}

extension App {
    static func drawRace(_ state: AppState, _ canvas: inout Canvas) {
        let race = state.race
        let layout = RaceLayout(state.size, lanes: race.racers.count)
        drawPrompt(race, layout.prompt, &canvas)
        drawFacts(state, layout.facts, &canvas)
        guard !race.racers.isEmpty else {
            canvas.remark(
                state.session == nil
                    ? "Methods race on one prompt, in turn, so that their speeds can be compared. A model is needed first."
                    : "Methods race on one prompt. With these models only one can run: load a draft model (F6, d).",
                in: layout.boxes.first?.inset(dx: 1, dy: 1) ?? layout.text)
            return
        }
        let scale = RaceScale(race)
        if layout.boxes.isEmpty {
            drawRows(state, scale, layout, &canvas)
        } else {
            for (index, box) in layout.boxes.enumerated() {
                drawLane(index, state, scale, box, &canvas)
                canvas.note(.row(index), in: box)
            }
        }
        drawVerdict(state, layout.verdict, &canvas)
    }

    private static func drawPrompt(_ race: RaceState, _ area: Rect, _ canvas: inout Canvas) {
        var rest = area
        let label = rest.cutLeft(min(8, rest.width))
        canvas.write("prompt", .dim, at: label.origin, within: label)
        guard !race.prompt.isEmpty else {
            canvas.write("none yet: e writes one", .inputPlaceholder, at: rest.origin, within: rest)
            return
        }
        let text = race.prompt.split(separator: "\n").joined(separator: canvas.glyphs == .ascii ? " / " : " ↵ ")
        let lines = TextLine(text).wrapped(to: max(1, rest.width))
        for (row, line) in lines.prefix(rest.height).enumerated() {
            let isCut = row == rest.height - 1 && lines.count > rest.height
            let room = rest.width - (isCut ? 1 : 0)
            let end = canvas.write(
                line.truncated(to: room, mark: ""), at: Point(x: rest.x, y: rest.y + row), within: rest)
            if isCut { canvas.write(canvas.glyphs.ellipsis, .dim, at: Point(x: rest.x + end, y: rest.y + row)) }
        }
    }

    private static func drawFacts(_ state: AppState, _ area: Rect, _ canvas: inout Canvas) {
        let race = state.race
        let settings = [
            "\(race.maxTokens) tokens", "\(race.rounds) round\(race.rounds == 1 ? "" : "s")",
            race.isGreedy ? "greedy" : "temperature \(Setting.short(Double(state.preferences.sampler.temperature)))",
        ]
        var line = TextLine("run     ", role: .dim)
        line.append(settings.joined(separator: ", "), role: .text)
        canvas.write(line.truncated(to: area.width, mark: canvas.glyphs.ellipsis), at: area.origin, within: area)
        var now = TextLine()
        switch race.phase {
        case .running(let doing): now = TextLine(doing, role: .success)
        case .ended(let reason): now = TextLine(reason, role: .warning)
        case .done where race.playbackTime(at: state.now.elapsed) != nil:
            now = TextLine("shown again at \(speed(race.playbackSpeed))", role: .accent)
        case .setup where area.width >= 70:
            now = TextLine("Enter starts; - + tokens, r rounds, t greedy or sampled", role: .dim)
        case .setup, .done: break
        }
        let room = area.width - line.width - 2
        if room > 8 { canvas.writeRight(now.truncated(to: room, mark: canvas.glyphs.ellipsis), in: area) }
    }

    /// `1/300 of its speed`.
    private static func speed(_ speed: Double) -> String {
        if speed >= 0.95 {
            return speed < 1.5 ? "its own speed" : "\(Quantity.decimal(speed, digits: 0)) times its speed"
        }
        return "1/\(Quantity.decimal(1 / speed, digits: 0)) of its speed"
    }

    // MARK: Lanes

    private static func drawLane(
        _ index: Int, _ state: AppState, _ scale: RaceScale, _ box: Rect, _ canvas: inout Canvas
    ) {
        canvas.note(.row(index), in: box)
        let race = state.race
        let racer = race.racers[index]
        let lane = race.lane(index)
        let isSelected = index == race.selected && !race.isRunning && state.overlays.isEmpty
        var title = TextLine("\(index + 1) ", role: .dim)
        title.append(racer.label, role: lane.isRunning ? .success : .panelTitle, attributes: .bold)
        var note = TextLine()
        if let ratio = lane.ratio { note = TextLine("\(Figures.ratio(ratio))x", role: ratioRole(ratio)) }
        let room = box.width - 8 - note.width
        var rest = canvas.buffer.drawBorder(
            box, title: title.truncated(to: max(1, room), mark: canvas.glyphs.ellipsis), note: note,
            isFocused: isSelected || lane.isRunning, theme: canvas.theme, glyphs: canvas.glyphs
        ).inset(dx: 1)
        guard rest.height > 0 else { return }
        if racer.models != nil || race.racers.contains(where: { $0.models != nil }) {
            canvas.write(
                TextLine(modelNames(racer, state), role: .dim).truncated(to: rest.width, mark: canvas.glyphs.ellipsis),
                at: rest.cutTop(1).origin, within: box)
        }
        if !lane.runs.isEmpty || lane.live != nil {
            let bars = rest.cutBottom(min(5, max(2, rest.height - 2)))
            drawBars(scale.bars(lane, at: race.playbackTime(at: state.now.elapsed)), lane, racer, bars, &canvas)
            if rest.height > 4 { canvas.buffer.drawRule(rest.cutBottom(1), theme: canvas.theme, glyphs: canvas.glyphs) }
            drawText(lane, race, state, rest, &canvas)
        } else if let problem = racerProblem(racer, state) {
            for (row, line) in TextLine(problem, role: .warning).wrapped(to: max(1, rest.width)).prefix(rest.height)
                .enumerated()
            {
                canvas.write(line, at: Point(x: rest.x, y: rest.y + row), within: rest)
            }
        } else if let descriptor = try? StrategyRegistry.descriptor(racer.strategy) {
            let help =
                TextLine(descriptor.title, role: .text).wrapped(to: max(1, rest.width))
                + TextLine(descriptor.help, role: .dim).wrapped(to: max(1, rest.width))
            for (row, line) in help.prefix(rest.height).enumerated() {
                canvas.write(line, at: Point(x: rest.x, y: rest.y + row), within: rest)
            }
        }
    }

    private static func ratioRole(_ ratio: Double) -> Role {
        ratio >= 1.02 ? .success : ratio < 0.98 ? .warning : .text
    }

    private static func modelNames(_ racer: Racer, _ state: AppState) -> String {
        let arrow = state.glyphs == .ascii ? " <- " : " ← "
        if let models = racer.models {
            return ([models.targetName] + (models.draftName.map { [$0] } ?? [])).joined(separator: arrow)
        }
        guard let session = state.session else { return "the models in use" }
        return ([session.target.name] + (session.draft.map { [$0.name] } ?? [])).joined(separator: arrow)
    }

    /// The answer as far as it has come, its end in sight.
    private static func drawText(
        _ lane: RaceState.Lane, _ race: RaceState, _ state: AppState, _ area: Rect, _ canvas: inout Canvas
    ) {
        guard area.height > 0, let run = lane.shown else { return }
        let limit = race.playbackTime(at: state.now.elapsed)
        let shown = run.pieces.prefix { piece in limit.map { piece.time <= $0 } ?? true }.map(\.text).joined()
        var lines: [TextLine] = []
        for paragraph in shown.split(separator: "\n", omittingEmptySubsequences: false) {
            lines += TextLine(String(paragraph)).wrapped(to: max(1, area.width))
        }
        let isWhole = limit == nil && lane.live == nil
        // What is still growing is followed; what is there is read from its beginning.
        let first = isWhole ? 0 : max(0, lines.count - area.height)
        for (row, line) in lines.dropFirst(first).prefix(area.height).enumerated() {
            canvas.write(line, at: Point(x: area.x, y: area.y + row), within: area)
        }
        if isWhole, lines.count > area.height {
            canvas.writeRight(TextLine(" \(canvas.glyphs.ellipsis)", role: .dim), in: area.row(area.height - 1))
        }
    }

    private static func drawBars(
        _ bars: [RaceScale.Bar], _ lane: RaceState.Lane, _ racer: Racer, _ area: Rect, _ canvas: inout Canvas
    ) {
        var rest = area
        let comparison = rest.height > 2 ? rest.cutBottom(1) : nil
        // Figures are never cut, and bars of all lanes begin in one column.
        let valueWidth = bars.map { displayWidth($0.value) }.max() ?? 0
        for bar in bars.prefix(rest.height) {
            var row = rest.cutTop(1)
            canvas.write(bar.label, .text, at: row.cutLeft(7).origin, within: area)
            canvas.writeRight(TextLine(bar.value, role: .dim), in: row.cutRight(min(row.width, valueWidth)))
            _ = row.cutRight(1)
            guard row.width >= 3 else { continue }
            canvas.buffer.drawGauge(bar.fraction, in: row, fill: bar.role, theme: canvas.theme, glyphs: canvas.glyphs)
        }
        guard let comparison else { return }
        canvas.write(
            compared(lane, racer, canvas.glyphs).truncated(to: comparison.width, mark: canvas.glyphs.ellipsis),
            at: comparison.origin, within: comparison)
    }

    private static func compared(_ lane: RaceState.Lane, _ racer: Racer, _ glyphs: GlyphSet) -> TextLine {
        if racer.isPlain { return TextLine("plain decoding", role: .dim) }
        switch lane.comparison {
        case nil: return TextLine()
        case .identical: return TextLine("\(glyphs.check) the same text as ar", role: .success)
        case .differs(let difference):
            func quoted(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "its end" }
            return TextLine(
                "\(glyphs.cross) token \(difference.index + 1) is \(quoted(difference.found)), ar has \(quoted(difference.expected))",
                role: .warning)
        }
    }

    /// A row for each lane, where there is no room for more.
    private static func drawRows(_ state: AppState, _ scale: RaceScale, _ layout: RaceLayout, _ canvas: inout Canvas) {
        let race = state.race
        for (index, racer) in race.racers.enumerated() where index < layout.rows.height {
            var row = layout.rows.row(index)
            let lane = race.lane(index)
            let place = row
            canvas.note(.row(index), in: place)
            let name = row.cutLeft(min(14, row.width / 3))
            canvas.write(
                TextLine(racer.label, role: lane.isRunning ? .success : .text).truncated(
                    to: name.width - 1, mark: canvas.glyphs.ellipsis),
                at: name.origin, within: name)
            if let speed = scale.bars(lane, at: race.playbackTime(at: state.now.elapsed)).first {
                let mark =
                    racer.isPlain || lane.comparison == nil
                    ? "" : lane.comparison == .identical ? " \(canvas.glyphs.check)" : " \(canvas.glyphs.cross)"
                let ratio = lane.ratio.map { " \(Figures.ratio($0))x" } ?? ""
                let facts = TextLine("\(speed.value)\(ratio)\(mark)", role: .text)
                canvas.writeRight(facts, in: row.cutRight(min(20, row.width)))
                _ = row.cutRight(1)
                canvas.buffer.drawGauge(
                    speed.fraction, in: row, fill: speed.role, theme: canvas.theme, glyphs: canvas.glyphs)
            }
            if index == race.selected, !race.isRunning { canvas.buffer.select(place, theme: canvas.theme) }
        }
        guard layout.text.height > 0, race.racers.indices.contains(race.selected) else { return }
        let running = race.isRunning ? race.lanes.firstIndex { $0.isRunning } : nil
        drawText(race.lane(running ?? race.selected), race, state, layout.text, &canvas)
    }

    // MARK: The verdict

    private static func drawVerdict(_ state: AppState, _ area: Rect, _ canvas: inout Canvas) {
        let race = state.race
        guard area.height > 0, race.isCurrent, let request = race.request else { return }
        var lines: [TextLine] = []
        if race.playbackTime(at: state.now.elapsed) == nil, let verdict = RaceVerdict(race.lanes) {
            lines.append(sentence(verdict, race))
        }
        if !request.sampler.isGreedy {
            lines.append(
                TextLine(
                    "Above temperature 0 a lossless method gives the distribution of plain decoding, not its text.",
                    role: .dim))
        } else if lines.count == 1, case .done = race.phase {
            let lossless = zip(race.racers, race.lanes).filter { racer, lane in
                guard let descriptor = try? StrategyRegistry.descriptor(racer.strategy), !racer.isPlain else {
                    return false
                }
                if case .differs = lane.comparison { return descriptor.guarantee == .sameDistribution }
                return false
            }
            lines.append(
                lossless.isEmpty
                    ? TextLine(
                        "Mean of \(request.rounds) round\(request.rounds == 1 ? "" : "s") in turn, after a warm-up; s saves it.",
                        role: .dim)
                    : TextLine(
                        "\(lossless.map(\.0.label).joined(separator: ", ")) should give the text of ar; \"inkling verify\" shows how it differs.",
                        role: .error))
        }
        for (row, line) in lines.prefix(area.height).enumerated() {
            canvas.write(
                line.truncated(to: area.width, mark: canvas.glyphs.ellipsis), at: Point(x: area.x, y: area.y + row),
                within: area)
        }
    }

    private static func sentence(_ verdict: RaceVerdict, _ race: RaceState) -> TextLine {
        let soFar = race.isRunning ? " so far" : ""
        switch verdict {
        case .tie(let first, let second):
            return TextLine(
                "A tie\(soFar): \(race.racers[first].label) and \(race.racers[second].label) are nearer than their rounds are to each other.",
                role: .warning)
        case .winner(let lane, let second, let lead):
            let racer = race.racers[lane]
            var line = TextLine("\(racer.label) wins\(soFar)", role: .success, attributes: .bold)
            var facts: [String] = []
            if racer.isPlain {
                facts.append("no method pays here")
            } else if let ratio = race.lanes[lane].ratio {
                facts.append("\(Figures.ratio(ratio)) times plain decoding")
            }
            facts.append("\(Figures.percent(lead)) ahead of \(race.racers[second].label)")
            line.append(": " + facts.joined(separator: ", "), role: .text)
            return line
        }
    }
}

/// What the bars of all lanes are measured by: the longest of each kind is whole.
struct RaceScale {
    struct Bar: Equatable {
        var label: String
        var fraction: Double
        var value: String
        var role: Role
    }

    private var speed = 0.0
    private var seconds = 0.0
    private var passes = 0

    init(_ race: RaceState) {
        for index in race.racers.indices {
            let lane = race.lane(index)
            speed = max(speed, lane.tokensPerSecond ?? 0)
            seconds = max(seconds, lane.seconds ?? 0)
            passes = max(passes, lane.runs.last?.statistics.targetPassCount ?? 0)
        }
    }

    /// Speed first, since that is what a race is about.
    ///
    /// - Parameter limit: how far the race is shown again; nil for all of it.
    func bars(_ lane: RaceState.Lane, at limit: Duration?) -> [Bar] {
        guard let run = lane.runs.last, lane.live == nil else {
            guard let live = lane.live else { return [] }
            let tokens = live.pieces.reduce(0) { $0 + $1.tokenCount }
            let time = live.pieces.last?.time ?? .zero
            let rate = time > .zero ? Double(tokens) / time.seconds : 0
            return [
                Bar(label: "speed", fraction: share(rate, max(speed, rate)), value: Self.speed(rate), role: .gaugeFill),
                Bar(
                    label: "time", fraction: share(time.seconds, max(seconds, time.seconds)),
                    value: Figures.duration(time), role: .series2),
                Bar(label: "tokens", fraction: 0, value: "\(tokens)", role: .dim),
            ]
        }
        let statistics = run.statistics
        let rate = lane.tokensPerSecond ?? run.tokensPerSecond
        var time = lane.seconds ?? statistics.decodeDuration.seconds
        var passes = statistics.targetPassCount
        if let limit {
            // Lanes that are through stand still while the others go on.
            let shown = run.pieces.prefix { $0.time <= limit }.count
            let isThrough = shown == run.pieces.count
            time = isThrough ? time : limit.seconds
            passes = isThrough ? passes : passes * shown / max(1, run.pieces.count)
        }
        var bars = [
            Bar(label: "speed", fraction: share(rate, speed), value: Self.speed(rate), role: .gaugeFill),
            Bar(
                label: "time", fraction: share(time, seconds), value: Figures.duration(.seconds(time)), role: .series2),
            Bar(
                label: "passes", fraction: share(Double(passes), Double(self.passes)),
                value: statistics.draftPassCount > 0 ? "\(passes) + \(statistics.draftPassCount)" : "\(passes)",
                role: .laneTarget),
        ]
        if let accepted = statistics.acceptanceRate {
            bars.append(
                Bar(label: "accept", fraction: accepted, value: Figures.percent(accepted), role: .draftAccepted))
        }
        return bars
    }

    private static func speed(_ rate: Double) -> String { "\(Figures.speed(rate)) t/s" }

    private func share(_ part: Double, _ whole: Double) -> Double { whole > 0 ? part / whole : 0 }
}
