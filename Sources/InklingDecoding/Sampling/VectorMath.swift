// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Passes over whole rows of logits. NaN counts as −infinity everywhere.
enum VectorMath {
    typealias Lanes = SIMD8<Float>
    static let laneCount = 8

    @inline(__always)
    private static func lanes(_ values: borrowing Span<Float>, at index: Int) -> Lanes {
        // Unsafe in name only: every bit pattern is a valid Float, and the load checks its bounds. Eight single loads
        // would be eight bounds checks, in the one loop here that sees the whole vocabulary for each token.
        var lanes = unsafe values.bytes.unsafeLoadUnaligned(fromByteOffset: index * 4, as: Lanes.self)
        lanes.replace(with: -.infinity, where: lanes .!= lanes)
        return lanes
    }

    /// The greatest value; −infinity when there is none.
    static func maximum(_ values: ArraySlice<Float>) -> Float {
        let span = values.span
        let whole = span.count - span.count % laneCount
        var best = Lanes(repeating: -.infinity)
        var index = 0
        while index < whole {
            let next = lanes(span, at: index)
            best.replace(with: next, where: next .> best)
            index += laneCount
        }
        var result = best.max()
        while index < span.count {
            if span[index] > result { result = span[index] }
            index += 1
        }
        return result
    }

    /// Index of the greatest value, the lowest one on ties; 0 when no value is a number above −infinity.
    static func argmax(_ values: ArraySlice<Float>) -> Int {
        let best = maximum(values)
        guard best > -.infinity else { return 0 }
        let span = values.span
        for index in span.indices where span[index] == best {
            return index
        }
        return 0
    }

    /// ln Σ exp(xᵢ); −infinity when no value is a number above −infinity.
    static func logSumExp(_ values: ArraySlice<Float>) -> Float {
        let peak = maximum(values)
        guard peak > -.infinity else { return -.infinity }
        guard peak < .infinity else { return .infinity }
        let span = values.span
        let whole = span.count - span.count % laneCount
        var total = 0.0
        var index = 0
        while index < whole {
            // Partial sums of 32 steps keep the rounding error of Float small.
            let end = min(whole, index + 32 * laneCount)
            var partial = Lanes.zero
            while index < end {
                partial += exponential(lanes(span, at: index) - peak)
                index += laneCount
            }
            total += Double(partial.sum())
        }
        while index < span.count {
            if span[index] > -.infinity { total += Double(exp(span[index] - peak)) }
            index += 1
        }
        return peak + Float(log(total))
    }

    /// Probabilities of logits, in their order; all zero when no value is above −infinity.
    /// - Precondition: no value is NaN or +infinity.
    static func softmax(_ logits: [Float]) -> [Float] {
        let peak = maximum(logits[...])
        guard peak > -.infinity else { return [Float](repeating: 0, count: logits.count) }
        let span = logits.span
        let whole = span.count - span.count % laneCount
        var result = [Float]()
        result.reserveCapacity(logits.count)
        var total = 0.0
        var index = 0
        while index < whole {
            let end = min(whole, index + 32 * laneCount)
            var partial = Lanes.zero
            while index < end {
                let powers = exponential(lanes(span, at: index) - peak)
                partial += powers
                for lane in 0..<laneCount { result.append(powers[lane]) }
                index += laneCount
            }
            total += Double(partial.sum())
        }
        while index < span.count {
            let power = span[index] > -.infinity ? exp(span[index] - peak) : 0
            result.append(power)
            total += Double(power)
            index += 1
        }
        let scale = Float(1 / total)
        for index in result.indices { result[index] *= scale }
        return result
    }

    /// eˣ for x ≤ 0, to about one unit in the last place; 0 below −87.
    @inline(__always)
    static func exponential(_ x: Lanes) -> Lanes {
        // x = n ln 2 + r with |r| ≤ ln 2 / 2, n found by adding 1.5 · 2²³, whose last mantissa bit is worth one.
        let shifted = x * 1.442_695_04 + 12_582_912
        let n = shifted - 12_582_912
        // ln 2 in two parts, the first with few bits, so that n · first is exact.
        let r = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
        var p = Lanes(repeating: 1 / 5040)
        p = p * r + 1 / 720
        p = p * r + 1 / 120
        p = p * r + 1 / 24
        p = p * r + 1 / 6
        p = p * r + 0.5
        p = p * r + 1
        p = p * r + 1
        // Same size, and every bit pattern is a valid integer and a valid Float: the exponent field of 2ⁿ is built from
        // the low bits of `shifted`.
        let bits = unsafe unsafeBitCast(shifted, to: SIMD8<UInt32>.self)
        let power = unsafe unsafeBitCast((bits &<< 23) &+ 0x3F80_0000, to: Lanes.self)
        var result = p * power
        result.replace(with: 0, where: x .< -87)
        return result
    }
}
