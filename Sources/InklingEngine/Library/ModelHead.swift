// SPDX-License-Identifier: Apache-2.0

import InklingGGUF
import InklingTensor

/// What the head of one model file says, without the vocabulary: enough for a list of models.
///
/// It is made by reading, not by mapping, with bounds of its own: a list looks at files that nobody asked to open,
/// some of which are damaged, are being written at this moment, or were made to do harm. A file that passes is safe to
/// open with `GGUFFile` as far as memory is concerned.
struct ModelHead: Sendable {
    var version: UInt32 = 0
    /// Plain values and strings up to ``Limits/keptStringByteCount``; no arrays.
    var metadata = GGUFMetadata()
    /// How many elements each array of the metadata has.
    var arrayCounts: [String: Int] = [:]
    var tensorCount = 0
    var types: [ElementType: TypeUse] = [:]
    /// Rows of the token embeddings, nil where the file has none.
    var embeddingRowCount: Int?

    struct TypeUse: Sendable, Equatable {
        var tensorCount = 0
        var elementCount = 0
        var byteCount = 0
    }

    enum Limits {
        /// Everything before the tensors. The largest vocabularies in use take 25 MB.
        static let headByteCount = 128 << 20
        static let keyCount = 1 << 16
        static let tensorCount = 1 << 18
        static let keptStringByteCount = 1 << 12
        /// Empty key, type, one byte; and empty name, one dimension, type, offset.
        static let leastEntryByteCount = 8 + 4 + 1
        static let leastTensorByteCount = 8 + 4 + 8 + 4 + 8
        /// Beyond this sizes are not added up; no file system holds such a file by honest means.
        static let fileByteCount = 1 << 46
    }

    /// Elements of all tensors.
    var parameterCount: Int { types.values.reduce(0) { $0 + $1.elementCount } }
    /// Bytes of all tensors.
    var dataByteCount: Int { types.values.reduce(0) { $0 + $1.byteCount } }

    /// Adds what the head of another part of the same model says of its tensors.
    mutating func add(part: ModelHead) {
        tensorCount += part.tensorCount
        for (type, use) in part.types { types[type, default: TypeUse()].add(use) }
        embeddingRowCount = embeddingRowCount ?? part.embeddingRowCount
    }
}

extension ModelHead.TypeUse {
    mutating func add(_ other: ModelHead.TypeUse) {
        tensorCount += other.tensorCount
        elementCount += other.elementCount
        byteCount += other.byteCount
    }
}

extension ModelHead {
    /// Reads the head of the file at `path`. See `GGUFReader` for the layout.
    init(path: String) throws(GGUFError) {
        self.init()
        var file = try HeadBytes(path: path)
        guard file.byteCount <= Limits.fileByteCount else {
            throw .malformed(
                path: path, offset: 0,
                defect: .tooLong(
                    subject: "the file", byteCount: UInt64(file.byteCount), limit: Limits.fileByteCount))
        }
        let magic = try file.bytes(min(4, file.byteCount), "the magic number")
        guard magic == Array("GGUF".utf8.prefix(magic.count)) else {
            // Fails at once, and knows what files that are no models look like.
            _ = try GGUFFile(path: path)
            throw .notGGUF(path: path, magic: magic, kind: nil)
        }
        try file.need(4 - magic.count, "the magic number")
        version = try file.uint32("the version")
        guard version & 0xFFFF != 0 || version == 0 else { throw file.fail(.bigEndian, at: 4) }
        guard (2...3).contains(version) else { throw file.fail(.unsupportedVersion(version), at: 4) }

        let tensorCount = try file.count("tensors", of: Limits.leastTensorByteCount, limit: Limits.tensorCount)
        let keyCount = try file.count("keys", of: Limits.leastEntryByteCount, limit: Limits.keyCount)
        for _ in 0..<keyCount { try readEntry(&file) }
        try readTensors(&file, count: tensorCount)
    }

    private mutating func readEntry(_ file: inout HeadBytes) throws(GGUFError) {
        let start = file.position
        let key = try file.string("a key", limit: GGUFLimits.keyByteCount)
        guard metadata[key] == nil, arrayCounts[key] == nil else { throw file.fail(.duplicateKey(key), at: start) }
        let type = try readType(&file, key: key)
        switch type {
        case .array:
            arrayCounts[key] = try skipArray(&file, key: key, depth: 1)
        case .string:
            metadata[key] = try file.stringOrSkip("the value of \(key)", limit: Limits.keptStringByteCount)
                .map { GGUFValue(stringBytes: $0) }
        default:
            let bytes = try file.bytes(type.byteCount, "the value of \(key)")
            metadata[key] = GGUFValue(type: type, littleEndian: bytes)
        }
    }

    private func readType(_ file: inout HeadBytes, key: String) throws(GGUFError) -> GGUFValueType {
        let code = try file.uint32("the type of \(key)")
        guard let type = GGUFValueType(rawValue: code) else {
            throw file.fail(.unknownValueType(key: key, code: code), at: file.position - 4)
        }
        return type
    }

