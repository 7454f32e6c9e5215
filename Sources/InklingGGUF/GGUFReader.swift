// SPDX-License-Identifier: Apache-2.0

import InklingTensor

/// Reads the head of one file: everything before the tensors' bytes. Integers are little-endian.
///
/// ```
/// "GGUF"                                    4 bytes
/// version                                   UInt32      2 or 3, which differ in byte order only
/// tensor count, key count                   UInt64 each
/// key count times:
///     key                                   string
///     value type                            UInt32      see GGUFValueType
///     value                                 by type; string: UInt64 length, bytes;
///                                           array: UInt32 element type, UInt64 count, elements
/// tensor count times:
///     name                                  string
///     dimension count                       UInt32
///     dimensions                            UInt64 each, innermost first
///     element type                          UInt32      see ElementType
///     offset                                UInt64      from the start of the tensor data
/// padding to a multiple of general.alignment (32 where the key is absent)
/// tensor data
/// ```
///
/// Nothing in the file is believed: every length is compared with the bytes that are left before it is
/// used, so memory is bounded by a small multiple of the file's size and no arithmetic can overflow.
struct GGUFReader {
    /// What the head says; offsets of tensors are from the beginning of the file.
    struct Head {
        var version: UInt32
        var alignment: Int
        var metadata: GGUFMetadata
        var tensors: [GGUFTensor]
    }

    static let magic: [UInt8] = Array("GGUF".utf8)
    static let alignmentKey = "general.alignment"
    static let defaultAlignment = 32

    private let path: String
    private let shard: Int
    private let end: Int
    private var position = 0

    /// Reads the head of `file`, which is part `shard` of a model (0: the first, or the only one).
    static func readHead(of file: MappedFile, shard: Int) throws(GGUFError) -> Head {
        try file.withBytes { (bytes: RawSpan) throws(GGUFError) -> Head in
            var reader = GGUFReader(path: file.path, shard: shard, end: bytes.byteCount)
            let head = try reader.readHead(bytes)
            // All of it has been copied; a vocabulary's pages are worth having back.
            file.release(0..<reader.position)
            return head
        }
    }

    private init(path: String, shard: Int, end: Int) {
        self.path = path
        self.shard = shard
        self.end = end
    }

    private mutating func readHead(_ bytes: RawSpan) throws(GGUFError) -> Head {
        let magic = bytes.integers(UInt8.self, count: min(4, end), at: 0)
        // A file cut within the magic is reported as cut, not as another kind of file.
        guard magic == Array(Self.magic.prefix(magic.count)) else {
            let beginning = bytes.integers(UInt8.self, count: min(64, end), at: 0)
            throw .notGGUF(path: path, magic: magic, kind: FileKind.guess(beginning))
        }
        try need(4, "the magic number")
        position = 4

        let version = try readUInt32(bytes, "the version")
        guard version & 0xFFFF != 0 || version == 0 else { throw fail(.bigEndian, at: 4) }
        guard (2...3).contains(version) else { throw fail(.unsupportedVersion(version), at: 4) }

        let tensorCount = try readUInt64(bytes, "the tensor count")
        let keyCount = try readUInt64(bytes, "the key count")
        let metadata = try readMetadata(bytes, count: keyCount)
        let alignment = try alignment(in: metadata)
        let tensors = try readTensors(bytes, count: tensorCount, alignment: alignment)
        return Head(version: version, alignment: alignment, metadata: metadata, tensors: tensors)
    }

    // MARK: - Metadata

    private static let leastEntryByteCount = 8 + 4 + 1
    private var alignmentPosition = 0

    private mutating func readMetadata(_ bytes: RawSpan, count: UInt64) throws(GGUFError) -> GGUFMetadata {
        let count = try bounded(count, of: Self.leastEntryByteCount, "\(count) keys")
        var metadata = GGUFMetadata(path: path)
        for index in 0..<count {
            let keyPosition = position
            let key = try readName(bytes, limit: GGUFLimits.keyByteCount, "key \(index + 1) of \(count)")
            guard metadata[key] == nil else { throw fail(.duplicateKey(key), at: keyPosition) }
            let type = try readValueType(bytes, key: key)
            if key == Self.alignmentKey { alignmentPosition = position }
            metadata[key] = try readValue(bytes, type, key: key)
        }
        return metadata
    }

