// SPDX-License-Identifier: Apache-2.0

import InklingGGUF

/// A model that was found, before anybody looked into its file.
public struct LocatedModel: Sendable, Equatable {
    /// What the user calls it; no other model of the library has this name.
    public var name: String
    /// Other names it answers to, where no model is called so.
    public var aliases: [String]
    public var source: ModelSource
    /// Of its file, or of the first of several.
    public var path: String
    /// What is known to be wrong without opening it; nil for nothing.
    public var problem: String?
    var status: FileStatus?

    mutating func add(aliases more: [String]) {
        // A file with thousands of links to it is a trick.
        for alias in more where aliases.count < 64 && !aliases.contains(alias) { aliases.append(alias) }
    }
}

/// A model with what its head says.
public struct LibraryEntry: Sendable, Equatable {
    public var model: LocatedModel
    /// Nil if the file cannot be read: see ``problem``.
    public var summary: ModelSummary?
    /// Why it cannot be read, as a sentence without beginning: "cut short: …".
    public var problem: String?
}

/// What one place holds.
public struct ModelGroup: Sendable, Equatable {
    public var place: ModelPlace
    public var entries: [LibraryEntry]
    /// Something to say about the place itself: that it is missing, or was too large to go through.
    public var remark: String?
}

/// Finds models where they are, whoever put them there. Copies nothing, changes nothing.
public struct ModelLibrary: Sendable {
    public let places: SearchPlaces
    private let limits: ModelWalk.Limits

    public init(places: SearchPlaces) {
        self.init(places: places, limits: ModelWalk.Limits())
    }

    init(places: SearchPlaces, limits: ModelWalk.Limits) {
        self.places = places
        self.limits = limits
    }

    // MARK: - Listing

    /// Everything there is, place by place, with the summaries of the files: reads their heads.
    ///
    /// Places without models are left out, unless the user asked for them. So are acceptance heads: they go with models and
    /// are found by them.
    public func groups() -> [ModelGroup] {
        located().compactMap { group in
            let entries = group.models.map { Self.entry(of: $0) }
                .filter { $0.summary?.architecture != HeadFile.architecture }
            if entries.isEmpty, group.isMissing ? !group.place.isExplicit : group.remark == nil { return nil }
            return ModelGroup(place: group.place, entries: entries, remark: group.remark)
        }
    }

    /// Everything there is, in the order of the search. Looks into no file.
    public func models() -> [LocatedModel] {
        located().flatMap(\.models)
    }

    /// Reads the head of a model's file or files.
    public static func entry(of model: LocatedModel) -> LibraryEntry {
        if let problem = model.problem { return LibraryEntry(model: model, summary: nil, problem: problem) }
        do throws(GGUFError) {
            var head = try ModelHead(path: model.path)
            var byteCount = model.status?.byteCount ?? 0
            var fileCount = 1
            if let count = head.metadata.int("split.count"), count > 1 {
                guard let name = SplitName(path: model.path), name.count == count, name.part == 1 else {
                    // Says what is wrong with the name.
                    _ = try GGUFFile(path: model.path)
                    throw .partNameUnclear(path: model.path, count: count)
                }
                for part in stride(from: 2, through: min(count, GGUFLimits.splitCount), by: 1) {
                    let path = name.path(part: part)
                    head.add(part: try Self.head(ofPart: part, of: count, path: path))
                    byteCount += FileStatus(path: path)?.byteCount ?? 0
                    fileCount += 1
                }
            }
            return LibraryEntry(
                model: model, summary: ModelSummary(head: head, byteCount: byteCount, fileCount: fileCount),
                problem: nil)
        } catch {
            return LibraryEntry(model: model, summary: nil, problem: error.reason)
        }
    }

    private static func head(ofPart part: Int, of count: Int, path: String) throws(GGUFError) -> ModelHead {
        do throws(GGUFError) {
            return try ModelHead(path: path)
        } catch .cannotOpen(_, let reason) {
            throw .missingPart(path: path, part: part, count: count, reason: reason)
        }
    }

    // MARK: - Finding

    struct LocatedGroup {
        var place: ModelPlace
        var models: [LocatedModel]
        var remark: String?
        /// Whether the folder is not there at all.
        var isMissing = false
    }

