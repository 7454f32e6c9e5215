// SPDX-License-Identifier: Apache-2.0

/// What a user writes to mean a model: a path to a `.gguf`, or a name as `inkling models list` prints it.
public enum ModelReference {
    /// The path, from the root, of the model that `reference` means.
    ///
    /// A file that is there wins. Then names: exact, then without regard to case, then as a beginning if only one model
    /// has it. Whether the file is a good one shows when it is opened.
    public static func resolve(_ reference: String, in library: ModelLibrary) throws(LibraryError) -> String {
        let path = library.places.expandingHome(reference)
        let isPath = looksLikePath(reference)
        let status = FileStatus(path: path)
        if let status, status.kind == .file, isPath || startsAsModel(path) { return library.places.absolute(path) }
        // A name may have slashes and even end in ".gguf", but these can only be paths.
        if ["/", "./", "../", "~"].contains(where: reference.hasPrefix) || reference.isEmpty {
            switch status?.kind {
            case .folder: throw .notAFile(reference: reference, kind: "a folder")
            case .other: throw .notAFile(reference: reference, kind: "not a regular file")
            case .file: return library.places.absolute(path)
            case nil: throw .noSuchFile(reference: reference)
            }
        }
        let models = library.models()
        if let model = try match(reference, models) { return model.path }
        if let status, status.kind != .file {
            throw .notAFile(reference: reference, kind: status.kind == .folder ? "a folder" : "not a regular file")
        }
        throw .unknownModel(reference: reference, suggestions: suggestions(for: reference, among: models))
    }

    /// The models to run: those that were named, else the last used, else the bundled.
    ///
    /// With a target but no draft named, there is no draft; a draft alone goes with the default target.
    public static func choose(
        target: String?, draft: String?, in library: ModelLibrary
    ) throws(LibraryError) -> ModelChoice {
        var choice = ModelChoice(target: "")
        if let target {
            choice.target = try resolve(target, in: library)
        } else {
            choice = try library.defaultChoice()
        }
        if let draft {
            let path = try resolve(draft, in: library)
            if path != choice.draft {
                // A head is trained for one pair.
                choice.head = nil
            }
            choice.draft = path
        }
        return choice
    }

    // MARK: - Names

    static func match(_ reference: String, _ models: [LocatedModel]) throws(LibraryError) -> LocatedModel? {
        if let model = models.first(where: { $0.name == reference }) { return model }
        var wanted = reference.lowercased()
        if wanted.hasSuffix(".gguf") { wanted.removeLast(5) }
        if let model = models.first(where: { $0.name.lowercased() == wanted }) { return model }
        // Aliases may be shared; the first in the order of the search has the right to them.
        if let model = models.first(where: { $0.aliases.contains { $0.lowercased() == wanted } }) { return model }
        guard !wanted.isEmpty else { return nil }
        let beginning = models.filter { model in
            // A model and its head begin alike, and only one of them can be meant.
            !HeadSearch.isName(model.path)
                && ([model.name] + model.aliases).contains { $0.lowercased().hasPrefix(wanted) }
        }
        guard beginning.count > 1 else { return beginning.first }
        throw .ambiguous(reference: reference, candidates: beginning.map(\.name))
    }

    private static let suggestionCount = 3

    /// Names that come near `reference`, best first: those that contain it, then those a few letters away.
    static func suggestions(for reference: String, among models: [LocatedModel]) -> [String] {
        var wanted = reference.lowercased()
        if wanted.hasSuffix(".gguf") { wanted.removeLast(5) }
        let limit = max(2, wanted.count / 3)
        let near = models.enumerated().compactMap { index, model -> (name: String, distance: Int, index: Int)? in
            guard !HeadSearch.isName(model.path) else { return nil }
            let distances = ([model.name] + model.aliases).map { name -> Int in
                let name = name.lowercased()
                return ModelNamer.contains(name, wanted) ? 0 : EditDistance.between(wanted, name)
            }
            guard let distance = distances.min(), distance <= limit else { return nil }
            return (model.name, distance, index)
        }
        return near.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(suggestionCount).map(\.name)
    }

    private static func looksLikePath(_ reference: String) -> Bool {
        reference.utf8.contains(UInt8(ascii: "/")) || reference.lowercased().hasSuffix(".gguf")
    }

    private static func startsAsModel(_ path: String) -> Bool {
        guard var file = try? HeadBytes(path: path) else { return false }
        return (try? file.bytes(4, "the magic number")) == Array("GGUF".utf8)
    }
}

/// How many letters must be changed, put in, left out or swapped with their neighbour to make one word of another
/// (Damerau 1964, in the restricted form that edits no place twice).
enum EditDistance {
    private static let lengthLimit = 128

    static func between(_ first: String, _ second: String) -> Int {
        let first = Array(first.prefix(lengthLimit))
        let second = Array(second.prefix(lengthLimit))
        var before: [Int] = []
        var previous = Array(0...second.count)
        for row in first.indices {
            var current = [row + 1]
            for column in second.indices {
                let isSame = first[row] == second[column]
                var best = min(previous[column] + (isSame ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    best = min(best, before[column - 1] + 1)
                }
                current.append(best)
            }
            before = previous
            previous = current
        }
        return previous[second.count]
    }
}
