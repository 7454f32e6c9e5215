// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// What a folder of models says about itself in `catalog.json`; optional.
///
/// ```json
/// {
///   "version": 1,
///   "models": [
///     {"id": "inkling-target", "file": "target.gguf", "role": "target", "draft": "inkling-draft",
///      "head": "head.gguf", "ngrams": "target.ngrams", "licence": "Apache-2.0"},
///     {"id": "inkling-draft", "file": "draft.gguf", "role": "draft"}
///   ]
/// }
/// ```
///
/// `id`, `file` and `role` must be there. Files are named relative to the folder and stay within it. `draft` is the id
/// of the model that drafts for this one. Of several targets the first is the one to use when none is named. Keys that
/// are not known here are ignored.
public struct ModelCatalog: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public var id: String
        /// Below the folder of the catalogue.
        public var file: String
        /// `target`, `draft`, or something that this version does not use.
        public var role: String
        public var draft: String?
        /// An acceptance head for this target and its draft; below the folder.
        public var head: String?
        /// An n-gram store; below the folder.
        public var ngrams: String?
        public var licence: String?
    }

    public static let fileName = "catalog.json"

    public private(set) var entries: [Entry] = []
    /// What was wrong with it, in words; nil if nothing was.
    public private(set) var problem: String?

    private struct Document: Decodable {
        struct Model: Decodable {
            var id: String?
            var file: String?
            var role: String?
            var draft: String?
            var head: String?
            var ngrams: String?
            var licence: String?
        }
        var version: Int?
        var models: [Model]?
    }

    private static let byteLimit = 1 << 20
    private static let entryLimit = 1_000

    /// The catalogue in `folder`; nil if there is none.
    public init?(folder: String) {
        let path = folder + "/" + Self.fileName
        guard let status = FileStatus(path: path), status.kind == .file else { return nil }
        guard let bytes = SmallFile.read(path, limit: Self.byteLimit) else {
            problem = "\(Self.fileName) cannot be read, or is larger than \(Self.byteLimit >> 20) MiB"
            return
        }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)) else {
            problem = "\(Self.fileName) is not the JSON that was expected"
            return
        }
        guard document.version ?? 1 == 1 else {
            problem = "\(Self.fileName) has version \(document.version ?? 1), only 1 is known"
            return
        }
        var ids: Set<String> = []
        for model in (document.models ?? []).prefix(Self.entryLimit) {
            guard let id = model.id, let file = model.file, let role = model.role, !id.isEmpty else {
                problem = "\(Self.fileName) has an entry without id, file or role"
                continue
            }
            guard ids.insert(id).inserted else {
                problem = "\(Self.fileName) has two entries with the id \"\(id)\""
                continue
            }
            guard [file, model.head, model.ngrams].allSatisfy({ $0.map(Self.staysInside) ?? true }) else {
                problem = "\(Self.fileName): the entry \"\(id)\" names a file outside its folder"
                continue
            }
            entries.append(
                Entry(
                    id: id, file: file, role: role, draft: model.draft, head: model.head, ngrams: model.ngrams,
                    licence: model.licence))
        }
    }

    public func entry(id: String) -> Entry? { entries.first { $0.id == id } }

    public func entry(file: String) -> Entry? { entries.first { $0.file == file } }

    private static func staysInside(_ path: String) -> Bool {
        !path.isEmpty && !path.utf8.contains(0)
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { $0 != ".." && !$0.isEmpty }
    }
}
