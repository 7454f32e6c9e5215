// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// The ways in which tokens can cover a text that may end inside a token.
///
/// A cover is a sequence of tokens that the tokenizer itself would write, whose bytes begin with the text and of which only
/// the last token reaches beyond it. The probability of the text is the sum of the probabilities of its covers, and what
/// comes next is distributed as they and what follows them say ("Exact Byte-Level Probabilities from Tokenized Language
/// Models", Phan et al. 2024). To just go on after the text's own tokens is not the same: a model never saw "inclu" where
/// it saw "include", and after a blank of its own it never saw a word.
///
/// All covers begin with the anchor. The rest is a few stems, each with the tokens that may complete it.
public struct PrefixCovers: Sendable {
    /// The beginning of some covers, without their last token.
    public struct Stem: Sendable, Equatable {
        /// Those after the anchor.
        public var tokens: [TokenID]
        /// What the tokens leave of the text; empty for the stem that is the text itself, which any token may follow.
        public var rest: [UInt8]
        /// Tokens that begin with the rest and reach beyond it, rising. Whether the tokenizer would write them there is for
        /// ``PrefixCovers/isValid(_:after:)`` to say.
        public var candidates: [TokenID]
        /// Where the rest begins in the bytes that are encoded to find out.
        fileprivate var cut: Int
    }

    /// What all covers begin with.
    public let anchor: [TokenID]
    /// That of the whole text first.
    public let stems: [Stem]
    /// Bytes of the text's own tokens after the anchor, which each cover repeats.
    public let openByteCount: Int
    private let tokenizer: any Tokenizer
    /// The end of the text from a place on that is the end of a token whatever follows.
    private let window: [UInt8]
    /// Whether something stands before the window.
    private let isInside: Bool
    /// Tokens of the window that belong to the anchor.
    private let anchoredCount: Int

    /// A text has hardly more places where a token could begin that reaches beyond its end; long runs of blanks have.
    private static let stemLimit = 12
    private static let longestRest = 64

    /// - Parameters:
    ///   - prefix: any bytes; it may end inside a character.
    ///   - minimumAnchor: how many tokens the anchor has at least, if the text has so many: for models that must read
    ///     something before they can say anything. Covers that begin otherwise are then left out.
    public init(
        of prefix: [UInt8], tokenizer: any Tokenizer, index: TokenPrefixIndex, minimumAnchor: Int = 0
    ) {
        self.tokenizer = tokenizer
        let vocabulary = tokenizer.vocabulary
        let whole = tokenizer.encode(prefix, special: .ignore)

        var splits: [(start: Int, rest: [UInt8], candidates: [TokenID])] = []
        let farthest = max(0, prefix.count - min(Self.longestRest, index.longestByteCount))
        for start in (farthest..<prefix.count).reversed() where splits.count < Self.stemLimit {
            var rest = Array(prefix[start...])
            // Such a vocabulary writes a blank before the first word.
            if start == 0, vocabulary.addsSpacePrefix { rest.insert(SpaceByte.value, at: 0) }
            let candidates = index.tokens(beginningWith: rest, isLonger: true)
            if !candidates.isEmpty { splits.append((start, rest, candidates)) }
        }

        var begin = index.hasTokensAcrossWords ? 0 : Self.wordEnd(prefix, upTo: splits.last?.start ?? prefix.count)
        if begin > 0 {
            let head = tokenizer.encode(Array(prefix[..<begin]), special: .ignore)
            let tail = Self.encode(Array(prefix[begin...]), isInside: true, tokenizer)
            if head + (tail ?? []) != whole || tail == nil { begin = 0 }
        }
        let isInside = begin > 0
        let window = Array(prefix[begin...])
        let wholeTail = Self.encode(window, isInside: isInside, tokenizer) ?? whole
        let head = whole.dropLast(min(whole.count, wholeTail.count))

        var stems = [Stem(tokens: wholeTail, rest: [], candidates: [], cut: window.count)]
        for split in splits {
            let cut = split.start - begin
            guard cut >= 0, let tokens = Self.encode(Array(window[..<cut]), isInside: isInside, tokenizer) else {
                continue
            }
            stems.append(Stem(tokens: tokens, rest: split.rest, candidates: split.candidates, cut: cut))
        }
        let needed = min(wholeTail.count, max(0, minimumAnchor - head.count))
        stems.removeAll { !$0.tokens.starts(with: wholeTail.prefix(needed)) }
        let common = stems.reduce(wholeTail.count) { count, stem in
            min(count, zip(stem.tokens, wholeTail).prefix { $0 == $1 }.count)
        }
        for index in stems.indices { stems[index].tokens.removeFirst(common) }
        anchor = Array(head) + wholeTail.prefix(common)
        openByteCount = wholeTail.dropFirst(common).reduce(0) { $0 + vocabulary.bytes(of: $1).count }
        anchoredCount = common
        self.stems = stems
        self.window = window
        self.isInside = isInside
        self.wholeTail = wholeTail
    }

    private let wholeTail: [TokenID]

    /// Whether the tokenizer would write this token after a stem.
    public func isValid(_ token: TokenID, after stem: Int) -> Bool {
        let vocabulary = tokenizer.vocabulary, entry = stems[stem]
        // What steers the model stands where it likes.
        guard TokenPrefixIndex.isText(token, in: vocabulary) else { return true }
        var bytes = Array(window[..<entry.cut])
        let added = vocabulary.bytes(of: token)
        let isFirst = entry.cut == 0 && !isInside && vocabulary.addsSpacePrefix && added.first == SpaceByte.value
        bytes += isFirst ? added.dropFirst() : added[...]
        let expected = wholeTail.prefix(anchoredCount) + entry.tokens + [token]
        return Self.encode(bytes, isInside: isInside, tokenizer).map { $0.elementsEqual(expected) } ?? true
    }

    /// The last place up to `limit` where a word has ended and a blank follows: tokens end there. 0 if there is none.
    private static func wordEnd(_ text: [UInt8], upTo limit: Int) -> Int {
        var place = min(limit, text.count - 1)
        while place > 0 {
            // Blanks beyond ASCII end in bytes beyond ASCII.
            if text[place] == SpaceByte.value, (0x21...0x7E).contains(text[place - 1]) { return place }
            place -= 1
        }
        return 0
    }

    /// The tokens of a part of a text that begins with it, or with a blank after a word; nil if that cannot be told.
    private static func encode(_ bytes: [UInt8], isInside: Bool, _ tokenizer: any Tokenizer) -> [TokenID]? {
        guard isInside else { return tokenizer.encode(bytes, special: .ignore) }
        let tokens = tokenizer.encode([UInt8(ascii: "a")] + bytes, special: .ignore)
        let letter = tokenizer.encode([UInt8(ascii: "a")], special: .ignore)
        guard letter.count == 1, tokens.first == letter.first else { return nil }
        return Array(tokens.dropFirst())
    }
}

private enum SpaceByte {
    static let value: UInt8 = 0x20
}
