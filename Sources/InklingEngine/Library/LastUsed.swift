// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingTensor

/// The models to run: a target, and perhaps one that drafts for it. Both are paths.
public struct ModelChoice: Sendable, Equatable {
    public var target: String
    public var draft: String?
    /// An acceptance head and an n-gram store that came with the pair.
    public var head: String?
    public var ngrams: String?

    public init(target: String, draft: String? = nil, head: String? = nil, ngrams: String? = nil) {
        self.target = target
        self.draft = draft
        self.head = head
        self.ngrams = ngrams
    }
}

/// Remembers the models of the last run: `$XDG_STATE_HOME/inkling/last-model`, the target's path on the first line, the
/// draft's (or nothing) on the second, head and n-grams on the next two.
public struct LastUsed: Sendable, Equatable {
    /// Nil if the user has no folder for such things; then nothing is remembered.
    public let path: String?

    private static let byteLimit = 1 << 16

    private let places: SearchPlaces

    public init(places: SearchPlaces) {
        self.places = places
        path = places.stateFolder.map { $0 + "/last-model" }
    }

    /// The last choice, if its target is still there. Of the rest what is gone is left out.
    public var choice: ModelChoice? {
        guard let path, let bytes = SmallFile.read(path, limit: Self.byteLimit),
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String? in
            line.hasPrefix("/") && FileStatus(path: String(line))?.kind == .file ? String(line) : nil
        }
        guard let first = lines.first, let target = first else { return nil }
        func line(_ index: Int) -> String? { index < lines.count ? lines[index] : nil }
        return ModelChoice(target: target, draft: line(1), head: line(2), ngrams: line(3))
    }

    /// Remembers a choice. Relative paths are taken from the working folder of now.
    ///
    /// A path that a line cannot hold is not remembered.
    public func remember(_ choice: ModelChoice) throws(LibraryError) {
        guard let path else { return }
        let lines = [choice.target, choice.draft, choice.head, choice.ngrams].map { $0.map(places.absolute) ?? "" }
        guard lines.allSatisfy({ !$0.utf8.contains(10) && !$0.utf8.contains(0) }) else { return }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        // What the user opens is nobody else's business.
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        do throws(FileError) {
            let file = try StagedFile(path: path)
            try bytes.withLittleEndianBytes { (bytes: RawSpan) throws(FileError) in try file.write(bytes) }
            try file.commit()
        } catch {
            throw .cannotWrite(error)
        }
    }
}
