// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingGGUF
import InklingTokenizer
import Testing

struct VocabularyLoaderTests {
    private let metadata: GGUFMetadata = [
        "general.name": .string("Small"),
        "general.architecture": .string("llama"),
        "tokenizer.ggml.model": .string("llama"),
        "tokenizer.ggml.pre": .string("default"),
        "tokenizer.ggml.tokens": .array(.string(["<unk>", "<s>", "</s>", "▁", "a", "▁a"])),
        "tokenizer.ggml.scores": .array(.float32([0, 0, 0, -3, -2, -1])),
        "tokenizer.ggml.token_type": .array(.int32([2, 3, 3, 1, 1, 1])),
        "tokenizer.ggml.bos_token_id": .uint32(1),
        "tokenizer.ggml.eos_token_id": .uint32(2),
        "tokenizer.ggml.padding_token_id": .uint32(.max),
        "tokenizer.ggml.prefix_token_id": .uint32(3),
        "tokenizer.ggml.middle_token_id": .uint32(4),
        "tokenizer.ggml.fim_mid_token_id": .uint32(5),
        "tokenizer.ggml.add_bos_token": .bool(true),
        "tokenizer.ggml.add_space_prefix": .bool(false),
    ]

    @Test
    func `Every key arrives in its field`() throws {
        let description = try VocabularyDescription(metadata: metadata)
        var special = SpecialTokens()
        special.beginOfSequence = 1
        special.endOfSequence = 2
        special.fillPrefix = 3
        special.fillMiddle = 5
        #expect(
            description
                == VocabularyDescription(
                    model: "llama", preTokenizer: "default", modelName: "Small", architecture: "llama",
                    tokens: ByteStringArray(["<unk>", "<s>", "</s>", "▁", "a", "▁a"]), scores: [0, 0, 0, -3, -2, -1],
                    types: [2, 3, 3, 1, 1, 1], special: special, addsBOS: true, addsSpacePrefix: false))
        #expect(try Tokenizers.make(description).encode(" a", special: .ignore, boundaries: .byDefault) == [1, 5])
    }

    @Test
    func `Only the kind and the tokens must be there`() throws {
        let least: GGUFMetadata = [
            "tokenizer.ggml.model": .string("llama"), "tokenizer.ggml.tokens": .array(.string(["a"])),
        ]
        #expect(
            try VocabularyDescription(metadata: least)
                == VocabularyDescription(model: "llama", tokens: ByteStringArray(["a"])))
        for key in least.keys {
            var metadata = least
            metadata[key] = nil
            #expect(throws: GGUFError.self) { try VocabularyDescription(metadata: metadata) }
        }
    }

    @Test(arguments: [
        "model", "pre", "tokens", "scores", "token_type", "merges", "bos_token_id", "fim_mid_token_id",
        "prefix_token_id", "add_bos_token", "add_eos_token", "add_space_prefix", "remove_extra_whitespaces",
    ])
    func `A value of the wrong type is an error`(key: String) {
        var metadata = metadata
        metadata["tokenizer.ggml." + key] = .array(.bool([true]))
        #expect(throws: GGUFError.self) { try VocabularyDescription(metadata: metadata) }
    }

    @Test
    func `Whole numbers will do for scores`() throws {
        var metadata = metadata
        metadata["tokenizer.ggml.scores"] = .array(.int32([0, 0, 0, -3, -2, -1]))
        #expect(try VocabularyDescription(metadata: metadata).scores == [0, 0, 0, -3, -2, -1])
    }
}
