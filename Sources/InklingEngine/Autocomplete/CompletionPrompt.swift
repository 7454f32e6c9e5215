// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingTokenizer

/// What the model reads for a text around a cursor.
struct CompletionPrompt {
    /// All that is read before the covers' own tokens.
    private(set) var tokens: [TokenID]
    /// nil where the text's tokens are what it is.
    private(set) var covers: PrefixCovers?
    /// Bytes at the end of the prefix that continuations repeat.
    private(set) var healedByteCount = 0
    private(set) var filledInTheMiddle = false

    /// - Parameters:
    ///   - capacity: how many tokens there is room for. Of a longer text the end stays.
    ///   - answerHead: what comes before an answer, where the text is to be read as one.
    init(
        _ request: CompletionRequest, tokenizer: any Tokenizer, index: TokenPrefixIndex, capacity: Int,
        answerHead: [TokenID]? = nil
    ) throws(EngineError) {
        let vocabulary = tokenizer.vocabulary, special = vocabulary.special
        let begin = vocabulary.addsBOS ? special.beginOfSequence : nil
        let middle = Self.middle(request, tokenizer, capacity: capacity / 4)
        // What a text without a beginning begins with.
        let start = special.beginOfSequence ?? special.endOfSequence

        let prefix: [TokenID]
        if request.healsTokens, !request.prefixBytes.isEmpty {
            let found = PrefixCovers(
                of: request.prefixBytes, tokenizer: tokenizer, index: index,
                minimumAnchor: begin == nil && middle == nil && start == nil ? 1 : 0)
            prefix = found.anchor
            if found.stems.count > 1 {
                covers = found
                healedByteCount = found.openByteCount
            }
        } else {
            prefix = tokenizer.encode(request.prefixBytes, special: .ignore)
        }

        var head = begin.map { [$0] } ?? []
        if middle == nil, let answerHead, answerHead.count <= capacity / 4 {
            head = answerHead
        } else if let middle {
            head.append(middle.prefix)
            filledInTheMiddle = true
        } else if begin == nil, let start, prefix.count < capacity {
            // A text that is there from its first word begins as texts began in training, even where a chat does not.
            head = [start]
        }
        let tail = middle.map { [$0.suffix] + $0.text + [$0.middle] } ?? []
        tokens = head + Self.window(prefix, room: capacity - head.count - tail.count) + tail
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
