// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding
public import InklingGGUF
import InklingTensor

/// An acceptance head, the pair of models it belongs to, and what is known of its training: one small GGUF file.
///
/// Metadata, all under `inkling-acceptance-head.`: `version`, `hidden_size`, `width`, `block_count`, `temperatures` (least
/// and greatest); of each model, `target` and `draft`, the `.name`, and `.vocabulary` and `.weights`, digests in
/// hexadecimal; and the facts of ``HeadFacts``. Tensors, all F32: `input.weight` (a row for each of `width`), `input.bias`,
/// `block.N.weight`, `block.N.bias`, `output.weight`, `output.bias`.
public struct HeadFile: Sendable, Equatable {
    public static let architecture = "inkling-acceptance-head"
    public static let version = 1

    /// Where it was read; empty for one that is not in a file yet.
    public var path: String
    public var pair: PairIdentity
    public var head: ResidualHead
    public var facts: HeadFacts

    public init(path: String = "", pair: PairIdentity, head: ResidualHead, facts: HeadFacts = HeadFacts()) {
        self.path = path
        self.pair = pair
        self.head = head
        self.facts = facts
    }

    // MARK: Use

    /// - Throws: ``HeadError/wrongPair(path:reasons:)`` unless it was trained for these models.
    public func check(for models: PairIdentity) throws(HeadError) {
        var reasons: [String] = []
        func compare(_ role: String, _ own: ModelIdentity, _ other: ModelIdentity) {
            guard !own.isSame(as: other) else { return }
            let what = own.vocabulary == other.vocabulary ? "its weights differ" : "its vocabulary differs"
            let names = own.name == other.name ? "another \"\(own.name)\"" : "\"\(own.name)\", not \"\(other.name)\""
            reasons.append("its \(role) is \(names) (\(what))")
        }
        compare("target", pair.target, models.target)
        compare("draft", pair.draft, models.draft)
        if !reasons.isEmpty { throw .wrongPair(path: path, reasons: reasons) }
    }

    // MARK: Reading

    /// Reads a head.
    public init(path: String) throws(HeadError) {
        let file: GGUFFile
        do throws(LibraryError) {
            file = try openModel(path)
        } catch .unreadable(let error) {
            throw .file(error)
        } catch {
            throw .malformed(path: path, reason: error.description)
        }
        try self.init(file: file)
    }

    public init(file: GGUFFile) throws(HeadError) {
        var reader = HeadReader(file: file, path: file.paths.first ?? "")
        self = try reader.read()
    }

    // MARK: Writing

    /// Writes it to `path`; a file that is there is replaced once all is written.
    public func write(to path: String) throws(GGUFError) {
        let tensors = tensors
        let writer = try GGUFWriter(path: path, metadata: metadata, tensors: tensors.map(\.plan))
        for tensor in tensors { try writer.append(floats: Array(head.parameters[tensor.range]), to: tensor.plan.name) }
        try writer.finish()
    }

    /// The bytes of its file.
    public func bytes() throws(GGUFError) -> [UInt8] {
        try GGUFWriter.bytes(
            metadata: metadata,
            tensors: tensors.map { tensor in
                let numbers = Array(head.parameters[tensor.range])
                return (
                    tensor.plan, numbers.withLittleEndianBytes { $0.integers(UInt8.self, count: $0.byteCount, at: 0) }
                )
            })
    }

    private var tensors: [(plan: GGUFTensorPlan, range: Range<Int>)] {
        HeadTensor.all(head.shape).map { (GGUFTensorPlan(name: $0.name, shape: $0.shape, type: .f32), $0.range) }
    }

    private var metadata: GGUFMetadata {
        var metadata: GGUFMetadata = [
            "general.architecture": .string(Self.architecture), "general.type": .string("acceptance-head"),
            "general.name": .string("Acceptance head of \(pair.draft.name) for \(pair.target.name)"),
        ]
        func set(_ key: String, _ value: GGUFValue) { metadata[HeadKey.prefix + key] = value }
        set(HeadKey.version, .uint32(UInt32(Self.version)))
        set(HeadKey.hiddenSize, .uint32(UInt32(head.shape.hiddenSize)))
        set(HeadKey.width, .uint32(UInt32(head.shape.width)))
        set(HeadKey.blockCount, .uint32(UInt32(head.shape.blockCount)))
        set(
            HeadKey.temperatures, .array(.float32([head.temperatures.lowerBound, head.temperatures.upperBound])))
        for (role, model) in [("target", pair.target), ("draft", pair.draft)] {
            set("\(role).name", .string(model.name))
            set("\(role).vocabulary", .string(String(model.vocabulary, radix: 16)))
            set("\(role).weights", .string(String(model.weights, radix: 16)))
        }
        facts.write { set($0, $1) }
        return metadata
    }
}

/// Where the parts of a head stand, in the file and among its parameters.
struct HeadTensor {
    var name: String
    /// Innermost dimension first, as in GGUF.
    var shape: [Int]
    var range: Range<Int>

    static func all(_ shape: ResidualHeadShape) -> [HeadTensor] {
        var tensors = [
            HeadTensor(name: "input.weight", shape: [shape.inputCount, shape.width], range: shape.inputWeights),
            HeadTensor(name: "input.bias", shape: [shape.width], range: shape.inputBias),
        ]
        for block in 0..<shape.blockCount {
            tensors.append(
                HeadTensor(
                    name: "block.\(block).weight", shape: [shape.width, shape.width], range: shape.blockWeights(block)))
            tensors.append(
                HeadTensor(name: "block.\(block).bias", shape: [shape.width], range: shape.blockBias(block)))
        }
        return tensors + [
            HeadTensor(name: "output.weight", shape: [shape.width], range: shape.outputWeights),
            HeadTensor(name: "output.bias", shape: [1], range: shape.outputBias..<shape.outputBias + 1),
        ]
    }
}

/// Keys of the metadata, without their prefix.
enum HeadKey {
    static let prefix = HeadFile.architecture + "."
    static let version = "version"
    static let hiddenSize = "hidden_size"
    static let width = "width"
    static let blockCount = "block_count"
    static let temperatures = "temperatures"
}
