// SPDX-License-Identifier: Apache-2.0

public import InklingGGUF
public import InklingTokenizer

extension VocabularyDescription {
    /// What a model file says about its tokenizer.
    ///
    /// Only the kind and the tokens must be there. Keys of a type that makes no sense are errors, ids out of range
    /// are left to `Vocabulary`.
    public init(metadata: GGUFMetadata) throws(GGUFError) {
        let model = try metadata.require("tokenizer.ggml.model", as: String.self)
        let tokens = try metadata.require("tokenizer.ggml.tokens", as: GGUFStringArray.self)
        let merges = try metadata.optional("tokenizer.ggml.merges", as: GGUFStringArray.self)
        self.init(
            model: model,
            preTokenizer: try metadata.optional("tokenizer.ggml.pre", as: String.self) ?? "",
            modelName: try metadata.optional("general.name", as: String.self) ?? "",
            architecture: try metadata.optional("general.architecture", as: String.self) ?? "",
            tokens: ByteStringArray(tokens),
            scores: try Self.scores(metadata),
            types: try Self.types(metadata),
            merges: merges.map { ByteStringArray($0) } ?? ByteStringArray(),
            special: try SpecialTokens(metadata: metadata),
            addsBOS: try metadata.optional("tokenizer.ggml.add_bos_token", as: Bool.self),
            addsEOS: try metadata.optional("tokenizer.ggml.add_eos_token", as: Bool.self),
            addsSpacePrefix: try metadata.optional("tokenizer.ggml.add_space_prefix", as: Bool.self),
            removesExtraWhitespace: try metadata.optional("tokenizer.ggml.remove_extra_whitespaces", as: Bool.self))
    }

    /// Scores are floating point, but some converters wrote whole numbers.
    private static func scores(_ metadata: GGUFMetadata) throws(GGUFError) -> [Float] {
        let key = "tokenizer.ggml.scores"
        if let whole = metadata.ints(key) { return whole.map { Float($0) } }
        return try metadata.optional(key, as: [Float].self) ?? []
    }

    private static func types(_ metadata: GGUFMetadata) throws(GGUFError) -> [Int32] {
        let types = try metadata.optional("tokenizer.ggml.token_type", as: [Int].self) ?? []
        return types.map { Int32(clamping: $0) }
    }
}

extension ByteStringArray {
    init(_ strings: GGUFStringArray) {
        self.init(reservingCount: strings.count, byteCount: strings.reduce(0) { $0 + $1.count })
        for string in strings {
            append(string)
        }
    }
}

extension SpecialTokens {
    init(metadata: GGUFMetadata) throws(GGUFError) {
        /// The first of some keys that is there; later ones are older names.
        func token(_ names: String...) throws(GGUFError) -> TokenID? {
            for name in names {
                guard let number = try metadata.optional("tokenizer.ggml.\(name)_token_id", as: Int.self) else {
                    continue
                }
                // Converters write −1, or 2³²−1, for "none".
                return Int32(exactly: number).flatMap { $0 >= 0 ? TokenID($0) : nil }
            }
            return nil
        }
        self.init()
        beginOfSequence = try token("bos")
        endOfSequence = try token("eos")
        endOfTurn = try token("eot")
        endOfMessage = try token("eom")
        unknown = try token("unknown")
        padding = try token("padding")
        separator = try token("seperator", "separator")
        mask = try token("mask")
        fillPrefix = try token("fim_pre", "prefix")
        fillSuffix = try token("fim_suf", "suffix")
        fillMiddle = try token("fim_mid", "middle")
        fillPadding = try token("fim_pad")
        fillRepository = try token("fim_rep")
        fillFileSeparator = try token("fim_sep")
    }
}
