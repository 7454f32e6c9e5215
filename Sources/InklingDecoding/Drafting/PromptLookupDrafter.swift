// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer

/// Proposes what followed the last tokens where they stood before, in the prompt or in the answer.
///
/// Of several such places the latest counts, of several lengths the longest. A place near the end is copied past the end:
/// text that repeats itself is proposed as going on to do so.
///
/// Source: Saxena, "Prompt lookup decoding", 2023. Differs from the published code, which takes the earliest place and
/// only one with a whole draft after it.
public struct PromptLookupDrafter: Drafter {
    private let lengths: ClosedRange<Int>
    private let maxLength: Int
    private var index: NGramIndex

    /// - Parameters:
    ///   - lengths: how many of the last tokens must agree, at least 1.
    ///   - maxLength: longest draft.
    public init(lengths: ClosedRange<Int>, maxLength: Int) {
        self.lengths = lengths
        self.maxLength = maxLength
        index = NGramIndex(lengths: lengths)
    }

    public mutating func begin(_ run: DecodingRun) throws(GenerationError) {
        index = NGramIndex(lengths: lengths)
    }

    public mutating func propose(_ run: DecodingRun, limit: Int) throws(GenerationError) -> Draft {
        guard let match = match(in: run) else { return Draft(stop: .noMatch) }
        return copy(from: match, run, limit: limit)
    }

    /// Where the last tokens stood before.
    struct Match {
        /// How many tokens agree, at most ``longestMatch``.
        var length: Int
        /// The position after them there.
        var end: Int
    }

    /// Beyond this a longer match says no more.
    private static let longestMatch = 32

    /// - Complexity: O(tokens since the last call).
    mutating func match(in run: DecodingRun) -> Match? {
        let tokens = run.tokens
        index.extend(over: tokens)
        guard let found = index.latestMatch(in: tokens) else { return nil }
        var length = found.length
        while length < min(found.end, Self.longestMatch),
            tokens[found.end - 1 - length] == tokens[tokens.count - 1 - length]
        {
            length += 1
        }
        return Match(length: length, end: found.end)
    }

    /// What followed a match, at most `limit` tokens.
    func copy(from match: Match, _ run: DecodingRun, limit: Int) -> Draft {
        let tokens = run.tokens
        let bound = min(limit, maxLength)
        var draft = Draft(stop: bound < maxLength ? .limit : .length)
        draft.measures = [
            RoundMeasure("match-length", Double(match.length)), RoundMeasure("match-position", Double(match.end)),
        ]
        while draft.count < bound {
            let source = match.end + draft.count
            let token = source < tokens.count ? tokens[source] : draft.tokens[source - tokens.count]
            draft.append(token)
            if run.endTokens.contains(token) {
                draft.stop = .endToken
                break
            }
        }
        return draft
    }
}

/// Where each n-gram of a growing text stood last.
struct NGramIndex {
    private let lengths: ClosedRange<Int>
    /// By hash of an n-gram: the position after its latest occurrence. Of colliding n-grams the latest stays.
    private var ends: [UInt64: Int] = [:]
    /// N-grams that end at or before this position are in.
    private var indexedCount = 0

    init(lengths: ClosedRange<Int>) {
        self.lengths = lengths
    }

    /// Takes in the n-grams that something follows; the last tokens themselves must not match.
    /// - Complexity: O(new tokens · longest n-gram).
    mutating func extend(over tokens: [TokenID]) {
        guard indexedCount < tokens.count - 1 else { return }
        for end in indexedCount + 1..<tokens.count {
            forEachKey(endingAt: end, in: tokens) { _, key in ends[key] = end }
        }
        indexedCount = tokens.count - 1
    }

    /// The longest n-gram at the end of the text that stood before, and the position after it there.
    func latestMatch(in tokens: [TokenID]) -> (length: Int, end: Int)? {
        var match: (length: Int, end: Int)?
        forEachKey(endingAt: tokens.count, in: tokens) { length, key in
            guard let end = ends[key], end >= length else { return }
            // Keys are hashes; tokens decide.
            if tokens[end - length..<end] == tokens.suffix(length) { match = (length, end) }
        }
        return match
    }

    /// Hashes of the n-grams before `end`, shortest first, each continuing the one before it.
    private func forEachKey(endingAt end: Int, in tokens: [TokenID], _ body: (_ length: Int, _ key: UInt64) -> Void) {
        var key: UInt64 = 0
        for length in 1...lengths.upperBound {
            guard length <= end else { return }
            key = (key ^ UInt64(UInt32(bitPattern: tokens[end - length].rawValue)) &+ 1) &* 0x9E37_79B9_7F4A_7C15
            key ^= key >> 29
            if length >= lengths.lowerBound { body(length, key) }
        }
    }
}
