// SPDX-License-Identifier: Apache-2.0

public import InklingCells
public import InklingEngine
internal import InklingDecoding

/// What was found on this machine.
public struct ModelListing: Sendable, Equatable {
    public var groups: [ModelGroup]
    /// Bytes of memory free now; nil where the system does not say.
    public var freeBytes: Int?

    public init(groups: [ModelGroup], freeBytes: Int? = nil) {
        self.groups = groups
        self.freeBytes = freeBytes
    }
}

/// A pair of models that was used before.
public struct RecentPair: Sendable, Equatable {
    public var target: String
    public var draft: String?
    public var targetName: String
    public var draftName: String?

    public init(target: String, draft: String?, targetName: String, draftName: String?) {
        self.target = target
        self.draft = draft
        self.targetName = targetName
        self.draftName = draftName
    }
}

/// The screen of models.
public struct ModelsState: Sendable {
    /// nil while the machine is being searched.
    public var listing: ModelListing?
    public var filter = TextEditor(isSingleLine: true)
    public var isFiltering = false
    public var list = ListState()
    /// What models would take in memory, by path; nil of one for which that is not known.
    var memory: [String: MemoryOutlook?] = [:]
    /// Paths of models that this was asked of.
    var memoryAsked: Set<String> = []

    public init() {}

    /// What is free has changed: all is to be asked again.
    mutating func forgetMemory() {
        memory = [:]
        memoryAsked = []
    }

    /// A row: the heading of a place, or a model.
    public enum Row: Sendable, Equatable {
        case place(title: String, remark: String?)
        case model(LibraryEntry)

        var entry: LibraryEntry? {
            if case .model(let entry) = self { entry } else { nil }
        }
    }

    /// What the filter leaves; all of its words must occur in a model's name, kind or place.
    public var rows: [Row] {
        let words = filter.text.lowercased().split(separator: " ").map(String.init)
        return (listing?.groups ?? []).flatMap { group -> [Row] in
            let entries = group.entries.filter { entry in
                let text = Self.searchText(entry, group).lowercased()
                return words.allSatisfy { text.contains($0) }
            }
            guard !entries.isEmpty || words.isEmpty && group.remark != nil else { return [] }
            return [.place(title: "\(group.place.source.title)  \(group.place.path)", remark: group.remark)]
                + entries.map { .model($0) }
        }
    }

    private static func searchText(_ entry: LibraryEntry, _ group: ModelGroup) -> String {
        ([
            entry.model.name, group.place.source.title, entry.summary?.title, entry.summary?.architecture,
            entry.summary?.quantization,
        ] as [String?]).compactMap { $0 }.joined(separator: " ")
    }
}
