// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import InklingGGUF
import InklingTensor
import Testing

@testable import InklingEngine

@Suite struct LibraryListingTests {
    let folder: LibraryFolder

    init() throws {
        folder = try LibraryFolder()
    }

    @Test func `A model is listed with what its head says`() throws {
        try folder.model("models/small.gguf", SmallModel(metadata: [("general.file_type", .uint32(1))]))
        let group = try #require(folder.library().groups().first)
        let entry = try #require(group.entries.first)
        #expect(group.place.source == .given && entry.model.name == "small" && entry.problem == nil)
        let summary = try #require(entry.summary)
        #expect(summary.architecture == "llama" && summary.architectureTitle == "Llama" && summary.title == "Small")
        #expect(summary.contextLength == 4096 && summary.quantization == "F16" && summary.limitation == nil)
        #expect(summary.vocabularySize == 262)
        let file = try GGUFFile(path: entry.model.path)
        #expect(summary.parameters == file.parameterCount && summary.bytes == file.byteCount)
        let bits = try #require(summary.bitsPerWeight)
        #expect(bits > 16 && bits < 17)
    }

    @Test func `Without a file type the type of most bytes is the quantisation`() throws {
        try folder.model("models/a.gguf", SmallModel(type: .q8_0))
        #expect(folder.library().entry("a")?.summary?.quantization == "Q8_0")
    }

    @Test func `What cannot generate says why`() throws {
        try folder.model("models/vocab.gguf", SmallModel(hasWeights: false))
        try folder.model("models/other.gguf", SmallModel(architecture: "mamba"))
        try folder.model("models/lora.gguf", SmallModel(metadata: [("general.type", .string("adapter"))]))
        try folder.model("models/odd.gguf", SmallModel(type: .i8))
        let library = folder.library()
        #expect(library.entry("vocab")?.summary?.limitation == "vocabulary only")
        #expect(library.entry("vocab")?.summary?.quantization == nil)
        #expect(library.entry("other")?.summary?.limitation == "unknown architecture")
        #expect(library.entry("lora")?.summary?.limitation == "not a model: adapter")
        #expect(library.entry("odd")?.summary?.limitation == "unsupported type I8")
    }

    @Test func `An acceptance head is no model, whatever its file is called`() throws {
        let head = SmallModel(architecture: HeadFile.architecture)
        try folder.model("models/pair.gguf", SmallModel())
        try folder.model("models/pair.head.gguf", head)
        try folder.model("models/other.gguf", head)
        try Data("INKN".utf8).write(to: URL(fileURLWithPath: folder.path + "/models/pair.ngrams"))
        let library = folder.library()
        #expect(library.entries.map(\.model.name) == ["pair"])
        #expect(try ModelReference.resolve("pai", in: library).hasSuffix("/pair.gguf"))
    }

    @Test func `A model in several files is shown once, with the size of all`() throws {
        let paths = try SmallModel().write(split: try folder.makeFolder("models") + "/big", maxByteCount: 20_000)
        #expect(paths.count > 2)
        let entries = folder.library().entries
        #expect(entries.map(\.model.name) == ["big"])
        let summary = try #require(entries.first?.summary)
        let file = try GGUFFile(path: paths[0])
        #expect(summary.files == paths.count && summary.bytes == file.byteCount)
        #expect(summary.parameters == file.parameterCount)
    }

