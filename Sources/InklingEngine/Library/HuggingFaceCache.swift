// SPDX-License-Identifier: Apache-2.0

/// The Hugging Face hub's cache:
///
/// ```
/// models--<organisation>--<name>/snapshots/<revision>/…/file.gguf    links to
/// models--<organisation>--<name>/blobs/<hash>
/// ```
enum HuggingFaceCache {
    private static let beginning = "models--"

    /// Adds the models of the cache at `folder`, as `organisation/name/file.gguf`. Revisions that share a file lead to
    /// the same blob.
    static func add(_ folder: String, to walk: inout ModelWalk) {
        for repository in walk.names(in: folder)?.names ?? [] where repository.hasPrefix(beginning) {
            let snapshots = "\(folder)/\(repository)/snapshots"
            let name = repositoryName(repository)
            for revision in walk.names(in: snapshots)?.names ?? [] where !revision.hasPrefix(".") {
                walk.add(folder: "\(snapshots)/\(revision)", prefix: name + "/")
            }
        }
    }

    /// `models--org--some--name` → `org/some--name`; names of two dashes in a row exist, organisations do not have them.
    private static func repositoryName(_ folder: String) -> String {
        let parts = folder.dropFirst(beginning.count).split(separator: "-", omittingEmptySubsequences: false)
        // Two dashes leave an empty part between them.
        guard let gap = parts.firstIndex(of: ""), gap > 0, gap + 1 < parts.count else {
            return String(folder.dropFirst(beginning.count))
        }
        return parts[..<gap].joined(separator: "-") + "/" + parts[(gap + 1)...].joined(separator: "-")
    }
}
