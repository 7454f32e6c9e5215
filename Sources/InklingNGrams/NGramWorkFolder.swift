// SPDX-License-Identifier: Apache-2.0

import InklingTensor
import InklingTokenizer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file whose n-grams are counted: it is the same one as long as none of this changes.
public struct NGramFileIdentity: Sendable, Equatable {
    public var path: String
    public var byteCount: Int
    /// Nanoseconds since 1970.
    public var modified: Int

    /// The file at `path`; nil for what is no regular file, and so cannot be read a second time.
    public init?(path: String) {
        var status = stat()
        guard !path.utf8.contains(0), unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let real = unsafe realpath(path, nil)
        else { return nil }
        defer { unsafe free(real) }
        self.path = unsafe String(cString: real)
        byteCount = Int(status.st_size)
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        modified = Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
    }

    init(path: String, byteCount: Int, modified: Int) {
        self.path = path
        self.byteCount = byteCount
        self.modified = modified
    }
}

/// The folder beside a store that is being built: sorted runs, and a list of what they hold, so that a build that was
/// interrupted goes on behind the last file that is wholly in them.
final class NGramWorkFolder {
    /// What the list says.
    struct Contents: Equatable {
        var vocabularyHash: UInt64 = 0
        var order = 0
        var textCount = 0
        var tokenCount = 0
        /// Names of files in the folder.
        var runs: [String] = []
        var sources: [NGramFileIdentity] = []
    }

    let path: String
    private(set) var contents: Contents
    /// Runs that the list does not have yet.
    private var loose: [String] = []
    private var number = 0

    private static let heading = "inkling n-gram build 1"
    private static let listName = "list"
    private static let byteLimit = 64 << 20

    /// - Parameter path: of the store.
    init(store path: String, vocabularyHash: UInt64, order: Int) {
        self.path = path + ".partial"
        contents = Contents(vocabularyHash: vocabularyHash, order: order)
        if let known = Self.read(self.path + "/" + Self.listName), known.vocabularyHash == vocabularyHash,
            known.order == order
        {
            contents = known
        }
    }

    deinit {
        for name in loose { remove(name) }
        if contents.sources.isEmpty { unsafe rmdir(path) }
    }

    /// The path of a new run, which is dropped unless ``commit(_:)`` follows.
    func newRun() throws(NGramFileError) -> String {
        if unsafe mkdir(path, 0o777) != 0, errno != EEXIST {
            throw .file(.system(path: path, operation: "making the folder", code: errno))
        }
        while contents.runs.contains("run-\(number)") { number += 1 }
        let name = "run-\(number)"
        number += 1
        loose.append(name)
        return path + "/" + name
    }

    /// Writes down that the runs so far hold just these files.
    func commit(_ change: (inout Contents) -> Void) throws(NGramFileError) {
        var next = contents
        change(&next)
        next.runs += loose
        var text = "\(Self.heading)\n\(next.vocabularyHash) \(next.order) \(next.textCount) \(next.tokenCount)\n"
        for run in next.runs { text += "run \(run)\n" }
        for source in next.sources {
            text += "file \(source.byteCount) \(source.modified) \(source.path)\n"
        }
        let bytes = Array((text + "end\n").utf8)
        do throws(FileError) {
            let file = try StagedFile(path: path + "/" + Self.listName)
            try bytes.withLittleEndianBytes { (bytes: RawSpan) throws(FileError) in try file.write(bytes) }
            try file.commit()
        } catch { throw .file(error) }
        contents = next
        loose = []
    }

    /// Forgets everything.
    func clear() {
        for name in contents.runs + loose { remove(name) }
        remove(Self.listName)
        unsafe rmdir(path)
        loose = []
        contents = Contents(vocabularyHash: contents.vocabularyHash, order: contents.order)
    }

    private func remove(_ name: String) { _ = unsafe unlink(path + "/" + name) }

    private static func read(_ path: String) -> Contents? {
        guard let file = try? MappedFile(path: path), file.byteCount <= byteLimit else { return nil }
        let bytes = file.withBytes { $0.integers(UInt8.self, count: file.byteCount, at: 0) }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == heading[...], let numbers = lines.popFirst()?.split(separator: " "),
            numbers.count == 4,
            let hash = UInt64(numbers[0]), let order = Int(numbers[1]), let texts = Int(numbers[2]),
            let tokens = Int(numbers[3]), texts >= 0, tokens >= 0
        else { return nil }
        var contents = Contents(vocabularyHash: hash, order: order, textCount: texts, tokenCount: tokens)
        while let line = lines.popFirst() {
            if line == "end" { return contents }
            let words = line.split(separator: " ", maxSplits: 3)
            if words.count == 2, words[0] == "run", words[1].hasPrefix("run-"), !words[1].contains("/") {
                contents.runs.append(String(words[1]))
            } else if words.count == 4, words[0] == "file", let size = Int(words[1]), let time = Int(words[2]) {
                contents.sources.append(NGramFileIdentity(path: String(words[3]), byteCount: size, modified: time))
            } else {
                return nil
            }
        }
        return nil
    }
}
