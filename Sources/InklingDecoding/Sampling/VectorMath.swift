// SPDX-License-Identifier: Apache-2.0

import InklingTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Passes over whole rows of logits. NaN counts as −infinity everywhere.
enum VectorMath {
    /// Values of a block: few enough to stay in the first-level cache between two looks at them.
    static let blockLength = 256

    /// The greatest of a range; −infinity when there is none.
    static func maximum(_ span: Span<Float>, _ range: Range<Int>) -> Float {
        RowMath.best.maximum(span.extracting(range))
    }

    /// The greatest value; −infinity when there is none.
    static func maximum(_ values: ArraySlice<Float>) -> Float {
        RowMath.best.maximum(values.span)
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

    /// What the softmax of a row is made of.
    struct SoftSums {
        /// ln Σ exp(xᵢ); −infinity when no value is a number above −infinity.
        let logarithm: Float
        /// −Σ p ln p, in nats; 0 when no value is a number above −infinity, or one is infinite.
        let entropy: Float

        init(_ values: ArraySlice<Float>) {
            let span = values.span
            let peak = RowMath.best.maximum(span)
            guard peak > -.infinity, peak < .infinity else {
                logarithm = peak
                entropy = 0
                return
            }
            let sums = RowMath.best.softSums(span, below: peak)
            let total = log(sums.powers)
            logarithm = peak + Float(total)
            // ln p = x − peak − ln Σ.
            entropy = Float(max(0, total - sums.weighted / sums.powers))
        }
    }

    /// See ``SoftSums/logarithm``.
    static func logSumExp(_ values: ArraySlice<Float>) -> Float { SoftSums(values).logarithm }

    /// Probabilities of logits, in their order; all zero when no value is above −infinity.
    /// - Precondition: no value is +infinity.
    static func softmax(_ logits: [Float]) -> [Float] {
        let span = logits.span
        let peak = RowMath.best.maximum(span)
        guard peak > -.infinity else { return [Float](repeating: 0, count: logits.count) }
        return RowMath.best.soft(
            span, below: peak, times: Float(1 / RowMath.best.softSums(span, below: peak).powers))
    }
}
