// SPDX-License-Identifier: Apache-2.0

public import InklingGGUF
public import InklingTensor

/// A model file taken apart, to be put together again with something missing, added or wrong.
public struct ModelFileEditor {
    public var metadata: GGUFMetadata
    public var tensors: [(plan: GGUFTensorPlan, bytes: [UInt8])]

    public init(_ file: GGUFFile) {
        metadata = file.metadata
        tensors = file.tensors.map { tensor in
            (
                tensor.plan,
                file.withBytes(of: tensor) { $0.integers(UInt8.self, count: $0.byteCount, at: 0) }
            )
        }
    }

    public mutating func remove(tensor name: String) {
        tensors.removeAll { $0.plan.name == name }
    }

    /// Replaces a tensor, or appends one, with zeros.
    public mutating func setTensor(_ name: String, shape: [Int], type: ElementType = .f32) {
        let plan = GGUFTensorPlan(name: name, shape: shape, type: type)
        let entry = (plan, [UInt8](repeating: 0, count: plan.byteCount ?? 0))
        if let index = tensors.firstIndex(where: { $0.plan.name == name }) {
            tensors[index] = entry
        } else {
            tensors.append(entry)
        }
    }

    public mutating func setTensor(_ name: String, floats: [Float]) {
        setTensor(name, shape: [floats.count])
        tensors[tensors.count - 1].bytes = Quantizer.quantize(floats, as: .f32)
    }

    /// Only the first `count` layers, with the output matrix behind them.
    public mutating func keepLayers(_ count: Int, architecture: String) {
        metadata["\(architecture).block_count"] = .uint32(UInt32(count))
        tensors.removeAll { entry in
            let parts = entry.plan.name.split(separator: ".")
            guard parts.first == "blk", parts.count > 1, let layer = Int(parts[1]) else { return false }
            return layer >= count
        }
    }

    public func file() throws(GGUFError) -> GGUFFile {
        try GGUFFile(bytes: GGUFWriter.bytes(metadata: metadata, tensors: tensors), name: "edited")
    }
}
