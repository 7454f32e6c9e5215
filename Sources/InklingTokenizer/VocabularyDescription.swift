// SPDX-License-Identifier: Apache-2.0

/// What a model file says about its tokenizer, as plain data. Nothing here has been checked; `Vocabulary` does that.
///
/// The comments name the GGUF key a field usually comes from.
public struct VocabularyDescription: Sendable, Equatable {
    /// `tokenizer.ggml.model`: "gpt2" (byte-level pairs) or "llama" (SentencePiece with scores).
    public var model: String
    /// `tokenizer.ggml.pre`: how text is split before merging. Empty means "default".
    public var preTokenizer: String
    /// `general.name` and `general.architecture`: a few models strip blanks around special tokens, and the file says
    /// so in no other way.
    public var modelName: String
    public var architecture: String

    /// `tokenizer.ggml.tokens`, in the spelling of the file.
    public var tokens: ByteStringArray
    /// `tokenizer.ggml.scores`: one a token, or empty.
    public var scores: [Float]
    /// `tokenizer.ggml.token_type`: one a token, or empty for all normal. Values of `TokenType`; others are unused.
    public var types: [Int32]
    /// `tokenizer.ggml.merges`: "left right", best first.
    public var merges: ByteStringArray

    /// The special tokens the file names. Ids outside the vocabulary are ignored.
    public var special: SpecialTokens

    /// `tokenizer.ggml.add_bos_token` and its like; nil takes the default of the kind and the pre-tokenizer.
    public var addsBOS: Bool?
    public var addsEOS: Bool?
    public var addsSpacePrefix: Bool?
    /// `tokenizer.ggml.remove_extra_whitespaces`: kept as the file says it. Neither of the implemented kinds obeys
    /// it, as in the reference implementation, where it concerns unigram models alone.
    public var removesExtraWhitespace: Bool?

    public init(
        model: String, preTokenizer: String = "", modelName: String = "", architecture: String = "",
        tokens: ByteStringArray, scores: [Float] = [], types: [Int32] = [], merges: ByteStringArray = .init(),
        special: SpecialTokens = .init(), addsBOS: Bool? = nil, addsEOS: Bool? = nil, addsSpacePrefix: Bool? = nil,
        removesExtraWhitespace: Bool? = nil
    ) {
        self.model = model
        self.preTokenizer = preTokenizer
        self.modelName = modelName
        self.architecture = architecture
        self.tokens = tokens
        self.scores = scores
        self.types = types
        self.merges = merges
        self.special = special
        self.addsBOS = addsBOS
        self.addsEOS = addsEOS
        self.addsSpacePrefix = addsSpacePrefix
        self.removesExtraWhitespace = removesExtraWhitespace
    }
}

/// What a token is for; raw values as in `tokenizer.ggml.token_type`.
public enum TokenType: UInt8, Sendable, CaseIterable {
    case normal = 1
    /// Stands for what the vocabulary cannot spell.
    case unknown = 2
    /// Steers the model; never comes from ordinary text.
    case control = 3
    /// Added by the model's maker; found in text before anything else, whatever the policy.
    case userDefined = 4
    case unused = 5
    /// One raw byte, spelt `<0x0A>`.
    case byte = 6

    /// Whether such a token steers the model instead of saying something.
    var isControl: Bool { self == .control || self == .unknown }
}

/// The tokens with a role, nil where the model has none.
public struct SpecialTokens: Sendable, Equatable {
    public var beginOfSequence: TokenID?
    public var endOfSequence: TokenID?
    public var endOfTurn: TokenID?
    public var endOfMessage: TokenID?
    public var unknown: TokenID?
    public var padding: TokenID?
    public var separator: TokenID?
    public var mask: TokenID?
    public var fillPrefix: TokenID?
    public var fillSuffix: TokenID?
    public var fillMiddle: TokenID?
    public var fillPadding: TokenID?
    public var fillRepository: TokenID?
    public var fillFileSeparator: TokenID?

    public init() {}
}
