// SPDX-License-Identifier: Apache-2.0

/// Works out which tokens have a role and which end a generation. Files are incomplete here, and many leave the turn
/// markers of chat models as ordinary tokens, so well-known spellings count as well.
struct SpecialTokenRoles {
    private(set) var special: SpecialTokens
    private(set) var endsGeneration: Set<TokenID> = []

    /// Roles for a vocabulary; `types` is corrected where a spelling says otherwise.
    init(
        _ given: SpecialTokens, kind: Vocabulary.Kind, tokens: ByteStringArray, table: ByteStringTable,
        types: inout [TokenType]
    ) {
        func token(_ spelling: String) -> TokenID? {
            let bytes = Array(spelling.utf8)
            return table.index(of: bytes, 0..<bytes.count, in: tokens).map { TokenID($0) }
        }
        func inRange(_ token: TokenID?) -> TokenID? {
            token.flatMap { $0.rawValue >= 0 && Int($0.rawValue) < tokens.count ? $0 : nil }
        }

        special = given
        for path in Self.allRoles {
            special[keyPath: path] = inRange(given[keyPath: path])
        }
        if kind == .sentencePiece {
            special.unknown = special.unknown ?? inRange(0)
            special.beginOfSequence = special.beginOfSequence ?? inRange(1)
            special.endOfSequence = special.endOfSequence ?? inRange(2)
        }
        for (path, spellings) in Self.spellingsOfRoles where special[keyPath: path] == nil {
            for spelling in spellings {
                if let found = token(spelling) {
                    special[keyPath: path] = found
                    types[Int(found.rawValue)] = .control
                    break
                }
            }
        }

        endsGeneration = Set(
            [
                special.endOfSequence, special.endOfTurn, special.endOfMessage, special.fillPadding,
                special.fillRepository, special.fillFileSeparator,
            ].compactMap(\.self))
        for spelling in Self.endings {
            if let found = token(spelling) {
                // Byte-level vocabularies made from web pages have the closing tag of struck-out text as a word.
                if spelling == "</s>", kind == .bytePair, types[Int(found.rawValue)] == .normal { continue }
                endsGeneration.insert(found)
                types[Int(found.rawValue)] = .control
            }
        }
        for spelling in Self.channelMarkers {
            if let found = token(spelling) {
                types[Int(found.rawValue)] = .userDefined
            }
        }
        correctAmbiguousEndings(token, &types)
    }

    /// Two families use a common ending for something else, which shows in the other endings they have.
    private mutating func correctAmbiguousEndings(_ token: (String) -> TokenID?, _ types: inout [TokenType]) {
        func ends(_ spelling: String) -> TokenID? {
            token(spelling).flatMap { endsGeneration.contains($0) ? $0 : nil }
        }
        let calls = ends("<|call|>") ?? ends("<|calls|>")
        if let end = ends("<|end|>"), calls != nil, ends("<|return|>") ?? ends("<|flush|>") != nil {
            endsGeneration.remove(end)
            types[Int(end.rawValue)] = .userDefined
        }
        if let end = ends("</s>"), ends("<|tool_response>") ?? ends("<|plamo:eos|>") != nil {
            endsGeneration.remove(end)
            types[Int(end.rawValue)] = .normal
        }
    }

    private typealias Role = WritableKeyPath<SpecialTokens, TokenID?> & Sendable

    private static let allRoles: [any Role] = [
        \.beginOfSequence, \.endOfSequence, \.endOfTurn, \.endOfMessage, \.unknown, \.padding, \.separator, \.mask,
        \.fillPrefix, \.fillSuffix, \.fillMiddle, \.fillPadding, \.fillRepository, \.fillFileSeparator,
    ]

    private static let spellingsOfRoles: [(any Role, [String])] = [
        (
            \.endOfTurn,
            [
                "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>",
                "_<EOT>", "[EOT]", "<｜end▁of▁sentence｜>", "<end_of_utterance>",
            ]
        ),
        (\.endOfMessage, ["<|eom_id|>"]),
        (
            \.fillPrefix,
            [
                "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>",
                "<|code_prefix|>", "<|prefix|>",
            ]
        ),
        (
            \.fillSuffix,
            [
                "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>",
                "<|code_suffix|>", "<|suffix|>",
            ]
        ),
        (
            \.fillMiddle,
            [
                "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>",
                "<|code_middle|>", "<|middle|>",
            ]
        ),
        (\.fillPadding, ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
        (\.fillRepository, ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
        (\.fillFileSeparator, ["<|file_sep|>"]),
    ]

    private static let endings = [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>",
        "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>",
        "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>", "<｜end▁of▁sentence｜>", "[e~[",
    ]

    /// Markers of the channels of one family of models; part of what the reader sees.
    private static let channelMarkers = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"]
}

/// Which special tokens swallow the blanks beside them. The file does not say; the model's name does.
struct BlankStripping {
    private(set) var left: Set<TokenID> = []
    private(set) var right: Set<TokenID> = []

    mutating func work(
        out description: VocabularyDescription, types: [TokenType], tokens: ByteStringArray, table: ByteStringTable
    ) {
        func token(_ spelling: String) -> TokenID? {
            let bytes = Array(spelling.utf8)
            return table.index(of: bytes, 0..<bytes.count, in: tokens).map { TokenID($0) }
        }
        func contains(_ text: String, _ part: String) -> Bool {
            let text = Array(text.utf8)
            let part = Array(part.utf8)
            guard text.count >= part.count else { return false }
            return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
        }
        let name = description.modelName.lowercased()
        let stripsMask =
            ["jina-v2-de", "jina-v2-es", "jina-v2-code"].contains { contains(description.preTokenizer, $0) }
            || ["nomic-bert-moe", "jina-bert-v3"].contains { contains(description.architecture, $0) }
        if stripsMask {
            left = Set([token("<mask>")].compactMap(\.self))
        } else if contains(name, "phi-3") || contains(name, "phi3") {
            for (index, type) in types.enumerated() where [.control, .unknown, .userDefined].contains(type) {
                right.insert(TokenID(Int32(index)))
            }
            right.formUnion([token("</s>")].compactMap(\.self))
            right.subtract(["<unk>", "<s>", "<|endoftext|>"].compactMap(token))
        } else if contains(name, "modern-bert") {
            left = Set([token("[MASK]")].compactMap(\.self))
        }
    }
}
