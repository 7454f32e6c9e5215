// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
public import InklingDecoding
public import InklingTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a ``CostProfile`` holds for: a machine, kernels, threads and the files of a pair. Another one of these is another
/// profile.
public struct CostKey: Sendable, Equatable, Codable {
    /// Instruction sets, and how many CPUs the process may use.
    public var cpu: String
    public var kernels: String
    public var threads: Int
    /// nil without a draft model.
    public var draftThreads: Int?
    /// Whether the draft model has cores of its own.
    public var lanesOverlap: Bool
    public var kvFormat: String
    /// Fingerprints of the files.
    public var target: String
    public var draft: String?

    /// - Returns: nil if a file cannot be read.
    public init?(
        target: String, draft: String?, threads: Int, draftThreads: Int, lanesOverlap: Bool, kvFormat: KVFormat,
        kernels: KernelSet
    ) {
        guard let targetPrint = FileFingerprint.of(path: target) else { return nil }
        self.target = targetPrint
        if let draft {
            guard let draftPrint = FileFingerprint.of(path: draft) else { return nil }
            self.draft = draftPrint
            self.draftThreads = draftThreads
        }
        cpu = "\(KernelSet.cpuFeatures) x\(usableCPUCount())"
        self.kernels = kernels.name
        self.threads = threads
        self.lanesOverlap = lanesOverlap && draft != nil
        self.kvFormat = kvFormat.rawValue
    }
}

/// Keeps cost profiles between runs: a small JSON file each in `$XDG_CACHE_HOME/inkling/costs`.
///
/// What it reads may be anything: a file that is no profile, is another's, or is old, counts as none.
public struct CostCache: Sendable, Equatable {
    /// Nil if the user has no folder for such things; then nothing is kept.
    public let folder: String?

    private struct Record: Codable {
        var version: Int
        /// When it was written, in seconds since 1970.
        var written: Int
        var key: CostKey
        var profile: CostProfile
    }

    /// Another one whenever kernels change what passes cost, or the record changes.
    private static let version = 1
    private static let byteLimit = 1 << 16
    /// Machines change without their CPU doing so.
    private static let lifetime = 30 * 24 * 3600

    public init(folder: String?) {
        self.folder = folder
    }

    public init(places: SearchPlaces) {
        self.init(folder: places.cacheFolder.map { $0 + "/inkling/costs" })
    }

    /// What is known; nil if nothing is, or nothing that can be trusted.
    public func profile(for key: CostKey) -> CostProfile? {
        guard let path = path(of: key), let bytes = SmallFile.read(path, limit: Self.byteLimit),
            let record = try? JSONDecoder().decode(Record.self, from: Data(bytes)),
            record.version == Self.version, record.key == key, record.profile.isPlausible
        else { return nil }
        let now = Self.now()
        // One from the future was written by a clock that was wrong, then or now.
        guard record.written <= now, record.written > now - Self.lifetime else { return nil }
        return record.profile
    }

    public func store(_ profile: CostProfile, for key: CostKey) throws(LibraryError) {
        guard profile.isPlausible, let folder, let path = path(of: key) else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let record = Record(version: Self.version, written: Self.now(), key: key, profile: profile)
        guard let data = try? encoder.encode(record) else { return }
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let bytes = Array(data)
        do throws(FileError) {
            let file = try StagedFile(path: path)
            try bytes.withLittleEndianBytes { (bytes: RawSpan) throws(FileError) in try file.write(bytes) }
            try file.commit()
        } catch {
            throw .cannotWrite(error)
        }
    }

    /// Whether earlier generations of a pair were faster with both models at once, each on cores of its own, than in turn.
    ///
    /// - Parameter cores: of both together.
    public func overlapWins(
        target: String, draft: String, cores: Int, draftThreads: Int, kvFormat: KVFormat, kernels: KernelSet
    ) -> Bool {
        func profile(threads: Int, overlap: Bool) -> CostProfile? {
            CostKey(
                target: target, draft: draft, threads: threads, draftThreads: draftThreads, lanesOverlap: overlap,
                kvFormat: kvFormat, kernels: kernels
            ).flatMap { self.profile(for: $0) }
        }
        guard cores > draftThreads else { return false }
        return CostProfile.overlapWins(
            profile(threads: cores - draftThreads, overlap: true), over: profile(threads: cores, overlap: false))
    }

    /// Where the profile of a key is kept.
    func path(of key: CostKey) -> String? {
        guard let folder else { return nil }
        let parts = [
            key.cpu, key.kernels, "\(key.threads)", key.draftThreads.map { "\($0)" } ?? "-", "\(key.lanesOverlap)",
            key.kvFormat, key.target, key.draft ?? "-",
        ]
        var hash = StableHash()
        for part in parts {
            hash.add(part.utf8)
            // What no part holds keeps them apart.
            hash.add([0])
        }
        return "\(folder)/\(hash.hexadecimal).json"
    }

    private static func now() -> Int { Int(time(nil)) }
}
