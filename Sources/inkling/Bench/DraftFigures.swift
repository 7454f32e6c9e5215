// SPDX-License-Identifier: Apache-2.0

import Glibc
import InklingTokenizer

/// What is said of several continuations besides their time.
enum DraftFigures {
    static func exponential(_ value: Double) -> Double { exp(value) }

    /// Different n-grams of all drafts, divided by all of them (Li et al. 2016); nil where there is none.
    static func distinct(_ drafts: [[TokenID]], order: Int) -> Double? {
        var seen: Set<[TokenID]> = []
        var count = 0
        for tokens in drafts where tokens.count >= order {
            for start in 0...tokens.count - order {
                seen.insert(Array(tokens[start..<start + order]))
                count += 1
            }
        }
        return count > 0 ? Double(seen.count) / Double(count) : nil
    }

    /// How many words of the truth a draft gives before it first errs. Both follow a word, so that a draft which begins
    /// without a blank goes on inside that word and gives none.
    static func matchedWords(_ draft: String, _ truth: String) -> Int {
        guard draft.first?.isWhitespace == true, truth.first?.isWhitespace == true else { return 0 }
        let pairs = zip(draft.split(whereSeparator: \.isWhitespace), truth.split(whereSeparator: \.isWhitespace))
        return pairs.prefix { $0 == $1 }.reduce(0) { count, _ in count + 1 }
    }
}
