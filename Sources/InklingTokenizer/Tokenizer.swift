// SPDX-License-Identifier: Apache-2.0

/// What to do with the spelling of a control token that stands in the text to encode.
///
/// Text of a user must be encoded with `.ignore`, or it could speak for the other side. Tokens the model's maker
/// defined for use in text are found under either policy.
public enum SpecialTokenPolicy: Sendable, Equatable {
    /// It becomes the control token.
    case parse
    /// It is text like any other.
    case ignore
    /// It becomes the control token, but where it touches one of these byte ranges it is text: what people wrote inside
    /// a text that a template made.
    case parseOutside([Range<Int>])
}

/// Whether an encoding gets the tokens that begin and end a sequence.
public enum BoundaryTokens: Sendable, Equatable {
    /// None.
    case none
    /// Those the vocabulary adds by default: `addsBOS`, `addsEOS`.
    case byDefault
}

/// Turns bytes to tokens and back. Never fails: text that is not valid UTF-8 keeps its bytes, and ids outside the
/// vocabulary stand for nothing.
public protocol Tokenizer: Sendable {
    var vocabulary: Vocabulary { get }

    /// The tokens of a text.
    func encode(_ text: [UInt8], special: SpecialTokenPolicy, boundaries: BoundaryTokens) -> [TokenID]
}

extension Tokenizer {
    public func encode(_ text: [UInt8], special: SpecialTokenPolicy) -> [TokenID] {
        encode(text, special: special, boundaries: .none)
    }

    public func encode(
        _ text: String, special: SpecialTokenPolicy, boundaries: BoundaryTokens = .none
    ) -> [TokenID] {
        encode(Array(text.utf8), special: special, boundaries: boundaries)
    }

    /// The bytes of one token, wherever it stands: see `Vocabulary.bytes(of:)`.
    public func bytes(of token: TokenID) -> [UInt8] {
        vocabulary.bytes(of: token)
    }

    /// The exact bytes of a sequence: the inverse of `encode` without boundary tokens, whenever the vocabulary can
    /// spell every byte of the text. Spaces that encoding put before text (at the start and after each special token,
    /// in SentencePiece vocabularies) are taken away again.
    public func decode(_ tokens: [TokenID]) -> [UInt8] {
        var result: [UInt8] = []
        var isAtStart = true
        for token in tokens {
            appendDecoded(token, isAtStart: &isAtStart, in: vocabulary, to: &result)
        }
        return result
    }
}

/// Appends the bytes of `token`, but for the one space encoding puts before text. `isAtStart` says whether the next
/// token is the first after the start or after a special token.
func appendDecoded(
    _ token: TokenID, isAtStart: inout Bool, in vocabulary: Vocabulary, to result: inout [UInt8]
) {
    let bytes = vocabulary.bytes(of: token)
    switch vocabulary.type(of: token) {
    case .control, .unknown, .userDefined:
        result.append(contentsOf: bytes)
        isAtStart = true
    case .normal, .byte, .unused:
        let dropsSpace = isAtStart && vocabulary.addsSpacePrefix && bytes.first == SpaceMark.space
        result.append(contentsOf: dropsSpace ? bytes.dropFirst() : bytes[...])
        isAtStart = isAtStart && bytes.isEmpty
    }
}

/// Makes the tokenizer a description asks for.
public enum Tokenizers {
    /// The values of `VocabularyDescription.model` that have a tokenizer.
    public static let knownModels = ["gpt2", "llama"]

    public static func make(_ description: VocabularyDescription) throws(TokenizerError) -> any Tokenizer {
        let vocabulary = try Vocabulary(description)
        switch vocabulary.kind {
        case .bytePair:
            return try BytePairTokenizer(
                vocabulary, merges: description.merges, preTokenizer: PreTokenizer(named: description.preTokenizer))
        case .sentencePiece:
            return SentencePieceTokenizer(vocabulary)
        }
    }
}
