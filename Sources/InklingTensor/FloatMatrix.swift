// SPDX-License-Identifier: Apache-2.0

/// Scratch for the rows of a pass: `[rowCapacity, columnCount]` float32, row after row, aligned and reused.
public final class FloatMatrix {
    public let rowCapacity: Int
    public let columnCount: Int
    let storage: AlignedBytes

    /// - Throws: ``AllocationError`` when there is not enough memory.
    public init(rowCapacity: Int, columnCount: Int) throws(AllocationError) {
        let (count, overflow) = rowCapacity.multipliedReportingOverflow(by: columnCount)
        guard !overflow, count < Int.max / 8, let storage = AlignedBytes(byteCount: count * 4) else {
            throw AllocationError(byteCount: overflow ? Int.max : count * 4)
        }
        self.rowCapacity = rowCapacity
        self.columnCount = columnCount
        self.storage = storage
    }

    var base: UnsafeMutablePointer<Float> {
        unsafe storage.base.assumingMemoryBound(to: Float.self)
    }

    func row(_ index: Int) -> UnsafeMutablePointer<Float> {
        precondition(index >= 0 && index < rowCapacity, "row out of range")
        return unsafe base + index * columnCount
    }

    /// A copy of rows `range`, one after the other.
    public func copy(rows range: Range<Int>) -> [Float] {
        precondition(range.lowerBound >= 0 && range.upperBound <= rowCapacity, "rows out of range")
        return unsafe Array(
            UnsafeBufferPointer(start: base + range.lowerBound * columnCount, count: range.count * columnCount))
    }

    /// Copies row `source` of another matrix of the same width to row `destination`.
    public func setRow(_ destination: Int, from other: FloatMatrix, row source: Int) {
        precondition(other.columnCount == columnCount, "matrices differ in width")
        unsafe row(destination).update(from: other.row(source), count: columnCount)
    }

    public func setRow(_ index: Int, to values: [Float]) {
        precondition(values.count == columnCount, "wrong number of values")
        unsafe values.withUnsafeBufferPointer { unsafe row(index).update(from: $0.baseAddress!, count: columnCount) }
    }
}

/// There is not enough memory for a buffer.
public struct AllocationError: Error, Sendable, Equatable {
    public let byteCount: Int
}
