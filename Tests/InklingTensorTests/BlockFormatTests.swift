// SPDX-License-Identifier: Apache-2.0

import CKernels
import Testing

private func bytes(hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

private func relativeError(_ values: [Float], of exact: [Float], weights: [Float]? = nil) -> Double {
    var error = 0.0
    var power = 0.0
    for (index, (value, truth)) in zip(values, exact).enumerated() {
        let weight = Double(weights?[index] ?? 1)
        error += weight * (Double(value) - Double(truth)) * (Double(value) - Double(truth))
        power += weight * Double(truth) * Double(truth)
    }
    return (error / power).squareRoot()
}

@Suite struct `Half-precision conversion` {
    @Test func `Every f16 pattern widens exactly and comes back`() {
        for pattern in UInt16.min...UInt16.max {
            let exact = Float16(bitPattern: pattern)
            let wide = ik_f16_to_f32(pattern)
            if exact.isNaN {
                #expect(wide.isNaN && Float16(bitPattern: ik_f32_to_f16(wide)).isNaN)
            } else {
                #expect(wide.bitPattern == Float(exact).bitPattern)
                #expect(ik_f32_to_f16(wide) == pattern)
            }
        }
    }

    @Test func `Midpoints round to even and their neighbours to the nearest`() {
        for pattern in UInt16(0)..<0x7BFF {
            let low = ik_f16_to_f32(pattern)
            let high = ik_f16_to_f32(pattern + 1)
            let middle = low + (high - low) / 2
            #expect(ik_f32_to_f16(middle) == (pattern % 2 == 0 ? pattern : pattern + 1))
            #expect(ik_f32_to_f16(middle.nextDown) == pattern)
            #expect(ik_f32_to_f16(-middle.nextUp) == (pattern + 1) | 0x8000)
        }
    }

    @Test func `Values past the range become infinite`() {
        #expect(ik_f32_to_f16(65519.996) == 0x7BFF)
        #expect(ik_f32_to_f16(65520) == 0x7C00)
        #expect(ik_f32_to_f16(-.greatestFiniteMagnitude) == 0xFC00)
        #expect(ik_f32_to_f16(.infinity) == 0x7C00)
        #expect(ik_f32_to_f16(0x1p-25) == 0)
        #expect(ik_f32_to_f16(Float(0x1p-25).nextUp) == 1)
        #expect(ik_f32_to_f16(.leastNonzeroMagnitude) == 0)
    }
}

@Suite struct `Block dequantisation` {
    @Test(arguments: BlockGolden.all.map(\.name))
    func `Golden blocks give the recorded values bit for bit`(name: String) throws {
        let golden = try #require(BlockGolden.all.first { $0.name == name })
        let format = try #require(BlockFormat.all.first { $0.name == name })
        #expect(golden.type == format.type)
        let expected = golden.values.split(whereSeparator: \.isWhitespace).compactMap { UInt32($0, radix: 16) }
        let block = bytes(hex: golden.block)
        #expect(block.count == expected.count / format.length * format.bytes)
        #expect(format.dequantize(block, expected.count).map(\.bitPattern) == expected)
    }

    @Test func `Every format has a golden block`() {
        #expect(Set(BlockGolden.all.map(\.type)) == Set(BlockFormat.all.map(\.type)))
    }
}

@Suite struct `Packed weights` {
    static let rowCounts = [1, 15, 16, 17, 33]

    @Test(arguments: BlockFormat.all)
    func `Packed bytes lie where the header says`(format: BlockFormat) {
        var random = BlockRandom(state: 11)
        for cols in format.length == 256 ? [256, 512] : [32, 288] {
            let source = format.randomBlocks(17 * cols, &random)
            let packed = PackedMatrix(format, rows: 17, cols: cols, source: source)
            let exact = format.dequantize(source, 17 * cols)
            for row in 0..<17 {
                for input in 0..<cols {
                    #expect(packed.value(row, input) == exact[row * cols + input], "row \(row), input \(input)")
                }
            }
        }
    }

    @Test(arguments: BlockFormat.all)
    func `Unpacking gives back the rows, and zeros past the end`(format: BlockFormat) {
        var random = BlockRandom(state: 12)
        for rows in Self.rowCounts {
            for cols in format.length == 256 ? [256, 512] : format.length == 32 ? [32, 256, 288] : [1, 33, 288] {
                let source = format.randomBlocks(rows * cols, &random)
                let packed = PackedMatrix(format, rows: rows, cols: cols, source: source)
                let exact = format.dequantize(source, rows * cols)
                for row in 0..<rows {
                    let unpacked = packed.unpackRow(row).map(\.bitPattern)
                    #expect(unpacked == exact[row * cols..<(row + 1) * cols].map(\.bitPattern))
                }
                for row in rows..<packed.groups * 16 {
                    #expect(packed.unpackRow(row).allSatisfy { $0 == 0 })
                }
            }
        }
    }

    @Test(arguments: BlockFormat.all)
    func `Packing by ranges, by pointers and in one go are the same`(format: BlockFormat) {
        var random = BlockRandom(state: 13)
        let rows = 33
        let cols = 256
        let source = format.randomBlocks(rows * cols, &random)
        let whole = PackedMatrix(format, rows: rows, cols: cols, source: source)
        var ranges = PackedMatrix(format, rows: rows, cols: cols)
        ranges.pack(source, groups: 2..<3)
        ranges.pack(source, groups: 0..<2)
        // The planes are rounded up to 64 bytes; what lies behind the last group stays as it was.
        #expect(ranges.quants == whole.quants && ranges.scales == whole.scales && ranges.supers == whole.supers)

        let rowBytes = cols / format.length * format.bytes
        var group = PackedMatrix(format, rows: 5, cols: cols)
        let order = [32, 3, 17, 0, 21]
        unsafe source.withUnsafeBytes { bytes in
            let pointers = unsafe order.map { row in unsafe bytes.baseAddress! + row * rowBytes }
            unsafe ik_pack_group(format.type, pointers, 5, cols, &group.quants, &group.scales, &group.supers)
        }
        for (row, original) in order.enumerated() {
            #expect(group.unpackRow(row) == whole.unpackRow(original))
        }
    }

    @Test(arguments: BlockFormat.all)
    func `Plane sizes follow the header and are multiples of 64`(format: BlockFormat) {
        for rows in Self.rowCounts {
            let cols = 256 * 3
            let groups = (rows + 15) / 16
            let packed = PackedMatrix(format, rows: rows, cols: cols)
            let expected = [format.planes.quants * 24, format.planes.scales * 24, format.planes.supers * 3].map {
                ($0 * groups + 63) / 64 * 64
            }
            #expect([packed.quants.count, packed.scales.count, packed.supers.count] == expected)
        }
    }

    @Test func `Missing rows of Q8_0 hold the byte 128 and a zero scale`() throws {
        let format = try #require(BlockFormat.all.first { $0.name == "Q8_0" })
        var random = BlockRandom(state: 14)
        let packed = PackedMatrix(format, rows: 1, cols: 32, source: format.randomBlocks(32, &random))
        for row in 1..<16 {
            for chunk in 0..<8 {
                #expect(packed.quants[chunk * 64 + row * 4..<chunk * 64 + row * 4 + 4].allSatisfy { $0 == 128 })
            }
            #expect(packed.scales[row * 2] == 0 && packed.scales[row * 2 + 1] == 0)
        }
    }

    @Test(arguments: BlockFormat.quantised)
    func `Scales that are not numbers are copied as they are`(format: BlockFormat) {
        var random = BlockRandom(state: 15)
        var source = format.randomBlocks(256, &random)
        source.replaceSubrange(format.factors[0]..<format.factors[0] + 2, with: [0x34, 0x7E])
        let packed = PackedMatrix(format, rows: 1, cols: 256, source: source)
        let plane = format.planes.supers > 0 ? packed.supers : packed.scales
        #expect(Array(plane.prefix(2)) == [0x34, 0x7E])
        #expect(packed.unpackRow(0)[0].isNaN)
    }

    @Test(arguments: BlockFormat.all)
    func `The reference product is the sum over unpacked rows`(format: BlockFormat) {
        var random = BlockRandom(state: 16)
        let rows = 17
        let cols = format.length == 256 ? 512 : format.length == 32 ? 288 : 33
        let source = format.randomBlocks(rows * cols, &random)
        let packed = PackedMatrix(format, rows: rows, cols: cols, source: source)
        let x = (0..<cols).map { _ in random.normal() }
        let exact = format.dequantize(source, rows * cols)
        var out = [Double](repeating: .nan, count: rows)
        unsafe packed.withWeights { unsafe ik_reference_matmul(&$0, x, &out) }
        for row in 0..<rows {
            let products = (0..<cols).map { Double(exact[row * cols + $0]) * Double(x[$0]) }
            let magnitude = products.reduce(0) { $0 + abs($1) }
            #expect(abs(out[row] - products.reduce(0, +)) <= 1e-13 * magnitude)
        }
    }

    @Test func `Tile and cache sizes are those of the header`() {
        for format in BlockFormat.all {
            let quantised = format.length > 1
            #expect(ik_wants_q8(format.type) == (quantised ? 1 : 0))
            #expect(ik_tile_bytes(format.type, 3, 512) == (quantised ? 3 * 16 * (32 + 20) : 3 * 512 * 4))
        }
        #expect(ik_kv_head_bytes(Int32(IK_KV_F16.rawValue), 128) == 128 * 64 * 2)
        #expect(ik_kv_head_bytes(Int32(IK_KV_Q8_0.rawValue), 128) == 128 * 64 + 4 * 64 * 2)
    }
}

@Suite struct `Block quantisation` {
    @Test(arguments: BlockFormat.all)
    func `Normally distributed rows come back within the format's bound`(format: BlockFormat) {
        var random = BlockRandom(state: 21)
        let row = (0..<16384).map { _ in random.normal() * 0.02 }
        let error = relativeError(format.dequantize(format.quantize(row), row.count), of: row)
        #expect(error <= format.normalError)
        // A bound that is far from being reached would not notice a format getting worse.
        #expect(error >= format.normalError * 0.65)
    }

    @Test(arguments: BlockFormat.quantised)
    func `Rows far from zero and rows with outliers keep their bounds`(format: BlockFormat) {
        var random = BlockRandom(state: 22)
        let offset = (0..<4096).map { _ in 0.05 + random.normal() * 0.02 }
        #expect(relativeError(format.dequantize(format.quantize(offset), 4096), of: offset) <= format.normalError)
        // One value in 128 is ten times the rest: sub-blocks of 16 or 32 pay for their own outliers only.
        let outliers = (0..<4096).map { $0 % 128 == 77 ? Float(0.2) : random.normal() * 0.02 }
        let rounded = format.dequantize(format.quantize(outliers), 4096)
        #expect(relativeError(rounded, of: outliers) <= format.normalError * 1.8)
    }

    @Test(arguments: BlockFormat.all)
    func `Zeros stay zeros`(format: BlockFormat) {
        let zeros = [Float](repeating: 0, count: 512)
        #expect(format.dequantize(format.quantize(zeros), 512).allSatisfy { $0 == 0 })
        let negative = [Float](repeating: -0.0, count: 512)
        #expect(format.dequantize(format.quantize(negative), 512).allSatisfy { $0 == 0 })
    }

    @Test(arguments: BlockFormat.quantised)
    func `Whatever goes in, finite values come out`(format: BlockFormat) {
        var random = BlockRandom(state: 23)
        let huge = Float.greatestFiniteMagnitude
        let rows: [[Float]] = [
            Array(repeating: huge, count: 256),
            Array(repeating: -huge, count: 256),
            (0..<256).map { $0 % 2 == 0 ? huge : -huge },
            (0..<256).map { _ in random.normal() * 1e37 },
            (0..<256).map { $0 == 99 ? huge : random.normal() },
            Array(repeating: .leastNonzeroMagnitude, count: 256),
            (0..<256).map { _ in random.normal() * .leastNormalMagnitude / 16 },
            (0..<256).map { _ in random.normal() * 1e-12 },
            (0..<256).map { $0 % 7 == 0 ? .nan : random.normal() },
            (0..<256).map { $0 % 7 == 0 ? .infinity : random.normal() },
            Array(repeating: .nan, count: 256),
            (0..<256).map { $0 == 3 ? 1e-30 : 0 },
        ]
        let strange: [[Float]?] = [
            nil, Array(repeating: 0, count: 256), Array(repeating: .nan, count: 256),
            Array(repeating: .infinity, count: 256), (0..<256).map { Float($0) - 128 },
            Array(repeating: .leastNonzeroMagnitude, count: 256),
        ]
        for (index, row) in rows.enumerated() {
            for weights in strange {
                let values = format.dequantize(format.quantize(row, weights: weights), 256)
                #expect(values.allSatisfy { $0.isFinite }, "row \(index)")
            }
        }
    }

    @Test(arguments: BlockFormat.quantised)
    func `Too large for an f16 scale saturates with the right sign`(format: BlockFormat) {
        let row = (0..<256).map { Float($0 % 2 == 0 ? 3e9 : -3e9) }
        let values = format.dequantize(format.quantize(row), 256)
        for (value, truth) in zip(values, row) {
            #expect(value.sign == truth.sign && abs(value) >= 65504)
        }
    }

    @Test(arguments: BlockFormat.quantised)
    func `Values that a format can hold come back closer than others`(format: BlockFormat) {
        var random = BlockRandom(state: 24)
        let exact = format.dequantize(format.randomBlocks(2048, &random), 2048)
        let again = format.dequantize(format.quantize(exact), 2048)
        // Not always exactly: sub-blocks of random bytes differ widely in scale, and Q8_0 leaves out the level -128.
        #expect(relativeError(again, of: exact) <= format.normalError * 0.6)
    }

    @Test(arguments: BlockFormat.quantised.filter { $0.name != "Q8_0" })
    func `Importance moves error away from important inputs`(format: BlockFormat) {
        var random = BlockRandom(state: 25)
        let row = (0..<8192).map { _ in random.normal() }
        let weights = (0..<8192).map { $0 % 4 == 1 ? Float(100) : 1 }
        let plain = format.dequantize(format.quantize(row), row.count)
        let weighted = format.dequantize(format.quantize(row, weights: weights), row.count)
        let before = relativeError(plain, of: row, weights: weights)
        #expect(relativeError(weighted, of: row, weights: weights) < before * 0.93)
    }

    @Test func `Float formats round to the nearest value`() {
        let row: [Float] = [1, 1.0009765625, 65519, -70000, 1e-8, .infinity, 3.0e38]
        let half = [BlockFormat.all[1]].map { $0.dequantize($0.quantize(row), row.count) }[0]
        #expect(half == [1, 1.0009765625, 65504, -.infinity, 0, .infinity, .infinity])
        let bfloat = [BlockFormat.all[2]].map { $0.dequantize($0.quantize(row), row.count) }[0]
        #expect(bfloat[0...3] == [1, 1, 65536, -70144])
        #expect(bfloat[5] == .infinity && bfloat[6].isFinite)
    }
}