    private mutating func readValueType(_ bytes: RawSpan, key: String) throws(GGUFError) -> GGUFValueType {
        let code = try readUInt32(bytes, "the type of the key \(quoted(key))")
        guard let type = GGUFValueType(rawValue: code) else {
            throw fail(.unknownValueType(key: key, code: code), at: position - 4)
        }
        return type
    }

    private mutating func readValue(
        _ bytes: RawSpan, _ type: GGUFValueType, key: String
    ) throws(GGUFError) -> GGUFValue {
        try need(type.leastByteCount, "the value of the key \(quoted(key))")
        let start = position
        switch type {
        case .array:
            return .array(try readArray(bytes, key: key, depth: 1))
        case .string:
            return GGUFValue(stringBytes: try readString(bytes, limit: nil, "the value of the key \(quoted(key))"))
        case .bool:
            position += 1
            return .bool(try flag(bytes.uint8(at: start), key: key, at: start))
        default:
            position += type.leastByteCount
        }
        switch type {
        case .uint8: return .uint8(bytes.uint8(at: start))
        case .int8: return .int8(Int8(bitPattern: bytes.uint8(at: start)))
        case .uint16: return .uint16(bytes.uint16(at: start))
        case .int16: return .int16(Int16(bitPattern: bytes.uint16(at: start)))
        case .uint32: return .uint32(bytes.uint32(at: start))
        case .int32: return .int32(Int32(bitPattern: bytes.uint32(at: start)))
        case .float32: return .float32(Float(bitPattern: bytes.uint32(at: start)))
        case .int64: return .int64(Int64(bitPattern: bytes.uint64(at: start)))
        case .float64: return .float64(Double(bitPattern: bytes.uint64(at: start)))
        case .uint64, .bool, .string, .array: return .uint64(bytes.uint64(at: start))
        }
    }

    private mutating func readArray(_ bytes: RawSpan, key: String, depth: Int) throws(GGUFError) -> GGUFArray {
        guard depth <= GGUFLimits.arrayDepth else {
            throw fail(.nestedTooDeeply(key: key, limit: GGUFLimits.arrayDepth), at: position)
        }
        let type = try readValueType(bytes, key: key)
        let claimed = try readUInt64(bytes, "the length of the array \(quoted(key))")
        let count = try bounded(
            claimed, of: type.leastByteCount, "the array \(quoted(key)) of \(claimed) \(type) values")
        let start = position
        switch type {
        case .string:
            return .string(try readStrings(bytes, count: count, key: key))
        case .array:
            var arrays: [GGUFArray] = []
            for _ in 0..<count { arrays.append(try readArray(bytes, key: key, depth: depth + 1)) }
            return .array(arrays)
        default:
            position += count * type.leastByteCount
        }
        switch type {
        case .uint8: return .uint8(bytes.integers(UInt8.self, count: count, at: start))
        case .int8: return .int8(bytes.integers(Int8.self, count: count, at: start))
        case .uint16: return .uint16(bytes.integers(UInt16.self, count: count, at: start))
        case .int16: return .int16(bytes.integers(Int16.self, count: count, at: start))
        case .uint32: return .uint32(bytes.integers(UInt32.self, count: count, at: start))
        case .int32: return .int32(bytes.integers(Int32.self, count: count, at: start))
        case .float32: return .float32(bytes.floats(count: count, at: start))
        case .int64: return .int64(bytes.integers(Int64.self, count: count, at: start))
        case .float64: return .float64(bytes.doubles(count: count, at: start))
        case .bool:
            var flags: [Bool] = []
            flags.reserveCapacity(count)
            for index in start..<start + count {
                flags.append(try flag(bytes.uint8(at: index), key: key, at: index))
            }
            return .bool(flags)
        case .uint64, .string, .array: return .uint64(bytes.integers(UInt64.self, count: count, at: start))
        }
    }