    func located() -> [LocatedGroup] {
        var namer = ModelNamer()
        var groups: [LocatedGroup] = []
        var known: [FileStatus.Identity: (group: Int, model: Int)] = [:]
        for place in places.places {
            var group = LocatedGroup(place: place, models: [], remark: nil)
            defer { groups.append(group) }
            let status = FileStatus(path: place.path)
            guard status?.kind == .folder else {
                group.remark = status == nil ? "there is no such folder" : "it is not a folder"
                group.isMissing = true
                continue
            }
            var walk = ModelWalk(limits: limits)
            switch place.source {
            case .ollama: OllamaStore.add(place.path, to: &walk)
            case .huggingFace: HuggingFaceCache.add(place.path, to: &walk)
            default: walk.add(folder: place.path)
            }
            let catalog = place.source == .bundled ? ModelCatalog(folder: place.path) : nil
            group.remark = walk.omission ?? catalog?.problem
            for file in SplitName.wholes(of: walk.found) {
                let id = catalog?.entry(file: file.relativePath)?.id
                let names = ModelNamer.names(of: file, source: place.source, id: id)
                if let identity = file.status?.identity {
                    if let first = known[identity] {
                        // The same file under another name, which it answers to as well.
                        if first.group == groups.count {
                            group.models[first.model].add(aliases: names)
                        } else {
                            groups[first.group].models[first.model].add(aliases: names)
                        }
                        continue
                    }
                    known[identity] = (groups.count, group.models.count)
                }
                group.models.append(
                    LocatedModel(
                        name: namer.unique(names, source: place.source), aliases: names, source: place.source,
                        path: file.path, problem: file.problem, status: file.status))
            }
        }
        return groups
    }

    // MARK: - Without a name

    /// The models to run when the user names none: the last used, else the bundled.
    public func defaultChoice() throws(LibraryError) -> ModelChoice {
        if let choice = LastUsed(places: places).choice { return choice }
        if let choice = bundledChoice() { return choice }
        throw .noModel
    }

    /// The models that came with the program: what the catalogue says, else what the files are called.
    public func bundledChoice() -> ModelChoice? {
        for place in places.places where place.source == .bundled {
            if let choice = Self.cataloguedChoice(in: place.path) ?? namedChoice(in: place.path) { return choice }
        }
        return nil
    }

    private static func cataloguedChoice(in folder: String) -> ModelChoice? {
        guard let catalog = ModelCatalog(folder: folder) else { return nil }
        func path(_ file: String?) -> String? {
            file.map { folder + "/" + $0 }.flatMap { FileStatus(path: $0)?.kind == .file ? $0 : nil }
        }
        for entry in catalog.entries where entry.role == "target" {
            guard let target = path(entry.file) else { continue }
            let draft = entry.draft.flatMap { catalog.entry(id: $0) }
            return ModelChoice(
                target: target, draft: path(draft?.file), head: path(entry.head), ngrams: path(entry.ngrams))
        }
        return nil
    }

    private func namedChoice(in folder: String) -> ModelChoice? {
        var walk = ModelWalk(limits: limits)
        walk.add(folder: folder)
        let files = SplitName.wholes(of: walk.found).filter { $0.problem == nil && $0.status != nil }
        func isNamed(_ part: String, _ file: ModelWalk.Found) -> Bool {
            ModelNamer.contains(file.relativePath.lowercased(), part)
        }
        let target = files.first { isNamed("target", $0) } ?? (files.count == 1 ? files.first : nil)
        return target.map { target in
            ModelChoice(target: target.path, draft: files.first { isNamed("draft", $0) && $0 != target }?.path)
        }
    }
}

extension GGUFError {
    /// The sentence without the path, for places that have just named the file.
    var reason: String {
        let text = withoutPath.description
        let beginning = "cannot open model \"\""
        guard text.hasPrefix(beginning) else { return text }
        return String(text.dropFirst(beginning.count).drop { $0 == ":" || $0 == "," || $0 == " " })
    }

    private var withoutPath: GGUFError {
        switch self {
        case .cannotOpen(_, let reason): .cannotOpen(path: "", reason: reason)
        case .notGGUF(_, let magic, let kind): .notGGUF(path: "", magic: magic, kind: kind)
        case .malformed(_, let offset, let defect): .malformed(path: "", offset: offset, defect: defect)
        case .notFirstPart(_, let part, let count, let first):
            .notFirstPart(path: "", part: part, count: count, first: first)
        case .missingPart(_, let part, let count, let reason):
            .missingPart(path: "", part: part, count: count, reason: reason)
        case .wrongPart(_, let part, let count, let problem):
            .wrongPart(path: "", part: part, count: count, problem: problem)
        case .partNameUnclear(_, let count): .partNameUnclear(path: "", count: count)
        default: self
        }
    }
}
