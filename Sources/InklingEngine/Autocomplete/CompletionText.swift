// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTokenizer

/// Makes text of continuations, cuts it, and merges what looks the same.
struct CompletionText {
    let vocabulary: Vocabulary
    /// Bytes that the first tokens repeat.
    let healedByteCount: Int
    /// The beginning of a character that ends the text before: continuations show it whole.
    var openCharacter: [UInt8] = []
    /// Whether the text begins with the continuation, so that a space before it is not of the text.
    let isAtStart: Bool
    let cut: CompletionRequest.Cut

    /// What of a continuation is shown.
    struct Piece: Equatable {
        var text: String
        /// As many tokens as the text takes.
        var tokenCount: Int
    }

    private static let leadingMarks = Set("`<([{\"'$-=/,|&#*_\\@+~^".utf8)

    /// How many tokens of a continuation there are before the word in which one is less probable than `least`; all of those
    /// whose probability is not known. One at least.
    func soundCount(_ continuation: Continuation, least: Float) -> Int {
        let all = continuation.tokens.count
        guard let doubtful = continuation.logProbabilities.firstIndex(where: { $0 < least }) else { return all }
        let first = continuation.stemCount + 1
        var count = max(continuation.stemCount + doubtful, first)
        func startsWord(_ token: TokenID) -> Bool {
            guard let byte = vocabulary.bytes(of: token).first else { return true }
            return !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) && !(65...90).contains(byte)
                && !(97...122).contains(byte) && byte < 0x80
        }
        while count > first, !startsWord(continuation.tokens[count]) { count -= 1 }
        // What only leads to the next word goes with it.
        func leadsOn(_ token: TokenID) -> Bool {
            guard let byte = vocabulary.bytes(of: token).last(where: { $0 > 0x20 }) else { return true }
            return Self.leadingMarks.contains(byte)
        }
        while count > first, leadsOn(continuation.tokens[count - 1]) { count -= 1 }
        return count
    }

    /// How many tokens of a continuation to keep when its end is written anew: those that are sound; all where the text ends
    /// among these anyway.
    func keptCount(_ continuation: Continuation, least: Float) -> Int {
        let count = soundCount(continuation, least: least)
        let isEnough = piece(Array(continuation.tokens.prefix(count))).tokenCount < count
        return isEnough ? continuation.tokens.count : count
    }

    /// Tokens that steer the model have no text, and neither has a character that is not complete.
    func piece(_ tokens: [TokenID]) -> Piece {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for token in tokens {
            if !vocabulary.isControl(token), !vocabulary.isEndOfGeneration(token) {
                bytes += vocabulary.bytes(of: token)
            }
            ends.append(bytes.count)
        }
        var skipped = min(healedByteCount, bytes.count)
        if isAtStart, healedByteCount == 0, vocabulary.addsSpacePrefix, bytes.first == UInt8(ascii: " ") { skipped = 1 }
        let whole = Self.completeText((openCharacter + bytes.dropFirst(skipped))[...])
        let kept = Self.cut(whole, cut)
        guard kept.utf8.count < whole.utf8.count else { return Piece(text: whole, tokenCount: tokens.count) }
        let end = skipped + kept.utf8.count - openCharacter.count
        return Piece(text: kept, tokenCount: min(tokens.count, ends.count { $0 < end } + 1))
    }

    /// What each token adds to the text that ``piece(_:)`` makes of all of them.
    func pieces(_ tokens: [TokenID], of whole: String) -> [String] {
        var reached = 0
        let bytes = Array(whole.utf8)
        return tokens.indices.map { index in
            let end = min(bytes.count, max(reached, piece(Array(tokens[...index])).text.utf8.count))
            defer { reached = end }
            return String(decoding: bytes[reached..<end], as: UTF8.self)
        }
    }

    private static func completeText(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix(completeCount(bytes)), as: UTF8.self)
    }

    /// How many bytes there are without a character at the end that more bytes might complete.
    static func completeCount(_ bytes: ArraySlice<UInt8>) -> Int {
        // The first byte of a character says how long it is.
        guard let start = bytes.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return bytes.count }
        let needed =
            switch bytes[start] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        return bytes.endIndex - start < needed ? start - bytes.startIndex : bytes.count
    }

    static func cut(_ text: String, _ cut: CompletionRequest.Cut) -> String {
        guard cut != .nowhere else { return text }
        let scalars = text.unicodeScalars
        var hasText = false
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index], next = scalars.index(after: index)
            if hasText, scalar == "\n" || scalar == "\r" { return String(scalars[..<index]) }
            if cut == .sentence, hasText {
                // A full stop inside a number or a name has no blank behind it.
                let ends = [".", "!", "?", "…"].contains(scalar)
                if ends, next < scalars.endIndex, scalars[next].properties.isWhitespace {
                    return String(scalars[..<next])
                }
                if ["。", "！", "？"].contains(scalar) { return String(scalars[..<next]) }
            }
            hasText = hasText || !scalar.properties.isWhitespace
            index = next
        }
        return text
    }

    /// The continuations in order, those left out that differ from a better one in nothing but blanks or have no text.
    ///
    /// - Parameter least: see ``CompletionRequest/leastLogProbability``.
    func completions(
        _ continuations: [Continuation], ranking: CompletionRequest.Ranking, least: Float = -.infinity
    ) -> [Completion] {
        var ranked = continuations
        if ranking == .probability {
            let means = continuations.map { continuation -> Float in
                continuation.logProbability.map { $0 / Float(continuation.newCount) } ?? -.infinity
            }
            let order = continuations.indices.sorted { means[$0] != means[$1] ? means[$0] > means[$1] : $0 < $1 }
            ranked = order.map { continuations[$0] }
        }
        let counts = ranked.map { soundCount($0, least: least) }
        let pieces = zip(ranked, counts).map { piece(Array($0.tokens.prefix($1))) }
        let words = pieces.map { $0.text.split(whereSeparator: \.isWhitespace) }
        var seen: Set<[Substring]> = []
        return ranked.indices.compactMap { index in
            let (continuation, piece) = (ranked[index], pieces[index])
            guard !words[index].isEmpty, seen.insert(words[index]).inserted else { return nil }
            // What is left of a draft may be the beginning of another.
            let isShortened = counts[index] < continuation.tokens.count
            let isBeginning = words.contains { $0.count > words[index].count && $0.starts(with: words[index]) }
            guard !isShortened || !isBeginning else { return nil }
            let isWhole = piece.tokenCount == continuation.tokens.count
            let count = max(0, piece.tokenCount - continuation.stemCount)
            let probabilities = continuation.logProbabilities.prefix(count)
            return Completion(
                text: piece.text,
                tokens: Array(continuation.tokens.prefix(piece.tokenCount).dropFirst(continuation.stemCount)),
                logProbability: probabilities.count == count ? probabilities.reduce(0, +) : nil,
                score: continuation.score, isFinished: continuation.isFinished && isWhole)
        }
    }
}
