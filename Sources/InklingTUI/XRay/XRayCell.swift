// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingTokenizer

/// One token of a round, and what became of it.
struct XRayCell: Sendable, Equatable {
    enum Fate: Sendable, Equatable {
        /// Drafted, and taken by the target.
        case accepted
        /// Drafted, and refused.
        case rejected
        /// Drafted after a token that was refused: nobody looked at it.
        case unseen
        /// Drafted, and to be judged in the next round.
        case pending
        /// The target's own, in place of a refused one.
        case correction
        /// The target's own, after a draft that it took as a whole.
        case bonus
        /// The target's own; nothing was drafted.
        case plain
    }

    var fate: Fate
    /// As the model says it.
    var text: String
    /// What the draft model gave it; for the target's own tokens what the target gave.
    var probability: Double?
    /// What the target gave it, where that is known.
    var targetProbability: Double?
    /// How likely the drafter thought it, once this was drafted, that one so far would be refused.
    var risk: Double?
    var isEnd = false

    /// The tokens of a round in the order of the text; of a tree its accepted path and what stood in its way.
    static func cells(of round: DecodingRound) -> [XRayCell] {
        var cells: [XRayCell] = []
        let rejected = round.verdict?.rejection
        if let draft = round.draft {
            let path = round.verdict?.acceptedPath ?? Array(0..<min(round.acceptedCount, draft.count))
            // By position, so that what the end cut off has none.
            let accepted = round.committed.filter { $0.source == .draft }
            for (place, node) in path.enumerated() where node < draft.count {
                var cell = XRayCell(.accepted, node, draft)
                if place < accepted.count {
                    cell.targetProbability = Double(accepted[place].probability)
                    cell.isEnd =
                        accepted[place].text.isEmpty && accepted[place].position == round.committed.last?.position
                }
                cells.append(cell)
            }
            if let rejected, rejected.node < draft.count {
                var cell = XRayCell(.rejected, rejected.node, draft)
                cell.targetProbability =
                    Self.target(of: draft.tokens[rejected.node], in: round)
                    ?? Double(rejected.targetProbability)
                cells.append(cell)
            }
            if draft.isChain {
                for node in cells.count..<max(cells.count, draft.count) {
                    cells.append(XRayCell(.unseen, node, draft))
                }
            }
            // What ends the output has no text of its own.
            if round.stop == .endToken, round.pending.isEmpty, draft.isChain, cells.count == draft.count,
                draft.count > 0
            {
                cells[draft.count - 1].isEnd = true
            }
        }
        // What was copied from the text was as sure as copies are.
        if XRayMethod(round) == .copied { for index in cells.indices { cells[index].probability = nil } }
        for token in round.committed where token.source != .draft {
            let fate: Fate =
                switch token.source {
                case .correction: .correction
                case .bonus: .bonus
                default: .plain
                }
            let probability = Double(token.probability)
            cells.append(
                XRayCell(
                    fate: fate, text: token.text, probability: probability, targetProbability: probability,
                    isEnd: token.text.isEmpty && token.id == round.committed.last?.id))
        }
        for index in round.pending.indices {
            cells.append(
                XRayCell(
                    fate: .pending, text: round.pendingTexts.indices.contains(index) ? round.pendingTexts[index] : "?",
                    isEnd: round.stop == .endToken && index == round.pending.count - 1))
        }
        return cells
    }

    private init(_ fate: Fate, _ node: Int, _ draft: DraftTree) {
        self.init(
            fate: fate, text: draft.texts.indices.contains(node) ? draft.texts[node] : "?",
            probability: draft.confidence(of: node),
            risk: draft.rejectionRisks.indices.contains(node) ? Double(draft.rejectionRisks[node]) : nil)
    }

    init(
        fate: Fate, text: String, probability: Double? = nil, targetProbability: Double? = nil, risk: Double? = nil,
        isEnd: Bool = false
    ) {
        self.fate = fate
        self.text = text
        self.probability = probability
        self.targetProbability = targetProbability
        self.risk = risk
        self.isEnd = isEnd
    }

    /// What the target gave a refused token, if it was among the likeliest ones.
    static func target(of token: TokenID, in round: DecodingRound) -> Double? {
        round.committed.last { $0.source == .correction }?.alternatives.first { $0.id == token }
            .map { Double($0.probability) }
    }

    // MARK: How it looks

