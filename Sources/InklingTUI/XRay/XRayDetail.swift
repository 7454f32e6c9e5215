// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

extension App {
    /// The round under the cursor: in words, and in figures as far as there is room.
    static func drawDetail(_ round: DecodingRound, rule: Rect, in area: Rect, _ canvas: inout Canvas) {
        var title = TextLine("Round \(round.index + 1)", role: .panelTitle)
        if !round.spans.isEmpty {
            title.append("  ", role: .dim)
            if round.draftPassCount > 0 {
                title.append(
                    "\(round.draftPassCount) draft pass\(round.draftPassCount == 1 ? "" : "es") \(Figures.duration(round.draftDuration, canvas.glyphs))",
                    role: .laneDraft)
                title.append(", ", role: .dim)
            }
            let rows = round.spans.last { $0.lane == .target }?.rowCount ?? 0
            title.append(
                "target \(Figures.duration(round.verifyDuration, canvas.glyphs)) for \(rows) row\(rows == 1 ? "" : "s")",
                role: .laneTarget)
            title.append(", all \(Figures.duration(round.duration, canvas.glyphs))", role: .dim)
        }
        if !rule.isEmpty { canvas.buffer.drawRule(rule, title: title, theme: canvas.theme, glyphs: canvas.glyphs) }
        var rest = area.inset(dx: 1)
        let lines = TextLine(XRayExplanation(round, glyphs: canvas.glyphs).text).wrapped(to: max(1, rest.width))
        let figures = figureRows(round)
        // Words come first; with the first two rows of the figures most is said.
        let rows = min(lines.count, figures > 0 && area.height >= 5 ? area.height - min(figures, 2) : area.height)
        for (row, line) in lines.prefix(rows).enumerated() {
            let isCut = row == rows - 1 && lines.count > rows
            let line = isCut ? (line + TextLine(" " + canvas.glyphs.ellipsis, role: .dim)) : line
            canvas.write(
                line.truncated(to: rest.width, mark: canvas.glyphs.ellipsis), at: Point(x: rest.x, y: rest.y + row),
                within: rest)
        }
        _ = rest.cutTop(rows)
        guard !rest.isEmpty, figures > 0 else { return }
        if !round.hypotheses.isEmpty {
            drawHypotheses(round, in: rest, &canvas)
        } else if round.draft?.isEmpty ?? true {
            drawAlternatives(round, in: rest, &canvas)
        } else if let tree = round.draft, !tree.isChain {
            drawTree(tree, round, in: rest, &canvas)
        } else {
            drawTokens(round, in: rest, &canvas)
        }
    }

    /// Rows that the explanation of a round has use for.
    static func detailRows(_ round: DecodingRound?) -> Int {
        guard let round else { return 5 }
        return 3 + figureRows(round)
    }

    private static func figureRows(_ round: DecodingRound) -> Int {
        if !round.hypotheses.isEmpty { return min(10, round.hypotheses.count + 1) }
        guard let draft = round.draft, !draft.isEmpty else { return alternatives(to: round).isEmpty ? 0 : 2 }
        if !draft.isChain { return min(12, XRayTree.lines(of: draft).count) }
        return draft.rejectionRisks.isEmpty ? 4 : 5
    }

    // MARK: A chain

