// SPDX-License-Identifier: Apache-2.0

import CKernels
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How far results may be from each other.
private enum Bound {
    /// Rounding of float32 sums, relative to the sum of magnitudes.
    static let sum = 1e-6
    /// One element through exp and a division, relative.
    static let function = 6e-7
    /// RMS normalisation, relative.
    static let norm = 1e-6
}

private func uniforms(_ count: Int, _ random: inout BlockRandom, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in scale * random.uniform() }
}

@Suite struct `Matrix products` {
    private static let rowCounts = [1, 15, 16, 17, 33, 66]
    private static let tiles = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 16]

    private func columnCounts(_ format: BlockFormat) -> [Int] {
        switch format.length {
        case 1: [1, 31, 32, 65]
        case 32: [32, 96, 160]
        default: [256, 768]
        }
    }

    @Test(arguments: BlockFormat.all)
    func `Every table gives what plain C gives, for odd sizes and any tile`(format: BlockFormat) {
        var random = BlockRandom(state: UInt64(format.type) + 1)
        for rows in Self.rowCounts {
            for columns in columnCounts(format) {
                let source = format.randomBlocks(rows * columns, &random)
                let matrix = PackedMatrix(format, rows: rows, cols: columns, source: source)
                let x = uniforms(16 * columns, &random)
                let magnitude = magnitudes(matrix, x, tile: 16)
                let plain = KernelTable.scalar
                let exact = plain.multiply(
                    matrix, plain.tile(x, type: format.type, tile: 16, columns: columns), tile: 16)
                for table in KernelTable.all {
                    for tile in Self.tiles {
                        let activations = table.tile(x, type: format.type, tile: tile, columns: columns)
                        let found = table.multiply(matrix, activations, tile: tile)
                        for index in found.indices {
                            let error = abs(Double(found[index]) - Double(exact[index]))
                            if !(error <= Bound.sum * magnitude[index]) {
                                let place = "\(rows) x \(columns), tile \(tile), at \(index)"
                                Issue.record("\(table.name), \(place): \(found[index]), not \(exact[index])")
                                return
                            }
                        }
                    }
                }
            }
        }
    }

    /// What rounding errors of each output are measured by: the sizes of the row and of the input, multiplied, which is at
    /// least Σ |weight| · |x| (Cauchy and Schwarz).
    private func magnitudes(_ matrix: PackedMatrix, _ x: [Float], tile: Int) -> [Double] {
        func size(_ values: some Sequence<Float>) -> Double {
            values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        }
        let rows = (0..<matrix.rows).map { size(matrix.unpackRow($0)) }
        return (0..<tile).flatMap { column in
            let input = size(x[column * matrix.cols..<(column + 1) * matrix.cols])
            // Formats with a minimum subtract two larger sums.
            return rows.map { $0 * input * 4 + 1e-6 }
        }
    }

    @Test(arguments: BlockFormat.all)
    func `One column gives the same bits in any tile, and any range of groups`(format: BlockFormat) {
        var random = BlockRandom(state: 5)
        let rows = 83
        let columns = format.length == 256 ? 512 : 96
        let matrix = PackedMatrix(
            format, rows: rows, cols: columns, source: format.randomBlocks(rows * columns, &random))
        let x = uniforms(16 * columns, &random)
        for table in KernelTable.all {
            let alone = (0..<16).map { column in
                table.multiply(
                    matrix,
                    table.tile(
                        Array(x[column * columns..<(column + 1) * columns]), type: format.type, tile: 1,
                        columns: columns), tile: 1)
            }
            for tile in 2...16 {
                let activations = table.tile(x, type: format.type, tile: tile, columns: columns)
                let found = table.multiply(matrix, activations, tile: tile)
                #expect(found == Array(alone[..<tile].joined()), "\(table.name), tile \(tile)")
                for groups in [0..<1, 1..<6, 4..<6, 5..<6] {
                    let part = table.multiply(matrix, activations, tile: tile, groups: groups, stride: 90, fill: -7)
                    let expected = (0..<tile).flatMap { column in
                        (0..<90).map { row in
                            row < rows && groups.contains(row / 16) ? alone[column][row] : -7
                        }
                    }
                    #expect(part == expected, "\(table.name), tile \(tile), groups \(groups)")
                }
            }
        }
    }

    @Test(arguments: BlockFormat.all)
    func `Plain C gives the exact sum of its rounded inputs`(format: BlockFormat) {
        var random = BlockRandom(state: 6)
        for columns in columnCounts(format) {
            let rows = 19
            let tile = 3
            let matrix = PackedMatrix(
                format, rows: rows, cols: columns, source: format.randomBlocks(rows * columns, &random))
            let x = uniforms(tile * columns, &random)
            let activations = KernelTable.scalar.tile(x, type: format.type, tile: tile, columns: columns)
            let found = KernelTable.scalar.multiply(matrix, activations, tile: tile)
            let magnitude = magnitudes(matrix, x, tile: tile)
            for column in 0..<tile {
                let own = Array(x[column * columns..<(column + 1) * columns])
                let rounded = ik_wants_q8(format.type) != 0 ? roundedTo8Bits(own) : own
                var exact = [Double](repeating: .nan, count: rows)
                var unrounded = exact
                unsafe matrix.withWeights {
                    unsafe ik_reference_matmul(&$0, rounded, &exact)
                    unsafe ik_reference_matmul(&$0, own, &unrounded)
                }
                for row in 0..<rows {
                    let value = Double(found[column * rows + row])
                    let size = magnitude[column * rows + row]
                    #expect(abs(value - exact[row]) <= Bound.sum * size)
                    // Each input is off by half a step at most.
                    let weights = matrix.unpackRow(row)
                    var allowed = Bound.sum * size
                    if ik_wants_q8(format.type) != 0 {
                        for (index, weight) in weights.enumerated() {
                            let block = own[index / 32 * 32..<index / 32 * 32 + 32]
                            let largest = block.reduce(0) { max($0, abs($1)) }
                            allowed += Double(abs(weight)) * Double(largest) / 127 * 0.5001
                        }
                    }
                    #expect(abs(value - unrounded[row]) <= allowed)
                }
            }
        }
    }

    private func roundedTo8Bits(_ x: [Float]) -> [Float] {
        var result: [Float] = []
        for begin in stride(from: 0, to: x.count, by: 32) {
            let block = x[begin..<begin + 32]
            let largest = block.reduce(0) { max($0, abs($1)) }
            let inverse = largest > 0 ? 127 / largest : 0
            result += block.map { ($0 * inverse).rounded(.toNearestOrEven) * (largest / 127) }
        }
        return result
    }

    @Test(arguments: KernelTable.all)
    func `An activation tile is what the header says`(table: KernelTable) {
        var random = BlockRandom(state: 7)
        let columns = 96
        let tile = 5
        let stride = 101
        var x = uniforms(tile * stride, &random, scale: 10)
        // A block of zeros, one with a single large value, and values at a rounding border.
        for index in 0..<32 { x[index] = 0 }
        for index in 32..<64 { x[index] = index == 40 ? -1000 : 1e-3 }
        for index in 64..<96 { x[index] = Float(index - 64) + 0.5 }
        x[64] = 127
        let bytes = table.tile(x, type: Int32(IK_Q8_0.rawValue), tile: tile, columns: columns, stride: stride)
        #expect(bytes.count == tile * 3 * 52)
        func float(_ at: Int) -> Float { Float(bitPattern: word(at)) }
        func word(_ at: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) } }
        for block in 0..<3 {
            let base = block * tile * 52
            let meta = base + tile * 32
            for column in 0..<tile {
                let own = Array(x[column * stride + block * 32..<column * stride + block * 32 + 32])
                let largest = own.reduce(0) { max($0, abs($1)) }
                let inverse = largest > 0 ? 127 / largest : 0
                let q = (0..<32).map { Int(Int8(bitPattern: bytes[base + column * 32 + $0])) }
                #expect(q == own.map { Int(($0 * inverse).rounded(.toNearestOrEven)) })
                let d = float(meta + column * 4)
                let low = q[..<16].reduce(0, +)
                let high = q[16...].reduce(0, +)
                #expect(d == largest / 127)
                #expect(float(meta + (tile + column) * 4) == d * Float(low + high))
                #expect(float(meta + (2 * tile + column) * 4) == d * Float(low))
                #expect(float(meta + (3 * tile + column) * 4) == d * Float(high))
                #expect(Int32(bitPattern: word(meta + (4 * tile + column) * 4)) == Int32(-128 * (low + high)))
            }
        }
        let floats = table.tile(x, type: Int32(IK_F32.rawValue), tile: tile, columns: columns, stride: stride)
        for input in 0..<columns {
            for column in 0..<tile {
                let at = (input * tile + column) * 4
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(floats[at + $1]) << UInt32(8 * $1) }
                #expect(Float(bitPattern: bits) == x[column * stride + input])
            }
        }
    }

    @Test(arguments: BlockFormat.quantised)
    func `The largest weights and activations do not overflow`(format: BlockFormat) {
        let columns = 256
        let rows = 16
        // Every byte of the quants 0x00, 0x7F, 0x80 or 0xFF, factors 1.
        for byte: UInt8 in [0x00, 0x7F, 0x80, 0xFF] {
            var source = [UInt8](repeating: byte, count: rows * columns / format.length * format.bytes)
            for block in 0..<rows * columns / format.length {
                for factor in format.factors {
                    source[block * format.bytes + factor] = 0x00
                    source[block * format.bytes + factor + 1] = 0x3C
                }
            }
            let matrix = PackedMatrix(format, rows: rows, cols: columns, source: source)
            for sign: Float in [1, -1] {
                let x = [Float](repeating: sign, count: columns)
                var exact = [Double](repeating: .nan, count: rows)
                unsafe matrix.withWeights { unsafe ik_reference_matmul(&$0, x, &exact) }
                let magnitude = magnitudes(matrix, x, tile: 1)
                for table in KernelTable.all {
                    let found = table.multiply(
                        matrix, table.tile(x, type: format.type, tile: 1, columns: columns), tile: 1)
                    for row in 0..<rows {
                        let error = abs(Double(found[row]) - exact[row])
                        // A constant offset of up to 32 quants is added and taken away again.
                        #expect(error <= 16 * Bound.sum * max(magnitude[row], 1), "\(table.name), byte \(byte)")
                    }
                }
            }
        }
    }
}

