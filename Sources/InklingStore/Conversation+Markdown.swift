// SPDX-License-Identifier: Apache-2.0

internal import InklingCells

extension Conversation {
    /// The chat as a Markdown document: the current branch, then, if wished, each other branch with the words it
    /// leaves off from. Messages stand as they are: to print it, sanitise it.
    public func markdown(_ scope: ExportScope) -> String {
        var parts = ["# \(chat.title.isEmpty ? "Chat" : sanitizedForTerminal(chat.title))"]
        if let system = chat.systemPrompt, !system.isEmpty { parts += ["## System", system] }
        var branches = write(tree.path, to: &parts)
        while scope == .allBranches, let start = branches.popLast() {
            let before = tree[start]?.parent.flatMap { tree[$0] }
            let place = before.map { "after “\(ChatTitle.line(of: $0.content, width: 50))”" } ?? "from the beginning"
            parts += ["---", "# Another branch, \(place)"]
            let path = tree.path(to: tree.end(below: start))
            let stem = before.map { tree.path(to: $0.id).count } ?? 0
            branches += write(Array(path.dropFirst(stem)), to: &parts)
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// - Returns: where other branches begin along this one, the first to be told last.
    private func write(_ messages: [StoredMessage], to parts: inout [String]) -> [MessageID] {
        var branches: [MessageID] = []
        for (index, message) in messages.enumerated() {
            let position = tree.siblingPosition(of: message.id)
            let version = position.map { $0.count > 1 ? " (\($0))" : "" } ?? ""
            parts.append("## \(heading(message))\(version)")
            if !message.content.isEmpty { parts.append(message.content) }
            if let mark = mark(message.ending) { parts.append("*(\(mark))*") }
            // The siblings of a branch's own first message are told by the branch it leaves.
            if index > 0 || message.id == tree.path.first?.id {
                branches += tree.siblings(of: message.id).filter { $0 != message.id }
            }
        }
        return branches.reversed()
    }

    private func heading(_ message: StoredMessage) -> String {
        switch message.role {
        case .system: "System"
        case .user: "You"
        case .assistant: message.model.map { sanitizedForTerminal($0) } ?? "Assistant"
        }
    }

    private func mark(_ ending: MessageEnding?) -> String? {
        switch ending {
        case .written, .endOfText, .stopString: nil
        case .tokenLimit: "cut at the token limit"
        case .contextFull: "cut: the context was full"
        case .cancelled: "stopped"
        case .failed: "failed"
        case .interrupted: "interrupted"
        case nil: "being written"
        }
    }
}
