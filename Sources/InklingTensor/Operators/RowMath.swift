// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// Passes over one row of numbers: what drawing and assessing a token takes of a row of logits. What is no number counts
/// as −infinity.
///
/// Every kernel table gives the same bits, so that a seed draws the same token wherever the logits are the same.
public struct RowMath: Sendable {
    private let kernels: KernelSet

    /// On the best kernels of this CPU.
    public static let best = RowMath(KernelSet.available[0])

    public init(_ kernels: KernelSet) {
        self.kernels = kernels
    }

    /// The greatest value; −infinity if there is none.
    public func maximum(_ row: Span<Float>) -> Float {
        unsafe row.withUnsafeBufferPointer { row in
            guard let base = row.baseAddress else { return -.infinity }
            return unsafe kernels.table.pointee.row_max(base, row.count)
        }
    }

    /// Σ exp(x − peak) and Σ exp(x − peak) · (x − peak).
    /// - Precondition: `peak` is a finite number that no value exceeds.
    public func softSums(_ row: Span<Float>, below peak: Float) -> (powers: Double, weighted: Double) {
        unsafe row.withUnsafeBufferPointer { row in
            guard let base = row.baseAddress else { return (0, 0) }
            var sums = (0.0, 0.0)
            unsafe withUnsafeMutableBytes(of: &sums) { sums in
                unsafe kernels.table.pointee.row_soft_sums(
                    base, row.count, peak, sums.assumingMemoryBound(to: Double.self).baseAddress!)
            }
            return sums
        }
    }

    /// exp(x − peak) · factor, for each value.
    /// - Precondition: `peak` is a finite number that no value exceeds.
    public func soft(_ row: Span<Float>, below peak: Float, times factor: Float) -> [Float] {
        unsafe [Float](unsafeUninitializedCapacity: row.count) { result, count in
            unsafe row.withUnsafeBufferPointer { row in
                guard let base = row.baseAddress, let target = result.baseAddress else { return }
                unsafe kernels.table.pointee.row_soft(base, row.count, peak, factor, target)
            }
            count = row.count
        }
    }

    /// `matrix · input + bias`, the matrix row by row, with a row for each number of the bias.
    public func affine(_ matrix: Span<Float>, _ input: Span<Float>, bias: Span<Float>) -> [Float] {
        precondition(matrix.count == bias.count * input.count, "the matrix does not fit input and bias")
        guard input.count > 0 else { return bias.indices.map { bias[$0] } }
        return unsafe [Float](unsafeUninitializedCapacity: bias.count) { result, count in
            unsafe matrix.withUnsafeBufferPointer { matrix in
                unsafe input.withUnsafeBufferPointer { input in
                    unsafe bias.withUnsafeBufferPointer { bias in
                        guard let target = result.baseAddress else { return }
                        unsafe kernels.table.pointee.row_affine(
                            matrix.baseAddress!, bias.count, input.count, input.baseAddress!, bias.baseAddress!, target)
                    }
                }
            }
            count = bias.count
        }
    }
}
