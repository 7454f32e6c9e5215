// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingEngine

/// A conversation as text: to look at, or for a file.
enum PlainChatTranscript {
    /// For the terminal; not sanitised yet.
    static func shown(_ state: PlainChatState) -> String {
        guard state.system != nil || !state.turns.isEmpty else { return "the conversation is empty" }
        var lines = state.system.map { ["System: \($0)"] } ?? []
        for (index, turn) in state.turns.enumerated() {
            if index == state.droppedCount, index > 0 { lines.append("(the model no longer reads what is above)") }
            lines.append("You: \(turn.question)")
            if let answer = turn.answer { lines.append("Model: \(answer)\(mark(turn.ending))") }
        }
        return lines.joined(separator: "\n")
    }

    static func markdown(_ state: PlainChatState, model: String) -> String {
        var parts = ["# Chat with \(model)"]
        if let system = state.system { parts += ["## System", system] }
        for turn in state.turns {
            parts += ["## You", turn.question]
            if let answer = turn.answer {
                parts += ["## \(model)", answer]
                if turn.ending != .complete { parts.append("*\(mark(turn.ending).drop { $0 == " " })*") }
            }
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// A list of messages with `role` and `content`, dropped turns included.
    static func json(_ state: PlainChatState) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(state.messages)) + [10]
    }

    /// The beginning of a text, on one line.
    static func excerpt(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let isWhole = line.count == text.count && line.count <= 50
        return "\"\(line.prefix(50))\(isWhole ? "" : "…")\""
    }

    private static func mark(_ ending: PlainChatTurn.Ending) -> String {
        switch ending {
        case .complete: ""
        case .stopped: " (stopped)"
        case .cut: " (cut short)"
        }
    }
}
