// SPDX-License-Identifier: Apache-2.0

/// Finds an acceptance head for a pair of models.
public enum HeadSearch {
    /// The end of the names of heads that are found without being named.
    public static let suffix = ".head.gguf"

    private static let nameLimit = 10_000
    private static let candidateLimit = 64

    /// The first head for exactly this pair: `suggested`, or one beside the draft or the target. Heads of other pairs, and
    /// files that are none, are passed over.
    ///
    /// - Parameter suggested: what a catalogue names.
    public static func head(for target: LoadedModel, draft: LoadedModel, suggested: String? = nil) -> HeadFile? {
        var paths = suggested.map { [$0] } ?? []
        for folder in [folder(of: draft.path), folder(of: target.path)] {
            guard let listing = FolderListing(path: folder, limit: nameLimit) else { continue }
            for name in listing.names where isName(name) {
                let path = folder == "." ? name : folder == "/" ? "/" + name : folder + "/" + name
                if !paths.contains(path) { paths.append(path) }
            }
        }
        guard !paths.isEmpty else { return nil }
        let pair = PairIdentity(target: target, draft: draft)
        for path in paths.prefix(candidateLimit) {
            if let file = try? HeadFile(path: path), (try? file.check(for: pair)) != nil { return file }
        }
        return nil
    }

    /// Whether a file of this name, or path, is taken for a head.
    static func isName(_ name: String) -> Bool {
        name.lowercased().hasSuffix(suffix) && name.utf8.count > suffix.utf8.count
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
