// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingDecoding
import InklingTensor
import Testing

@testable import InklingEngine

struct CostCacheTests {
    private let place: LibraryFolder
    private let files: [String]

    private var folder: String { place.path }

    init() throws {
        let place = try LibraryFolder()
        files = try ["a.gguf", "b.gguf"].enumerated().map { index, name in
            try place.file(name, [UInt8](repeating: UInt8(index), count: 200_000))
        }
        self.place = place
    }

    private func key(threads: Int = 2, draft: Bool = true, overlap: Bool = false) throws -> CostKey {
        try #require(
            CostKey(
                target: files[0], draft: draft ? files[1] : nil, threads: threads, draftThreads: 1,
                lanesOverlap: overlap,
                kvFormat: .f16, kernels: KernelSet.available[0]))
    }

    private let profile = CostProfile(
        verify: [CostProfile.Point(rows: 1, seconds: 0.01), CostProfile.Point(rows: 8, seconds: 0.02)],
        draftPass: 0.001,
        acceptance: 0.75, rates: ["auto": CostProfile.Rate(tokens: 1000, seconds: 10)])

    private var cache: CostCache { CostCache(folder: folder + "/deep/costs") }

    @Test
    func `What is stored comes back, for the same key only`() throws {
        let key = try key()
        #expect(cache.profile(for: key) == nil)
        try cache.store(profile, for: key)
        #expect(cache.profile(for: key) == profile)
        #expect(cache.profile(for: try self.key(threads: 1)) == nil)
        #expect(cache.profile(for: try self.key(draft: false)) == nil)
        #expect(cache.profile(for: try self.key(overlap: true)) == nil)
    }

    @Test
    func `Another file under the same name is another model`() throws {
        let before = try key()
        for change in 0..<3 {
            var data = Data(repeating: 0, count: 200_000)
            switch change {
            case 0: data[100] = 9
            case 1: data[199_999] = 9
            default: data.append(0)
            }
            try data.write(to: URL(filePath: files[0]))
            #expect(try key() != before)
        }
        try FileManager.default.removeItem(atPath: files[0])
        #expect(
            CostKey(
                target: files[0], draft: nil, threads: 1, draftThreads: 1, lanesOverlap: false, kvFormat: .f16,
                kernels: KernelSet.available[0]) == nil)
    }

    @Test
    func `Files that are no profile, another's, old or from the future count as none`() throws {
        let key = try key()
        try cache.store(profile, for: key)
        let path = try #require(cache.path(of: key))
        let good = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        let other = try self.key(threads: 7)
        try cache.store(profile, for: other)
        let othersText = try String(
            decoding: Data(contentsOf: URL(filePath: try #require(cache.path(of: other)))), as: UTF8.self)
        func replaced(_ key: String, _ value: String) -> String {
            good.split(separator: "\n").map { line in
                line.contains("\"\(key)\" :")
                    ? "\"\(key)\" : \(value)" + (line.hasSuffix(",") ? "," : "") : String(line)
            }.joined(separator: "\n")
        }
        let bad = [
            "", "{}", "null", "[1, 2]", "{\"version\":1}", String(good.dropLast(20)), othersText,
            String(repeating: "[", count: 60_000), String(repeating: " ", count: 70_000) + good,
            replaced("version", "2"), replaced("written", "10"), replaced("written", "99999999999"),
            replaced("written", "1e99"), replaced("acceptance", "7"), replaced("acceptance", "\"x\""),
            replaced("draftPass", "-1"), replaced("draftPass", "1e999"),
        ]
        for text in bad {
            try Data(text.utf8).write(to: URL(filePath: path))
            #expect(cache.profile(for: key) == nil, "\(text.prefix(80))")
        }
        try Data(good.utf8).write(to: URL(filePath: path))
        #expect(cache.profile(for: key) == profile)
    }

    @Test
    func `Profiles that cannot be are not written, and without a folder nothing is`() throws {
        let key = try key()
        try cache.store(CostProfile(verify: []), for: key)
        #expect(!FileManager.default.fileExists(atPath: folder + "/deep"))
        let nowhere = CostCache(folder: nil)
        try nowhere.store(profile, for: key)
        #expect(nowhere.profile(for: key) == nil)
    }

    @Test
    func `The folder is the user's cache folder`() {
        let places = SearchPlaces(environment: ["XDG_CACHE_HOME": "/var/c"], home: "/home/u")
        #expect(CostCache(places: places).folder == "/var/c/inkling/costs")
        #expect(
            CostCache(places: SearchPlaces(environment: [:], home: "/home/u")).folder == "/home/u/.cache/inkling/costs")
        #expect(CostCache(places: SearchPlaces(environment: [:], home: "")).folder == nil)
    }

    @Test
    func `Both models at once are preferred where their profile says so`() throws {
        func wins() -> Bool {
            cache.overlapWins(
                target: files[0], draft: files[1], cores: 2, draftThreads: 1, kvFormat: .f16,
                kernels: KernelSet.available[0])
        }
        #expect(!wins())
        try cache.store(profile, for: try key())
        var overlapping = profile
        overlapping.rates = ["pearl": CostProfile.Rate(tokens: 1000, seconds: 5)]
        try cache.store(overlapping, for: try key(threads: 1, overlap: true))
        #expect(wins())
        overlapping.rates = ["pearl": CostProfile.Rate(tokens: 1000, seconds: 20)]
        try cache.store(overlapping, for: try key(threads: 1, overlap: true))
        #expect(!wins())
    }
}
