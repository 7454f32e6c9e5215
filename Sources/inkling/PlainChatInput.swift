// SPDX-License-Identifier: Apache-2.0

/// Makes messages out of what a line reader gives. A line that ends in `\` goes on in the next; lines between two lines
/// of `"""` are one message; what came in as several lines at once stays one message.
struct PlainChatInput: Equatable {
    static let fence = "\"\"\""

    private var lines: [String] = []
    private var isBlock = false

    /// Whether a message has begun that is not complete.
    var isOpen: Bool { isBlock || !lines.isEmpty }

    /// - Returns: a message, or nil if there is more to come.
    mutating func take(_ entry: String) -> String? {
        let entry = Self.cleaned(entry)
        let parts = entry.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // A pasted text's own backslashes mean nothing here, and fences only around the whole of it.
        guard isBlock || parts.count == 1 || (lines.isEmpty && Self.isFence(parts[0])) else {
            return ended(with: entry)
        }
        var message: String?
        for part in parts {
            // What follows a closing fence in a paste is part of the message.
            if let complete = message { message = complete + "\n" + part } else { message = takeLine(part) }
        }
        return message
    }

    /// The input has ended: what was begun is all there is.
    mutating func finish() -> String? {
        isOpen ? ended() : nil
    }

    mutating func drop() {
        self = PlainChatInput()
    }

    private mutating func takeLine(_ line: String) -> String? {
        if isBlock {
            if Self.isFence(line) { return ended() }
            lines.append(line)
            return nil
        }
        if lines.isEmpty, Self.isFence(line) {
            isBlock = true
            return nil
        }
        let backslashes = line.reversed().prefix { $0 == "\\" }.count
        // Two are a backslash that somebody wants to write.
        guard backslashes % 2 == 1 else { return ended(with: line) }
        lines.append(String(line.dropLast()))
        return nil
    }

    private mutating func ended(with line: String? = nil) -> String {
        defer { drop() }
        return (lines + (line.map { [$0] } ?? [])).joined(separator: "\n")
    }

    private static func isFence(_ line: String) -> Bool {
        line.hasPrefix(fence) && line.dropFirst(fence.count).allSatisfy { $0 == " " || $0 == "\t" }
    }

    /// Line ends of all kinds as one, and none of the other control characters, which no message means.
    private static func cleaned(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 10: if !isAfterReturn { result.append("\n") }
            case 13: result.append("\n")
            case 9: result.append(scalar)
            case 0..<32, 127..<160: break
            default: result.append(scalar)
            }
            isAfterReturn = scalar.value == 13
        }
        // A line's own end, which a file from another system has left.
        if isAfterReturn { result.removeLast() }
        return String(result)
    }
}
