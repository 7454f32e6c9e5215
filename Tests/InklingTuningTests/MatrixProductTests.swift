// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import InklingTuning

struct MatrixProductTests {
    @Test(arguments: [(1, 1, 1), (3, 5, 7), (17, 4, 33)], [0, 1, 2, 3])
    func `Library and plain loops agree, transposed or not, inside larger arrays`(
        _ sizes: (Int, Int, Int), _ kind: Int
    ) {
        let (rows, columns, depth) = sizes
        var random = SplitMix(seed: UInt64(rows * 10 + kind))
        func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
        func matrix(_ rows: Int, _ columns: Int, isTransposed: Bool) -> Matrix {
            let (stored, width) = isTransposed ? (columns, rows) : (rows, columns)
            return Matrix(
                values: numbers(3 + stored * (width + 2)), offset: 3, stride: width + 2, isTransposed: isTransposed)
        }
        let a = matrix(rows, depth, isTransposed: kind & 1 == 1),
            b = matrix(depth, columns, isTransposed: kind & 2 == 2)
        for keep: Float in [0, 1] {
            let start = numbers(rows * columns + 5)
            var found = start, expected = start
            MatrixProduct.multiply(
                a, b, rows: rows, columns: columns, depth: depth, keep: keep, into: &found, at: 2)
            MatrixProduct.plain(
                a, b, rows: rows, columns: columns, depth: depth, keep: keep, into: &expected, at: 2)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 * Float(depth) })
            #expect(found.prefix(2) == start.prefix(2) && found.suffix(3) == start.suffix(3))
            // By the definition, in one place.
            func element(_ m: Matrix, _ row: Int, _ column: Int) -> Float {
                m.values[m.offset + (m.isTransposed ? column * m.stride + row : row * m.stride + column)]
            }
            let corner = (0..<depth).reduce(keep * start[2 + rows * columns - 1]) {
                $0 + element(a, rows - 1, $1) * element(b, $1, columns - 1)
            }
            #expect(abs(expected[2 + rows * columns - 1] - corner) < 1e-5 * Float(depth))
        }
    }
}