    @Test func `A missing part is said, whichever it is`() throws {
        let paths = try SmallModel().write(split: try folder.makeFolder("models") + "/big", maxByteCount: 20_000)
        try FileManager.default.removeItem(atPath: paths[1])
        #expect(
            folder.library().entries.map(\.problem) == [
                "part 2 of \(paths.count): no such file; all parts must be in one folder"
            ])
        try FileManager.default.removeItem(atPath: paths[0])
        let entries = folder.library().entries
        #expect(entries.count == 1)
        #expect(entries.first?.problem == "part 1 of \(paths.count) is missing; all parts must be in one folder")
    }

    @Test func `The same file is shown once, however many names it has`() throws {
        let path = try folder.model("models/a.gguf")
        try folder.link("models/b.gguf", to: path)
        try folder.link("more/c.gguf", to: "../models/a.gguf")
        try FileManager.default.linkItem(atPath: path, toPath: "\(folder.path)/models/d.gguf")
        #expect(folder.library(folders: ["models", "more"]).names == ["a"])
    }

    @Test func `Equal names from several places get names of their own`() throws {
        try folder.model("one/m.gguf", SmallModel(title: "1"))
        try folder.model("two/M.gguf", SmallModel(title: "2"))
        try folder.model("two/x/m.gguf", SmallModel(title: "3"))
        try folder.model("three/m.gguf", SmallModel(title: "4"))
        let library = folder.library(folders: ["one", "two", "three"])
        #expect(library.names == ["m", "given/M", "x/m", "given/m#2"])
        for model in library.models() {
            #expect(try ModelReference.resolve(model.name, in: library) == model.path)
        }
    }

    @Test func `Folders are entered once and links in circles end`() throws {
        try folder.model("models/a/deep.gguf")
        try folder.link("models/a/up", to: "..")
        try folder.link("models/self", to: "self")
        try folder.link("models/loop.gguf", to: "loop.gguf")
        let entries = folder.library().entries
        #expect(entries.map(\.model.name) == ["loop", "deep"])
        #expect(entries.first?.problem == "it is a link that leads in a circle")
    }

    @Test func `A link that leads nowhere is listed with the reason`() throws {
        try folder.link("models/gone.gguf", to: "/nowhere/at/all")
        #expect(folder.library().entry("gone")?.problem == "it is a link that leads nowhere")
    }

    @Test func `Bounds on depth, entries and models hold, and are said`() throws {
        try folder.model("models/1/2/3/4/m.gguf")
        for index in 0..<20 { try folder.file("models/f\(index).gguf", "") }
        func group(_ limits: ModelWalk.Limits) -> ModelGroup? {
            ModelLibrary(places: folder.places(), limits: limits).groups().first
        }
        let shallow = group(.init(depth: 3))
        #expect(shallow?.entries.count == 20 && shallow?.remark?.contains("deep") == true)
        let few = group(.init(entries: 5))
        #expect((few?.entries.count ?? 9) <= 5 && few?.remark?.contains("more than 5 files") == true)
        let short = group(.init(models: 7))
        #expect(short?.entries.count == 7 && short?.remark?.contains("more than 7 models") == true)
        #expect(group(.init())?.remark == nil)
    }

    @Test func `A folder that was asked for and is not there is said`() throws {
        let groups = folder.library(folders: ["nothing"]).groups()
        #expect(groups.map(\.remark) == ["there is no such folder"])
        #expect(folder.library(folders: []).groups().isEmpty)
        try folder.model("m.gguf")
        #expect(folder.library(folders: ["m.gguf"]).groups().first?.remark == "it is not a folder")
    }

    @Test func `Names that are not UTF-8 are listed as such`() throws {
        let path = try folder.makeFolder("models")
        let name = Array("\(path)/bad".utf8) + [0xFF] + Array(".gguf".utf8) + [0]
        let descriptor = unsafe name.withUnsafeBytes { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe open($0.baseAddress!, O_WRONLY | O_CREAT, 0o600) }
        }
        try #require(descriptor >= 0)
        _ = close(descriptor)
        let entry = try #require(folder.library().entries.first)
        #expect(entry.model.name == "bad\u{FFFD}" && entry.problem == "its name is not UTF-8; rename it")
    }

    @Test func `Other files, folders and pipes are passed by`() throws {
        try folder.file("models/notes.txt", "x")
        try folder.file("models/model.gguf.part", "x")
        try folder.file("models/.hidden/m.gguf", "x")
        _ = try folder.makeFolder("models/folder.gguf")
        #expect(unsafe mkfifo("\(folder.path)/models/pipe.gguf", 0o600) == 0)
        try folder.model("models/UPPER.GGUF")
        #expect(folder.library().names == ["UPPER"])
    }
}

@Suite struct LibraryDamageTests {
    let folder: LibraryFolder

