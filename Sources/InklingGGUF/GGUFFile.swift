// SPDX-License-Identifier: Apache-2.0

public import InklingTensor

/// A model file, opened: metadata and descriptions of tensors in memory, their bytes mapped.
///
/// A model in several files (`model-00001-of-00003.gguf`) is opened by its first and looks like one.
///
/// Opening checks everything that a reader relies on later, so nothing in the file can make reading a
/// tensor fail or stray. See ``MappedFile`` for what must not happen to a file while it is open.
public struct GGUFFile: Sendable {
    /// 2 or 3.
    public let version: UInt32

    /// What tensors' offsets are multiples of, in bytes.
    public let alignment: Int

    /// Of a split model: the metadata of its first part.
    public private(set) var metadata: GGUFMetadata

    /// In the file's order, parts one after the other.
    public let tensors: [GGUFTensor]

    private let shards: [MappedFile]
    private let positions: [String: Int]

    /// Opens the model at `path`, and its other parts if it is split.
    public init(path: String) throws(GGUFError) {
        let file: MappedFile
        do throws(FileError) {
            file = try MappedFile(path: path)
        } catch {
            throw .cannotOpen(path: path, reason: error)
        }
        try self.init(first: file) { (name: GGUFPartName, part: Int) throws(GGUFError) -> MappedFile in
            let path = name.sibling(part).path
            do throws(FileError) {
                return try MappedFile(path: path)
            } catch {
                throw .missingPart(path: path, part: part, count: name.count, reason: error)
            }
        }
    }

    /// Opens a model whose file is in memory. It cannot be a split one.
    ///
    /// - Parameter name: stands for the path in messages.
    public init(bytes: [UInt8], name: String = "memory") throws(GGUFError) {
        let file: MappedFile
        do throws(FileError) {
            file = try MappedFile(bytes: bytes, name: name)
        } catch {
            throw .cannotOpen(path: name, reason: error)
        }
        try self.init(first: file) { (name: GGUFPartName, part: Int) throws(GGUFError) -> MappedFile in
            let path = name.sibling(part).path
            throw .missingPart(path: path, part: part, count: name.count, reason: .notFound(path: path))
        }
    }

    private init(
        first: MappedFile, openPart: (GGUFPartName, Int) throws(GGUFError) -> MappedFile
    ) throws(GGUFError) {
        let head = try GGUFReader.readHead(of: first, shard: 0)
        var shards = [first]
        var tensors = head.tensors
        var positions: [String: Int] = [:]
        positions.reserveCapacity(tensors.count)
        try Self.index(head.tensors, from: 0, of: first, into: &positions)

        if let name = try GGUFSplit.name(of: first.path, head.metadata) {
            for part in 2...name.count {
                let file = try openPart(name, part)
                let partHead = try GGUFReader.readHead(of: file, shard: part - 1)
                try GGUFSplit.check(partHead.metadata, isPart: part, of: name, path: file.path)
                try Self.index(partHead.tensors, from: tensors.count, of: file, into: &positions)
                tensors += partHead.tensors
                shards.append(file)
            }
            try GGUFSplit.check(tensorCount: tensors.count, head.metadata, path: first.path, count: name.count)
        }
        self.version = head.version
        self.alignment = head.alignment
        self.metadata = head.metadata
        self.tensors = tensors
        self.shards = shards
        self.positions = positions
    }

    private static func index(
        _ tensors: [GGUFTensor], from base: Int, of file: MappedFile, into positions: inout [String: Int]
    ) throws(GGUFError) {
        for (index, tensor) in tensors.enumerated() {
            guard positions.updateValue(base + index, forKey: tensor.name) == nil else {
                throw .malformed(path: file.path, offset: tensor.offset, defect: .duplicateTensor(tensor.name))
            }
        }
    }

    /// Drops the metadata under `prefix` from memory, for a reader that is done with them: a vocabulary takes megabytes.
    public mutating func forgetMetadata(under prefix: String) {
        metadata = metadata.without(prefix: prefix)
    }

    /// The files the model consists of, the one that was opened first.
    public var paths: [String] { shards.map(\.path) }

    /// Bytes of all files together.
    public var byteCount: Int { shards.reduce(0) { $0 + $1.byteCount } }

    /// Elements of all tensors together.
    public var parameterCount: Int { tensors.reduce(0) { $0 + $1.elementCount } }

    /// - Complexity: O(1).
    public func tensor(named name: String) -> GGUFTensor? {
        positions[name].map { tensors[$0] }
    }

    /// The bytes of `tensor`, as a value that keeps the file mapped.
    ///
    /// - Precondition: `tensor` is one of ``tensors``.
    public func mappedBytes(of tensor: GGUFTensor) -> MappedBytes {
        shards[tensor.shard].slice(tensor.byteRange)
    }

    /// Calls `body` with the bytes of `tensor`, without copying them.
    ///
    /// - Precondition: `tensor` is one of ``tensors``.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        of tensor: GGUFTensor, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try shards[tensor.shard].withBytes(tensor.byteRange, body)
    }

    /// Gives the memory behind `tensor` back to the system; reading it again is possible, and slow.
    public func releasePages(of tensor: GGUFTensor) {
        shards[tensor.shard].release(tensor.byteRange)
    }

    /// Asks the system to start reading `tensor` from the disk.
    public func willNeed(_ tensor: GGUFTensor) {
        shards[tensor.shard].willNeed(tensor.byteRange)
    }
}
