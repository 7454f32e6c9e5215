// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine

/// A round in plain words: what was drafted and why it ended there, what the target made of it, what that brought.
struct XRayExplanation {
    private let round: DecodingRound
    private let cells: [XRayCell]
    private let method: XRayMethod
    private let glyphs: GlyphSet

    init(_ round: DecodingRound, glyphs: GlyphSet) {
        self.round = round
        self.glyphs = glyphs
        cells = XRayCell.cells(of: round)
        method = XRayMethod(round)
    }

    var text: String {
        let text =
            switch method {
            case .plain: plain
            case .superposed: superposed
            case .preVerify, .postVerify: pearl
            case .drafted, .specDecPlusPlus, .copied: drafted
            }
        return choice + text
    }

    // MARK: Words

    private func quoted(_ cell: XRayCell) -> String { "'\(cell.visible(glyphs))'" }

    private func percent(_ share: Double) -> String {
        if share > 0, share < 0.005 { return "under 1 %" }
        if share < 1, share >= 0.995 { return "over 99 %" }
        return Figures.percent(share)
    }

    private func count(_ number: Int, _ noun: String = "token") -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private func sentence(_ parts: [String]) -> String {
        parts.filter { !$0.isEmpty }.joined(separator: " ")
    }

    // MARK: Parts

    /// Why this method, where there was a choice.
    private var choice: String {
        guard let choice = round.choice else { return "" }
        let name =
            switch choice.method {
            case "ar": "no draft"
            case "sd": "a draft"
            case "prompt-lookup": "a copy"
            case "pearl": "both models at once"
            default: choice.method
            }
        return "Chosen: \(name) (\(choice.reason.title)). "
    }

    private var plain: String {
        guard let cell = cells.first else { return "The target made a pass, and nothing came of it." }
        var first = "One pass of the target gave one token, \(quoted(cell))"
        if let probability = cell.probability { first += " (\(percent(probability)))" }
        first += isEnding ? ", which ends the answer." : "."
        switch round.stop {
        case .noMatch: return "There was nothing to copy: the text never ended like this before. " + first
        case .unknownToken: return "The text holds a token that the draft model does not know. " + first
        case .limit: return "There was no room for a draft. " + first
        default: return first
        }
    }

    private var isEnding: Bool { cells.last { $0.fate != .pending }?.isEnd ?? false }

    private var drafted: String {
        let draft = cells.filter { [.accepted, .rejected, .unseen].contains($0.fate) }
        let size = round.draft?.count ?? draft.count
        if method == .copied {
            let match = round.count("match-length")
            let source =
                match.map { "since its last \(count($0))\($0 >= 32 ? " and more" : "") stood there before" }
                ?? "from an earlier place"
            return "\(count(size)) copied from the text, \(source); \(verdict())"
        }
        if let tree = round.draft, !tree.isChain {
            let ways = XRayTree.lines(of: tree).count { line in
                line.nodes.last.map { !tree.parents.contains($0) } ?? false
            }
            return "The draft offered a tree of \(count(size)) with \(count(ways, "way")) through it; \(verdict())"
        }
        var opening =
            "The draft wrote \(round.stop == .length && round.choice == nil && method == .drafted ? "its " : "")\(count(size))"
        if let reason = ending(of: draft.last) { opening += " \(reason)" }
        return "\(opening); \(verdict())"
    }

    /// Why the draft ended there.
    private func ending(of last: XRayCell?) -> String? {
        switch round.stop {
        case .likelyRejection:
            let place = last.map { "and stopped at \(quoted($0))" } ?? "and stopped"
            guard let risk = round.measure("stop-probability") else { return "\(place) since a refusal was likely" }
            let limit = round.measure("threshold").map { " (limit \(percent($0)))" } ?? ""
            // A low limit is one of time, not of doubt.
            if let limit = round.measure("threshold"), limit < 0.5 {
                return
                    "\(place) since with a refusal \(percent(risk)) likely another would not pay (limit \(percent(limit)))"
            }
            return "\(place) since a refusal had become \(percent(risk)) likely\(limit)"
        case .length:
            return method == .specDecPlusPlus ? "without ever fearing a refusal" : nil
        case .limit: return "as far as there was room"
        case .endToken: return "up to the end of the answer"
        case .targetReady: return "until the target was done"
        case .unknownToken: return "up to a token that it does not know"
        case .noMatch, .noGain, nil: return nil
        }
    }