    init() throws {
        folder = try LibraryFolder()
    }

    func problem(_ bytes: [UInt8]) throws -> String? {
        try folder.file("models/m.gguf", bytes)
        return folder.library().entry("m")?.problem
    }

    static func little(_ number: UInt64, _ count: Int = 8) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }

    static func head(version: UInt64 = 3, tensors: UInt64 = 0, keys: UInt64 = 0) -> [UInt8] {
        Array("GGUF".utf8) + little(version, 4) + little(tensors) + little(keys)
    }

    @Test func `Damaged files are listed with what is wrong`() throws {
        #expect(try problem([]) == "the file is empty")
        #expect(try problem(Array("GG".utf8))?.contains("cut short") == true)
        #expect(try problem(Array("<!DOCTYPE html>".utf8))?.contains("web page") == true)
        #expect(try problem(Array("GGUF".utf8) + [0, 0, 0, 3])?.contains("big-endian") == true)
        #expect(try problem(Self.head(version: 9))?.contains("version 9") == true)
        #expect(try problem(Self.head(keys: .max))?.contains("cut short") == true)
        #expect(try problem(Self.head(tensors: 1 << 40))?.contains("cut short") == true)
    }

    @Test func `A file cut anywhere is listed, not fatal`() throws {
        let whole = try SmallModel(layers: 1).bytes()
        for count in stride(from: 0, to: whole.count, by: 97) {
            let problem = try problem(Array(whole.prefix(count)))
            #expect(problem != nil, "cut at \(count) of \(whole.count)")
        }
        #expect(try problem(whole) == nil)
    }

    @Test func `A file with a byte changed anywhere in its head does no harm`() throws {
        let whole = try SmallModel(layers: 1, words: []).bytes()
        for position in stride(from: 0, to: min(whole.count, 9_000), by: 31) {
            var bytes = whole
            bytes[position] ^= UInt8(1 + position % 255)
            let path = try folder.file("models/m.gguf", bytes)
            let entry = try #require(folder.library().entry("m"))
            // What passes here may still be refused at opening; what opens must have passed.
            if (try? GGUFFile(path: path)) != nil { #expect(entry.problem == nil, "changed at \(position)") }
        }
    }

    @Test func `Huge claims cost neither time nor memory`() throws {
        // A sparse file of a terabyte, whose one key is an array that fills it.
        let key = Self.little(1) + Array("k".utf8) + Self.little(9, 4)
        for (element, claimed) in [(UInt64(0), UInt64(1) << 39), (8, 1 << 36), (9, 1 << 35)] {
            let path = try folder.file(
                "models/m.gguf", Self.head(keys: 1) + key + Self.little(element, 4) + Self.little(claimed))
            try #require(unsafe truncate(path, 1 << 40) == 0)
            let problem = try #require(folder.library().entry("m")?.problem)
            #expect(
                problem.contains("at most \(ModelHead.Limits.headByteCount)") || problem.contains("nests"), "\(problem)"
            )
            #expect(throws: LibraryError.self) { try ModelInfo.read(path: path, free: nil) }
        }
    }

    @Test func `Too many keys and tensors are refused`() throws {
        let keys = UInt64(ModelHead.Limits.keyCount + 1)
        #expect(
            try problem(Self.head(keys: keys) + [UInt8](repeating: 0, count: 1 << 20))?.contains("keys claims") == true)
        let tensors = UInt64(ModelHead.Limits.tensorCount + 1)
        #expect(
            try problem(Self.head(tensors: tensors) + [UInt8](repeating: 0, count: 9 << 20))?.contains("tensors claims")
                == true)
    }

    @Test func `Tensors that claim the same bytes again and again are refused`() throws {
        var bytes = Self.head(tensors: 3)
        for index in 0..<3 {
            bytes += Self.little(1) + Array("\(index)".utf8) + Self.little(1, 4) + Self.little(1000)
            bytes += Self.little(0, 4) + Self.little(0)
        }
        #expect(try problem(bytes + [UInt8](repeating: 0, count: 5000)) != nil)
    }
}
