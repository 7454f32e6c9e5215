// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// Writes a GGUF file (version 3), tensor by tensor, so that a file of many gigabytes needs little memory.
///
/// ```swift
/// let writer = try GGUFWriter(path: "model.gguf", metadata: metadata, tensors: plans)
/// for plan in plans { try writer.append(bytes(for: plan), to: plan.name) }
/// try writer.finish()
/// ```
///
/// The file appears at its path when ``finish()`` succeeds, and not before; a writer dropped earlier leaves
/// nothing behind. One owner at a time; not thread-safe.
public final class GGUFWriter {
    /// What the tensor data is aligned to: `general.alignment` of the metadata, or 32.
    public let alignment: Int

    private struct Slot {
        var plan: GGUFTensorPlan
        var byteCount: Int
    }

    private enum Destination {
        case file(StagedFile)
        case memory([UInt8])
    }

    private let path: String
    private let slots: [Slot]
    private var destination: Destination
    private var current = 0
    private var writtenOfCurrent = 0

    /// Begins a file at `path`; the head is written at once.
    ///
    /// - Throws: ``GGUFError/cannotDescribe(name:problem:)`` for a key or tensor that no file may have,
    ///   ``GGUFError/cannotWrite(path:reason:)``.
    public convenience init(path: String, metadata: GGUFMetadata, tensors: [GGUFTensorPlan]) throws(GGUFError) {
        try self.init(path: path, metadata: metadata, tensors: tensors) { () throws(FileError) -> Destination in
            .file(try StagedFile(path: path))
        }
    }

    /// The bytes of a whole file, made in memory.
    public static func bytes(
        metadata: GGUFMetadata, tensors: [(plan: GGUFTensorPlan, bytes: [UInt8])] = []
    ) throws(GGUFError) -> [UInt8] {
        let writer = try GGUFWriter(path: "memory", metadata: metadata, tensors: tensors.map(\.plan)) {
            () throws(FileError) -> Destination in .memory([])
        }
        for tensor in tensors { try writer.append(tensor.bytes, to: tensor.plan.name) }
        try writer.finish()
        guard case .memory(let bytes) = writer.destination else { return [] }
        return bytes
    }

    private init(
        path: String, metadata: GGUFMetadata, tensors: [GGUFTensorPlan],
        open: () throws(FileError) -> Destination
    ) throws(GGUFError) {
        let alignment = try Self.checkedAlignment(metadata)
        var encoder = GGUFEncoder()
        for byte in GGUFReader.magic { encoder.append(byte) }
        encoder.append(GGUFEncoder.version)
        encoder.append(UInt64(tensors.count))
        encoder.append(UInt64(metadata.count))
        for (key, value) in metadata {
            try Self.check(key: key, value)
            encoder.append(key: key, value)
        }
        var slots: [Slot] = []
        var names: Set<String> = []
        var offset = 0
        for plan in tensors {
            let byteCount = try Self.checkedByteCount(plan)
            guard names.insert(plan.name).inserted else {
                throw .cannotDescribe(name: plan.name, problem: "two tensors have this name")
            }
            encoder.append(plan, offset: offset)
            slots.append(Slot(plan: plan, byteCount: byteCount))
            let (end, overflow) = offset.addingReportingOverflow(byteCount)
            guard !overflow, end <= Int.max - alignment else {
                throw .cannotDescribe(name: plan.name, problem: "the file would be larger than any disk")
            }
            offset = end + Self.padding(after: end, alignment)
        }
        encoder.pad(to: alignment)

        self.path = path
        self.alignment = alignment
        self.slots = slots
        do throws(FileError) {
            destination = try open()
        } catch {
            throw .cannotWrite(path: path, reason: error)
        }
        try put(encoder.bytes)
    }

    // MARK: - Tensor data

    /// Appends bytes to the tensor `name`, in as many pieces as you like. Tensors are filled in the order
    /// of the plans; the next one begins when all bytes of the one before are there.
    public func append(_ bytes: RawSpan, to name: String) throws(GGUFError) {
        guard current < slots.count else {
            throw .wrongTensorData(name: name, problem: "all tensors are complete already")
        }
        let slot = slots[current]
        guard slot.plan.name == name else {
            throw .wrongTensorData(name: name, problem: "it is the turn of \(quoted(slot.plan.name))")
        }
        guard bytes.byteCount <= slot.byteCount - writtenOfCurrent else {
            throw .wrongTensorData(
                name: name,
                problem: "it takes \(slot.byteCount) bytes, not \(writtenOfCurrent + bytes.byteCount) or more")
        }
        try put(bytes)
        writtenOfCurrent += bytes.byteCount
        if writtenOfCurrent == slot.byteCount {
            let zeros = [UInt8](repeating: 0, count: Self.padding(after: slot.byteCount, alignment))
            try put(zeros)
            current += 1
            writtenOfCurrent = 0
        }
    }

