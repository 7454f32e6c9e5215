// SPDX-License-Identifier: Apache-2.0

import InklingTensor
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

struct RowMathTests {
    private static let sizes = [0, 1, 3, 15, 16, 17, 31, 33, 511, 512, 513, 1000, 8192]

    private func row(_ count: Int, _ random: inout BlockRandom) -> [Float] {
        (0..<count).map { index in
            switch index % 61 {
            case 7: -.infinity
            case 29: .nan
            default: 40 * random.uniform()
            }
        }
    }

    private func peak(_ row: [Float]) -> Float { row.reduce(-Float.infinity) { $1 > $0 ? $1 : $0 } }

    @Test(arguments: sizes)
    func `Every table gives the same bits`(_ count: Int) throws {
        let plain = RowMath(try KernelSet.chosen(by: "scalar"))
        var random = BlockRandom(state: UInt64(count) + 1)
        let row = row(count, &random), peak = peak(row)
        let matrix = (0..<5 * count).map { _ in random.uniform() }, input = (0..<count).map { _ in random.uniform() }
        let bias = (0..<5).map { _ in random.uniform() }
        for kernels in KernelSet.available {
            let math = RowMath(kernels)
            #expect(math.maximum(row.span) == plain.maximum(row.span))
            if peak > -.infinity {
                let sums = math.softSums(row.span, below: peak), expected = plain.softSums(row.span, below: peak)
                #expect(sums.powers.bitPattern == expected.powers.bitPattern)
                #expect(sums.weighted.bitPattern == expected.weighted.bitPattern)
                #expect(
                    math.soft(row.span, below: peak, times: 0.3).map(\.bitPattern)
                        == plain.soft(row.span, below: peak, times: 0.3).map(\.bitPattern))
            }
            #expect(
                math.affine(matrix.span, input.span, bias: bias.span).map(\.bitPattern)
                    == plain.affine(matrix.span, input.span, bias: bias.span).map(\.bitPattern))
        }
    }

    @Test(arguments: sizes)
    func `Sums are those of double precision`(_ count: Int) {
        var random = BlockRandom(state: UInt64(count) + 9)
        let row = row(count, &random), peak = peak(row)
        #expect(RowMath.best.maximum(row.span) == peak)
        let depths = row.map { $0.isNaN ? -Double.infinity : Double($0) - Double(peak) }
        let matrix = (0..<3 * count).map { _ in random.uniform() }, input = (0..<count).map { _ in random.uniform() }
        let product = RowMath.best.affine(matrix.span, input.span, bias: ([1, 2, 3] as [Float]).span)
        for index in 0..<3 {
            var exact = Double(index + 1)
            for column in 0..<count { exact += Double(matrix[index * count + column]) * Double(input[column]) }
            #expect(abs(Double(product[index]) - exact) < 1e-5 * Double(count + 1))
        }
        guard peak > -.infinity else { return }
        let sums = RowMath.best.softSums(row.span, below: peak)
        let powers = depths.reduce(0) { $0 + exp($1) }
        let weighted = depths.reduce(0) { $1 > -87 ? $0 + exp($1) * $1 : $0 }
        #expect(abs(sums.powers - powers) < 1e-6 * powers)
        #expect(abs(sums.weighted - weighted) < 1e-6 * max(1, -weighted))
        for (found, depth) in zip(RowMath.best.soft(row.span, below: peak, times: 2), depths) {
            // A unit or two in the last place, and the rounding of the exponent, which grows with it.
            let bound = depth > -87 ? (1e-6 + 1.2e-7 * -depth) * 2 * exp(depth) : 1e-37
            #expect(abs(Double(found) - 2 * exp(depth)) <= bound)
        }
    }
}
