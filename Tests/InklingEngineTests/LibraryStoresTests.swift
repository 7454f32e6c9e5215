// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingTensor
import Testing

@testable import InklingEngine

@Suite struct OllamaStoreTests {
    let folder: LibraryFolder
    let digest = String(repeating: "0a", count: 32)

    init() throws {
        folder = try LibraryFolder()
    }

    func library() -> ModelLibrary {
        folder.library(folders: [], environment: ["OLLAMA_MODELS": "\(folder.path)/ollama"])
    }

    func manifest(_ name: String, digest: String, mediaType: String = OllamaStore.modelMediaType) throws {
        try folder.file(
            "ollama/manifests/\(name)",
            """
            {"schemaVersion": 2, "config": {"digest": "sha256:00"}, "layers": [
             {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:11", "size": 1},
             {"mediaType": "\(mediaType)", "digest": "\(digest)", "size": 7}]}
            """)
    }

    @Test func `Models go by the names that Ollama gives them`() throws {
        for (index, name) in ["library/llama3.2/1b", "library/tiny/latest", "someone/mine/q8"].enumerated() {
            let digest = String(repeating: "\(index)", count: 64)
            try folder.model("ollama/blobs/sha256-\(digest)", SmallModel(title: name))
            try manifest("registry.ollama.ai/\(name)", digest: "sha256:\(digest)")
        }
        let digest = String(repeating: "f", count: 64)
        try folder.model("ollama/blobs/sha256-\(digest)")
        try manifest("hf.co/org/name-GGUF/Q4_K_M", digest: "sha256:\(digest)")
        let library = library()
        #expect(library.names == ["hf.co/org/name-GGUF:Q4_K_M", "llama3.2:1b", "tiny", "someone/mine:q8"])
        #expect(library.entry("llama3.2:1b")?.summary?.title == "library/llama3.2/1b")
        let path = try ModelReference.resolve("tiny:latest", in: library)
        #expect(path == "\(folder.path)/ollama/blobs/sha256-" + String(repeating: "1", count: 64))
    }

    @Test func `Tags that share a blob are one model`() throws {
        try folder.model("ollama/blobs/sha256-\(digest)")
        try manifest("registry.ollama.ai/library/m/1b", digest: "sha256:\(digest)")
        try manifest("registry.ollama.ai/library/m/latest", digest: "sha256:\(digest)")
        #expect(library().names == ["m:1b"])
        // A tag of another model does not make the shared one's names ambiguous.
        let other = String(repeating: "0b", count: 32)
        try folder.model("ollama/blobs/sha256-\(other)", SmallModel(title: "other"))
        try manifest("registry.ollama.ai/library/m/3b", digest: "sha256:\(other)")
        #expect(try ModelReference.resolve("m", in: library()).hasSuffix(digest))
    }

    @Test func `A manifest cannot lead out of the store`() throws {
        try folder.model("secret.gguf")
        for (index, digest) in [
            "sha256:../../secret.gguf", "../secret", "sha256:" + String(repeating: "g", count: 64), "",
        ]
        .enumerated() {
            try manifest("registry.ollama.ai/library/evil/\(index)", digest: digest)
        }
        let entries = library().entries
        #expect(entries.count == 4)
        #expect(entries.allSatisfy { $0.problem?.contains("other than a digest") == true })
    }

    @Test func `Hostile and damaged manifests are listed with the reason`() throws {
        try folder.file("ollama/manifests/registry.ollama.ai/library/a/not-json", "hello")
        try folder.file("ollama/manifests/registry.ollama.ai/library/a/list", "[1, 2]")
        try folder.file(
            "ollama/manifests/registry.ollama.ai/library/a/deep", String(repeating: "[", count: 100_000))
        try folder.file(
            "ollama/manifests/registry.ollama.ai/library/a/huge", [UInt8](repeating: 0x20, count: 300_000))
        try manifest("registry.ollama.ai/library/a/cloud", digest: "sha256:\(digest)", mediaType: "x")
        try manifest("registry.ollama.ai/library/a/pulled", digest: "sha256:\(digest)")
        let library = library()
        for (tag, reason) in [
            ("not-json", "not the JSON"), ("list", "not the JSON"), ("deep", "not the JSON"), ("huge", "larger than"),
            ("cloud", "names no model"), ("pulled", "missing; pull"),
        ] {
            #expect(library.entry("a:\(tag)")?.problem?.contains(reason) == true, "\(tag)")
        }
    }
}

@Suite struct HuggingFaceCacheTests {
    @Test func `Snapshots of one blob are one model, by its short name and its repository`() throws {
        let folder = try LibraryFolder()
        let repository = "home/.cache/huggingface/hub/models--some-org--tiny--lm-GGUF"
        try folder.model("\(repository)/blobs/abc")
        try folder.link("\(repository)/snapshots/111/tiny-Q8_0.gguf", to: "../../blobs/abc")
        try folder.link("\(repository)/snapshots/222/tiny-Q8_0.gguf", to: "../../blobs/abc")
        try folder.link("\(repository)/snapshots/222/sub/other.gguf", to: "../../../blobs/gone")
        try folder.file("home/.cache/huggingface/hub/datasets--a--b/snapshots/1/x.gguf", "")
        let library = folder.library(folders: [])
        let group = try #require(library.groups().first)
        #expect(group.place.source == .huggingFace && group.entries.map(\.model.name) == ["tiny-Q8_0", "other"])
        #expect(group.entries[0].problem == nil && group.entries[1].problem == "it is a link that leads nowhere")
        let path = try ModelReference.resolve("some-org/tiny--lm-GGUF/tiny", in: library)
        #expect(path.hasSuffix("snapshots/111/tiny-Q8_0.gguf"))
    }

    @Test func `Trees of LM Studio and llama.cpp are read as folders`() throws {
        let folder = try LibraryFolder()
        try folder.model("home/.lmstudio/models/pub/repo/a.gguf", SmallModel(title: "a"))
        try folder.model("home/.cache/llama.cpp/org_repo_b.gguf", SmallModel(title: "b"))
        let groups = folder.library(folders: []).groups()
        #expect(groups.map(\.place.source) == [.lmStudio, .llamaCpp])
        #expect(groups.flatMap(\.entries).map(\.model.name) == ["a", "org_repo_b"])
    }
}
