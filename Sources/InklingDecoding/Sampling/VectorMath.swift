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

    /// Values of a block: few enough to stay in the first-level cache between two looks at them, and for sums of Float to
    /// keep their rounding error small.
    static let blockLength = 32 * laneCount

    /// The greatest of a range; −infinity when there is none.
    @inline(__always)
    static func maximum(_ span: borrowing Span<Float>, _ range: Range<Int>) -> Float {
        let whole = range.lowerBound + range.count / laneCount * laneCount
        var best = Lanes(repeating: -.infinity)
        var index = range.lowerBound
        while index < whole {
            // NaN compares as false, so it never replaces anything. Unsafe in name only, as above.
            let next = unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: index * 4, as: Lanes.self)
            best.replace(with: next, where: next .> best)
            index += laneCount
        }
        var result = best.max()
        while index < range.upperBound {
            if span[index] > result { result = span[index] }
            index += 1
        }
        return result
    }

    /// The greatest value; −infinity when there is none.
    static func maximum(_ values: ArraySlice<Float>) -> Float {
        let span = values.span
        return maximum(span, 0..<span.count)
    }

    /// Index of the greatest value, the lowest one on ties; 0 when no value is a number above −infinity.
    static func argmax(_ values: ArraySlice<Float>) -> Int {
        let span = values.span
        var best = -Float.infinity
        var bestStart = 0
        var start = 0
        while start < span.count {
            let greatest = maximum(span, start..<min(start + blockLength, span.count))
            if greatest > best {
                best = greatest
                bestStart = start
            }
            start += blockLength
        }
        guard best > -.infinity else { return 0 }
        var index = bestStart
        while span[index] != best { index += 1 }
        return index
    }

    /// ln Σ exp(xᵢ); −infinity when no value is a number above −infinity.
    ///
    /// One pass over memory: what was summed before a greater value turned up is scaled down to it.
    static func logSumExp(_ values: ArraySlice<Float>) -> Float {
        let span = values.span
        var peak = -Float.infinity
        var total = 0.0
        var start = 0
        while start < span.count {
            let end = min(start + blockLength, span.count)
            let greatest = maximum(span, start..<end)
            if greatest > peak {
                total *= exp(Double(peak - greatest))
                peak = greatest
            }
            if peak > -.infinity {
                let whole = start + (end - start) / laneCount * laneCount
                var partial = Lanes.zero
                var index = start
                while index < whole {
                    partial += exponential(lanes(span, at: index) - peak)
                    index += laneCount
                }
                total += Double(partial.sum())
                while index < end {
                    if span[index] > -.infinity { total += Double(exp(span[index] - peak)) }
                    index += 1
                }
            }
            start = end
        }
        guard peak > -.infinity, peak < .infinity else { return peak }
        return peak + Float(log(total))
    }

    /// −Σ p ln p of the softmax, in nats; 0 when no value is a number above −infinity, or one is infinite.
    static func entropy(_ values: ArraySlice<Float>) -> Float {
        let total = logSumExp(values)
        guard total.isFinite else { return 0 }
        let span = values.span
        let whole = span.count - span.count % laneCount
        var sum = 0.0
        var index = 0
        while index < whole {
            let end = min(whole, index + blockLength)
            var partial = Lanes.zero
            while index < end {
                let logarithms = lanes(span, at: index) - total
                var terms = exponential(logarithms) * logarithms
                // 0 · ln 0 is 0.
                terms.replace(with: 0, where: logarithms .< -87)
                partial += terms
                index += laneCount
            }
            sum -= Double(partial.sum())
        }
        while index < span.count {
            let logarithm = span[index] - total
            if logarithm > -87 { sum -= Double(exp(logarithm) * logarithm) }
            index += 1
        }
        return Float(max(0, sum))
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
