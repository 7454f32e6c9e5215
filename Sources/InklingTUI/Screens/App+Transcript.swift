// SPDX-License-Identifier: Apache-2.0

internal import InklingCells
internal import InklingDecoding
internal import InklingEngine
internal import InklingStore

extension App {
    /// The conversation in lines, from what was rendered before where nothing has changed.
    static func transcriptLayout(_ state: inout AppState) -> TranscriptLayout {
        let width = ChatLayout(state).textWidth
        var layout = TranscriptLayout(width: width)
        let path = state.chat.path
        for (index, message) in path.enumerated() {
            let body: TranscriptLayout.Body
            if case .tokens(let cursor) = state.chat.focus, cursor.message == message.id {
                let text = TokenText(state.chat.tokens[message.id], width: width - 2, cursor: cursor.index) {
                    $0.source.role
                }
                body = .plain(text.lines)
            } else if message.role == .user || state.chat.raw.contains(message.id) {
                body = .plain(state.chat.documents.plainLines(of: message, width: width - 2, role: .text))
            } else {
                let folds = state.preferences.foldsReasoning != state.chat.unfolded.contains(message.id)
                body = .markdown(state.chat.documents.lines(of: message, width: width - 2, foldsReasoning: folds))
            }
            if state.chat.droppedMessageCount > 0, index == state.chat.droppedMessageCount {
                let rule = state.glyphs == .ascii ? "--" : "──"
                layout.append(
                    message, mark: TextLine("\(rule) the model reads from here on \(rule)", role: .warning),
                    body: .plain([]))
            }
            layout.append(message, body: body)
        }
        return layout
    }

    /// Who speaks, which version this is, and how it was made.
    static func head(of message: StoredMessage, _ state: AppState) -> TextLine {
        var line = TextLine()
        switch message.role {
        case .user: line.append("you", role: .chatUser, attributes: .bold)
        case .assistant: line.append(message.model ?? "assistant", role: .accent, attributes: .bold)
        case .system: line.append("system", role: .chatSystem)
        }
        if let position = state.chat.tree.siblingPosition(of: message.id), position.count > 1 {
            line.append(
                "  \(state.glyphs == .ascii ? "<" : "‹")\(position)\(state.glyphs == .ascii ? ">" : "›")", role: .key)
        }
        if state.chat.editing == message.id { line.append("  being edited", role: .warning) }
        guard message.role == .assistant else { return line }
        if state.chat.answer?.message == message.id {
            if let progress = state.metrics.prefill, progress.total > 0 {
                line.append("  reading \(progress.done) of \(progress.total) tokens", role: .dim)
            } else {
                line.append("  \(state.chat.answer?.isStopping == true ? "stopping" : "writing")", role: .success)
            }
            return line
        }
        var facts: [String] = []
        if let strategy = message.strategy { facts.append(strategy) }
        if let figures = message.stats?.decoded(as: AnswerFigures.self) {
            facts.append("\(figures.tokens) tokens")
            if let speed = figures.decode_tps { facts.append("\(Figures.speed(speed)) tok/s") }
            if let rate = figures.acceptance_rate { facts.append("\(Figures.percent(rate)) accepted") }
        }
        switch message.ending {
        case .cancelled: facts.append("stopped")
        case .tokenLimit: facts.append("cut at the limit")
        case .contextFull: facts.append("context full")
        case .interrupted: facts.append("interrupted")
        case .failed: facts.append("failed")
        case .endOfText, .stopString, .written, nil: break
        }
        if !facts.isEmpty { line.append("  " + facts.joined(separator: " · "), role: .dim) }
        return line
    }
}

/// Numbers as the interface writes them.
enum Figures {
    static func speed(_ tokensPerSecond: Double) -> String {
        Quantity.decimal(tokensPerSecond, digits: tokensPerSecond < 100 ? 1 : 0)
    }

    static func percent(_ share: Double) -> String {
        share.isNaN ? "?" : "\(Int((min(max(share, -99), 99) * 100).rounded())) %"
    }

    /// Of what can happen: what is rare is not 0, and what is nearly sure not 100.
    static func probability(_ probability: Float) -> String {
        switch probability {
        case 0.995..<1: ">99 %"
        case 0..<0.005: "<1 %"
        default: percent(Double(probability))
        }
    }

    /// `1.07`
    static func ratio(_ ratio: Double) -> String {
        let hundredths = Int((min(max(ratio, 0), 9999) * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    /// `+23 %`, `-4 %`.
    static func gain(_ percent: Double) -> String {
        guard !percent.isNaN else { return "?" }
        let number = Int(min(max(percent, -9999), 9999).rounded())
        return (number > 0 ? "+" : "") + "\(number) %"
    }

    static func duration(_ duration: Duration, _ glyphs: GlyphSet = .unicode) -> String {
        let seconds = duration.seconds
        let micro = glyphs == .ascii ? "us" : "µs"
        if seconds < 0.001 { return "\(Quantity.decimal(seconds * 1e6, digits: 0)) \(micro)" }
        if seconds < 1 { return "\(Quantity.decimal(seconds * 1e3, digits: seconds < 0.01 ? 1 : 0)) ms" }
        return "\(Quantity.decimal(seconds, digits: 1)) s"
    }
}
