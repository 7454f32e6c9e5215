// SPDX-License-Identifier: Apache-2.0

/// The tokens of a model: their spelling, type, score and role. Immutable; share it freely.
///
/// Every function takes any id; those outside the vocabulary have no bytes, are normal, and end nothing.
public final class Vocabulary: Sendable {
    public enum Kind: Sendable, Equatable {
        /// Byte-level pair encoding: spellings are in the GPT-2 alphabet.
        case bytePair
        /// SentencePiece with scores: spellings are UTF-8 with U+2581 for a space, and byte tokens.
        case sentencePiece
    }

    public let kind: Kind
    /// How many tokens there are; ids are `0..<count`.
    public let count: Int
    /// The tokens with a role: what the file says, else what well-known spellings tell.
    public let special: SpecialTokens
    /// Whether an encoding that asks for boundary tokens begins with the beginning-of-sequence token.
    public let addsBOS: Bool
    /// Whether an encoding that asks for boundary tokens ends with the end-of-sequence token.
    public let addsEOS: Bool
    /// Whether a space is put before the text (SentencePiece only), and taken away when decoding.
    public let addsSpacePrefix: Bool
    /// Every token that ends a generation, ascending.
    public let endOfGenerationTokens: [TokenID]
    /// Every token of which ``isControl(_:)`` says so.
    public let controlTokens: Set<TokenID>

    /// Spellings as the file has them.
    let texts: ByteStringArray
    /// Finds an id by spelling; of tokens with one spelling, the last.
    let table: ByteStringTable
    let types: [TokenType]
    let scores: [Float]
    /// Length in bytes of the longest spelling.
    let longestText: Int
    /// Tokens that swallow the blanks before them, and after them, in text.
    let stripsLeft: Set<TokenID>
    let stripsRight: Set<TokenID>
    private let endsGeneration: Set<TokenID>
    private let byteTokens: [Int32]

    /// Checks the tables of a description and works out the roles.
    public init(_ description: VocabularyDescription) throws(TokenizerError) {
        let tokens = description.tokens
        guard tokens.count > 0 else { throw .emptyVocabulary }
        guard tokens.count < 1 << 28 else { throw .tooManyTokens(tokens.count) }
        guard description.scores.isEmpty || description.scores.count >= tokens.count else {
            throw .lengthMismatch(table: "scores", count: description.scores.count, tokenCount: tokens.count)
        }
        guard description.types.isEmpty || description.types.count >= tokens.count else {
            throw .lengthMismatch(table: "types", count: description.types.count, tokenCount: tokens.count)
        }

        let isByteLevel: Bool
        switch description.model {
        case "gpt2": isByteLevel = true
        case "llama": isByteLevel = false
        default: throw .unsupportedModel(description.model, known: Tokenizers.knownModels)
        }
        kind = isByteLevel ? .bytePair : .sentencePiece
        let pre = isByteLevel ? try PreTokenizer(named: description.preTokenizer) : nil

        count = tokens.count
        texts = tokens
        scores = description.scores
        var table = ByteStringTable(reservingCount: tokens.count)
        var longest = 0
        for index in 0..<tokens.count {
            let length = tokens.range(of: index).count
            if length == 0 { continue }
            longest = max(longest, length)
            table.insert(index, in: tokens)
        }
        self.table = table
        longestText = longest

        var types = [TokenType](repeating: .normal, count: tokens.count)
        if !description.types.isEmpty {
            for index in 0..<tokens.count {
                types[index] = UInt8(exactly: description.types[index]).flatMap(TokenType.init) ?? .unused
            }
        }
        let roles = SpecialTokenRoles(description.special, kind: kind, tokens: tokens, table: table, types: &types)
        self.types = types
        controlTokens = Set(
            types.indices.filter { types[$0].isControl }.map { TokenID(Int32(truncatingIfNeeded: $0)) })
        special = roles.special
        endsGeneration = roles.endsGeneration
        endOfGenerationTokens = roles.endsGeneration.sorted()

        addsBOS = description.addsBOS ?? pre?.addsBOS ?? true
        addsEOS = description.addsEOS ?? false
        addsSpacePrefix = isByteLevel ? false : description.addsSpacePrefix ?? true

        var stripping = BlankStripping()
        stripping.work(out: description, types: types, tokens: tokens, table: table)
        stripsLeft = stripping.left
        stripsRight = stripping.right

        var byteTokens = [Int32](repeating: -1, count: 256)
        for byte in 0..<256 {
            let spelling = isByteLevel ? Self.letter(UInt8(byte)) : Self.byteSpelling(UInt8(byte))
            if let index = table.index(of: spelling, 0..<spelling.count, in: tokens) {
                byteTokens[byte] = index
            } else if !isByteLevel, let index = table.index(of: [UInt8(byte)], 0..<1, in: tokens) {
                byteTokens[byte] = index
            }
        }
        self.byteTokens = byteTokens
    }

    public func contains(_ token: TokenID) -> Bool {
        token.rawValue >= 0 && Int(token.rawValue) < count
    }

    /// The spelling in the file: the alphabet of the kind, not text.
    public func spelling(of token: TokenID) -> String {
        contains(token) ? String(decoding: texts[Int(token.rawValue)], as: UTF8.self) : ""
    }

    /// The token with this spelling in the file.
    public func token(spelled spelling: String) -> TokenID? {
        let bytes = Array(spelling.utf8)
        return table.index(of: bytes, 0..<bytes.count, in: texts).map { TokenID($0) }
    }

    public func type(of token: TokenID) -> TokenType {
        contains(token) ? types[Int(token.rawValue)] : .normal
    }

    /// The score of a SentencePiece token; 0 where the file has none.
    public func score(of token: TokenID) -> Float {
        token.rawValue >= 0 && Int(token.rawValue) < scores.count ? scores[Int(token.rawValue)] : 0
    }

    /// Whether the token steers the model instead of saying something: such tokens are not part of the text.
    public func isControl(_ token: TokenID) -> Bool {
        type(of: token).isControl
    }

    /// Whether a model that emits this token has finished.
    public func isEndOfGeneration(_ token: TokenID) -> Bool {
        endsGeneration.contains(token)
    }

    /// The bytes a token stands for in text; a control token stands for its name.
    public func bytes(of token: TokenID) -> [UInt8] {
        guard contains(token) else { return [] }
        let text = texts[Int(token.rawValue)]
        switch types[Int(token.rawValue)] {
        case .unknown, .control, .userDefined:
            return Array(text)
        case .byte:
            return Self.byte(spelled: text).map { [$0] } ?? Array(text)
        case .normal, .unused:
            return kind == .bytePair ? ByteAlphabet.decode(text) : SpaceMark.unescape(text)
        }
    }

    /// The token for a raw byte, nil where the vocabulary has none.
    @inline(__always)
    func byteToken(_ byte: UInt8) -> Int32? {
        let index = byteTokens[Int(byte)]
        return index >= 0 ? index : nil
    }

    private static func letter(_ byte: UInt8) -> [UInt8] {
        var text: [UInt8] = []
        ByteAlphabet.append(byte, to: &text)
        return text
    }

    /// `<0x0A>`
    private static func byteSpelling(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]] + Array(">".utf8)
    }

    private static func byte(spelled text: ArraySlice<UInt8>) -> UInt8? {
        guard text.count == 6, text.starts(with: "<0x".utf8), text.last == UInt8(ascii: ">") else { return nil }
        let digits = text.dropFirst(3).dropLast().compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return digits.count == 2 ? UInt8(digits[0] << 4 | digits[1]) : nil
    }
}
