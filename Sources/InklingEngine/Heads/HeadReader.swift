// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingGGUF
import InklingTensor

/// Makes a ``HeadFile`` of a GGUF file, which may say anything.
struct HeadReader {
    let file: GGUFFile
    let path: String

    /// Longer names are cut: they are for people.
    private static let nameLimit = 200
    private static let temperatures: ClosedRange<Float> = 0...1_000

    mutating func read() throws(HeadError) -> HeadFile {
        let architecture = file.metadata.string("general.architecture")
        guard architecture == HeadFile.architecture else {
            throw .notAHead(path: path, architecture: architecture.map { String($0.prefix(Self.nameLimit)) })
        }
        let version = try integer(HeadKey.version)
        guard version == HeadFile.version else {
            throw .unknownVersion(path: path, version: version, known: HeadFile.version)
        }
        let (hiddenSize, width, blockCount) = (
            try integer(HeadKey.hiddenSize), try integer(HeadKey.width), try integer(HeadKey.blockCount)
        )
        guard let shape = ResidualHeadShape(hiddenSize: hiddenSize, width: width, blockCount: blockCount) else {
            throw .malformed(
                path: path,
                reason: "its sizes are impossible: hidden states of \(hiddenSize), width \(width), \(blockCount) blocks"
            )
        }
        return HeadFile(
            path: path, pair: PairIdentity(target: try identity("target"), draft: try identity("draft")),
            head: ResidualHead(shape: shape, parameters: try parameters(shape), temperatures: try temperatures()),
            facts: HeadFacts(metadata: file.metadata))
    }

    /// - Complexity: O(bytes of the file), whatever sizes it claims: tensors are compared with them before any is read.
    private func parameters(_ shape: ResidualHeadShape) throws(HeadError) -> [Float] {
        let expected = HeadTensor.all(shape)
        for tensor in expected {
            guard let found = file.tensor(named: tensor.name) else {
                throw .malformed(path: path, reason: "the tensor \"\(tensor.name)\" is missing")
            }
            guard found.type == .f32 else {
                throw .malformed(path: path, reason: "the tensor \"\(tensor.name)\" has type \(found.type), not F32")
            }
            guard found.shape == tensor.shape else {
                throw .malformed(
                    path: path,
                    reason: "the tensor \"\(tensor.name)\" has shape \(found.shape), expected \(tensor.shape)")
            }
        }
        var parameters: [Float] = []
        parameters.reserveCapacity(shape.parameterCount)
        for tensor in expected {
            guard let found = file.tensor(named: tensor.name) else { continue }
            let numbers = file.withBytes(of: found) { $0.floats(count: tensor.range.count, at: 0) }
            guard numbers.allSatisfy(\.isFinite) else {
                throw .malformed(path: path, reason: "the tensor \"\(tensor.name)\" holds what is no number")
            }
            parameters += numbers
        }
        return parameters
    }

    private func temperatures() throws(HeadError) -> ClosedRange<Float> {
        let key = HeadKey.prefix + HeadKey.temperatures
        guard let pair = file.metadata.floats(key), pair.count == 2, pair[0] <= pair[1],
            Self.temperatures.contains(pair[0]), Self.temperatures.contains(pair[1])
        else { throw .malformed(path: path, reason: "\"\(key)\" is not a least and a greatest temperature") }
        return pair[0]...pair[1]
    }

    private func identity(_ role: String) throws(HeadError) -> ModelIdentity {
        let name = file.metadata.string("\(HeadKey.prefix)\(role).name") ?? "unknown"
        return ModelIdentity(
            name: String(name.prefix(Self.nameLimit)), vocabulary: try digest("\(role).vocabulary"),
            weights: try digest("\(role).weights"))
    }

    private func digest(_ name: String) throws(HeadError) -> UInt64 {
        let key = HeadKey.prefix + name
        guard let text = file.metadata.string(key), text.utf8.count <= 16, let digest = UInt64(text, radix: 16) else {
            throw .malformed(path: path, reason: "\"\(key)\" is not a hexadecimal digest")
        }
        return digest
    }

    private func integer(_ name: String) throws(HeadError) -> Int {
        let key = HeadKey.prefix + name
        guard let value = file.metadata.int(key) else {
            throw .malformed(path: path, reason: "\"\(key)\" is not a whole number")
        }
        return value
    }
}
