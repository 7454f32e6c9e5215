// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingGGUF
import InklingTensor
import Testing

@Suite struct SplitTests {
    let folder: TemporaryFolder
    static let plans = (0..<5).map { GGUFTensorPlan(name: "t\($0)", shape: [16], type: .f32) }

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Two tensors a file, each of its index's bytes; general.alignment is 64.
    func write(_ stem: String = "model") throws -> [GGUFPart] {
        let parts = try GGUFPart.divide(
            path: "\(folder.path)/\(stem).gguf",
            metadata: ["general.name": .string(stem), "general.alignment": .uint32(64)],
            tensors: Self.plans, maxByteCount: 128)
        var index: UInt8 = 0
        for part in parts {
            let writer = try GGUFWriter(path: part.path, metadata: part.metadata, tensors: part.tensors)
            for plan in part.tensors {
                try writer.append([UInt8](repeating: index, count: 64), to: plan.name)
                index += 1
            }
            try writer.finish()
        }
        return parts
    }

    @Test func `A model in parts opens as one`() throws {
        let parts = try write()
        #expect(parts.map(\.tensors.count) == [2, 2, 1])
        #expect(
            try folder.names
                == ["model-00001-of-00003.gguf", "model-00002-of-00003.gguf", "model-00003-of-00003.gguf"])
        let file = try GGUFFile(path: parts[0].path)
        #expect(file.paths == parts.map(\.path))
        #expect(file.metadata.string("general.name") == "model")
        #expect(file.tensors.map(\.name) == Self.plans.map(\.name))
        #expect(file.tensors.map(\.shard) == [0, 0, 1, 1, 2])
        for (index, tensor) in file.tensors.enumerated() {
            #expect(file.withBytes(of: tensor) { $0.uint8(at: 63) } == UInt8(index))
            #expect(file.tensor(named: tensor.name) == tensor)
        }
    }

    @Test func `Opening another part names the first`() throws {
        let parts = try write()
        let error = #expect(throws: GGUFError.self) { try GGUFFile(path: parts[1].path) }
        #expect(error == .notFirstPart(path: parts[1].path, part: 2, count: 3, first: parts[0].path))
        #expect(error?.description.hasSuffix("it is part 2 of 3; open \"\(parts[0].path)\" instead") == true)
    }

    @Test func `A missing part is named`() throws {
        let parts = try write()
        try FileManager.default.removeItem(atPath: parts[2].path)
        let error = #expect(throws: GGUFError.self) { try GGUFFile(path: parts[0].path) }
        #expect(
            error
                == .missingPart(path: parts[2].path, part: 3, count: 3, reason: .notFound(path: parts[2].path)))
        #expect(error?.description.hasSuffix("part 3 of 3: no such file; all parts must be in one folder") == true)
    }

    @Test func `A part in another's place is named`() throws {
        let parts = try write()
        try copy(parts[2].path, to: parts[1].path)
        let error = #expect(throws: GGUFError.self) { try GGUFFile(path: parts[0].path) }
        #expect(error == .wrongPart(path: parts[1].path, part: 2, count: 3, problem: "the file says it is part 3"))
    }

    @Test func `A whole model in a part's place is named`() throws {
        let parts = try write()
        let whole = try GGUFWriter.bytes(metadata: ["general.name": .string("other")])
        _ = try folder.file("model-00002-of-00003.gguf", whole)
        #expect(throws: GGUFError.missingKey(path: parts[1].path, key: "split.count")) {
            try GGUFFile(path: parts[0].path)
        }
    }

    @Test func `A damaged part is named`() throws {
        let parts = try write()
        let bytes = try MappedFile(path: parts[1].path).contents
        _ = try folder.file("model-00002-of-00003.gguf", Array(bytes.prefix(40)))
        let error = #expect(throws: GGUFError.self) { try GGUFFile(path: parts[0].path) }
        guard case .malformed(parts[1].path, _, .truncated) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `A tensor in two parts is refused`() throws {
        let parts = try write()
        let metadata = parts[1].metadata
        let bytes = try GGUFWriter.bytes(
            metadata: metadata, tensors: [Self.plans[0], Self.plans[1]].map { ($0, [UInt8](repeating: 0, count: 64)) })
        _ = try folder.file("model-00002-of-00003.gguf", bytes)
        let error = #expect(throws: GGUFError.self) { try GGUFFile(path: parts[0].path) }
        guard case .malformed(parts[1].path, _, .duplicateTensor("t0")) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `Parts that lack tensors are refused`() throws {
        let parts = try write()
        _ = try folder.file("model-00003-of-00003.gguf", GGUFWriter.bytes(metadata: parts[2].metadata))
        let error = #expect(throws: GGUFError.self) { try GGUFFile(path: parts[0].path) }
        #expect(error?.description.contains("should have 5 tensors, but have 4") == true)
    }

    @Test func `A renamed first part says which name it needs`() throws {
        let parts = try write()
        try copy(parts[0].path, to: folder.path + "/renamed.gguf")
        let error = #expect(throws: GGUFError.self) { try GGUFFile(path: folder.path + "/renamed.gguf") }
        #expect(error == .partNameUnclear(path: folder.path + "/renamed.gguf", count: 3))
        #expect(error?.description.contains("-00001-of-00003.gguf") == true)
        try copy(parts[1].path, to: folder.path + "/second.gguf")
        let second = #expect(throws: GGUFError.self) { try GGUFFile(path: folder.path + "/second.gguf") }
        guard case .notFirstPart(_, 2, 3, _) = second else {
            Issue.record("\(String(describing: second))")
            return
        }
    }

    @Test func `Bytes in memory cannot be one of several parts`() throws {
        let parts = try write()
        let bytes = try MappedFile(path: parts[0].path).contents
        #expect(throws: GGUFError.partNameUnclear(path: "memory", count: 3)) { try GGUFFile(bytes: bytes) }
    }

    @Test(arguments: [
        ("split.count", GGUFValue.uint64(.max)), ("split.count", .uint32(100_000)), ("split.count", .string("3")),
        ("split.no", .int32(-1)), ("split.no", .uint16(3)), ("split.no", .float32(0)),
    ])
    func `Nonsense about parts is refused`(key: String, value: GGUFValue) throws {
        var metadata: GGUFMetadata = ["split.no": .uint16(0), "split.count": .uint16(3)]
        metadata[key] = value
        let path = try folder.file("x-00001-of-00003.gguf", GGUFWriter.bytes(metadata: metadata))
        let error = #expect(throws: GGUFError.self) { try GGUFFile(path: path) }
        guard case .wrongValue(path, key, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `A model that says it is one part is whole`() throws {
        let metadata: GGUFMetadata = ["split.no": .uint16(0), "split.count": .uint16(1)]
        let path = try folder.file("whole.gguf", GGUFWriter.bytes(metadata: metadata))
        #expect(throws: Never.self) { try GGUFFile(path: path) }
    }

    @Test func `A model that fits is not divided`() throws {
        let parts = try GGUFPart.divide(path: "m.gguf", metadata: [:], tensors: Self.plans, maxByteCount: 320)
        #expect(parts.map(\.path) == ["m.gguf"])
        #expect(parts.map(\.tensors) == [Self.plans])
        #expect(parts.map(\.metadata) == [[:]])
        #expect(
            try GGUFPart.divide(path: "m", metadata: [:], tensors: Self.plans, maxByteCount: 0).map(\.tensors.count)
                == [1, 1, 1, 1, 1])
    }

    private func copy(_ source: String, to target: String) throws {
        let bytes = try MappedFile(path: source).contents
        let staged = try StagedFile(path: target)
        try bytes.withLittleEndianBytes { (bytes: RawSpan) throws(FileError) in try staged.write(bytes) }
        try staged.commit()
    }
}
