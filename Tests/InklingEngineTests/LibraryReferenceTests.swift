// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing

@testable import InklingEngine

@Suite struct LibraryReferenceTests {
    let folder: LibraryFolder

    init() throws {
        folder = try LibraryFolder()
        for name in ["Qwen3-0.6B-Q8_0", "Qwen3-1.7B-Q4_K_M", "SmolLM2-135M", "SmolLM2-360M"] {
            try folder.model("models/\(name).gguf", SmallModel(title: name))
        }
    }

    func resolve(_ reference: String) throws(LibraryError) -> String {
        let path = try ModelReference.resolve(reference, in: folder.library())
        let beginning = folder.path + "/models/"
        return path.hasPrefix(beginning) ? String(path.dropFirst(beginning.count).dropLast(5)) : path
    }

    @Test func `A path that is there is taken as it is`() throws {
        let path = "\(folder.path)/models/SmolLM2-135M.gguf"
        #expect(try ModelReference.resolve(path, in: folder.library()) == path)
        let odd = try folder.model("blobs/no-ending")
        #expect(try ModelReference.resolve(odd, in: folder.library()) == odd)
        try folder.model("home/at-home.gguf")
        // What is relative here is another file in another folder.
        let depth = FileManager.default.currentDirectoryPath.split(separator: "/").count
        let relative = String(repeating: "../", count: depth) + path.dropFirst()
        #expect(try ModelReference.resolve(relative, in: folder.library()) == path)
        #expect(
            try ModelReference.resolve("~/at-home.gguf", in: folder.library()) == "\(folder.path)/home/at-home.gguf")
    }

    @Test func `Names are found whole, in any case, with ending, and by a beginning`() throws {
        #expect(try resolve("SmolLM2-135M") == "SmolLM2-135M")
        #expect(try resolve("smollm2-135m") == "SmolLM2-135M")
        #expect(try resolve("SmolLM2-135M.gguf") == "SmolLM2-135M")
        #expect(try resolve("qwen3-0") == "Qwen3-0.6B-Q8_0")
    }

    @Test func `A whole name wins over a longer one that begins so`() throws {
        try folder.model("models/SmolLM2.gguf", SmallModel(title: "short"))
        #expect(try resolve("smollm2") == "SmolLM2")
    }

    @Test func `A beginning of several names lists them`() {
        #expect(throws: LibraryError.ambiguous(reference: "smol", candidates: ["SmolLM2-135M", "SmolLM2-360M"])) {
            try resolve("smol")
        }
        #expect(
            LibraryError.ambiguous(reference: "s", candidates: ["a", "b"]).description
                == "\"s\" may be any of 2 models: \"a\", \"b\"")
    }

    @Test func `An unknown name gets suggestions`() {
        #expect(
            throws: LibraryError.unknownModel(reference: "SmolML2-135M", suggestions: ["SmolLM2-135M", "SmolLM2-360M"])
        ) {
            try resolve("SmolML2-135M")
        }
        #expect(throws: LibraryError.unknownModel(reference: "1.7b", suggestions: ["Qwen3-1.7B-Q4_K_M"])) {
            try resolve("1.7b")
        }
        let error = LibraryError.unknownModel(reference: "x", suggestions: ["a", "b", "c"])
        #expect(
            error.description
                == "cannot open model \"x\": no such file, and no model has this name; did you mean \"a\", \"b\" or \"c\"?"
        )
        #expect(error.hint?.contains("inkling models list") == true)
    }

    @Test func `A path to nothing, or to a folder, is said plainly`() throws {
        #expect(throws: LibraryError.noSuchFile(reference: "./nowhere.gguf")) { try resolve("./nowhere.gguf") }
        #expect(
            LibraryError.noSuchFile(reference: "x.gguf").description == "cannot open model \"x.gguf\": no such file")
        #expect(throws: LibraryError.notAFile(reference: folder.path, kind: "a folder")) { try resolve(folder.path) }
        #expect(throws: LibraryError.noSuchFile(reference: "")) { try resolve("") }
        #expect(throws: LibraryError.noSuchFile(reference: "/a\0b")) { try resolve("/a\0b") }
    }

    @Test func `Distances count letters changed, added, left out and swapped`() {
        for (first, second, distance) in [
            ("", "", 0), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "ab", 1), ("abc", "acb", 1), ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            #expect(EditDistance.between(first, second) == distance)
            #expect(EditDistance.between(second, first) == distance)
        }
    }
}

@Suite struct LibraryDefaultTests {
    let folder: LibraryFolder

    init() throws {
        folder = try LibraryFolder()
    }

    func library() -> ModelLibrary {
        var places = folder.places(folders: [])
        places.executablePath = "\(folder.path)/app/bin/inkling"
        return ModelLibrary(places: places)
    }

    @Test func `With nothing anywhere there is no model`() {
        #expect(throws: LibraryError.noModel) { try library().defaultChoice() }
    }

