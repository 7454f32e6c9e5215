// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTokenizer

/// What the model reads for a text around a cursor.
struct CompletionPrompt {
    private(set) var tokens: [TokenID]
    /// See ``DraftRequest/firstTokens``.
    private(set) var firstTokens: [TokenID]?
    /// Bytes at the end of the prefix that the first token of a continuation repeats.
    private(set) var healedByteCount = 0
    private(set) var filledInTheMiddle = false

    /// - Parameters:
    ///   - capacity: how many tokens there is room for. Of a longer text the end stays.
    init(
        _ request: CompletionRequest, tokenizer: any Tokenizer, index: TokenPrefixIndex, capacity: Int
    ) throws(EngineError) {
        let vocabulary = tokenizer.vocabulary, special = vocabulary.special
        var prefix = tokenizer.encode(request.prefix, special: .ignore)
        var healed: [UInt8] = []
        let begin = vocabulary.addsBOS ? special.beginOfSequence : nil
        let middle = Self.middle(request, tokenizer, capacity: capacity / 4)

        if request.healsTokens, let last = prefix.last, TokenPrefixIndex.isText(last, in: vocabulary),
            prefix.count > 1 || begin != nil || middle != nil
        {
            let bytes = vocabulary.bytes(of: last)
            let extending = index.tokens(beginningWith: bytes)
            // Where nothing else begins like it, it may as well stay.
            if extending.contains(where: { $0 != last }) {
                prefix.removeLast()
                healed = bytes
                firstTokens = extending
            }
        }
        healedByteCount = healed.count

        var head = begin.map { [$0] } ?? []
        if let middle {
            head.append(middle.prefix)
            filledInTheMiddle = true
        }
        let tail = middle.map { [$0.suffix] + $0.text + [$0.middle] } ?? []
        tokens = head + Self.window(prefix, room: capacity - head.count - tail.count) + tail
        if tokens.isEmpty, let only = special.beginOfSequence ?? special.endOfSequence { tokens = [only] }
        guard !tokens.isEmpty else { throw .generation(.emptyPrompt) }
    }

    /// Of a text too long, the end. It begins at a place that stays the same for many more tokens, so that what the cache
    /// holds can be used again.
    private static func window(_ tokens: [TokenID], room: Int) -> ArraySlice<TokenID> {
        guard tokens.count > room else { return tokens[...] }
        guard room > 0 else { return [] }
        let step = max(1, room / 4)
        let dropped = (tokens.count - room + step - 1) / step * step
        return tokens.dropFirst(dropped)
    }

    private struct Middle {
        var prefix, suffix, middle: TokenID
        var text: ArraySlice<TokenID>
    }

    private static func middle(_ request: CompletionRequest, _ tokenizer: any Tokenizer, capacity: Int) -> Middle? {
        let special = tokenizer.vocabulary.special
        guard !request.suffix.isEmpty, let prefix = special.fillPrefix, let suffix = special.fillSuffix,
            let middle = special.fillMiddle
        else { return nil }
        let text = tokenizer.encode(request.suffix, special: .ignore)
        return Middle(prefix: prefix, suffix: suffix, middle: middle, text: text.prefix(max(0, capacity)))
    }
}
