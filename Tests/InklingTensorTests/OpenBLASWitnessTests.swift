// SPDX-License-Identifier: Apache-2.0

import COpenBLAS
import InklingTensor
import Testing

/// The float products against a library that shares no line with them.
@Suite struct OpenBLASWitnessTests {
    /// Both sides sum in float32, in different orders: a few roundings of sums of about `columns` terms apart.
    private static let bound: Float = 1e-5

    @Test(arguments: [(1, 16, 32), (5, 33, 70), (17, 40, 257)])
    func `Float products agree with OpenBLAS`(rowCount: Int, outputs: Int, columns: Int) throws {
        var random = SystemIndependentRandom(state: 7)
        let weights = (0..<outputs * columns).map { _ in random.next() }
        let inputs = (0..<rowCount * columns).map { _ in random.next() }
        let bytes = weights.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
        let file = try MappedFile(bytes: bytes, name: "weights")
        let pool = ComputePool(width: 2)
        let matrix = try InklingTensor.PackedMatrix.packing(
            file.slice(0..<bytes.count), type: .f32, rowCount: outputs, columnCount: columns, pool: pool)
        let input = try FloatMatrix(rowCapacity: rowCount, columnCount: columns)
        for row in 0..<rowCount { input.setRow(row, to: Array(inputs[row * columns..<(row + 1) * columns])) }
        let output = try FloatMatrix(rowCapacity: rowCount, columnCount: outputs)
        var expected = [Float](repeating: 0, count: rowCount * outputs)
        openblas_use_threads(1)
        unsafe openblas_multiply(
            false, true, CInt(rowCount), CInt(outputs), CInt(columns), 1, inputs, CInt(columns), weights,
            CInt(columns), 0, &expected, CInt(outputs))
        for kernels in KernelSet.available {
            Compute(kernels: kernels, pool: pool).multiply(
                Products([(matrix: matrix, output: output)]), input: input, rowCount: rowCount)
            let found = output.copy(rows: 0..<rowCount)
            let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst <= Self.bound * Float(columns).squareRoot(), "\(kernels.name)")
        }
    }
}

/// Numbers in -1 ..< 1, the same everywhere.
private struct SystemIndependentRandom {
    var state: UInt64

    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 32)) / 0x1p31
    }
}
