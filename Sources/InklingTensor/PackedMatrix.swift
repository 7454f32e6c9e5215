// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// A weight matrix, `[rows, columns]`, interleaved at load into the form the kernels stream: see `CKernels.h`.
public final class PackedMatrix: Sendable {
    public let type: ElementType
    public let rowCount: Int
    public let columnCount: Int
    private let planes: [AlignedBytes]

    /// Bytes held.
    public var byteCount: Int { planes.reduce(0) { $0 + $1.byteCount } }

    /// Rows are packed in groups of this many.
    public static let groupRows = Int(IK_GROUP_ROWS)
    var groupCount: Int { (rowCount + Self.groupRows - 1) / Self.groupRows }

    private init(type: ElementType, rowCount: Int, columnCount: Int, planes: [AlignedBytes]) {
        self.type = type
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.planes = planes
    }

    /// What the packed form of a matrix takes.
    public static func byteCount(type: ElementType, rowCount: Int, columnCount: Int) -> Int {
        planeSizes(type, rowCount, columnCount).reduce(0, +)
    }

    private static func planeSizes(_ type: ElementType, _ rows: Int, _ columns: Int) -> [Int] {
        var sizes: [Int] = [0, 0, 0]
        unsafe sizes.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.withMemoryRebound(to: size_t.self) {
                unsafe ik_packed_sizes(Int32(type.rawValue), size_t(rows), size_t(columns), $0.baseAddress!)
            }
        }
        return sizes
    }

    /// Packs a matrix that lies in a file row after row, on all threads of `pool`.
    ///
    /// - Parameter releasing: gives the file's pages back to the system once they are packed.
    /// - Precondition: `source` holds `rowCount` whole rows; `type.isSupported`.
    public static func packing(
        _ source: MappedBytes, type: ElementType, rowCount: Int, columnCount: Int, pool: ComputePool,
        releasing: Bool = false
    ) throws(AllocationError) -> PackedMatrix {
        precondition(type.isSupported && rowCount > 0 && columnCount > 0)
        precondition(type.byteCount(elements: columnCount).map { $0 * rowCount } == source.byteCount)
        var planes: [AlignedBytes] = []
        for size in planeSizes(type, rowCount, columnCount) {
            guard let plane = AlignedBytes(byteCount: size) else { throw AllocationError(byteCount: size) }
            planes.append(plane)
        }
        let matrix = PackedMatrix(type: type, rowCount: rowCount, columnCount: columnCount, planes: planes)
        let groups = matrix.groupCount
        let rowBytes = source.byteCount / rowCount
        // About a quarter of a megabyte a slice: long enough to be worth handing out, short enough to even out.
        let perSlice = max(1, (256 << 10) / (rowBytes * groupRows))
        // The file's pages are given back as we go, so that a large matrix never lies in memory twice.
        let perStep = perSlice * max(1, (4 << 20) / (256 << 10))
        for first in stride(from: 0, to: groups, by: perStep) {
            let end = min(first + perStep, groups)
            source.withBytes { bytes in
                unsafe bytes.withUnsafeBytes { raw in
                    nonisolated(unsafe) let from = raw.baseAddress!
                    pool.run((end - first + perSlice - 1) / perSlice) { slice, _ in
                        let begin = first + slice * perSlice
                        unsafe ik_pack(
                            Int32(type.rawValue), from, size_t(rowCount), size_t(columnCount), size_t(begin),
                            size_t(min(begin + perSlice, end)),
                            matrix.plane(0), matrix.plane(1), matrix.plane(2))
                    }
                }
            }
            if releasing {
                let start = source.range.lowerBound
                source.file.release(
                    start + first * groupRows * rowBytes..<start + min(end * groupRows, rowCount) * rowBytes)
            }
        }
        if releasing { source.release() }
        return matrix
    }

    private func plane(_ index: Int) -> UnsafeMutablePointer<UInt8> {
        unsafe planes[index].base.assumingMemoryBound(to: UInt8.self)
    }

    var weights: ik_weights {
        unsafe ik_weights(
            type: Int32(type.rawValue), rows: size_t(rowCount), cols: size_t(columnCount),
            quants: UnsafePointer(plane(0)), scales: UnsafePointer(plane(1)), supers: UnsafePointer(plane(2)))
    }
}
