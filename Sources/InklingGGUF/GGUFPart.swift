// SPDX-License-Identifier: Apache-2.0

/// One file of a model to be written in several. Each is written with a ``GGUFWriter`` of its own.
public struct GGUFPart: Sendable, Equatable {
    /// `model-00001-of-00003.gguf`, beside where the whole would be.
    public let path: String
    public let metadata: GGUFMetadata
    public let tensors: [GGUFTensorPlan]

    /// Divides a model into files that hold at most `maxByteCount` bytes of tensors each, keeping the order.
    /// A tensor larger than that gets a file of its own.
    ///
    /// - Parameter path: where the model would be as one file: `model.gguf`.
    /// - Returns: one or more parts; a single one keeps the path and metadata as they are.
    public static func divide(
        path: String, metadata: GGUFMetadata, tensors: [GGUFTensorPlan], maxByteCount: Int
    ) throws(GGUFError) -> [GGUFPart] {
        var groups: [[GGUFTensorPlan]] = [[]]
        var room = maxByteCount
        for tensor in tensors {
            guard let byteCount = tensor.byteCount else {
                throw .cannotDescribe(
                    name: tensor.name,
                    problem: "a tensor of type \(tensor.type) cannot have the shape \(tensor.shape)")
            }
            if byteCount > room, groups[groups.count - 1].isEmpty == false {
                groups.append([])
                room = maxByteCount
            }
            groups[groups.count - 1].append(tensor)
            // No overflow: both are at least 0.
            room = max(room, 0) - byteCount
        }
        guard groups.count > 1 else { return [GGUFPart(path: path, metadata: metadata, tensors: tensors)] }
        guard groups.count <= GGUFLimits.splitCount, let tensorCount = Int32(exactly: tensors.count) else {
            throw .cannotDescribe(
                name: path,
                problem: "it would become \(groups.count) files, at most \(GGUFLimits.splitCount) are allowed")
        }
        let suffix = ".gguf"
        let stem = path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : path
        var parts: [GGUFPart] = []
        for (index, group) in groups.enumerated() {
            var own = index == 0 ? metadata : GGUFMetadata()
            own[GGUFReader.alignmentKey] = metadata[GGUFReader.alignmentKey]
            own[GGUFSplit.numberKey] = .uint16(UInt16(index))
            own[GGUFSplit.countKey] = .uint16(UInt16(groups.count))
            own[GGUFSplit.tensorCountKey] = .int32(tensorCount)
            let name = GGUFPartName(stem: stem, part: index + 1, count: groups.count)
            parts.append(GGUFPart(path: name.path, metadata: own, tensors: group))
        }
        return parts
    }
}
