// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingGGUF
import InklingTokenizer

/// What a file says about its tokenizer, and what Inkling makes of it.
public struct TokenizerInfo: Sendable, Equatable, Encodable {
    /// `tokenizer.ggml.model`: `gpt2`, `llama`, …
    public var kind: String
    /// What people call that kind; nil for those that Inkling does not know.
    public var kindTitle: String?
    /// `tokenizer.ggml.pre`.
    public var preTokenizer: String?
    public var tokens: Int
    public var merges: Int
    /// Nil where Inkling cannot tell because it does not know the kind and the file does not say.
    public var addsBOS: Bool?
    public var addsEOS: Bool?
    public var special: [SpecialToken]
    /// Every token that ends an answer.
    public var endOfGeneration: [SpecialToken]
    /// Why Inkling cannot use it; nil if it can.
    public var problem: String?

    public struct SpecialToken: Sendable, Equatable, Encodable {
        /// `bos`, `eos`, `eot`, …
        public var role: String
        public var id: Int
        /// As the file spells it; empty if the id is not in the vocabulary.
        public var text: String
    }

    /// Nil if the file has no vocabulary.
    init?(metadata: GGUFMetadata) {
        guard let kind = metadata.string("tokenizer.ggml.model") else { return nil }
        self.kind = kind
        kindTitle = Self.titles[kind]
        preTokenizer = metadata.string("tokenizer.ggml.pre")
        tokens = metadata.strings("tokenizer.ggml.tokens")?.count ?? 0
        merges = metadata.strings("tokenizer.ggml.merges")?.count ?? 0
        addsBOS = metadata.bool("tokenizer.ggml.add_bos_token")
        addsEOS = metadata.bool("tokenizer.ggml.add_eos_token")
        special = []
        endOfGeneration = []

        let description: VocabularyDescription
        do throws(GGUFError) {
            description = try VocabularyDescription(metadata: metadata)
        } catch {
            problem = error.description
            return
        }
        var roles = description.special
        do throws(TokenizerError) {
            let vocabulary = try Vocabulary(description)
            addsBOS = vocabulary.addsBOS
            addsEOS = vocabulary.addsEOS
            roles = vocabulary.special
            endOfGeneration = vocabulary.endOfGenerationTokens.map {
                SpecialToken(role: "end", id: Int($0.rawValue), text: vocabulary.spelling(of: $0))
            }
            // The rest, merges for example, is checked where the tokenizer is made.
            _ = try Tokenizers.make(description)
        } catch {
            problem = error.description
        }
        special = roles.named.compactMap { role, token in
            guard let token else { return nil }
            let id = Int(token.rawValue)
            let text = (0..<description.tokens.count).contains(id) ? description.tokens[id] : []
            return SpecialToken(role: role, id: id, text: String(decoding: text, as: UTF8.self))
        }
    }

    static let titles: [String: String] = [
        "gpt2": "byte-level BPE", "llama": "SentencePiece", "bert": "WordPiece", "t5": "unigram", "rwkv": "RWKV",
        "plamo2": "PLaMo 2", "none": "none",
    ]
}

extension SpecialTokens {
    /// Each role with its short name.
    var named: [(role: String, token: TokenID?)] {
        [
            ("bos", beginOfSequence), ("eos", endOfSequence), ("eot", endOfTurn), ("eom", endOfMessage),
            ("unk", unknown), ("pad", padding), ("sep", separator), ("mask", mask), ("fim_pre", fillPrefix),
            ("fim_suf", fillSuffix), ("fim_mid", fillMiddle), ("fim_pad", fillPadding), ("fim_rep", fillRepository),
            ("fim_sep", fillFileSeparator),
        ]
    }
}