    /// The token on one line: blanks and line ends are seen, but for the one blank that words begin with.
    func visible(_ glyphs: GlyphSet) -> String {
        let isASCII = glyphs == .ascii
        if text.isEmpty { return isEnd ? (isASCII ? "<end>" : "‹end›") : (isASCII ? "~" : "·") }
        let body =
            text.count > 1 && text.first == " " && text.dropFirst().first?.isWhitespace == false
            ? text.dropFirst() : text[...]
        return body.reduce(into: "") { result, character in
            switch character {
            case " ": result += isASCII ? "_" : "␣"
            case _ where character.isNewline: result += isASCII ? "\\n" : "↵"
            case "\t": result += isASCII ? "\\t" : "⇥"
            default: result += sanitizedForTerminal(String(character))
            }
        }
    }

    /// Several tokens as text on one line.
    static func oneLine(_ text: String, _ glyphs: GlyphSet) -> String {
        text.reduce(into: "") {
            $0 += $1.isNewline ? (glyphs == .ascii ? "\\n" : "↵") : sanitizedForTerminal(String($1))
        }
    }

    var role: Role {
        switch fate {
        case .accepted: .draftAccepted
        case .rejected, .unseen: .draftRejected
        case .pending: .ghostText
        case .correction: .correction
        case .bonus: .bonus
        case .plain: .plainToken
        }
    }

    /// With what becomes of it told by signs as well, since colours are not everybody's.
    func marked(_ glyphs: GlyphSet, limit: Int) -> String {
        let word = TextLine(visible(glyphs)).truncated(to: max(1, limit), mark: glyphs.ellipsis).text
        return switch fate {
        case .accepted, .plain: word
        case .rejected: Self.rejectedMark(glyphs) + word
        case .unseen: "(" + word + ")"
        case .pending: word + "?"
        case .correction: "+" + word
        case .bonus: "*" + word
        }
    }

    /// Nothing but impossible is 0 %, and nothing but certain 100 %.
    static func percent(_ share: Double) -> String {
        if share > 0, share < 0.005 { return "<1 %" }
        if share < 1, share >= 0.995 { return ">99 %" }
        return Figures.percent(share)
    }

    static func rejectedMark(_ glyphs: GlyphSet) -> String { glyphs == .ascii ? "x:" : glyphs.cross }

    /// A probability in as little room as possible: a level, or where there are none a digit.
    static func level(_ probability: Double, _ glyphs: GlyphSet) -> TextSpan {
        let bounded = probability.isFinite ? min(max(probability, 0), 1) : 0
        let role = TokenInView.role(bounded)
        if glyphs == .ascii { return TextSpan(".\(min(9, Int(bounded * 10)))", role: role) }
        let index = min(glyphs.levels.count - 1, Int(bounded * Double(glyphs.levels.count)))
        return TextSpan(glyphs.levels[index], role: role)
    }

    /// The token with its mark and, where it was drafted, how sure the draft was.
    func chip(_ glyphs: GlyphSet, limit: Int = 14) -> TextLine {
        var line = TextLine(marked(glyphs, limit: limit), role: role)
        guard let probability, fate != .correction, fate != .bonus else { return line }
        line.spans.append(Self.level(probability, glyphs))
        return line
    }

    /// Which of the cells to show where not all fit: what decided the round first, then what led up to it, then the rest.
    /// - Parameter widths: of each, with what separates it from the next.
    /// - Returns: indices in order; nil stands for those left out in between.
    static func fit(_ cells: [XRayCell], widths: [Int], in room: Int, ellipsis: Int = 2) -> [Int?] {
        let all = Array(cells.indices)
        guard widths.reduce(0, +) > room else { return all }
        let decisive = all.filter { [.rejected, .correction, .bonus, .plain].contains(cells[$0].fate) }
        let pivot = decisive.first ?? cells.count
        let order =
            decisive + all.filter { $0 < pivot }.reversed() + all.filter { $0 > pivot && !decisive.contains($0) }
        var taken: Set<Int> = []
        // Two places may be left out: before and after.
        var rest = room - 2 * ellipsis
        for index in order {
            guard widths[index] <= rest || taken.isEmpty else { break }
            taken.insert(index)
            rest -= widths[index]
        }
        var result: [Int?] = []
        for index in all {
            if taken.contains(index) { result.append(index) } else if result.last != .some(nil) { result.append(nil) }
        }
        return result
    }
}

extension DraftTree {
    /// What the draft model gave a token; what it was drawn from where that is not known; nil for what no model wrote.
    func confidence(of node: Int) -> Double? {
        if confidences.indices.contains(node) { return Double(confidences[node]) }
        return probabilities.indices.contains(node) ? Double(probabilities[node]) : nil
    }
}
