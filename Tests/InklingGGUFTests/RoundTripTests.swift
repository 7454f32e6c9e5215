// SPDX-License-Identifier: Apache-2.0

import InklingGGUF
import InklingTensor
import Testing
import inkling_fuzz

@Suite struct RoundTripTests {
    static func tensors(_ plans: [GGUFTensorPlan]) throws -> [(plan: GGUFTensorPlan, bytes: [UInt8])] {
        try plans.enumerated().map { index, plan in
            let count = try #require(plan.byteCount)
            return (plan, (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ index) })
        }
    }

    func bytes(_ file: GGUFFile, _ tensor: GGUFTensor) -> [UInt8] {
        file.withBytes(of: tensor) { $0.integers(UInt8.self, count: $0.byteCount, at: 0) }
    }

    @Test func `Every type of value comes back as it was`() throws {
        let file = try GGUFFile(bytes: GGUFWriter.bytes(metadata: GGUFSeeds.everyValue))
        #expect(file.metadata == GGUFSeeds.everyValue)
        #expect(file.metadata.keys == GGUFSeeds.everyValue.keys)
        #expect(file.version == 3)
        #expect(file.alignment == 16)
        #expect(file.tensors.isEmpty)

        var types = Set(file.metadata.map(\.value.type))
        #expect(types == Set(GGUFValueType.allCases))
        types = Set(
            file.metadata.compactMap { entry in
                guard case .array(let array) = entry.value else { return nil }
                return array.elementType
            })
        #expect(types == Set(GGUFValueType.allCases))
    }

    @Test func `Tensors of every type come back as they were`() throws {
        let plans =
            GGUFSeeds.everyShape
            + ElementType.allCases.map { GGUFTensorPlan(name: $0.name, shape: [256, 3], type: $0) }
        let tensors = try Self.tensors(plans)
        let file = try GGUFFile(bytes: GGUFWriter.bytes(metadata: [:], tensors: tensors))
        #expect(file.tensors.map(\.plan) == plans)
        for (plan, contents) in tensors {
            let tensor = try #require(file.tensor(named: plan.name))
            #expect(tensor.offset % 32 == 0)
            #expect(tensor.shard == 0)
            #expect(tensor.byteCount == contents.count)
            #expect(bytes(file, tensor) == contents)
            #expect(file.mappedBytes(of: tensor).withBytes { $0.uint8(at: 0) } == contents[0])
        }
        #expect(file.tensor(named: "none") == nil)
    }

    @Test func `Shapes keep their order, innermost first`() throws {
        let plan = GGUFTensorPlan(name: "t", shape: [2, 3, 5, 7], type: .f32)
        let file = try GGUFFile(bytes: GGUFWriter.bytes(metadata: [:], tensors: Self.tensors([plan])))
        let tensor = try #require(file.tensors.first)
        #expect(tensor.shape == [2, 3, 5, 7])
        #expect(tensor.columnCount == 2)
        #expect(tensor.rowCount == 105)
        #expect(tensor.elementCount == 210)
        #expect(file.parameterCount == 210)
    }

    @Test(arguments: [8, 16, 32, 64, 4096])
    func `Data is aligned as the metadata say`(alignment: Int) throws {
        let metadata: GGUFMetadata = ["general.alignment": .uint32(UInt32(alignment))]
        let file = try GGUFFile(
            bytes: GGUFWriter.bytes(metadata: metadata, tensors: Self.tensors(GGUFSeeds.everyShape)))
        #expect(file.alignment == alignment)
        #expect(file.tensors.allSatisfy { $0.offset % alignment == 0 })
        #expect(file.byteCount % alignment == 0)
    }

    @Test func `A file written in small pieces equals the one made in memory`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/model.gguf"
        let tensors = try Self.tensors(GGUFSeeds.everyShape)
        let writer = try GGUFWriter(path: path, metadata: GGUFSeeds.everyValue, tensors: tensors.map(\.plan))
        for (plan, contents) in tensors {
            for byte in contents.dropLast() { try writer.append([byte], to: plan.name) }
            try writer.append([], to: plan.name)
            try writer.append([contents[contents.count - 1]], to: plan.name)
        }
        #expect(try folder.names.contains("model.gguf") == false)
        try writer.finish()
        #expect(try folder.names == ["model.gguf"])
        #expect(
            try MappedFile(path: path).contents
                == GGUFWriter.bytes(metadata: GGUFSeeds.everyValue, tensors: tensors))
        #expect(try GGUFFile(path: path).paths == [path])
    }

    @Test func `Floats are written as F32`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/model.gguf"
        let writer = try GGUFWriter(
            path: path, metadata: [:],
            tensors: [
                GGUFTensorPlan(name: "f", shape: [2], type: .f32), GGUFTensorPlan(name: "h", shape: [4], type: .f16),
            ])
        try writer.append(floats: [1.5, -2], to: "f")
        #expect(throws: GGUFError.wrongTensorData(name: "h", problem: "its type is F16, not F32")) {
            try writer.append(floats: [1, 2], to: "h")
        }
        try writer.append([UInt8](repeating: 0, count: 8), to: "h")
        try writer.finish()
        let file = try GGUFFile(path: path)
        let tensor = try #require(file.tensor(named: "f"))
        #expect(file.withBytes(of: tensor) { $0.floats(count: 2, at: 0) } == [1.5, -2])
        file.willNeed(tensor)
        file.releasePages(of: tensor)
        #expect(file.withBytes(of: tensor) { $0.floats(count: 2, at: 0) } == [1.5, -2])
    }

    @Test func `A file made by hand is read as meant`() throws {
        var raw = RawFile(version: 2, tensors: 1, keys: 2)
        raw.add(key: "answer", type: 4)
        raw.add(UInt32(42))
        raw.add(key: "words", type: 9)
        raw.add(UInt32(8))
        raw.add(UInt64(2))
        raw.add("ink")
        raw.add("")
        raw.add(tensor: "t", [4, 2], type: 0, offset: 0)
        raw.addData(32)
        let file = try GGUFFile(bytes: raw.bytes)
        #expect(file.version == 2)
        #expect(file.metadata == ["answer": .uint32(42), "words": .array(.string(["ink", ""]))])
        #expect(file.tensors.map(\.plan) == [GGUFTensorPlan(name: "t", shape: [4, 2], type: .f32)])
        #expect(bytes(file, file.tensors[0]) == [UInt8](repeating: 7, count: 32))
    }

    @Test func `The writer makes the bytes that were made by hand`() throws {
        var raw = RawFile(tensors: 1, keys: 1)
        raw.add(key: "on", type: 7)
        raw.add([1])
        raw.add(tensor: "t", [8], type: 0, offset: 0)
        raw.addData(32)
        let plan = GGUFTensorPlan(name: "t", shape: [8], type: .f32)
        let bytes = try GGUFWriter.bytes(
            metadata: ["on": .bool(true)], tensors: [(plan, [UInt8](repeating: 7, count: 32))])
        #expect(bytes == raw.bytes)
    }

    @Test func `The writer refuses what the reader would`() throws {
        func refusal(_ metadata: GGUFMetadata, _ plans: [GGUFTensorPlan]) -> GGUFError? {
            #expect(throws: GGUFError.self) {
                try GGUFWriter.bytes(metadata: metadata, tensors: plans.map { ($0, []) })
            }
        }
        let long = String(repeating: "k", count: 70_000)
        #expect(refusal([long: .bool(true)], [])?.description.hasSuffix("the key is longer than 65535 bytes") == true)
        #expect(refusal(["general.alignment": .uint32(24)], []) != nil)
        #expect(refusal(["general.alignment": .string("32")], []) != nil)
        var deep = GGUFArray.bool([])
        for _ in 0..<4 { deep = .array([deep]) }
        #expect(
            refusal(["deep": .array(deep)], [])
                == .cannotDescribe(name: "deep", problem: "arrays nest more than 4 deep"))
        for shape in [[], [0], [-4], [1, 1, 1, 1, 1], [.max, 8], [3]] {
            #expect(
                refusal([:], [GGUFTensorPlan(name: "t", shape: shape, type: shape == [3] ? .q8_0 : .f32)])
                    == .cannotDescribe(
                        name: "t",
                        problem: "a tensor of type \(shape == [3] ? "Q8_0" : "F32") cannot have the shape \(shape)"))
        }
        let plan = GGUFTensorPlan(name: "t", shape: [1], type: .f32)
        #expect(refusal([:], [plan, plan]) == .cannotDescribe(name: "t", problem: "two tensors have this name"))
        let huge = GGUFTensorPlan(name: "h", shape: [1 << 60], type: .f32)
        #expect(
            refusal([:], [huge, GGUFTensorPlan(name: "i", shape: [1 << 60], type: .f32)])
                == .cannotDescribe(name: "i", problem: "the file would be larger than any disk"))
    }

    @Test func `Tensor data must be complete and in turn`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/model.gguf"
        let plans = ["a", "b"].map { GGUFTensorPlan(name: $0, shape: [2], type: .f32) }
        do {
            let writer = try GGUFWriter(path: path, metadata: [:], tensors: plans)
            #expect(throws: GGUFError.wrongTensorData(name: "b", problem: "it is the turn of \"a\"")) {
                try writer.append([1], to: "b")
            }
            try writer.append([1, 2, 3], to: "a")
            #expect(throws: GGUFError.wrongTensorData(name: "a", problem: "it takes 8 bytes, not 9 or more")) {
                try writer.append([1, 2, 3, 4, 5, 6], to: "a")
            }
            #expect(throws: GGUFError.wrongTensorData(name: "a", problem: "5 bytes are missing")) {
                try writer.finish()
            }
        }
        #expect(try folder.names == [])
        let writer = try GGUFWriter(path: path, metadata: [:], tensors: [])
        #expect(throws: GGUFError.wrongTensorData(name: "x", problem: "all tensors are complete already")) {
            try writer.append([1], to: "x")
        }
        #expect(throws: GGUFError.cannotWrite(path: "/none/x", reason: .notFound(path: "/none/x"))) {
            try GGUFWriter(path: "/none/x", metadata: [:], tensors: [])
        }
    }
}
