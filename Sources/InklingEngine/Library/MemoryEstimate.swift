// SPDX-License-Identifier: Apache-2.0

import InklingGGUF
import InklingModel
import InklingTensor

/// What a model takes in memory, worked out from the head of its file.
public struct MemoryEstimate: Sendable, Equatable, Encodable {
    /// Bytes of the tensors as they are in the file.
    public var weightsInFile: Int
    /// Bytes that stay in memory once loaded: packed matrices, norms as floats. The table of token embeddings is read
    /// from the file, row by row.
    public var weightsPacked: Int
    /// The most that loading takes at a time: what is packed already, and the piece of a tensor that is being packed.
    public var peakAtLoad: Int
    /// Keys and values of one position, over all layers.
    public var kvBytesPerToken: Precision
    /// At contexts that people use, up to the longest.
    public var contexts: [Context]
    /// Bytes free now; nil where the system does not say.
    public var free: Int?

    /// The two formats keys and values can be kept in.
    public struct Precision: Sendable, Equatable, Encodable {
        public var f16: Int
        /// The same as ``f16`` where heads are too narrow for blocks.
        // swift-format-ignore: AlwaysUseLowerCamelCase
        public var q8_0: Int
    }

    public struct Context: Sendable, Equatable, Encodable {
        public var tokens: Int
        public var kvBytes: Precision
        /// Weights and keys and values together, but no less than ``peakAtLoad``.
        public var totalBytes: Precision
        /// Whether that is free now; nil if unknown.
        public var fits: Fit?
    }

    public struct Fit: Sendable, Equatable, Encodable {
        public var f16: Bool
        // swift-format-ignore: AlwaysUseLowerCamelCase
        public var q8_0: Bool
    }

    private static let usualContexts = [2048, 8192]

    /// - Returns: nil if a tensor has a type that cannot be packed.
    init?(file: GGUFFile, config: ModelConfig, free: Int?) {
        let tensors = file.tensors
        guard tensors.allSatisfy({ $0.type.isSupported }) else { return nil }
        weightsInFile = tensors.reduce(0) { $0 + $1.byteCount }

        // In the order of loading: the layers, then the output matrix, which with tied embeddings is the table of the
        // embeddings once more.
        var packed = 0
        var peak = 0
        func load(_ tensor: GGUFTensor) {
            let isMatrix = tensor.shape.dropFirst().contains { $0 > 1 }
            let bytes =
                isMatrix
                ? PackedMatrix.byteCount(type: tensor.type, rowCount: tensor.rowCount, columnCount: tensor.columnCount)
                : Saturating.product(tensor.elementCount, MemoryLayout<Float>.stride)
            packed = Saturating.sum(packed, max(0, bytes))
            peak = max(peak, Saturating.sum(packed, Self.piece(of: tensor)))
        }
        for tensor in tensors where tensor.name != "token_embd.weight" && tensor.name != "output.weight" {
            load(tensor)
        }
        if let output = file.tensor(named: "output.weight") ?? file.tensor(named: "token_embd.weight") { load(output) }
        weightsPacked = packed
        peakAtLoad = peak

        let f16 = config.kvLayout(format: .f16)
        let q8 = config.kvLayout(format: .q8_0)
        kvBytesPerToken = Precision(f16: f16.bytesPerToken, q8_0: q8.bytesPerToken)
        let lengths = Self.usualContexts.filter { $0 < config.contextLength } + [config.contextLength]
        contexts = lengths.map { tokens in
            let kv = Precision(f16: f16.byteCount(tokens: tokens), q8_0: q8.byteCount(tokens: tokens))
            let total = Precision(
                f16: max(peak, Saturating.sum(packed, kv.f16)), q8_0: max(peak, Saturating.sum(packed, kv.q8_0)))
            return Context(
                tokens: tokens, kvBytes: kv, totalBytes: total,
                fits: free.map { Fit(f16: total.f16 <= $0, q8_0: total.q8_0 <= $0) })
        }
        self.free = free
    }
}

extension MemoryEstimate {
    /// Packing gives the file's pages back every 4 MiB, or every 16 groups of rows where these are longer.
    private static func piece(of tensor: GGUFTensor) -> Int {
        let groups = Saturating.product(16 * PackedMatrix.groupRows, tensor.byteCount / max(1, tensor.rowCount))
        return min(tensor.byteCount, max(4 << 20, groups))
    }
}

extension KVLayout {
    /// Bytes of a cache that holds `tokens` positions: whole blocks.
    func byteCount(tokens: Int) -> Int {
        let blocks = (tokens + Self.blockSlots - 1) / Self.blockSlots
        return Saturating.product(Saturating.product(blocks, blockBytes), layerCount)
    }
}

/// Arithmetic on numbers from files: what would overflow is as much as there can be.
enum Saturating {
    static func sum(_ first: Int, _ second: Int) -> Int {
        let (sum, overflow) = first.addingReportingOverflow(second)
        return overflow ? .max : sum
    }

    static func product(_ first: Int, _ second: Int) -> Int {
        let (product, overflow) = first.multipliedReportingOverflow(by: second)
        return overflow ? .max : product
    }
}