    /// What the target made of it.
    private func verdict(by target: String = "the target") -> String {
        let accepted = cells.count { $0.fate == .accepted }
        let judged = round.draft?.isChain == false ? nil : round.draft?.count
        guard let rejected = cells.first(where: { $0.fate == .rejected }) else {
            let all =
                accepted == 0
                ? "\(target) looked at none"
                : judged == accepted
                    ? accepted == 1 ? "\(target) took it" : "\(target) took all \(accepted)"
                    : "\(target) took \(accepted)"
            if let bonus = cells.first(where: { $0.fate == .bonus }) {
                return
                    "\(all) and added \(quoted(bonus)) in the same pass\(bonus.isEnd ? ", which ends the answer" : "")."
            }
            return isEnding ? "\(all), and the answer is complete." : "\(all)."
        }
        let taken = accepted == 0 ? "\(target) took none," : "\(target) took \(accepted),"
        var reason = ""
        if let own = rejected.probability, let target = rejected.targetProbability {
            reason = " (\(percent(target)) against the draft's \(percent(own)))"
        } else if let target = rejected.targetProbability {
            reason = " (\(percent(target)))"
        }
        guard let correction = cells.first(where: { $0.fate == .correction }) else {
            return "\(taken) refused \(quoted(rejected))\(reason)."
        }
        var put = "put \(quoted(correction))"
        if let probability = correction.probability { put += " (\(percent(probability)))" }
        return
            "\(taken) refused \(quoted(rejected))\(reason) and \(put) instead\(correction.isEnd ? ", which ends the answer" : "")."
    }

    private var pearl: String {
        let block = round.count("block") ?? 0
        let judged = round.draft?.count ?? 0
        let new =
            block == 1
            ? "the token that the draft wrote" : "the first of the \(block) tokens that the draft wrote"
        let meanwhile = " at the same time"
        let opening: String
        if method == .preVerify {
            opening =
                block == 0
                ? "Pre-verify: nothing was waiting and there was no room for a draft, so the target passed over one token alone"
                : "Pre-verify: nothing was waiting, so the target passed over one token and judged \(new)\(meanwhile)"
        } else {
            let waiting = max(0, judged - (block > 0 ? 1 : 0))
            let words = waiting == 1 ? "the waiting token" : "the \(waiting) waiting tokens"
            opening =
                block == 0
                ? "Post-verify: the target judged \(words), the last\(waiting == 1 ? "" : " ones")"
                : "Post-verify: the target judged \(words) and \(new)\(meanwhile)"
        }
        var parts = [
            opening + "; " + (judged == 0 ? "it gave \(cells.first.map(quoted) ?? "nothing")." : verdict(by: "it"))
        ]
        if !round.pending.isEmpty {
            let pending = round.pending.count
            parts.append("\(pending) more wait\(pending == 1 ? "s" : "") for the next round.")
        } else if let rejection = round.verdict?.rejection {
            // The last one judged is the first of those written meanwhile.
            let lost = max(0, block - (rejection.node == judged - 1 ? 1 : 0))
            if lost > 0 { parts.append("What was drafted on that (\(count(lost))) is thrown away.") }
        }
        return sentence(parts)
    }

    private var superposed: String {
        let drafts = round.hypotheses
        guard let best = drafts.first else { return "" }
        let length = best.tokens.count
        if !round.committed.isEmpty {
            return
                "The drafts are \(count(length)) long: the best of \(drafts.count) is taken, and one pass reads it as what it is: \(count(round.committed.count))\(isEnding ? ", which ends the answer" : "")."
        }
        var parts = ["One pass made all \(count(drafts.count, "draft")) a token longer, \(length) now."]
        if let heaviest = drafts.max(by: { $0.weight < $1.weight }), heaviest.weight > 0 {
            let text = XRayCell.oneLine(heaviest.texts.suffix(6).joined(), glyphs)
            parts.append(
                "Next the model reads their mixture, of which '\(text)' is \(percent(Double(heaviest.weight))).")
        }
        let known = drafts.count { ($0.supports.last ?? 0) > 0 }
        if drafts.contains(where: { !$0.supports.isEmpty }) {
            parts.append("N-grams know how \(known) of them go\(known == 1 ? "es" : "") on.")
        }
        return sentence(parts)
    }
}
