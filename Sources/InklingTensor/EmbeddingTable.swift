// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// A matrix of which single rows are read, as float32: token embeddings. It stays in the file, in place.
public struct EmbeddingTable: Sendable {
    public let type: ElementType
    public let rowCount: Int
    public let columnCount: Int
    private let source: MappedBytes
    private let rowBytes: Int

    /// - Precondition: `source` holds `rowCount` whole rows; `type.isSupported`.
    public init(_ source: MappedBytes, type: ElementType, rowCount: Int, columnCount: Int) {
        let rowBytes = type.byteCount(elements: columnCount) ?? 0
        precondition(type.isSupported && rowCount > 0 && rowBytes > 0 && rowBytes * rowCount == source.byteCount)
        self.type = type
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.source = source
        self.rowBytes = rowBytes
    }

    /// Writes row `index` to row `destination` of a matrix.
    public func read(_ index: Int, into matrix: FloatMatrix, row destination: Int) {
        precondition(index >= 0 && index < rowCount && matrix.columnCount == columnCount)
        let target = unsafe matrix.row(destination)
        source.withBytes { bytes in
            unsafe bytes.withUnsafeBytes { raw in
                unsafe ik_dequantize_row(
                    Int32(type.rawValue), raw.baseAddress! + index * rowBytes, size_t(columnCount), target)
            }
        }
    }

    /// A whole small tensor as float32: norm weights, biases, rope factors.
    public static func floats(_ source: MappedBytes, type: ElementType, count: Int) -> [Float] {
        precondition(type.isSupported && type.byteCount(elements: count) == source.byteCount)
        return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            source.withBytes { bytes in
                unsafe bytes.withUnsafeBytes { raw in
                    unsafe ik_dequantize_row(
                        Int32(type.rawValue), raw.baseAddress!, size_t(count), buffer.baseAddress!)
                }
            }
            initialized = count
        }
    }
}
