// SPDX-License-Identifier: Apache-2.0

import InklingGGUF
import InklingTensor
import Testing

@testable import InklingEngine

@Suite struct MemoryOutlookTests {
    /// Of two layers with 2 heads of 32 numbers for keys and as many for values: 512 bytes a token in f16.
    private func outlook(
        context: UInt32 = 32768, wanted: Int? = nil, format: KVFormat = .f16, free: Int? = nil
    ) throws -> MemoryOutlook {
        let file = try GGUFFile(
            bytes: SmallModel(width: 128, metadata: [("llama.context_length", .uint32(context))]).bytes(),
            name: "small.gguf")
        return try #require(
            MemoryOutlook(
                file: file, options: SessionOptions(contextLength: wanted, kvFormat: format), free: free))
    }

    @Test func `The lengths are the usual ones, the trained one and the one in use`() throws {
        #expect(try outlook().contexts.map(\.tokens) == [4096, 8192, 32768])
        #expect(try outlook(context: 8192).contexts.map(\.tokens) == [4096, 8192])
        #expect(try outlook(context: 2048).contexts.map(\.tokens) == [2048])
        #expect(try outlook(wanted: 1000).contexts.map(\.tokens) == [1000, 4096, 8192, 32768])
        #expect(try outlook(wanted: 65536).contexts.map(\.tokens) == [4096, 8192, 32768, 65536])
        #expect(try outlook().contextLength == 32768)
        #expect(try outlook(wanted: 1000).contextLength == 1000)
    }

    @Test func `Sums are those of the estimate`() throws {
        let outlook = try outlook()
        for context in outlook.contexts {
            #expect(context.kvBytes == context.tokens * 512)
            #expect(context.totalBytes == max(outlook.peakBytes, outlook.weightBytes + context.kvBytes))
        }
        let small = try self.outlook(format: .q8_0)
        #expect(small.contexts[0].kvBytes == 4096 * 272)
        #expect(small.weightBytes == outlook.weightBytes)
    }

    @Test func `It fits, or up to a length, or not at all`() throws {
        let all = try outlook()
        let whole = try #require(all.context).totalBytes
        #expect(all.verdict == nil)
        #expect(try outlook(free: whole).verdict == .fits)
        #expect(try outlook(free: whole - 1).verdict == .tight(longest: 31 * 1024))
        #expect(try outlook(free: all.peakBytes + 5000 * 512).verdict != .fits)
        let roomy = all.weightBytes + 10 * 1024 * 512
        #expect(try outlook(free: roomy).verdict == .tight(longest: 10 * 1024))
        #expect(try outlook(free: all.peakBytes - 1).verdict == .impossible)
        #expect(try outlook(free: 0).verdict == .impossible)
    }

    @Test func `A longest length that is told fits`() throws {
        for free in stride(from: 1 << 18, to: 20 << 20, by: 777_777) {
            guard case .tight(let longest?) = try outlook(free: free).verdict else { continue }
            #expect(try outlook(wanted: longest, free: free).verdict == .fits)
        }
    }

    @Test func `What cannot be run has none`() throws {
        let folder = try LibraryFolder()
        #expect(MemoryOutlook.read(path: try folder.model("vocabulary.gguf", SmallModel(hasWeights: false))) == nil)
        #expect(MemoryOutlook.read(path: try folder.file("broken.gguf", "GGUF")) == nil)
        #expect(MemoryOutlook.read(path: folder.path + "/none.gguf") == nil)
        #expect(MemoryOutlook.read(path: try folder.model("good.gguf"), free: 1 << 40)?.verdict == .fits)
    }
}
