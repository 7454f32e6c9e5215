// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// The memory of a KV cache: per layer a table of blocks of 64 positions.
///
/// Forks share blocks; the first write to a shared block copies it. Keys are stored rotated by the position they had when
/// they were computed, so a slot can move without being touched otherwise. This type knows slots only; what they stand for
/// is ``InklingModel``'s business.
@safe public final class KVStorage {
    public let layout: KVLayout
    private var layers: [[AlignedBytes]]
    // Pointer tables that the attention kernel walks, one a layer, in step with `layers`.
    private var keyTables: [[UnsafePointer<UInt8>]]
    private var valueTables: [[UnsafePointer<UInt8>]]

    public init(layout: KVLayout) {
        self.layout = layout
        layers = Array(repeating: [], count: layout.layerCount)
        unsafe keyTables = Array(repeating: [], count: layout.layerCount)
        unsafe valueTables = Array(repeating: [], count: layout.layerCount)
    }

    private init(sharing other: KVStorage) {
        layout = other.layout
        layers = other.layers
        unsafe keyTables = other.keyTables
        unsafe valueTables = other.valueTables
    }

    /// A second view of the same positions.
    public func fork() -> KVStorage { KVStorage(sharing: self) }

    /// Bytes of all blocks in the tables, shared ones included.
    public var byteCount: Int { layers.reduce(0) { $0 + $1.count } * layout.blockBytes }

    /// Makes slots `range` writable: adds missing blocks and copies shared ones.
    public func prepare(_ range: Range<Int>) throws(AllocationError) {
        guard !range.isEmpty else { return }
        let first = range.lowerBound / KVLayout.blockSlots, last = (range.upperBound - 1) / KVLayout.blockSlots
        for layer in 0..<layout.layerCount {
            while layers[layer].count <= last { try setBlock(layer, layers[layer].count, copying: nil) }
            for block in first...last where !isKnownUniquelyReferenced(&layers[layer][block]) {
                try setBlock(layer, block, copying: layers[layer][block])
            }
        }
    }

    private func setBlock(_ layer: Int, _ index: Int, copying source: AlignedBytes?) throws(AllocationError) {
        guard let block = AlignedBytes(byteCount: layout.blockBytes) else {
            throw AllocationError(byteCount: layout.blockBytes)
        }
        if let source { unsafe block.base.copyMemory(from: source.base, byteCount: layout.blockBytes) }
        let keys = unsafe UnsafePointer(block.base.assumingMemoryBound(to: UInt8.self))
        let values = unsafe keys + layout.keyBytes
        if index == layers[layer].count {
            layers[layer].append(block)
            unsafe keyTables[layer].append(keys)
            unsafe valueTables[layer].append(values)
        } else {
            layers[layer][index] = block
            unsafe keyTables[layer][index] = keys
            unsafe valueTables[layer][index] = values
        }
    }

    /// Gives back the blocks that lie wholly at or beyond slot `count`.
    public func release(from count: Int) {
        let keep = (count + KVLayout.blockSlots - 1) / KVLayout.blockSlots
        for layer in 0..<layout.layerCount where layers[layer].count > keep {
            layers[layer].removeSubrange(keep...)
            unsafe keyTables[layer].removeSubrange(keep...)
            unsafe valueTables[layer].removeSubrange(keep...)
        }
    }

    /// Copies one slot over another, in every layer. Both have been prepared.
    public func move(from source: Int, to destination: Int) {
        guard source != destination else { return }
        for layer in 0..<layout.layerCount {
            let (from, to) = (source / KVLayout.blockSlots, destination / KVLayout.blockSlots)
            unsafe ik_kv_move(
                layout.keyFormat.code, layout.valueFormat.code, layout.headDimension, layout.headCount,
                keyTables[layer][from], valueTables[layer][from], source % KVLayout.blockSlots,
                UnsafeMutablePointer(mutating: keyTables[layer][to]),
                UnsafeMutablePointer(mutating: valueTables[layer][to]), destination % KVLayout.blockSlots)
        }
    }

    func write(layer: Int, slot: Int, keys: UnsafePointer<Float>, values: UnsafePointer<Float>, table: ik_kernels) {
        let block = slot / KVLayout.blockSlots, at = slot % KVLayout.blockSlots, width = layout.headDimension
        let keyBlock = unsafe UnsafeMutablePointer(mutating: keyTables[layer][block])
        let valueBlock = unsafe UnsafeMutablePointer(mutating: valueTables[layer][block])
        let keyHead = ik_kv_head_bytes(layout.keyFormat.code, width)
        let valueHead = ik_kv_head_bytes(layout.valueFormat.code, width)
        for head in 0..<layout.headCount {
            unsafe table.kv_write_k(layout.keyFormat.code, keys + head * width, width, keyBlock + head * keyHead, at)
            unsafe table.kv_write_v(
                layout.valueFormat.code, values + head * width, width, valueBlock + head * valueHead, at)
        }
    }

    func withTables<Result>(
        layer: Int,
        _ body: (UnsafePointer<UnsafePointer<UInt8>>, UnsafePointer<UnsafePointer<UInt8>>) -> Result
    ) -> Result {
        unsafe keyTables[layer].withUnsafeBufferPointer { keys in
            unsafe valueTables[layer].withUnsafeBufferPointer { values in
                unsafe body(keys.baseAddress!, values.baseAddress!)
            }
        }
    }

    /// The stored bits of one slot in one layer, head by head keys then values, each with its scales behind it: for tests
    /// of bit-identity.
    public func bits(layer: Int, slot: Int) -> [UInt8] {
        let block = slot / KVLayout.blockSlots, at = slot % KVLayout.blockSlots
        var out: [UInt8] = []
        let width = layout.headDimension, blockSlots = KVLayout.blockSlots
        let keys = unsafe keyTables[layer][block], values = unsafe valueTables[layer][block]
        let keyHead = ik_kv_head_bytes(layout.keyFormat.code, width)
        let valueHead = ik_kv_head_bytes(layout.valueFormat.code, width)
        /// `count` elements of `size` bytes from `first` on, `stride` elements apart.
        func append(_ plane: UnsafePointer<UInt8>, first: Int, stride: Int, count: Int, size: Int) {
            for index in 0..<count {
                for byte in 0..<size { unsafe out.append(plane[(first + index * stride) * size + byte]) }
            }
        }
        for head in 0..<layout.headCount {
            let key = unsafe keys + head * keyHead, value = unsafe values + head * valueHead
            unsafe append(key, first: at, stride: blockSlots, count: width, size: layout.keyFormat == .f16 ? 2 : 1)
            if layout.keyFormat == .q8_0 {
                unsafe append(key + width * blockSlots, first: at, stride: blockSlots, count: width / 32, size: 2)
            }
            unsafe append(
                value, first: at * width, stride: 1, count: width, size: layout.valueFormat == .f16 ? 2 : 1)
            if layout.valueFormat == .q8_0 {
                let scales = width / 32
                unsafe append(value + width * blockSlots, first: at * scales, stride: 1, count: scales, size: 2)
            }
        }
        return out
    }
}
