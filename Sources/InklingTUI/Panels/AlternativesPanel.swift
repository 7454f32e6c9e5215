// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine
internal import InklingStore

extension PanelDescriptor {
    /// What else might have stood at a place of the answer: under the cursor, or at its end.
    static let alternatives = PanelDescriptor(
        id: "alternatives", title: "Alternatives", action: .alternativesPanel, rows: 4...10
    ) { state, area, canvas in
        var rest = area
        guard let (token, chosen) = TokenInView.shown(state) else {
            let key = state.keyName(of: .walkTokens, in: [.transcript]).map { "\($0) in the conversation" }
            canvas.remark("\(key ?? "\"\(Action.walkTokens.title)\"") walks through the tokens of an answer", in: rest)
            return
        }
        var head = TextLine(TokenInView.text(of: token, state), role: token.source.role, attributes: .bold)
        head.append(token.source == .prompt ? "  chosen by you" : "  \(token.source.rawValue)", role: .dim)
        let row = rest.cutTop(1)
        canvas.write(head.truncated(to: row.width - 14, mark: canvas.glyphs.ellipsis), at: row.origin, within: row)
        if let entropy = token.entropy {
            canvas.writeRight(TextLine("entropy \(Quantity.decimal(Double(entropy), digits: 2))", role: .dim), in: row)
        }
        let bars = token.alternatives.prefix(rest.height).enumerated().map { index, alternative in
            let mark = index == chosen ? ">" : alternative.id == token.id ? "=" : " "
            return (
                mark + TokenInView.visible(state.text(of: alternative.id)), Double(alternative.probability),
                Figures.probability(alternative.probability), TokenInView.role(Double(alternative.probability))
            )
        }
        canvas.buffer.drawBars(bars, in: rest, theme: canvas.theme, glyphs: canvas.glyphs)
    }
}

/// A token that is looked at, and what else might have stood in its place.
enum TokenInView {
    /// Under the cursor, or at the end of the last answer.
    static func shown(_ state: AppState) -> (CommittedToken, chosen: Int?)? {
        if case .tokens(let cursor) = state.chat.focus {
            let tokens = state.chat.tokens[cursor.message]
            return tokens.indices.contains(cursor.index) ? (tokens[cursor.index], cursor.alternative) : nil
        }
        guard let last = state.chat.lastAnswer else { return nil }
        return state.chat.tokens[last.id].last { !$0.alternatives.isEmpty }.map { ($0, nil) }
    }

    static func role(_ probability: Double) -> Role {
        probability >= 0.5 ? .probabilityHigh : probability >= 0.1 ? .probabilityMiddle : .probabilityLow
    }

    /// What stands in the answer, or what the token is called where it adds nothing to that.
    static func text(of token: CommittedToken, _ state: AppState) -> String {
        visible(token.text.isEmpty ? state.text(of: token.id) : token.text)
    }

    /// Blanks and line ends as something to be seen.
    static func visible(_ text: String) -> String {
        guard !text.isEmpty else { return "(no text)" }
        return text.reduce(into: "") { result, character in
            switch character {
            case " ": result += "␣"
            case "\n", "\r\n", "\r": result += "↵"
            case "\t": result += "⇥"
            default: result.append(character)
            }
        }
    }
}

/// The alternatives in one line, where there is no room for the panel.
enum AlternativesLine {
    static func make(_ state: AppState) -> TextLine? {
        guard let (token, chosen) = TokenInView.shown(state) else { return nil }
        var line = TextLine(TokenInView.text(of: token, state), role: token.source.role, attributes: .bold)
        for (index, alternative) in token.alternatives.prefix(4).enumerated() {
            let text =
                "\(TokenInView.visible(state.text(of: alternative.id))) \(Figures.probability(alternative.probability))"
            line.append("  ", role: .dim)
            line.append(
                text, role: TokenInView.role(Double(alternative.probability)),
                attributes: index == chosen ? .reverse : [])
        }
        return line
    }
}
