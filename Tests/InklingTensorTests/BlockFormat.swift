// SPDX-License-Identifier: Apache-2.0

import CKernels
import Testing

/// A block type as the tests need it: how long its blocks are, which bytes hold f16 factors, and how well it rounds.
struct BlockFormat: Sendable, CustomTestStringConvertible {
    let name: String
    let type: Int32
    let length: Int
    let bytes: Int
    let factors: [Int]
    /// Bytes of the packed planes: quants and scales per 32 inputs, supers per 256, all for 16 rows.
    let planes: (quants: Int, scales: Int, supers: Int)
    /// Root mean square of the rounding error over that of the row, for normally distributed rows, at most.
    let normalError: Double

    var testDescription: String { name }

    static let all: [BlockFormat] = [
        BlockFormat("F32", IK_F32, 1, 4, [], (2048, 0, 0), 0),
        BlockFormat("F16", IK_F16, 1, 2, [], (1024, 0, 0), 0.0003),
        BlockFormat("BF16", IK_BF16, 1, 2, [], (1024, 0, 0), 0.0018),
        BlockFormat("Q4_0", IK_Q4_0, 32, 18, [0], (256, 32, 0), 0.083),
        BlockFormat("Q4_1", IK_Q4_1, 32, 20, [0, 2], (256, 64, 0), 0.074),
        BlockFormat("Q5_0", IK_Q5_0, 32, 22, [0], (320, 32, 0), 0.0415),
        BlockFormat("Q5_1", IK_Q5_1, 32, 24, [0, 2], (320, 64, 0), 0.036),
        BlockFormat("Q8_0", IK_Q8_0, 32, 34, [0], (512, 32, 0), 0.0056),
        BlockFormat("IQ4_NL", IK_IQ4_NL, 32, 18, [0], (256, 32, 0), 0.076),
        BlockFormat("Q2_K", IK_Q2_K, 256, 84, [80, 82], (128, 32, 64), 0.27),
        BlockFormat("Q3_K", IK_Q3_K, 256, 110, [108], (192, 32, 32), 0.148),
        BlockFormat("Q4_K", IK_Q4_K, 256, 144, [0, 2], (256, 32, 64), 0.073),
        BlockFormat("Q5_K", IK_Q5_K, 256, 176, [0, 2], (320, 32, 64), 0.036),
        BlockFormat("Q6_K", IK_Q6_K, 256, 210, [208], (384, 32, 32), 0.0175),
        BlockFormat("IQ4_XS", IK_IQ4_XS, 256, 136, [0], (256, 16, 32), 0.076),
    ]
    static let quantised = all.filter { $0.length > 1 }

    init(
        _ name: String, _ type: ik_type, _ length: Int, _ bytes: Int, _ factors: [Int],
        _ planes: (quants: Int, scales: Int, supers: Int), _ normalError: Double
    ) {
        self.name = name
        self.type = Int32(type.rawValue)
        self.length = length
        self.bytes = bytes
        self.factors = factors
        self.planes = planes
        self.normalError = normalError
    }

    /// Random bytes for `count` values, all factors finite and of ordinary size.
    func randomBlocks(_ count: Int, _ random: inout BlockRandom) -> [UInt8] {
        if type == Int32(IK_F32.rawValue) {
            return (0..<count).flatMap { _ in littleEndian(random.normal().bitPattern) }
        }
        if type == Int32(IK_F16.rawValue) {
            return (0..<count).flatMap { _ in littleEndian(ik_f32_to_f16(random.normal())) }
        }
        if type == Int32(IK_BF16.rawValue) {
            return (0..<count).flatMap { _ in littleEndian(UInt16(truncatingIfNeeded: random.normal().bitPattern >> 16))
            }
        }
        var result = (0..<count / length * bytes).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for block in 0..<count / length {
            for factor in factors {
                let half = littleEndian(ik_f32_to_f16(random.normal() * 0.1))
                result.replaceSubrange(block * bytes + factor..<block * bytes + factor + 2, with: half)
            }
        }
        return result
    }

    func dequantize(_ source: [UInt8], _ count: Int) -> [Float] {
        var values = [Float](repeating: .nan, count: count)
        unsafe ik_dequantize_row(type, source, count, &values)
        return values
    }

    func quantize(_ source: [Float], weights: [Float]? = nil) -> [UInt8] {
        var blocks = [UInt8](repeating: 0xA5, count: source.count / length * bytes)
        if let weights {
            unsafe ik_quantize_row(type, source, source.count, &blocks, weights)
        } else {
            unsafe ik_quantize_row(type, source, source.count, &blocks, nil)
        }
        return blocks
    }
}

/// A packed matrix, and a reader of its bytes written from the table in CKernels.h alone.
struct PackedMatrix {
    let format: BlockFormat
    let rows: Int
    let cols: Int
    var quants: [UInt8]
    var scales: [UInt8]
    var supers: [UInt8]

    var groups: Int { (rows + 15) / 16 }

