// SPDX-License-Identifier: Apache-2.0

/// What somebody probably meant to type.
public enum Suggestion {
    /// The word that comes nearest to one that is unknown, if one is near enough to have been meant: it begins the same,
    /// or takes a slip or two of the hand, three in long words, to turn into. Case does not count.
    public static func nearest(to word: String, in words: some Sequence<String>) -> String? {
        let typed = Array(word.lowercased())
        // Longer ones are no typing mistakes.
        guard !typed.isEmpty, typed.count <= lengthLimit else { return nil }
        let limit = typed.count <= 3 ? 1 : max(2, min(3, typed.count / 3))
        var best: (slips: Int, word: String)?
        for candidate in words {
            let letters = Array(candidate.lowercased())
            if letters.starts(with: typed) { return candidate }
            guard letters.count <= lengthLimit else { continue }
            let slips = slips(typed, letters)
            if slips <= limit, slips < best?.slips ?? .max { best = (slips, candidate) }
        }
        return best?.word
    }

    private static let lengthLimit = 64

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
