// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingGGUF
import Testing

private let fixtures = ProcessInfo.processInfo.environment["INKLING_FIXTURES"]

/// Files that other programs wrote, from the folder that `INKLING_FIXTURES` names.
@Suite(.enabled(if: fixtures != nil, "INKLING_FIXTURES is not set"))
struct FixtureTests {
    @Test(arguments: [
        ("ggml-vocab-gpt-2", 50_257, 50_000), ("ggml-vocab-llama-bpe", 128_256, 280_147),
        ("ggml-vocab-llama-spm", 32_000, 0), ("ggml-vocab-qwen2", 151_936, 151_387),
    ])
    func `Vocabulary files open with all tokens and merges`(name: String, tokens: Int, merges: Int) throws {
        let folder = try #require(fixtures)
        let file = try GGUFFile(path: "\(folder)/tokenizer/\(name).gguf")
        #expect(file.metadata.strings("tokenizer.ggml.tokens")?.count == tokens)
        #expect((file.metadata.strings("tokenizer.ggml.merges")?.count ?? 0) == merges)
        #expect(file.metadata.ints("tokenizer.ggml.token_type")?.count == tokens)
    }
}