@Suite struct `Operators on rows` {
    private static let sizes = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100]

    @Test(arguments: KernelTable.all)
    func `Normalisation is exact to rounding`(table: KernelTable) {
        var random = BlockRandom(state: 1)
        for size in Self.sizes {
            for scale: Float in [1e-3, 1, 1e4] {
                let x = uniforms(size, &random, scale: scale)
                let weight = uniforms(size, &random)
                let power = x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(size)
                let factor = 1 / (power + 1e-5).squareRoot()
                let found = table.rmsNorm(x, weight: weight, epsilon: 1e-5)
                let plain = table.rmsNorm(x, weight: nil, epsilon: 1e-5)
                for index in 0..<size {
                    let exact = Double(x[index]) * factor
                    #expect(abs(Double(plain[index]) - exact) <= Bound.norm * abs(exact))
                    let weighted = exact * Double(weight[index])
                    #expect(abs(Double(found[index]) - weighted) <= Bound.norm * abs(weighted))
                }
                #expect(table.rmsNormInPlace(x, weight: weight, epsilon: 1e-5) == found)
            }
        }
        #expect(table.rmsNorm([0, 0, 0], weight: nil, epsilon: 1e-6) == [0, 0, 0])
    }

    @Test(arguments: KernelTable.all)
    func `Rotation turns the right pairs and leaves the rest`(table: KernelTable) {
        var random = BlockRandom(state: 2)
        for (width, dimension) in [(2, 2), (8, 8), (24, 12), (64, 64), (80, 20)] {
            for heads in [1, 3] {
                let x = uniforms(width * heads, &random)
                let angles = (0..<dimension / 2).map { Double($0) * 0.7 - 1 }
                let cosines = angles.map { Float(cos($0)) }
                let sines = angles.map { Float(sin($0)) }
                for paired in [false, true] {
                    let found = table.rope(
                        x, heads: heads, dimension: dimension, cosines: cosines, sines: sines, paired: paired)
                    var exact = x.map { Double($0) }
                    for head in 0..<heads {
                        for pair in 0..<dimension / 2 {
                            let first = head * width + (paired ? 2 * pair : pair)
                            let second = paired ? first + 1 : first + dimension / 2
                            let (a, b) = (Double(x[first]), Double(x[second]))
                            exact[first] = a * cos(angles[pair]) - b * sin(angles[pair])
                            exact[second] = a * sin(angles[pair]) + b * cos(angles[pair])
                        }
                    }
                    for (value, truth) in zip(found, exact) { #expect(abs(Double(value) - truth) <= 1e-6) }
                    for head in 0..<heads {
                        let rest = head * width + dimension..<(head + 1) * width
                        #expect(found[rest] == x[rest])
                    }
                }
            }
        }
    }

    private func exact(_ operation: KernelTable.Elementwise, _ y: Double, _ x: Double, _ factor: Double) -> Double {
        switch operation {
        case .add: y + x
        case .scale: y * factor
        case .axpy: y + factor * x
        case .silu: y / (1 + exp(-y)) * x
        case .gelu: 0.5 * y * (1 + tanh((2 / Double.pi).squareRoot() * (y + 0.044715 * y * y * y))) * x
        case .softcap: factor * tanh(y / factor)
        }
    }

    @Test(arguments: KernelTable.all, KernelTable.Elementwise.allCases)
    func `Elementwise operators are exact to rounding over their range`(
        table: KernelTable, operation: KernelTable.Elementwise
    ) {
        var random = BlockRandom(state: 3)
        for scale: Float in [1e-4, 1, 8, 60] {
            let y = uniforms(515, &random, scale: scale)
            let x = uniforms(515, &random)
            let found = table.apply(operation, y, x, factor: 30)
            for index in y.indices {
                let truth = exact(operation, Double(y[index]), Double(x[index]), 30)
                // Where the result is small against its inputs (a sum that cancels, 1 + tanh far to the left), the error
                // is that of the inputs.
                let size =
                    switch operation {
                    case .add: abs(Double(y[index])) + abs(Double(x[index]))
                    case .axpy: abs(Double(y[index])) + 30 * abs(Double(x[index]))
                    case .gelu: abs(Double(y[index]) * Double(x[index]))
                    case .softcap: max(abs(truth), 30 * 0.25)
                    default: abs(truth)
                    }
                #expect(
                    abs(Double(found[index]) - truth) <= Bound.function * max(size, 1e-29),
                    "\(operation)(\(y[index]), \(x[index]))")
            }
        }
    }

    @Test(arguments: KernelTable.all)
    func `Activations are finite and tend to their limits far out`(table: KernelTable) {
        let far: [Float] = [-1e12, -1e4, -200, -104, -89, -88.4, -87.4, -87.3, 87.3, 88.4, 89, 104, 200, 1e4, 1e12]
        let ones = [Float](repeating: 1, count: far.count)
        for operation in [KernelTable.Elementwise.silu, .gelu] {
            for (value, x) in zip(table.apply(operation, far, ones, factor: 0), far) {
                #expect(x < 0 ? abs(value) < 1e-20 : value == x, "\(operation)(\(x)) = \(value)")
            }
        }
        for (value, x) in zip(table.apply(.softcap, far, ones, factor: 50), far) {
            #expect(x < 0 ? value >= -50 && value < -46 : value <= 50 && value > 46, "softcap(\(x)) = \(value)")
        }
    }

    @Test(arguments: KernelTable.all, KernelTable.Elementwise.allCases)
    func `An element's bits do not depend on where it stands`(
        table: KernelTable, operation: KernelTable.Elementwise
    ) {
        var random = BlockRandom(state: 4)
        let y = uniforms(80, &random, scale: 5)
        let x = uniforms(80, &random)
        let whole = table.apply(operation, y, x, factor: 3)
        for begin in 0..<18 {
            for count in [1, 2, 7, 8, 16, 17, 33, 62] {
                let part = begin..<begin + count
                #expect(table.apply(operation, Array(y[part]), Array(x[part]), factor: 3) == Array(whole[part]))
            }
        }
    }
}