    /// Appends bytes; the rules are those of the other `append`.
    public func append(_ bytes: [UInt8], to name: String) throws(GGUFError) {
        try bytes.withLittleEndianBytes { (bytes: RawSpan) throws(GGUFError) in try append(bytes, to: name) }
    }

    /// Appends numbers to a tensor of type F32; the rules are those of the other `append`.
    public func append(floats numbers: [Float], to name: String) throws(GGUFError) {
        if current < slots.count, slots[current].plan.name == name, slots[current].plan.type != .f32 {
            throw .wrongTensorData(name: name, problem: "its type is \(slots[current].plan.type), not F32")
        }
        try numbers.withLittleEndianBytes { (bytes: RawSpan) throws(GGUFError) in try append(bytes, to: name) }
    }

    /// Completes the file and puts it at its path.
    ///
    /// - Throws: ``GGUFError/wrongTensorData(name:problem:)`` if a tensor lacks bytes,
    ///   ``GGUFError/cannotWrite(path:reason:)``.
    public func finish() throws(GGUFError) {
        guard current == slots.count else {
            let slot = slots[current]
            throw .wrongTensorData(
                name: slot.plan.name, problem: "\(slot.byteCount - writtenOfCurrent) bytes are missing")
        }
        guard case .file(let file) = destination else { return }
        do throws(FileError) {
            try file.commit()
        } catch {
            throw .cannotWrite(path: path, reason: error)
        }
    }

    private func put(_ bytes: [UInt8]) throws(GGUFError) {
        try bytes.withLittleEndianBytes { (bytes: RawSpan) throws(GGUFError) in try put(bytes) }
    }

    private func put(_ bytes: RawSpan) throws(GGUFError) {
        switch destination {
        case .file(let file):
            do throws(FileError) {
                try file.write(bytes)
            } catch {
                throw .cannotWrite(path: path, reason: error)
            }
        case .memory(var whole):
            // Empty the case first, so that appending does not copy what is there.
            destination = .memory([])
            whole.append(contentsOf: bytes.integers(UInt8.self, count: bytes.byteCount, at: 0))
            destination = .memory(whole)
        }
    }

    private static func padding(after byteCount: Int, _ alignment: Int) -> Int {
        (alignment - byteCount % alignment) % alignment
    }

    // MARK: - Checks: what is written can be read again

    private static func checkedAlignment(_ metadata: GGUFMetadata) throws(GGUFError) -> Int {
        guard let value = metadata[GGUFReader.alignmentKey] else { return GGUFReader.defaultAlignment }
        guard let alignment = GGUFReader.alignment(from: value) else {
            throw .cannotDescribe(
                name: GGUFReader.alignmentKey,
                problem: "it should be a power of two from \(GGUFLimits.alignment.lowerBound) to "
                    + "\(GGUFLimits.alignment.upperBound), but is \(value.summary)")
        }
        return alignment
    }

    private static func check(key: String, _ value: GGUFValue) throws(GGUFError) {
        guard key.utf8.count <= GGUFLimits.keyByteCount else {
            throw .cannotDescribe(name: key, problem: "the key is longer than \(GGUFLimits.keyByteCount) bytes")
        }
        if case .array(let array) = value, array.depth > GGUFLimits.arrayDepth {
            throw .cannotDescribe(name: key, problem: "arrays nest more than \(GGUFLimits.arrayDepth) deep")
        }
    }

    private static func checkedByteCount(_ plan: GGUFTensorPlan) throws(GGUFError) -> Int {
        guard plan.name.utf8.count <= GGUFLimits.tensorNameByteCount else {
            throw .cannotDescribe(
                name: plan.name, problem: "the name is longer than \(GGUFLimits.tensorNameByteCount) bytes")
        }
        guard let byteCount = plan.byteCount else {
            throw .cannotDescribe(
                name: plan.name, problem: "a tensor of type \(plan.type) cannot have the shape \(plan.shape)")
        }
        return byteCount
    }
}

extension GGUFArray {
    /// 1 for an array of plain values.
    fileprivate var depth: Int {
        guard case .array(let arrays) = self else { return 1 }
        return 1 + (arrays.map(\.depth).max() ?? 0)
    }
}
