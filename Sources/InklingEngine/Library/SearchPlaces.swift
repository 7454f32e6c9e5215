// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whose models a folder holds.
public enum ModelSource: String, Sendable, Codable, CaseIterable {
    /// Given on the command line.
    case given
    /// `$INKLING_MODELS`.
    case environment
    /// The user's data folder.
    case own
    case bundled
    case huggingFace = "hf"
    case ollama
    case lmStudio = "lmstudio"
    case llamaCpp = "llamacpp"

    /// For headings.
    public var title: String {
        switch self {
        case .given: "Given folder"
        case .environment: "$INKLING_MODELS"
        case .own: "Own models"
        case .bundled: "Bundled"
        case .huggingFace: "Hugging Face cache"
        case .ollama: "Ollama"
        case .lmStudio: "LM Studio"
        case .llamaCpp: "llama.cpp cache"
        }
    }
}

/// A folder to look for models in.
public struct ModelPlace: Sendable, Equatable {
    public var source: ModelSource
    public var path: String

    public init(source: ModelSource, path: String) {
        self.source = source
        self.path = path
    }

    /// Whether the user asked for this folder, so that its absence is worth a word.
    public var isExplicit: Bool { source == .given || source == .environment }
}

/// Everything that decides where models and the program's own small files are, as data: nothing here looks at a disk.
public struct SearchPlaces: Sendable, Equatable {
    /// Folders of `--models-dir`, searched first.
    public var folders: [String]
    public var environment: [String: String]
    /// The user's home folder; empty if there is none.
    public var home: String
    /// Where the running program is; nil if unknown. Bundled models are found relative to it.
    public var executablePath: String?
    /// Stores of other programs that belong to the machine, not to a user.
    public var sharedOllamaFolders: [String]

    public init(
        folders: [String] = [], environment: [String: String], home: String, executablePath: String? = nil,
        sharedOllamaFolders: [String] = []
    ) {
        self.folders = folders
        self.environment = environment
        self.home = home
        self.executablePath = executablePath
        self.sharedOllamaFolders = sharedOllamaFolders
    }

    /// The places of this process.
    ///
    /// - Parameter folders: those of `--models-dir`.
    public static func current(folders: [String] = []) -> SearchPlaces {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 }
        return SearchPlaces(
            folders: folders, environment: environment,
            home: home ?? FileManager.default.homeDirectoryForCurrentUser.path,
            executablePath: currentExecutable(),
            sharedOllamaFolders: [
                "/usr/share/ollama/.ollama/models", "/var/lib/ollama/.ollama/models", "/var/lib/ollama",
            ])
    }

    private static func currentExecutable() -> String? {
        #if os(Linux)
            if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") { return path }
        #endif
        // Without a slash the shell found it along PATH, and its folder is unknown.
        return CommandLine.arguments.first.flatMap { $0.utf8.contains(UInt8(ascii: "/")) ? $0 : nil }
    }

    // MARK: - Folders

    /// All folders in the order of the search, each once. Of two models with one name, the first found keeps it.
    public var places: [ModelPlace] {
        var places: [ModelPlace] = []
        var seen: Set<String> = []
        func add(_ source: ModelSource, _ path: String?) {
            guard let path, !path.isEmpty else { return }
            let clean = Self.withoutTrailingSlashes(expandingHome(path))
            if seen.insert(clean).inserted { places.append(ModelPlace(source: source, path: clean)) }
        }
        for folder in folders { add(.given, folder) }
        for folder in (variable("INKLING_MODELS") ?? "").split(separator: ":") { add(.environment, String(folder)) }
        add(.own, dataFolder.map { $0 + "/models" })
        for folder in bundledFolders { add(.bundled, folder) }
        add(.huggingFace, huggingFaceFolder)
        if let folder = variable("OLLAMA_MODELS") {
            add(.ollama, folder)
        } else {
            add(.ollama, atHome(".ollama/models"))
        }
        for folder in sharedOllamaFolders { add(.ollama, folder) }
        add(.lmStudio, atHome(".lmstudio/models"))
        add(.lmStudio, cacheFolder.map { $0 + "/lm-studio/models" })
        add(.llamaCpp, variable("LLAMA_CACHE") ?? cacheFolder.map { $0 + "/llama.cpp" })
        return places
    }

    /// `$XDG_DATA_HOME/inkling`.
    public var dataFolder: String? { base("XDG_DATA_HOME", ".local/share").map { $0 + "/inkling" } }

    /// `$XDG_CONFIG_HOME/inkling`.
    public var configurationFolder: String? { base("XDG_CONFIG_HOME", ".config").map { $0 + "/inkling" } }

    /// `$XDG_STATE_HOME/inkling`.
    public var stateFolder: String? { base("XDG_STATE_HOME", ".local/state").map { $0 + "/inkling" } }

    /// `$XDG_CACHE_HOME`.
    var cacheFolder: String? { base("XDG_CACHE_HOME", ".cache") }

    /// Where models that come with the program may be: beside it, in the checkout it was built in, or where an
    /// installation puts them.
    var bundledFolders: [String] {
        guard let executablePath else { return [] }
        let parts = executablePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.joined(separator: "/")
        var folders = [folder + "/Models"]
        if let build = parts.lastIndex(of: ".build") {
            folders.append(parts[..<build].joined(separator: "/") + "/Models")
        }
        // Not "..": the path is also shown.
        if parts.count > 1 { folders.append(parts.dropLast().joined(separator: "/") + "/share/inkling/Models") }
        return folders
    }

    /// As the Hugging Face libraries choose it: one folder, the first that is set.
    private var huggingFaceFolder: String? {
        variable("HF_HUB_CACHE") ?? variable("HUGGINGFACE_HUB_CACHE")
            ?? variable("HF_HOME").map { $0 + "/hub" } ?? cacheFolder.map { $0 + "/huggingface/hub" }
    }

    // MARK: - Paths

    private func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func atHome(_ path: String) -> String? {
        home.isEmpty ? nil : Self.withoutTrailingSlashes(home) + "/" + path
    }

    /// A base folder of the XDG specification, which says that relative values are to be ignored.
    private func base(_ name: String, _ fallback: String) -> String? {
        if let value = variable(name), value.hasPrefix("/") { return Self.withoutTrailingSlashes(value) }
        return atHome(fallback)
    }

    /// `~` at the beginning stands for the home folder also where no shell has replaced it.
    public func expandingHome(_ path: String) -> String {
        guard !home.isEmpty else { return path }
        if path == "~" { return home }
        return path.hasPrefix("~/") ? Self.withoutTrailingSlashes(home) + path.dropFirst() : path
    }

    /// The same file's path from the root, without "." and "..": what stays true in another folder, and what is compared.
    func absolute(_ path: String) -> String {
        URL(filePath: expandingHome(path)).standardizedFileURL.path(percentEncoded: false)
    }

    private static func withoutTrailingSlashes(_ path: String) -> String {
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
