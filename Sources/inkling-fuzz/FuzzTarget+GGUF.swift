// SPDX-License-Identifier: Apache-2.0

public import InklingGGUF
import InklingTensor

extension FuzzTarget {
    public static let gguf = FuzzTarget(
        name: "gguf", summary: "the head of a model file", seeds: { GGUFSeeds.all }, run: readGGUF)

    private static let readGGUF: @Sendable ([UInt8]) -> Outcome = { input in
        do throws(GGUFError) {
            let file = try GGUFFile(bytes: input)
            for tensor in file.tensors {
                guard file.tensor(named: tensor.name) == tensor else { return .broken("tensor not found by its name") }
                let isWhole = file.withBytes(of: tensor) { bytes in
                    _ = bytes.uint8(at: 0)
                    _ = bytes.uint8(at: bytes.byteCount - 1)
                    return bytes.byteCount == tensor.byteCount
                }
                guard isWhole else { return .broken("tensor has another size than it says") }
                _ = (tensor.elementCount, tensor.rowCount, tensor.columnCount)
            }
            _ = (file.parameterCount, file.byteCount)
            for (key, _) in file.metadata { readEveryWay(file.metadata, key) }

            // Written and read again, a file is the same. Bytes are compared: NaN differs from itself.
            let once = try rewritten(file)
            let twice = try rewritten(GGUFFile(bytes: once))
            return once == twice ? .accepted : .broken("writing and reading again changed the file")
        } catch {
            return .refused(error.description)
        }
    }

    private static func readEveryWay(_ metadata: GGUFMetadata, _ key: String) {
        _ = (metadata.string(key), metadata.int(key), metadata.float(key), metadata.bool(key))
        _ = (metadata.ints(key), metadata.floats(key), metadata.bools(key))
        if let strings = metadata.strings(key) { _ = strings.strings }
        do throws(GGUFError) {
            _ = try metadata.require(key, as: [Int].self)
        } catch {
            _ = error.description
        }
    }

    private static func rewritten(_ file: GGUFFile) throws(GGUFError) -> [UInt8] {
        var tensors: [(plan: GGUFTensorPlan, bytes: [UInt8])] = []
        for tensor in file.tensors {
            let bytes = file.withBytes(of: tensor) { $0.integers(UInt8.self, count: $0.byteCount, at: 0) }
            tensors.append((tensor.plan, bytes))
        }
        return try GGUFWriter.bytes(metadata: file.metadata, tensors: tensors)
    }
}

/// Small files that use every feature of the format.
public enum GGUFSeeds {
    public static var all: [[UInt8]] {
        var seeds: [[UInt8]] = []
        for (metadata, plans) in [(everyValue, everyShape), (vocabulary, []), (GGUFMetadata(), everyShape), ([:], [])] {
            let tensors = plans.map { plan in
                (plan: plan, bytes: (0..<(plan.byteCount ?? 0)).map { UInt8(truncatingIfNeeded: $0 &* 37) })
            }
            // The seeds are our own; were one wrong, the conformance test would find it missing.
            if let bytes = try? GGUFWriter.bytes(metadata: metadata, tensors: tensors) { seeds.append(bytes) }
        }
        return seeds
    }

    /// How many seeds ``all`` must have.
    public static let count = 4

    /// A key for each type of value and of array.
    public static let everyValue: GGUFMetadata = [
        "general.architecture": .string("llama"),
        "general.alignment": .uint32(16),
        "uint8": .uint8(.max), "int8": .int8(.min),
        "uint16": .uint16(.max), "int16": .int16(.min),
        "uint32": .uint32(.max), "int32": .int32(.min),
        "uint64": .uint64(.max), "int64": .int64(.min),
        "float32": .float32(1.5), "float64": .float64(-.pi),
        "true": .bool(true), "false": .bool(false),
        "text": .string("naïve 日本 \u{1F600}"), "empty": .string(""), "not UTF-8": .bytes([0xFF, 0x00, 0xC3]),
        "uint8s": .array(.uint8([0, 1, 255])), "int8s": .array(.int8([-128, 127])),
        "uint16s": .array(.uint16([0, 65_535])), "int16s": .array(.int16([-32_768, 32_767])),
        "uint32s": .array(.uint32([0, .max])), "int32s": .array(.int32([.min, .max])),
        "uint64s": .array(.uint64([0, .max])), "int64s": .array(.int64([.min, .max])),
        "float32s": .array(.float32([0, -0.5, .infinity])), "float64s": .array(.float64([.greatestFiniteMagnitude])),
        "bools": .array(.bool([true, false, true])),
        "strings": .array(.string(["a", "", "été"])),
        "byte strings": .array(.string(GGUFStringArray([[0x80], [], [0x00, 0xFF]]))),
        "no strings": .array(.string([])), "no numbers": .array(.float32([])),
        "nested": .array(.array([.uint32([1, 2]), .string(["x"]), .array([.int8([]), .array([.bool([true])])])])),
    ]

    /// What a tokenizer needs.
    public static let vocabulary: GGUFMetadata = [
        "tokenizer.ggml.model": .string("gpt2"),
        "tokenizer.ggml.tokens": .array(.string(GGUFStringArray((0..<40).map { "token\($0)" }))),
        "tokenizer.ggml.scores": .array(.float32((0..<40).map { -Float($0) })),
        "tokenizer.ggml.token_type": .array(.int32(Array(repeating: 1, count: 40))),
        "tokenizer.ggml.merges": .array(.string(["t o", "k e", "to ke"])),
    ]

    /// One to four dimensions, plain and block types.
    public static let everyShape: [GGUFTensorPlan] = [
        GGUFTensorPlan(name: "output_norm.weight", shape: [3], type: .f32),
        GGUFTensorPlan(name: "token_embd.weight", shape: [32, 2], type: .q8_0),
        GGUFTensorPlan(name: "blk.0.attn_q.weight", shape: [256, 1], type: .q4_K),
        GGUFTensorPlan(name: "experts", shape: [2, 3, 2], type: .bf16),
        GGUFTensorPlan(name: "convolution", shape: [1, 2, 1, 2], type: .f16),
        GGUFTensorPlan(name: "positions", shape: [1], type: .i32),
    ]
}