    /// Tokens side by side, and below each what draft and target gave it.
    private static func drawTokens(_ round: DecodingRound, in area: Rect, _ canvas: inout Canvas) {
        let glyphs = canvas.glyphs
        let cells = XRayCell.cells(of: round)
        guard !cells.isEmpty else { return }
        var rest = area
        let labels = rest.cutLeft(min(9, area.width / 5))
        let words = cells.map { $0.marked(glyphs, limit: 14) }
        let widths = words.map { max(6, displayWidth($0)) + 2 }
        let hasRisk = cells.contains { $0.risk != nil }
        let lastDrafted = cells.lastIndex { $0.risk != nil }
        let limit = round.measure("threshold")
        let names = ["token", "draft", "target"] + (hasRisk ? ["refusal"] : [])
        for (row, name) in names.prefix(area.height).enumerated() {
            canvas.write(name, .dim, at: Point(x: labels.x, y: labels.y + row), within: labels)
        }
        var x = rest.x
        for index in XRayCell.fit(cells, widths: widths, in: rest.width) {
            guard let index else {
                canvas.write(glyphs.ellipsis, .dim, at: Point(x: x, y: rest.y), within: rest)
                x += 2
                continue
            }
            let cell = cells[index]
            func put(_ text: String, _ role: Role, row: Int, attributes: Attributes = []) {
                guard row < area.height else { return }
                canvas.write(
                    TextLine(text, role: role, attributes: attributes), at: Point(x: x, y: rest.y + row), within: rest)
            }
            put(words[index], cell.role, row: 0)
            let isOwn = [.correction, .bonus, .plain].contains(cell.fate)
            if !isOwn, cell.probability == nil, cell.fate == .accepted || cell.fate == .rejected || cell.fate == .unseen
            {
                put("copied", .dim, row: 1)
            }
            if let probability = cell.probability, !isOwn {
                put(XRayCell.percent(probability), TokenInView.role(probability), row: 1)
            }
            if let probability = cell.targetProbability {
                put(XRayCell.percent(probability), TokenInView.role(probability), row: 2)
            } else if cell.fate == .unseen {
                put("unseen", .dim, row: 2)
            }
            if let risk = cell.risk {
                // The limit may be another one after each token; what counts is where drafting ended.
                let isOver = round.stop == .likelyRejection && index == lastDrafted
                put(XRayCell.percent(risk) + (isOver ? " stop" : ""), isOver ? .warning : .dim, row: 3)
            }
            x += widths[index]
        }
        guard hasRisk, area.height >= 5, let risk = round.measure("stop-probability") else { return }
        let judge =
            round.measure("head") == 1 ? "judged by the acceptance head" : "judged by the draft's own confidence"
        let note = limit.map { "limit \(Figures.percent($0)), \(judge)" } ?? judge
        // Who judged is worth more than a long gauge.
        let room = max(min(12, rest.width), rest.width - note.count - 2)
        let gauge = Rect(x: rest.x, y: rest.y + 4, width: min(40, room), height: 1)
        drawRiskGauge(risk, limit: limit, in: gauge, &canvas)
        canvas.write(note, .dim, at: Point(x: gauge.maxX + 2, y: gauge.y), within: rest)
    }

    // MARK: No draft

    /// What the target might have said instead.
    private static func alternatives(to round: DecodingRound) -> [TokenAlternative] {
        round.committed.count == 1 ? round.committed[0].alternatives : []
    }

    private static func drawAlternatives(_ round: DecodingRound, in area: Rect, _ canvas: inout Canvas) {
        guard let token = round.committed.first else { return }
        var rest = area
        let labels = rest.cutLeft(min(9, area.width / 5))
        for (row, name) in ["likely", "target"].prefix(area.height).enumerated() {
            canvas.write(name, .dim, at: Point(x: labels.x, y: labels.y + row), within: labels)
        }
        var x = rest.x
        for alternative in alternatives(to: round) {
            let isChosen = alternative.id == token.id
            let cell = XRayCell(fate: .plain, text: alternative.text, isEnd: isChosen)
            let word = TextLine(cell.visible(canvas.glyphs)).truncated(to: 14, mark: canvas.glyphs.ellipsis).text
            // Colours are not everybody's.
            let shown = isChosen ? "=" + word : word
            let width = max(6, displayWidth(shown)) + 2
            guard x + width <= rest.maxX else { break }
            let probability = Double(alternative.probability)
            canvas.write(
                TextLine(shown, role: isChosen ? .accent : .dim, attributes: isChosen ? .bold : []),
                at: Point(x: x, y: rest.y), within: rest)
            if rest.height > 1 {
                canvas.write(
                    XRayCell.percent(probability), TokenInView.role(probability), at: Point(x: x, y: rest.y + 1),
                    within: rest)
            }
            x += width
        }
    }

    // MARK: A tree

    private static func drawTree(_ tree: DraftTree, _ round: DecodingRound, in area: Rect, _ canvas: inout Canvas) {
        let lines = XRayTree.lines(of: tree)
        let accepted = Set(round.verdict?.acceptedPath ?? [])
        let rejected = round.verdict?.rejection?.node
        // What was accepted stays in sight.
        let important = lines.lastIndex { $0.nodes.contains { accepted.contains($0) || $0 == rejected } } ?? 0
        let first = max(0, min(important - area.height + 2, lines.count - area.height))
        for (row, line) in lines.dropFirst(first).prefix(area.height).enumerated() {
            var text = TextLine(canvas.glyphs == .ascii ? line.asciiBranch : line.branch, role: .border)
            for node in line.nodes {
                let fate: XRayCell.Fate = accepted.contains(node) ? .accepted : node == rejected ? .rejected : .unseen
                let cell = XRayCell(
                    fate: fate, text: tree.texts.indices.contains(node) ? tree.texts[node] : "?",
                    probability: tree.confidence(of: node))
                text.spans += cell.chip(canvas.glyphs).spans
                text.append(" ")
                if let probability = cell.probability { text.append("\(Figures.percent(probability))  ", role: .dim) }
            }
            canvas.write(
                text.truncated(to: area.width, mark: canvas.glyphs.ellipsis), at: Point(x: area.x, y: area.y + row),
                within: area)
        }
    }