    /// Finds where each string begins, then copies all of them at once.
    ///
    /// `count` was checked: each string has at least the 8 bytes of its length.
    private mutating func readStrings(_ bytes: RawSpan, count: Int, key: String) throws(GGUFError) -> GGUFStringArray {
        let start = position
        var starts: [Int] = []
        starts.reserveCapacity(count + 1)
        for index in 0..<count {
            try need(8, "the length of string \(index + 1) of \(count) of the array \(quoted(key))")
            let length = bytes.uint64(at: position)
            position += 8
            starts.append(position - start)
            try need(length, "string \(index + 1) of \(count) of the array \(quoted(key))")
            position += Int(length)
        }
        starts.append(position - start + GGUFStringArray.lengthByteCount)
        let storage = bytes.integers(UInt8.self, count: position - start, at: start)
        return GGUFStringArray(storage: storage, starts: starts)
    }

    private func flag(_ value: UInt8, key: String, at offset: Int) throws(GGUFError) -> Bool {
        guard value <= 1 else { throw fail(.notABool(key: key, value: value), at: offset) }
        return value == 1
    }

    private func alignment(in metadata: GGUFMetadata) throws(GGUFError) -> Int {
        guard let value = metadata[Self.alignmentKey] else { return Self.defaultAlignment }
        guard let alignment = Self.alignment(from: value) else {
            throw fail(.badAlignment(found: value.summary), at: alignmentPosition)
        }
        return alignment
    }

    /// Nil if `value` is no alignment that we allow.
    static func alignment(from value: GGUFValue) -> Int? {
        guard let alignment = Int(gguf: value), GGUFLimits.alignment.contains(alignment) else { return nil }
        return alignment.nonzeroBitCount == 1 ? alignment : nil
    }

    // MARK: - Tensors

    private static let leastTensorByteCount = 8 + 4 + 8 + 4 + 8

    /// A tensor as described in the file, with the position of the description for messages.
    private struct Description {
        var plan: GGUFTensorPlan
        var byteCount: Int
        var offset: UInt64
        var position: Int
    }

    private mutating func readTensors(
        _ bytes: RawSpan, count: UInt64, alignment: Int
    ) throws(GGUFError) -> [GGUFTensor] {
        let count = try bounded(count, of: Self.leastTensorByteCount, "the descriptions of \(count) tensors")
        var descriptions: [Description] = []
        descriptions.reserveCapacity(count)
        for index in 0..<count {
            descriptions.append(try readDescription(bytes, "the name of tensor \(index + 1) of \(count)"))
        }
        // The head is part of a mapped file, so its length is far below Int.max.
        let dataStart = (position + alignment - 1) & ~(alignment - 1)

        var tensors: [GGUFTensor] = []
        tensors.reserveCapacity(count)
        for description in descriptions {
            tensors.append(try place(description, dataStart: dataStart, alignment: alignment))
        }
        try checkApart(tensors, descriptions)
        return tensors
    }

    private mutating func readDescription(
        _ bytes: RawSpan, _ subject: @autoclosure () -> String
    ) throws(GGUFError) -> Description {
        let start = position
        let name = try readName(bytes, limit: GGUFLimits.tensorNameByteCount, subject())
        let dimensionCount = try readUInt32(bytes, "the dimension count of the tensor \(quoted(name))")
        guard (1...GGUFLimits.dimensionCount).contains(Int(dimensionCount)) else {
            throw fail(.badDimensionCount(tensor: name, count: dimensionCount), at: position - 4)
        }
        var shape: [Int] = []
        for index in 0..<Int(dimensionCount) {
            let size = try readUInt64(bytes, "the shape of the tensor \(quoted(name))")
            guard size > 0, let size = Int(exactly: size) else {
                throw fail(.badDimension(tensor: name, index: index, size: size), at: position - 8)
            }
            shape.append(size)
        }
        let code = try readUInt32(bytes, "the type of the tensor \(quoted(name))")
        guard let type = ElementType(rawValue: code) else {
            let retired = ElementType.retiredName(code: code)
            throw fail(
                retired.map { .retiredElementType(tensor: name, name: $0) }
                    ?? .unknownElementType(tensor: name, code: code), at: position - 4)
        }
        let offset = try readUInt64(bytes, "the offset of the tensor \(quoted(name))")

        let plan = GGUFTensorPlan(name: name, shape: shape, type: type)
        guard plan.columnCount % type.blockLength == 0 else {
            throw fail(.partialBlock(tensor: name, type: type, rowLength: plan.columnCount), at: start)
        }
        guard let byteCount = plan.byteCount else { throw fail(.tensorTooLarge(tensor: name), at: start) }
        return Description(plan: plan, byteCount: byteCount, offset: offset, position: start)
    }

