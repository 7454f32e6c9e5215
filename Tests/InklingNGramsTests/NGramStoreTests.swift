// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingDecoding
import InklingModel
import InklingTensor
import InklingTokenizer
import Testing

@testable import InklingNGrams

@Suite struct NGramStoreTests {
    private static func vocabulary(_ count: Int, prefix: String = "t") throws -> Vocabulary {
        try Vocabulary(
            VocabularyDescription(
                model: "llama", tokens: ByteStringArray((0..<count).map { "\(prefix)\($0)" }),
                scores: Array(repeating: 0, count: count)))
    }

    /// Runs `body` with a path in a folder that is gone afterwards, and checks that nothing but that file was left there.
    private static func withPath<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ngrams-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try body(folder.appendingPathComponent("store").path)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left.allSatisfy { $0 == "store" })
        return result
    }

    private static func texts(_ random: inout SplitMix, tokens: Int, count: Int, longest: Int) -> [[TokenID]] {
        (0..<count).map { _ in
            (0..<Int(random.next() % UInt64(longest + 1))).map { _ in
                // Squared, so that some tokens are frequent.
                let draw = Double(random.next() >> 11) / Double(1 << 53)
                return TokenID(Int32(draw * draw * Double(tokens)))
            }
        }
    }

    private static func bytes(
        _ texts: [[TokenID]], _ vocabulary: Vocabulary, _ settings: NGramSettings = NGramSettings(minimumCounts: [1]),
        step: Int = 7
    ) throws -> [UInt8] {
        try withPath { path in
            var builder = try NGramBuilder(path: path, vocabulary: vocabulary, settings: settings)
            for text in texts {
                for start in stride(from: 0, to: text.count, by: step) {
                    try builder.add(Array(text[start..<min(start + step, text.count)]))
                }
                try builder.endText()
            }
            _ = try builder.finish()
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        }
    }

    private static func open(_ bytes: [UInt8]) throws -> NGramStore {
        try NGramStore(MappedFile(bytes: bytes, name: "store"))
    }

    /// Asks for contexts that occur, that do not, and that are no tokens at all.
    private static func contexts(_ texts: [[TokenID]], _ random: inout SplitMix) -> [[TokenID]] {
        var result: [[TokenID]] = [[], [-1], [3, Int32.max.id, 2], [Int32.min.id]]
        for text in texts where !text.isEmpty {
            for _ in 0..<6 {
                let end = Int(random.next() % UInt64(text.count)) + 1
                result.append(Array(text[max(0, end - Int(random.next() % 8))..<end]))
            }
        }
        return result
    }

    @Test(arguments: 0..<6) func `Equals the counts in memory`(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed) &+ 77)
        let size = [2, 5, 40, 300, 300, 70_000][seed]
        let vocabulary = try Self.vocabulary(size)
        // Ids from all over a large vocabulary, but few of them, so that contexts come again.
        let drawn = min(size, 60), spread = Int32(size / drawn)
        let texts = Self.texts(&random, tokens: drawn, count: 12, longest: 90).map { text in
            text.map { TokenID($0.rawValue * spread) }
        }
        let order = 2 + seed % 5
        var counts = NGramCounts(orders: 2...order)
        for text in texts { counts.add(text) }
        let store = try Self.open(
            Self.bytes(texts, vocabulary, NGramSettings(order: order, minimumCounts: [1], memoryLimit: 1 << 20)))
        let candidates = (0..<drawn).map { TokenID(Int32($0) * spread) } + [-5, TokenID(Int32(size)), Int32.max.id]
        var known = 0
        for context in Self.contexts(texts, &random) {
            let weights = (0..<5).map { _ in Float(random.next() % 3) / 4 }
            var expected: [Float] = [9], found: [Float] = [1, 2, 3]
            counts.probabilities(of: candidates, after: context[...], weights: weights, into: &expected)
            store.probabilities(of: candidates, after: context[...], weights: weights, into: &found)
            #expect(found.count == expected.count)
            // A share is kept to 3 %.
            for (found, expected) in zip(found, expected) { #expect(abs(found - expected) <= 0.032 * expected) }
            known += expected.contains { $0 > 0 } ? 1 : 0
        }
        #expect(known > 10)
    }

    @Test func `Does not depend on the memory it had`() throws {
        var random = SplitMix(state: 5)
        let vocabulary = try Self.vocabulary(50)
        let texts = Self.texts(&random, tokens: 50, count: 40, longest: 200)
        let much = try Self.bytes(texts, vocabulary, NGramSettings(memoryLimit: 1 << 24))
        let little = try Self.bytes(texts, vocabulary, NGramSettings(memoryLimit: 0), step: 1)
        #expect(much == little)
    }

    @Test func `Keeps what occurs often enough and its true probability`() throws {
        let vocabulary = try Self.vocabulary(10)
        let texts: [[TokenID]] = [[1, 2, 3], [1, 2, 4], [1, 2, 3], [1, 5, 6]]
        let store = try Self.open(Self.bytes(texts, vocabulary, NGramSettings(minimumCounts: [1, 2])))
        #expect(store.followers(of: [1]).map(\.token) == [2, 5])
        #expect(store.followers(of: [1, 2]).map(\.token) == [3])
        #expect(store.followers(of: [1, 2]).map { ($0.share * 100).rounded() } == [69])
        #expect(store.followers(of: [1, 5]).isEmpty)
        #expect((1...6).map(store.count(order:)) == [6, 5, 1, 0, 0, 0])
        var result: [Float] = []
        store.probabilities(of: [3, 4], after: [1, 2], weights: [0, 1], into: &result)
        #expect(abs(result[0] - 2.0 / 3) < 0.03)
        #expect(result[1] == 0)
    }

    @Test func `Refuses another vocabulary`() throws {
        let bytes = try Self.bytes([[1, 2, 3]], Self.vocabulary(10))
        let store = try Self.open(bytes)
        try store.check(Self.vocabulary(10))
        #expect(throws: NGramFileError.otherVocabulary(path: "store", storeTokens: 10, modelTokens: 11)) {
            try store.check(Self.vocabulary(11))
        }
        #expect(throws: NGramFileError.otherVocabulary(path: "store", storeTokens: 10, modelTokens: 10)) {
            try store.check(Self.vocabulary(10, prefix: "u"))
        }
    }

    @Test func `Refuses tokens that the vocabulary has not, and texts without any`() throws {
        let vocabulary = try Self.vocabulary(10)
        #expect(throws: NGramFileError.tokenOutsideVocabulary(token: 10, count: 10)) {
            try Self.bytes([[1, 10]], vocabulary)
        }
        #expect(throws: NGramFileError.nothingCounted) { try Self.bytes([[]], vocabulary) }
    }

    @Test func `Refuses a file cut at any length`() throws {
        var random = SplitMix(state: 9)
        let bytes = try Self.bytes(Self.texts(&random, tokens: 9, count: 3, longest: 30), Self.vocabulary(9))
        for length in 1..<bytes.count {
            #expect(throws: NGramFileError.self) { try Self.open(Array(bytes[..<length])) }
        }
    }

    @Test func `Answers from damaged files without trapping`() throws {
        var random = SplitMix(state: 21)
        let texts = Self.texts(&random, tokens: 20, count: 6, longest: 60)
        let intact = try Self.bytes(texts, Self.vocabulary(20))
        let candidates = (0..<20).map { TokenID(Int32($0)) }
        let contexts = Self.contexts(texts, &random)
        var opened = 0, refused = 0
        for round in 0..<1500 {
            var bytes = intact
            let isHeader = round % 2 == 0
            for _ in 0..<Int(1 + random.next() % 6) {
                let end = isHeader ? NGramFormat.byteCount - 8 : bytes.count
                let start = isHeader ? 16 : NGramFormat.byteCount
                bytes[start + Int(random.next() % UInt64(end - start))] = UInt8(truncatingIfNeeded: random.next())
            }
            // With the checksum of a careful attacker.
            let words = bytes.withLittleEndianBytes {
                $0.integers(UInt64.self, count: NGramFormat.wordCount - 1, at: 0)
            }
            let sum = NGramFormat.checksum(words)
            for place in 0..<8 {
                bytes[NGramFormat.byteCount - 8 + place] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * place))
            }
            guard let store = try? Self.open(bytes) else {
                refused += 1
                continue
            }
            opened += 1
            let weights: [Float] = [0.5, 0.5, 0.5, 0.5, 0.5]
            var result: [Float] = []
            for context in contexts {
                store.probabilities(of: candidates, after: context[...], weights: weights, into: &result)
                #expect(result.allSatisfy { $0 >= 0 && $0 <= 2.5001 })
                _ = store.followers(of: context[...])
            }
        }
        #expect(opened > 100)
        #expect(refused > 100)
    }

    @Test func `A changed header is noticed`() throws {
        let intact = try Self.bytes([[1, 2, 3, 4, 5, 6, 7]], Self.vocabulary(10))
        for place in 0..<NGramFormat.byteCount {
            var bytes = intact
            bytes[place] ^= 0x10
            #expect(throws: NGramFileError.self) { try Self.open(bytes) }
        }
    }

    @Test func `Windows keep their tokens`() {
        var window = NGramWindow.empty
        let codes: [UInt32] = [1, 2_097_151, 77, 1_000_000, 5, 6]
        for code in [9, 9, 9] + codes { window = window.shifted(adding: code) }
        #expect((0..<6).map(window.code) == codes)
        #expect((0..<6).map(window.cut(to: 4).code) == [1, 2_097_151, 77, 1_000_000, 0, 0])
        #expect((0..<6).map(window.cut(to: 2).code) == [1, 2_097_151, 0, 0, 0, 0])
    }
}

extension Int32 {
    fileprivate var id: TokenID { TokenID(self) }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
