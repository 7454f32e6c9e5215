// SPDX-License-Identifier: Apache-2.0

/// Finds model files below a folder, links followed.
///
/// Each folder is entered once, however many links lead to it; depth and number of entries are bounded, so a folder that
/// happens to be the whole disk ends too.
struct ModelWalk {
    struct Limits: Sendable, Equatable {
        var depth = 8
        /// Names looked at in one place.
        var entries = 50_000
        var models = 5_000
    }

    struct Found: Equatable {
        /// Below the folder of the walk: `org/name/file.gguf`.
        var relativePath: String
        var path: String
        /// Nil if the file cannot be looked at: a link that leads nowhere.
        var status: FileStatus?
        /// What is wrong with it already; nil for nothing.
        var problem: String?
    }

    private let limits: Limits
    private(set) var found: [Found] = []
    /// What the walk left out, for the user; nil if nothing.
    private(set) var omission: String?
    private var entered: Set<FileStatus.Identity> = []
    private var entriesLeft: Int

    init(limits: Limits = Limits()) {
        self.limits = limits
        entriesLeft = limits.entries
    }

    /// Names in `folder`, counted against the bound; nil if it cannot be read, was read before or the bound is reached.
    mutating func names(in folder: String) -> FolderListing? {
        guard entriesLeft > 0, let status = FileStatus(path: folder), status.kind == .folder,
            entered.insert(status.identity).inserted
        else { return nil }
        guard let listing = FolderListing(path: folder, limit: entriesLeft) else {
            omit("\(folder) cannot be read")
            return nil
        }
        entriesLeft -= listing.names.count + listing.invalidNames.count
        if listing.isCut { omit("there are more than \(limits.entries) files; the rest was not looked at") }
        return listing
    }

    private mutating func omit(_ text: String) {
        if omission == nil { omission = text }
    }

    /// Adds the models below `folder`, in the order of their paths.
    ///
    /// - Parameter prefix: put before the relative paths.
    mutating func add(folder: String, prefix: String = "") {
        add(folder: folder, prefix: prefix, depth: 1)
    }

    private mutating func add(folder: String, prefix: String, depth: Int) {
        guard let listing = names(in: folder) else { return }
        for name in listing.invalidNames where Self.isModel(name) {
            add(
                Found(
                    relativePath: prefix + name, path: folder + "/" + name, status: nil,
                    problem: "its name is not UTF-8; rename it"))
        }
        var folders: [String] = []
        for name in listing.names where !name.hasPrefix(".") {
            let path = folder + "/" + name
            let status = FileStatus(path: path)
            switch status?.kind {
            case .folder: folders.append(name)
            case .file where Self.isModel(name), nil where Self.isModel(name):
                add(Found(relativePath: prefix + name, path: path, status: status))
            case .file, .other, nil: break
            }
        }
        guard depth < limits.depth else {
            if !folders.isEmpty { omit("folders more than \(limits.depth) deep were not looked at") }
            return
        }
        for name in folders { add(folder: folder + "/" + name, prefix: prefix + name + "/", depth: depth + 1) }
    }

    mutating func add(_ file: Found) {
        guard found.count < limits.models else {
            omit("there are more than \(limits.models) models; the rest is not shown")
            return
        }
        found.append(file)
    }

    static func isModel(_ name: String) -> Bool {
        name.utf8.count > 5 && name.suffix(5).lowercased() == ".gguf"
    }
}