    private func place(
        _ description: Description, dataStart: Int, alignment: Int
    ) throws(GGUFError) -> GGUFTensor {
        let name = description.plan.name
        guard description.offset % UInt64(alignment) == 0 else {
            throw fail(
                .misalignedTensor(tensor: name, offset: description.offset, alignment: alignment),
                at: description.position)
        }
        let (start, farStart) = UInt64(dataStart).addingReportingOverflow(description.offset)
        let (last, farEnd) = start.addingReportingOverflow(UInt64(description.byteCount))
        guard !farStart, !farEnd, last <= UInt64(end) else {
            throw fail(
                .tensorOutsideFile(tensor: name, end: farStart || farEnd ? nil : last, fileByteCount: end),
                at: description.position)
        }
        return GGUFTensor(
            name: name, shape: description.plan.shape, type: description.plan.type,
            byteCount: description.byteCount, shard: shard, offset: Int(start))
    }

    private func checkApart(_ tensors: [GGUFTensor], _ descriptions: [Description]) throws(GGUFError) {
        let order = tensors.indices.sorted { tensors[$0].offset < tensors[$1].offset }
        for (first, second) in zip(order, order.dropFirst()) {
            guard tensors[first].byteRange.upperBound <= tensors[second].offset else {
                throw fail(
                    .overlappingTensors(tensors[first].name, tensors[second].name),
                    at: descriptions[second].position)
            }
        }
    }

    // MARK: - Parts

    private func fail(_ defect: GGUFDefect, at offset: Int) -> GGUFError {
        .malformed(path: path, offset: offset, defect: defect)
    }

    /// Fails unless `count` more bytes are there. The subject is made only for the message.
    private func need(_ count: UInt64, _ subject: @autoclosure () -> String) throws(GGUFError) {
        let available = end - position
        guard count <= UInt64(available) else {
            throw fail(.truncated(subject: subject(), needed: count, available: available), at: position)
        }
    }

    private func need(_ count: Int, _ subject: @autoclosure () -> String) throws(GGUFError) {
        try need(UInt64(count), subject())
    }

    /// `count` as an `Int`, if so many things of at least `byteCount` bytes each can follow in the file.
    private func bounded(
        _ count: UInt64, of byteCount: Int, _ subject: @autoclosure () -> String
    ) throws(GGUFError) -> Int {
        let available = end - position
        guard count <= UInt64(available / byteCount) else {
            let (needed, overflow) = count.multipliedReportingOverflow(by: UInt64(byteCount))
            throw fail(
                .truncated(subject: subject(), needed: overflow ? .max : needed, available: available), at: position)
        }
        return Int(count)
    }

    private mutating func readUInt32(
        _ bytes: RawSpan, _ subject: @autoclosure () -> String
    ) throws(GGUFError) -> UInt32 {
        try need(4, subject())
        position += 4
        return bytes.uint32(at: position - 4)
    }

    private mutating func readUInt64(
        _ bytes: RawSpan, _ subject: @autoclosure () -> String
    ) throws(GGUFError) -> UInt64 {
        try need(8, subject())
        position += 8
        return bytes.uint64(at: position - 8)
    }

    private mutating func readString(
        _ bytes: RawSpan, limit: Int?, _ subject: @autoclosure () -> String
    ) throws(GGUFError) -> [UInt8] {
        let length = try readUInt64(bytes, "the length of \(subject())")
        if let limit, length > UInt64(limit) {
            throw fail(.tooLong(subject: subject(), byteCount: length, limit: limit), at: position - 8)
        }
        try need(length, subject())
        position += Int(length)
        return bytes.integers(UInt8.self, count: Int(length), at: position - Int(length))
    }

    private mutating func readName(
        _ bytes: RawSpan, limit: Int, _ subject: @autoclosure () -> String
    ) throws(GGUFError) -> String {
        let start = position
        let name = try readString(bytes, limit: limit, subject())
        guard let text = String(validating: name, as: UTF8.self) else {
            throw fail(.notUTF8(subject: subject()), at: start)
        }
        return text
    }
}
