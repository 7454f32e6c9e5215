// SPDX-License-Identifier: Apache-2.0

/// Why a tokenizer could not be made from a vocabulary description. Encoding and decoding themselves never fail.
public enum TokenizerError: Error, Sendable, Equatable {
    /// The model kind (`tokenizer.ggml.model`) is none of those implemented.
    case unsupportedModel(String, known: [String])
    /// The pre-tokenizer (`tokenizer.ggml.pre`) is none of those implemented.
    case unsupportedPreTokenizer(String, known: [String])
    /// There are no tokens at all.
    case emptyVocabulary
    /// More tokens than a token id can number.
    case tooManyTokens(Int)
    /// More merges than can be numbered.
    case tooManyMerges(Int)
    /// A table that must have one entry a token has another length.
    case lengthMismatch(table: String, count: Int, tokenCount: Int)
    /// A byte-level vocabulary came without its merges.
    case missingMerges
}

extension TokenizerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unsupportedModel(let name, let known):
            "The tokenizer kind “\(name)” is not supported (known: \(known.joined(separator: ", "))). "
                + "Use a model whose tokenizer is one of these."
        case .unsupportedPreTokenizer(let name, let known):
            "The pre-tokenizer “\(name)” is not known (known: \(known.joined(separator: ", "))). "
                + "Splitting text another way would give other tokens than the model was trained on; "
                + "convert the model again with a known name, or use another model."
        case .emptyVocabulary:
            "The vocabulary has no tokens. The file is incomplete; download or convert it again."
        case .tooManyTokens(let count):
            "The vocabulary claims \(count) tokens, more than ids can number. The file is damaged."
        case .tooManyMerges(let count):
            "The vocabulary claims \(count) merges, more than can be numbered. The file is damaged."
        case .lengthMismatch(let table, let count, let tokenCount):
            "The table of token \(table) has \(count) entries for \(tokenCount) tokens. The file is damaged."
        case .missingMerges:
            "The byte-level vocabulary has no merges, so text cannot be encoded. Convert the model again."
        }
    }
}