    // MARK: Several drafts

    /// The drafts of Superposed Decoding: the share that each has in what the model reads next, and its tokens; those that
    /// n-grams do not know are marked.
    private static func drawHypotheses(_ round: DecodingRound, in area: Rect, _ canvas: inout Canvas) {
        let glyphs = canvas.glyphs
        let hasNGrams = round.hypotheses.contains { !$0.supports.isEmpty }
        for (row, draft) in round.hypotheses.prefix(area.height).enumerated() {
            var rest = area.row(row)
            canvas.write("\(row + 1)", .key, at: rest.cutLeft(3).origin)
            let gauge = rest.cutLeft(min(12, area.width / 6))
            canvas.buffer.drawGauge(Double(draft.weight), in: gauge, theme: canvas.theme, glyphs: glyphs)
            canvas.writeRight(TextLine(XRayCell.percent(Double(draft.weight)), role: .dim), in: rest.cutLeft(6))
            _ = rest.cutLeft(2)
            var line = TextLine()
            for (index, text) in draft.texts.enumerated() {
                let support = draft.supports.indices.contains(index) ? draft.supports[index] : nil
                let isUnknown = support.map { $0 <= 0 } ?? false
                let word = XRayCell.oneLine(text, glyphs)
                // Outside n-grams a token shows in brackets, since colours are not everybody's.
                line.append(
                    isUnknown && !word.isEmpty ? "[\(word)]" : word,
                    role: support == nil
                        ? .text : isUnknown ? .probabilityLow : TokenInView.role(Double(support ?? 0) * 4))
            }
            if draft.weight == 0 { line.append("  done", role: .dim) }
            canvas.write(line.truncated(to: rest.width, mark: glyphs.ellipsis), at: rest.origin, within: rest)
        }
        guard area.height > round.hypotheses.count else { return }
        let note =
            hasNGrams
            ? "bar: share of the mixture   [token]: no n-gram knows it here"
            : "bar: share of the mixture   no n-grams are used"
        let row = area.row(round.hypotheses.count)
        canvas.write(
            TextLine(note, role: .dim).truncated(to: row.width, mark: glyphs.ellipsis), at: row.origin, within: row)
    }
}

/// A draft tree as lines: nodes that follow on one another stand in one line, and where there is a choice each way is a
/// line of its own.
enum XRayTree {
    struct Line: Equatable {
        var branch: String
        var asciiBranch: String
        var nodes: [Int]
    }

    static let lineLimit = 64

    static func lines(of tree: DraftTree) -> [Line] {
        var children: [[Int]] = Array(repeating: [], count: tree.count + 1)
        for (node, parent) in tree.parents.enumerated() { children[parent + 1].append(node) }
        var lines: [Line] = []
        // Without recursion: a tree from a trace may be as deep as it likes.
        var waiting: [(node: Int, indent: String, ascii: String, isLast: Bool)] = []
        func push(_ nodes: [Int], _ indent: String, _ ascii: String) {
            for (index, node) in nodes.enumerated().reversed() {
                waiting.append((node, indent, ascii, index == nodes.count - 1))
            }
        }
        push(children[0], "", "")
        while let (node, indent, ascii, isLast) = waiting.popLast(), lines.count < lineLimit {
            var nodes = [node]
            while let last = nodes.last, children[last + 1].count == 1 { nodes.append(children[last + 1][0]) }
            lines.append(
                Line(
                    branch: indent + (isLast ? "└─ " : "├─ "), asciiBranch: ascii + (isLast ? "`- " : "|- "),
                    nodes: nodes))
            if let last = nodes.last {
                push(children[last + 1], indent + (isLast ? "   " : "│  "), ascii + (isLast ? "   " : "|  "))
            }
        }
        return lines
    }
}
