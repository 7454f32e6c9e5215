// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// How keys or values are stored.
public enum KVFormat: String, Sendable, Equatable, CaseIterable {
    case f16
    /// 8-bit integers with one f16 scale per 32 values of a head.
    case q8_0

    var code: Int32 { self == .f16 ? 0 : 1 }
}

/// The shape of a KV cache.
public struct KVLayout: Sendable, Equatable {
    public var layerCount: Int
    public var headCount: Int
    public var headDimension: Int
    public var keyFormat: KVFormat
    public var valueFormat: KVFormat

    /// q8_0 needs heads that are a multiple of 32 wide; narrower ones are kept as f16.
    public init(layerCount: Int, headCount: Int, headDimension: Int, format: KVFormat) {
        self.layerCount = layerCount
        self.headCount = headCount
        self.headDimension = headDimension
        let usable = headDimension % 32 == 0 ? format : .f16
        keyFormat = usable
        valueFormat = usable
    }

    /// Positions that one block holds.
    public static let blockSlots = Int(IK_KV_SLOTS)

    var keyBytes: Int { headCount * ik_kv_head_bytes(keyFormat.code, headDimension) }
    var valueBytes: Int { headCount * ik_kv_head_bytes(valueFormat.code, headDimension) }
    /// Bytes of one block in one layer.
    public var blockBytes: Int { keyBytes + valueBytes }
    /// Bytes that one position takes over all layers.
    public var bytesPerToken: Int { blockBytes * layerCount / Self.blockSlots }
}
