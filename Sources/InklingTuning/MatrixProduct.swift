// SPDX-License-Identifier: Apache-2.0

/// A matrix in a part of an array, row by row.
struct Matrix {
    var values: [Float]
    var offset = 0
    /// Numbers from one row to the next.
    var stride: Int
    var isTransposed = false

    var transposed: Matrix {
        var other = self
        other.isTransposed.toggle()
        return other
    }
}

enum MatrixProduct {
    /// `C = A · B + keep · C`, where C stands in `result` from `offset` on and is `rows` by `columns`.
    ///
    /// - Parameter depth: the length of the sums.
    /// - Precondition: the sizes fit those of the arrays.
    static func multiply(
        _ a: Matrix, _ b: Matrix, rows: Int, columns: Int, depth: Int, keep: Float = 0, into result: inout [Float],
        at offset: Int = 0
    ) {
        precondition(rows > 0 && columns > 0 && depth > 0)
        precondition(a.offset >= 0 && b.offset >= 0 && offset >= 0)
        precondition(a.offset + span(a, rows, depth) <= a.values.count)
        precondition(b.offset + span(b, depth, columns) <= b.values.count)
        precondition(offset + rows * columns <= result.count)
        guard let library = OpenBLAS.loaded else {
            return plain(a, b, rows: rows, columns: columns, depth: depth, keep: keep, into: &result, at: offset)
        }
        unsafe a.values.withUnsafeBufferPointer { left in
            unsafe b.values.withUnsafeBufferPointer { right in
                unsafe result.withUnsafeMutableBufferPointer { out in
                    // Not nil: none of the three is empty.
                    guard let left = left.baseAddress, let right = right.baseAddress, let out = out.baseAddress
                    else { return }
                    unsafe library.multiply(
                        OpenBLAS.rowMajor, OpenBLAS.transposition(a.isTransposed),
                        OpenBLAS.transposition(b.isTransposed), CInt(rows), CInt(columns), CInt(depth), 1,
                        left + a.offset, CInt(a.stride), right + b.offset, CInt(b.stride), keep, out + offset,
                        CInt(columns))
                }
            }
        }
    }

    /// The same without a library: slower by far, and what the library is tested against.
    static func plain(
        _ a: Matrix, _ b: Matrix, rows: Int, columns: Int, depth: Int, keep: Float = 0, into result: inout [Float],
        at offset: Int = 0
    ) {
        let (aRow, aColumn) = a.isTransposed ? (1, a.stride) : (a.stride, 1)
        let (bRow, bColumn) = b.isTransposed ? (1, b.stride) : (b.stride, 1)
        for row in 0..<rows {
            for column in 0..<columns {
                var left = a.offset + row * aRow, right = b.offset + column * bColumn
                var sum: Float = 0
                for _ in 0..<depth {
                    sum += a.values[left] * b.values[right]
                    left += aColumn
                    right += bRow
                }
                let index = offset + row * columns + column
                // As in BLAS: what is not kept may be anything.
                result[index] = keep == 0 ? sum : sum + keep * result[index]
            }
        }
    }

    /// Numbers from the first to behind the last of a matrix that is used as `rows` by `columns`.
    private static func span(_ matrix: Matrix, _ rows: Int, _ columns: Int) -> Int {
        let (stored, width) = matrix.isTransposed ? (columns, rows) : (rows, columns)
        precondition(matrix.stride >= width)
        return (stored - 1) * matrix.stride + width
    }
}
