// SPDX-License-Identifier: Apache-2.0

import InklingTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Numbers on their way through a file: written once, then mapped. Unless its name is to stay, nobody else sees it, and its
/// space is given back however the program ends.
struct TemporaryFile {
    private let staged: StagedFile
    private var pending: [UInt32] = []
    private(set) var count = 0
    private(set) var maximum: UInt32 = 0

    private static let pendingLimit = 1 << 14

    /// - Parameter path: where it stands for the moment between writing and mapping.
    init(path: String) throws(NGramFileError) {
        do throws(FileError) { staged = try StagedFile(path: path) } catch { throw .file(error) }
    }

    mutating func append(_ number: UInt32) throws(NGramFileError) {
        pending.append(number)
        count += 1
        maximum = max(maximum, number)
        if pending.count >= Self.pendingLimit { try flush() }
    }

    private mutating func flush() throws(NGramFileError) {
        do throws(FileError) {
            try pending.withLittleEndianBytes { (bytes) throws(FileError) in try staged.write(bytes) }
        } catch { throw .file(error) }
        pending.removeAll(keepingCapacity: true)
    }

    /// - Parameter keepsName: whether the file stays where it is.
    /// - Returns: the numbers, four bytes each; nil if there are none.
    mutating func finish(keepsName: Bool = false) throws(NGramFileError) -> MappedFile? {
        guard count > 0 else { return nil }
        try flush()
        do throws(FileError) {
            try staged.commit()
            defer { if !keepsName { _ = unsafe unlink(staged.path) } }
            return try MappedFile(path: staged.path)
        } catch { throw .file(error) }
    }
}