    /// Planes of the sizes that the library asks for, filled with a byte that packing has to overwrite.
    init(_ format: BlockFormat, rows: Int, cols: Int) {
        self.format = format
        self.rows = rows
        self.cols = cols
        var sizes = [0, 0, 0]
        unsafe ik_packed_sizes(format.type, rows, cols, &sizes)
        quants = Array(repeating: 0xA5, count: sizes[0])
        scales = Array(repeating: 0xA5, count: sizes[1])
        supers = Array(repeating: 0xA5, count: sizes[2])
    }

    init(_ format: BlockFormat, rows: Int, cols: Int, source: [UInt8]) {
        self.init(format, rows: rows, cols: cols)
        pack(source, groups: 0..<groups)
    }

    mutating func pack(_ source: [UInt8], groups: Range<Int>) {
        unsafe ik_pack(
            format.type, source, rows, cols, groups.lowerBound, groups.upperBound, &quants, &scales, &supers)
    }

    func withWeights<Result>(_ body: (inout ik_weights) -> Result) -> Result {
        unsafe quants.withUnsafeBufferPointer { q in
            unsafe scales.withUnsafeBufferPointer { s in
                unsafe supers.withUnsafeBufferPointer { u in
                    var weights = unsafe ik_weights(
                        type: format.type, rows: rows, cols: cols, quants: q.baseAddress!, scales: s.baseAddress,
                        supers: u.baseAddress)
                    return unsafe body(&weights)
                }
            }
        }
    }

    func unpackRow(_ row: Int) -> [Float] {
        var values = [Float](repeating: .nan, count: cols)
        unsafe withWeights { unsafe ik_unpack_row(&$0, row, &values) }
        return values
    }

    /// The weight at (row, input), by the rules of the header.
    func value(_ row: Int, _ input: Int) -> Float {
        let group = row / 16
        let r = row % 16
        if format.length == 1 {
            let index = (group * cols + input) * 16 + r
            switch format.name {
            case "F32":
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(quants[index * 4 + $1]) << UInt32(8 * $1) }
                return Float(bitPattern: bits)
            case "F16": return half(quants, index * 2)
            default: return Float(bitPattern: UInt32(quants[index * 2]) << 16 | UInt32(quants[index * 2 + 1]) << 24)
            }
        }
        let block = group * (cols / 32) + input / 32
        let chunk = input % 32 / 4
        let j = input % 4
        let q = block * format.planes.quants
        let s = block * format.planes.scales
        let u = (group * (cols / 256) + input / 256) * format.planes.supers
        let second = input % 32 / 16 * 16
        var nibble: Int { Int(quants[q + chunk % 4 * 64 + r * 4 + j] >> (chunk < 4 ? 0 : 4) & 15) }
        func bit(_ plane: Int) -> Int { Int(quants[q + plane + r * 4 + j] >> UInt8(chunk) & 1) }
        func pair(_ plane: Int) -> Int {
            Int(quants[q + plane + chunk / 4 * 64 + r * 4 + j] >> UInt8(chunk % 4 * 2) & 3)
        }
        func signed(_ index: Int) -> Float { Float(Int8(bitPattern: scales[s + index])) }
        func byte(_ index: Int) -> Float { Float(scales[s + index]) }
        let levels: [Float] = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]
        switch format.name {
        case "Q8_0": return Float(Int(quants[q + chunk * 64 + r * 4 + j]) - 128) * half(scales, s + r * 2)
        case "Q4_0": return Float(nibble - 8) * half(scales, s + r * 2)
        case "Q4_1": return Float(nibble) * half(scales, s + r * 2) + half(scales, s + 32 + r * 2)
        case "Q5_0": return Float(nibble + 16 * bit(256) - 16) * half(scales, s + r * 2)
        case "Q5_1": return Float(nibble + 16 * bit(256)) * half(scales, s + r * 2) + half(scales, s + 32 + r * 2)
        case "IQ4_NL": return levels[nibble] * half(scales, s + r * 2)
        case "Q4_K":
            return half(supers, u + r * 2) * byte(r) * Float(nibble) - half(supers, u + 32 + r * 2) * byte(16 + r)
        case "Q5_K":
            let value = Float(nibble + 16 * bit(256))
            return half(supers, u + r * 2) * byte(r) * value - half(supers, u + 32 + r * 2) * byte(16 + r)
        case "Q6_K": return half(supers, u + r * 2) * signed(second + r) * Float(nibble + 16 * pair(256) - 32)
        case "Q2_K":
            let both = scales[s + second + r]
            return half(supers, u + r * 2) * Float(both & 15) * Float(pair(0))
                - half(supers, u + 32 + r * 2) * Float(both >> 4)
        case "Q3_K": return half(supers, u + r * 2) * signed(second + r) * Float(pair(0) + 4 * bit(128) - 4)
        case "IQ4_XS": return half(supers, u + r * 2) * signed(r) * levels[nibble]
        default: return .nan
        }
    }

    private func half(_ plane: [UInt8], _ index: Int) -> Float {
        ik_f16_to_f32(UInt16(plane[index]) | UInt16(plane[index + 1]) << 8)
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct BlockRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// Nearly normal, mean 0 and variance 1: twelve uniform numbers added up.
    mutating func normal() -> Float {
        (0..<12).reduce(Float(-6)) { sum, _ in sum + Float(next() >> 40) * 0x1p-24 }
    }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
