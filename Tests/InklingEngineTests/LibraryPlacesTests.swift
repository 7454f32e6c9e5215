// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingEngine

@Suite struct LibraryPlacesTests {
    func paths(_ places: SearchPlaces, _ source: ModelSource) -> [String] {
        places.places.filter { $0.source == source }.map(\.path)
    }

    @Test func `Places come in the order of the contract`() {
        let places = SearchPlaces(
            folders: ["/given"], environment: ["INKLING_MODELS": "/env"], home: "/home/a",
            executablePath: "/opt/x/bin/inkling", sharedOllamaFolders: ["/usr/share/ollama/.ollama/models"])
        #expect(
            places.places.map(\.path) == [
                "/given", "/env", "/home/a/.local/share/inkling/models", "/opt/x/bin/Models",
                "/opt/x/share/inkling/Models", "/home/a/.cache/huggingface/hub", "/home/a/.ollama/models",
                "/usr/share/ollama/.ollama/models", "/home/a/.lmstudio/models", "/home/a/.cache/lm-studio/models",
                "/home/a/.cache/llama.cpp",
            ])
    }

    @Test func `Variables move the folders`() {
        var places = SearchPlaces(environment: [:], home: "/h")
        places.environment = ["XDG_DATA_HOME": "/d", "XDG_CACHE_HOME": "/c", "XDG_STATE_HOME": "/s"]
        #expect(paths(places, .own) == ["/d/inkling/models"])
        #expect(paths(places, .huggingFace) == ["/c/huggingface/hub"])
        #expect(paths(places, .llamaCpp) == ["/c/llama.cpp"])
        #expect(places.stateFolder == "/s/inkling")

        places.environment["HF_HOME"] = "~/hf"
        #expect(paths(places, .huggingFace) == ["/h/hf/hub"])
        places.environment["HF_HUB_CACHE"] = "/hub/"
        #expect(paths(places, .huggingFace) == ["/hub"])
        places.environment["OLLAMA_MODELS"] = "/o"
        places.environment["LLAMA_CACHE"] = "/l"
        #expect(paths(places, .ollama) == ["/o"] && paths(places, .llamaCpp) == ["/l"])
        places.environment["INKLING_MODELS"] = "/one:/two::"
        #expect(paths(places, .environment) == ["/one", "/two"])
    }

    @Test func `Empty and relative base folders count as unset`() {
        let places = SearchPlaces(environment: ["XDG_DATA_HOME": "", "XDG_STATE_HOME": "state"], home: "/h")
        #expect(places.dataFolder == "/h/.local/share/inkling")
        #expect(places.stateFolder == "/h/.local/state/inkling")
    }

    @Test func `Without a home only what is named is searched`() {
        let places = SearchPlaces(folders: ["/a/", "/a"], environment: [:], home: "")
        #expect(places.places.map(\.path) == ["/a"])
        #expect(places.stateFolder == nil)
    }

    @Test func `Bundled models are found from a checkout's build folder`() {
        let places = SearchPlaces(environment: [:], home: "", executablePath: "/src/ink/.build/x86/debug/inkling")
        #expect(paths(places, .bundled).contains("/src/ink/Models"))
    }
}
