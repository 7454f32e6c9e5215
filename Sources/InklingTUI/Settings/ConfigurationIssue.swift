// SPDX-License-Identifier: Apache-2.0

/// Something in a file of the user's that was not understood. It is told and passed over; it never keeps the program from
/// starting.
public struct ConfigurationIssue: Sendable, Equatable, CustomStringConvertible {
    /// The file's name, without its folder.
    public var file: String
    /// From 1; nil where it is about the file as a whole.
    public var line: Int?
    public var column: Int?
    public var text: String
    /// What may have been meant.
    public var suggestion: String?

    public init(file: String, line: Int? = nil, column: Int? = nil, text: String, suggestion: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.text = text
        self.suggestion = suggestion
    }

    public var description: String {
        var place = file
        if let line {
            place += ":\(line)"
            if let column { place += ":\(column)" }
        }
        return "\(place): \(text)" + (suggestion.map { "; did you mean \"\($0)\"?" } ?? "")
    }
}

/// The word nearest to one that is unknown.
public enum Suggestion {
    /// Nil if none is near enough to have been meant.
    public static func nearest(to word: String, in words: some Sequence<String>) -> String? {
        let limit = word.count < 3 ? 1 : max(2, min(3, word.count / 3))
        var best: (distance: Int, word: String)?
        for candidate in words {
            let distance = distance(Array(word.lowercased()), Array(candidate.lowercased()))
            if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        return best?.word
    }

    /// Insertions, deletions and replacements of letters that turn one into the other.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        // Longer ones are no typing mistakes.
        guard a.count <= 64, b.count <= 64 else { return .max }
        var row = Array(0...b.count)
        for i in 0..<a.count {
            var diagonal = row[0]
            row[0] = i + 1
            for j in 0..<b.count {
                let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