    @Test func `The last used pair comes first, as long as it is there`() throws {
        let target = try folder.model("a.gguf")
        let draft = try folder.model("b.gguf")
        try folder.model("app/bin/Models/bundled.gguf")
        let lastUsed = LastUsed(places: folder.places())
        #expect(lastUsed.choice == nil)
        try lastUsed.remember(ModelChoice(target: target, draft: draft))
        #expect(try library().defaultChoice() == ModelChoice(target: target, draft: draft))
        try FileManager.default.removeItem(atPath: draft)
        #expect(try library().defaultChoice() == ModelChoice(target: target))
        try FileManager.default.removeItem(atPath: target)
        #expect(try library().defaultChoice().target.hasSuffix("bundled.gguf"))
    }

    @Test func `A state file with anything in it is harmless`() throws {
        for bytes in [
            [0xFF, 0xFE], Array("relative.gguf\n".utf8), Array("/\n/".utf8), [UInt8](repeating: 65, count: 1 << 17),
        ] {
            try folder.file("home/.local/state/inkling/last-model", bytes)
            #expect(LastUsed(places: folder.places()).choice == nil)
        }
    }

    @Test func `Paths that a line cannot hold are not remembered`() throws {
        let lastUsed = LastUsed(places: folder.places())
        try lastUsed.remember(ModelChoice(target: "/a\n/b.gguf"))
        #expect(lastUsed.choice == nil)
        #expect(!FileManager.default.fileExists(atPath: try #require(lastUsed.path)))
    }

    @Test func `The catalogue names target, draft and what belongs to them`() throws {
        for name in ["t", "d", "extra"] { try folder.model("app/bin/Models/\(name).gguf", SmallModel(title: name)) }
        try folder.file("app/bin/Models/head.gguf", "x")
        try folder.file(
            "app/bin/Models/catalog.json",
            """
            {"version": 1, "models": [
              {"id": "ink-draft", "file": "d.gguf", "role": "draft", "licence": "Apache-2.0"},
              {"id": "lost", "file": "lost.gguf", "role": "target"},
              {"id": "ink", "file": "t.gguf", "role": "target", "draft": "ink-draft", "head": "head.gguf",
               "ngrams": "none.gguf", "sha256": "…"}]}
            """)
        let models = "\(folder.path)/app/bin/Models"
        let choice = try library().defaultChoice()
        #expect(
            choice == ModelChoice(target: "\(models)/t.gguf", draft: "\(models)/d.gguf", head: "\(models)/head.gguf"))
        #expect(try ModelReference.resolve("ink", in: library()) == "\(models)/t.gguf")
        #expect(library().names.contains("ink-draft"))
    }

    @Test func `Without a catalogue the files' names tell target and draft`() throws {
        try folder.model("app/bin/Models/stand-draft.gguf", SmallModel(title: "d"))
        try folder.model("app/bin/Models/stand-target.gguf", SmallModel(title: "t"))
        let choice = try library().defaultChoice()
        #expect(choice.target.hasSuffix("stand-target.gguf") && choice.draft?.hasSuffix("stand-draft.gguf") == true)
    }

    @Test func `A catalogue cannot name files outside its folder`() throws {
        try folder.model("app/bin/secret.gguf")
        for file in ["../secret.gguf", "/etc/passwd", "a/../../secret.gguf", ""] {
            try folder.file(
                "app/bin/Models/catalog.json",
                "{\"models\": [{\"id\": \"x\", \"file\": \"\(file)\", \"role\": \"target\"}]}")
            let catalog = try #require(ModelCatalog(folder: "\(folder.path)/app/bin/Models"))
            #expect(catalog.entries.isEmpty && catalog.problem?.contains("outside") == true)
            #expect(throws: LibraryError.noModel) { try library().defaultChoice() }
        }
    }

    @Test func `A damaged catalogue is remarked and does not hide the files`() throws {
        try folder.model("app/bin/Models/m.gguf")
        for text in ["{", "[]", "{\"version\": 7}", "{\"models\": [{}]}"] {
            try folder.file("app/bin/Models/catalog.json", text)
            let group = try #require(library().groups().first)
            #expect(group.entries.count == 1 && group.remark?.contains("catalog.json") == true, "\(text)")
        }
    }

    @Test func `A named target has no draft but the one that is named with it`() throws {
        let target = try folder.model("app/bin/Models/my-target.gguf", SmallModel(title: "t"))
        let draft = try folder.model("app/bin/Models/my-draft.gguf", SmallModel(title: "d"))
        let library = library()
        #expect(try ModelReference.choose(target: nil, draft: nil, in: library) == .init(target: target, draft: draft))
        #expect(try ModelReference.choose(target: "my-t", draft: nil, in: library) == .init(target: target))
        #expect(
            try ModelReference.choose(target: "my-d", draft: "my-t", in: library) == .init(target: draft, draft: target)
        )
    }
}
