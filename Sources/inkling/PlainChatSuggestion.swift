// SPDX-License-Identifier: Apache-2.0

/// What somebody probably meant to type.
enum PlainChatSuggestion {
    /// The word that comes nearest, if one does: it begins the same, or takes at most two slips to turn into.
    static func nearest(to word: String, in words: [String]) -> String? {
        let word = word.lowercased()
        guard !word.isEmpty else { return nil }
        if let longer = words.first(where: { $0.hasPrefix(word) }) { return longer }
        let limit = word.count <= 3 ? 1 : 2
        return words.map { (word: $0, slips: slips(Array(word.prefix(32)), Array($0))) }
            .filter { $0.slips <= limit }
            .min { $0.slips < $1.slips }?.word
    }

    /// Letters to add, drop, change or swap with their neighbour to turn one word into the other.
    static func slips(_ from: [Character], _ to: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...to.count)
        for row in 0..<from.count {
            var current = [row + 1]
            for column in 0..<to.count {
                var best = min(
                    last[column] + (from[row] == to[column] ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, from[row] == to[column - 1], from[row - 1] == to[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[to.count]
    }
}