    /// Goes past an array and returns its length.
    private func skipArray(_ file: inout HeadBytes, key: String, depth: Int) throws(GGUFError) -> Int {
        guard depth <= GGUFLimits.arrayDepth else {
            throw file.fail(.nestedTooDeeply(key: key, limit: GGUFLimits.arrayDepth), at: file.position)
        }
        let type = try readType(&file, key: key)
        let least = type == .string ? 8 : type == .array ? 12 : type.byteCount
        let count = try file.count("\(type) values of the array \(key)", of: least)
        switch type {
        case .array:
            for _ in 0..<count { _ = try skipArray(&file, key: key, depth: depth + 1) }
        case .string:
            for _ in 0..<count { try file.skip(file.uint64("a string of \(key)"), "a string of \(key)") }
        default:
            try file.skip(UInt64(count * type.byteCount), "the array \(key)")
        }
        return count
    }

    private mutating func readTensors(_ file: inout HeadBytes, count: Int) throws(GGUFError) {
        let alignment = metadata.int("general.alignment") ?? 32
        guard GGUFLimits.alignment.contains(alignment), alignment.nonzeroBitCount == 1 else {
            throw file.fail(.badAlignment(found: "\(alignment)"), at: file.position)
        }
        var last: (name: String, end: UInt64, position: Int) = ("", 0, 0)
        var total = 0
        for _ in 0..<count {
            let start = file.position
            let name = try file.string("a tensor's name", limit: GGUFLimits.tensorNameByteCount)
            let dimensions = try file.uint32("the dimension count of \(name)")
            guard (1...UInt32(GGUFLimits.dimensionCount)).contains(dimensions) else {
                throw file.fail(.badDimensionCount(tensor: name, count: dimensions), at: start)
            }
            var shape: [Int] = []
            for index in 0..<Int(dimensions) {
                let size = try file.uint64("the shape of \(name)")
                guard let size = Int(exactly: size), size > 0 else {
                    throw file.fail(.badDimension(tensor: name, index: index, size: size), at: start)
                }
                shape.append(size)
            }
            let code = try file.uint32("the type of \(name)")
            guard let type = ElementType(rawValue: code) else {
                let retired = ElementType.retiredName(code: code)
                throw file.fail(
                    retired.map { .retiredElementType(tensor: name, name: $0) }
                        ?? .unknownElementType(tensor: name, code: code), at: start)
            }
            let offset = try file.uint64("the offset of \(name)")
            guard shape[0] % type.blockLength == 0 else {
                throw file.fail(.partialBlock(tensor: name, type: type, rowLength: shape[0]), at: start)
            }
            guard let byteCount = GGUFTensorPlan(name: name, shape: shape, type: type).byteCount else {
                throw file.fail(.tensorTooLarge(tensor: name), at: start)
            }
            let (end, overflow) = offset.addingReportingOverflow(UInt64(byteCount))
            guard !overflow, end <= UInt64(file.byteCount) else {
                throw file.fail(
                    .tensorOutsideFile(tensor: name, end: overflow ? nil : end, fileByteCount: file.byteCount),
                    at: start)
            }
            if end > last.end { last = (name, end, start) }
            tensorCount += 1
            // Tensors do not overlap, so together they are no larger than the file; this also bounds the sums.
            total += byteCount
            guard total <= file.byteCount else {
                throw file.fail(.tensorOutsideFile(tensor: name, end: nil, fileByteCount: file.byteCount), at: start)
            }
            let elements = shape.reduce(1, *)
            types[type, default: TypeUse()].add(TypeUse(tensorCount: 1, elementCount: elements, byteCount: byteCount))
            if name == "token_embd.weight", shape.count == 2 { embeddingRowCount = shape[1] }
        }
        let dataStart = (file.position + alignment - 1) & ~(alignment - 1)
        guard last.end + UInt64(dataStart) <= UInt64(file.byteCount) || count == 0 else {
            throw file.fail(
                .tensorOutsideFile(
                    tensor: last.name, end: last.end + UInt64(dataStart), fileByteCount: file.byteCount),
                at: last.position)
        }
    }
}

extension GGUFValueType {
    /// Bytes of a plain value; 0 for strings and arrays, whose length varies.
    fileprivate var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: 0
        }
    }
}

extension GGUFValue {
    /// A plain value; nil for a type that is none.
    fileprivate init?(type: GGUFValueType, littleEndian bytes: [UInt8]) {
        let number = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        switch type {
        case .uint8: self = .uint8(UInt8(truncatingIfNeeded: number))
        case .int8: self = .int8(Int8(truncatingIfNeeded: number))
        case .uint16: self = .uint16(UInt16(truncatingIfNeeded: number))
        case .int16: self = .int16(Int16(truncatingIfNeeded: number))
        case .uint32: self = .uint32(UInt32(truncatingIfNeeded: number))
        case .int32: self = .int32(Int32(truncatingIfNeeded: number))
        case .uint64: self = .uint64(number)
        case .int64: self = .int64(Int64(truncatingIfNeeded: number))
        case .float32: self = .float32(Float(bitPattern: UInt32(truncatingIfNeeded: number)))
        case .float64: self = .float64(Double(bitPattern: number))
        case .bool: self = .bool(number != 0)
        case .string, .array: return nil
        }
    }
}
