// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingModel
import InklingTensor
import InklingTokenizer
import Testing

@testable import InklingNGrams

/// One token a byte.
private struct ByteTokenizer: Tokenizer {
    let vocabulary: Vocabulary

    init() throws {
        vocabulary = try Vocabulary(
            VocabularyDescription(
                model: "llama", tokens: ByteStringArray((0..<256).map { "t\($0)" }),
                scores: Array(repeating: 0, count: 256)))
    }

    func encode(_ text: [UInt8], special: SpecialTokenPolicy, boundaries: BoundaryTokens) -> [TokenID] {
        text.map { TokenID(Int32($0)) }
    }
}

struct NGramBuildingTests {
    private let folder: String
    private let tokenizer: ByteTokenizer

    init() throws {
        tokenizer = try ByteTokenizer()
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("build-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
    }

    private func store(
        _ name: String, _ texts: [String], settings: NGramSettings = NGramSettings(minimumCounts: [1])
    ) throws -> [UInt8] {
        var builder = try NGramBuilder(path: folder + "/" + name, vocabulary: tokenizer.vocabulary, settings: settings)
        for text in texts {
            try builder.add(tokenizer.encode(text, special: .ignore))
            try builder.endText()
        }
        _ = try builder.finish()
        return Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    }

    private func cleanUp() { try? FileManager.default.removeItem(atPath: folder) }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `A separator ends a text wherever the bytes are cut`(step: Int) throws {
        defer { cleanUp() }
        let texts = ["first text\nof two lines", "second", "x|end|\n |end|", "last"]
        let whole = Array(texts.joined(separator: "\n|end|\n").utf8)
        for ending in ["", "\n|end|", "\n|end|\n"] {
            let bytes = whole + Array(ending.utf8)
            let path = folder + "/fed"
            var builder = try NGramBuilder(
                path: path, vocabulary: tokenizer.vocabulary, settings: NGramSettings(minimumCounts: [1]))
            var feed = NGramTextFeed(tokenizer, separator: "|end|")
            for start in stride(from: 0, to: bytes.count, by: step) {
                try feed.add(bytes[start..<min(start + step, bytes.count)], to: &builder)
            }
            try feed.end(&builder)
            #expect(builder.textCount == texts.count)
            _ = try builder.finish()
            #expect(Array(try Data(contentsOf: URL(fileURLWithPath: path))) == (try store("plain", texts)))
        }
    }

    /// A text in a file, and what tells it apart.
    private func file(_ name: String, _ text: String) throws -> NGramFileIdentity {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return try #require(NGramFileIdentity(path: path))
    }

    @Test func `A build that was interrupted goes on behind the last whole file`() throws {
        defer { cleanUp() }
        let texts = (0..<4).map { index in String(repeating: "text \(index) and \(index * index). ", count: 30) }
        let files = try texts.enumerated().map { try file("\($0.offset).txt", $0.element) }
        let path = folder + "/store", settings = NGramSettings(minimumCounts: [1], memoryLimit: 4096)
        let expected = try store("whole", texts)
        do {
            var builder = try NGramBuilder(path: path, vocabulary: tokenizer.vocabulary, settings: settings)
            for index in 0..<2 {
                try builder.add(tokenizer.encode(texts[index], special: .ignore))
                try builder.endFile(files[index])
            }
            // Part of the third.
            try builder.add(tokenizer.encode("text 2 and", special: .ignore))
            try builder.suspend()
        }
        do {
            // Without going on, what is there does not matter.
            let builder = try NGramBuilder(path: folder + "/other", vocabulary: tokenizer.vocabulary, resumes: true)
            #expect(builder.countedFiles.isEmpty)
        }
        var builder = try NGramBuilder(
            path: path, vocabulary: tokenizer.vocabulary, settings: settings, resumes: true)
        #expect(builder.countedFiles == Array(files[..<2]) && builder.textCount == 2)
        for index in 2..<4 {
            try builder.add(tokenizer.encode(texts[index], special: .ignore))
            try builder.endFile(files[index])
        }
        _ = try builder.finish()
        #expect(Array(try Data(contentsOf: URL(fileURLWithPath: path))) == expected)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!left.contains { $0.hasSuffix(".partial") })
    }

    @Test func `What another vocabulary left is not used, and a file that changed is another`() throws {
        defer { cleanUp() }
        let path = folder + "/store", text = String(repeating: "abc ", count: 400)
        let known = try file("a.txt", text), settings = NGramSettings(minimumCounts: [1], memoryLimit: 4096)
        do {
            var builder = try NGramBuilder(path: path, vocabulary: tokenizer.vocabulary, settings: settings)
            try builder.add(tokenizer.encode(text, special: .ignore))
            try builder.endFile(known)
            try builder.suspend()
        }
        let other = try Vocabulary(
            VocabularyDescription(
                model: "llama", tokens: ByteStringArray((0..<256).map { "u\($0)" }),
                scores: Array(repeating: 0, count: 256)))
        do {
            let builder = try NGramBuilder(path: path, vocabulary: other, settings: settings, resumes: true)
            #expect(builder.countedFiles.isEmpty && builder.tokenCount == 0)
        }
        #expect(try file("a.txt", text + "d") != known)
        #expect(NGramFileIdentity(path: folder) == nil)
    }
}
