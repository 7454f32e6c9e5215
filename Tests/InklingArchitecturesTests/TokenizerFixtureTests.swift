// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingGGUF
import InklingTokenizer
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Public vectors of real vocabularies: `tokenizer/NAME.gguf` with cases in `.inp` and ids in `.out`, under the folder
/// that INKLING_FIXTURES names.
private enum Fixtures {
    static let folder: String? = {
        guard let value = unsafe getenv("INKLING_FIXTURES") else { return nil }
        return unsafe String(cString: value) + "/tokenizer/"
    }()

    struct CannotOpen: Error {
        var name: String
    }

    static func read(_ name: String) throws -> [UInt8] {
        guard let file = unsafe fopen((folder ?? "") + name, "rb") else { throw CannotOpen(name: name) }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// Cases are divided by a line of their own; the line breaks around it are not part of a case.
    static func cases(_ name: String) throws -> [(text: String, tokens: [TokenID])] {
        let texts = String(decoding: try read(name + ".inp"), as: UTF8.self)
            .split(separator: "\n__ggml_vocab_test__\n", omittingEmptySubsequences: false)
        let lines = String(decoding: try read(name + ".out"), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == texts.count || lines.count == texts.count + 1 && lines.last == "")
        return zip(texts, lines).map { text, line in
            (String(text), line.split(separator: " ").compactMap { Int32($0).map { TokenID($0) } })
        }
    }
}

@Suite(.enabled(if: Fixtures.folder != nil, "INKLING_FIXTURES does not name a folder with public vocabularies"))
struct TokenizerFixtureTests {
    private static let names = ["gpt-2", "llama-bpe", "qwen2", "llama-spm"].map { "ggml-vocab-\($0).gguf" }

    @Test(arguments: names)
    func `Every public vector is exact, and decodes to its text`(name: String) throws {
        let file = try GGUFFile(path: (Fixtures.folder ?? "") + name)
        let tokenizer = try Tokenizers.make(VocabularyDescription(metadata: file.metadata))
        let cases = try Fixtures.cases(name)
        #expect(cases.count > 40)
        for (text, tokens) in cases {
            #expect(tokenizer.encode(text, special: .ignore) == tokens, "\(text.debugDescription)")
            #expect(tokenizer.decode(tokens) == Array(text.utf8), "\(text.debugDescription)")
            var detokenizer = StreamingDetokenizer(tokenizer.vocabulary)
            #expect(tokens.map { detokenizer.append($0) }.joined() + detokenizer.finish() == text)
        }
    }

    @Test
    func `Real vocabularies know their roles`() throws {
        func vocabulary(_ name: String) throws -> Vocabulary {
            let file = try GGUFFile(path: (Fixtures.folder ?? "") + "ggml-vocab-\(name).gguf")
            return try Vocabulary(VocabularyDescription(metadata: file.metadata))
        }
        let llama3 = try vocabulary("llama-bpe")
        #expect(llama3.endOfGenerationTokens == [128_001, 128_009])
        #expect(llama3.special.beginOfSequence == 128_000 && llama3.addsBOS)
        let qwen = try vocabulary("qwen2")
        #expect(qwen.endOfGenerationTokens == [151_643, 151_645] && !qwen.addsBOS)
        let llama2 = try vocabulary("llama-spm")
        #expect(llama2.endOfGenerationTokens == [2] && llama2.addsBOS && llama2.addsSpacePrefix)
    }
}
