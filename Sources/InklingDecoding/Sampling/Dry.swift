// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer

extension SamplerStage {
    /// Makes tokens less likely that would go on with a repetition: where the last n tokens stood before an earlier
    /// occurrence of a token, its logit falls by multiplier · base^(n − allowed length).
    ///
    /// Looks back to the last control token: what is repeated from an earlier turn of a chat is no repetition.
    ///
    /// Source: see ``DrySettings``. Differs from it in what ends a repetition: a control token, not texts from a list.
    static let dry = SamplerStage(
        id: "dry", title: "DRY", help: "makes tokens that would go on with a repetition less likely",
        shapesGreedy: true,
        isActive: { $0.dry.isOn },
        apply: { candidates, settings, history in
            let dry = settings.dry
            let stretch = history.tokens[history.stretchStart...]
            let window = dry.window < 0 ? stretch : stretch.suffix(dry.window)
            for (token, length) in Repetition.lengths(in: window, atLeast: dry.allowedLength) {
                let penalty = dry.penalty(ofLength: length)
                // A penalty makes a token unlikely, it never bans one.
                candidates.update(token) { max($0 - penalty, -.greatestFiniteMagnitude) }
            }
        })
}

/// How the end of a text repeats what stands earlier in it.
enum Repetition {
    /// By token: the greatest n such that the last n tokens also stand before an earlier occurrence of that token. Those
    /// below `shortest` are left out.
    ///
    /// The Z-function of the reversed text: there the end is a prefix, and how far it agrees with itself from each place
    /// is found from what is known of the places before, so that no token is compared twice with success.
    ///
    /// - Complexity: O(tokens).
    static func lengths(in tokens: ArraySlice<TokenID>, atLeast shortest: Int) -> [TokenID: Int] {
        let span = tokens.span
        let count = span.count
        var lengths: [TokenID: Int] = [:]
        // Before the first token stands nothing, and nothing always agrees.
        if shortest <= 0, count > 0 { lengths[span[0]] = 0 }
        var agreements = [Int32](repeating: 0, count: count)
        // Reversed, the tokens of `left..<right` equal those of the beginning; `right` is the farthest so far.
        var left = 0, right = 0
        var place = 1
        while place < count {
            var length = place < right ? min(right - place, Int(agreements[place - left])) : 0
            while place + length < count, span[count - 1 - length] == span[count - 1 - place - length] { length += 1 }
            if place + length > right { (left, right) = (place, place + length) }
            agreements[place] = Int32(truncatingIfNeeded: length)
            if length >= shortest {
                let token = span[count - place]
                if length >= lengths[token] ?? 0 { lengths[token] = length }
            }
            place += 1
        }
        return lengths
    }
}
