// SPDX-License-Identifier: Apache-2.0

internal import CKernels

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Which values of a head rotate together.
public enum RotaryPairing: Sendable, Equatable {
    /// Neighbours: 2i and 2i + 1. Files of architecture `llama` have their rows in this order.
    case adjacent
    /// Halves: i and i + dim / 2.
    case halves
}

/// Frequencies of a rotary position embedding with one of the field's ways to stretch it, as one table.
///
/// The angle of pair j at position p is `p * frequencies[j]`, computed in Double; sine and cosine are multiplied with
/// `magnitude`. Sources: Su et al. 2021 (RoPE); Chen et al. 2023 (linear scaling); Peng et al. 2023 (YaRN).
public struct RotaryTable: Sendable, Equatable {
    /// Values of a head that rotate; the others stay.
    public let dimension: Int
    public let pairing: RotaryPairing
    public let frequencies: [Double]
    public let magnitude: Double

    public enum Scaling: Sendable, Equatable {
        case none
        case linear(factor: Double)
        case yarn(
            factor: Double, originalContext: Int, betaFast: Double, betaSlow: Double, extrapolation: Double,
            attention: Double)
    }

    /// - Parameters:
    ///   - divisors: what each pair's frequency is divided by (the tensor `rope_freqs` of Llama 3, LongRoPE's factors);
    ///     empty for none.
    ///   - magnitude: multiplies sine and cosine, besides what YaRN adds.
    public init(
        dimension: Int, base: Double, pairing: RotaryPairing, scaling: Scaling = .none, divisors: [Float] = [],
        magnitude extraMagnitude: Double = 1
    ) {
        precondition(dimension > 0 && dimension % 2 == 0)
        precondition(divisors.isEmpty || divisors.count >= dimension / 2)
        self.dimension = dimension
        self.pairing = pairing
        let plain = (0..<dimension / 2).map { pair in
            pow(base, -2 * Double(pair) / Double(dimension)) / (divisors.isEmpty ? 1 : Double(divisors[pair]))
        }
        switch scaling {
        case .none:
            frequencies = plain
            magnitude = extraMagnitude
        case .linear(let factor):
            frequencies = plain.map { $0 / factor }
            magnitude = extraMagnitude
        case .yarn(let factor, let original, let betaFast, let betaSlow, let extrapolation, let attention):
            func corrected(_ rotations: Double) -> Double {
                Double(dimension) * log(Double(original) / (rotations * 2 * .pi)) / (2 * log(base))
            }
            let low = max(0, corrected(betaFast).rounded(.down))
            let high = min(Double(dimension - 1), corrected(betaSlow).rounded(.up))
            frequencies = plain.enumerated().map { pair, frequency in
                let position = (Double(pair) - low) / max(0.001, high - low)
                let ramp = (1 - min(1, max(0, position))) * extrapolation
                return frequency * ((1 - ramp) / factor + ramp)
            }
            // Without extrapolation YaRN is linear scaling, and its magnitude plays no part.
            let stretch = extrapolation == 0 ? 1 : 0.1 * log(factor) + 1
            magnitude = stretch * attention * extraMagnitude
        }
    }

    /// Writes sines and cosines for a position to row `row`.
    func fill(position: Int, cosines: FloatMatrix, sines: FloatMatrix, row: Int) {
        let cosinePointer = unsafe cosines.row(row), sinePointer = unsafe sines.row(row)
        for (pair, frequency) in frequencies.enumerated() {
            let angle = Double(position) * frequency
            unsafe cosinePointer[pair] = Float(cos(angle) * magnitude)
            unsafe sinePointer[pair] = Float(sin(angle) * magnitude)
        }
    }
}

/// Sines and cosines for the rows of one pass, shared by all layers.
public final class RotaryRows {
    let cosines: FloatMatrix
    let sines: FloatMatrix
    public let table: RotaryTable

    public init(table: RotaryTable, rowCapacity: Int) throws(AllocationError) {
        self.table = table
        cosines = try FloatMatrix(rowCapacity: rowCapacity, columnCount: table.dimension / 2)
        sines = try FloatMatrix(rowCapacity: rowCapacity, columnCount: table.dimension / 2)
    }

    public func prepare(positions: [Int]) {
        for (row, position) in positions.enumerated() {
            table.fill(position: position, cosines: cosines, sines: sines, row: row)
        }
    }
}

extension Compute {
    /// Rotates every head of every row in place: `target` is `[rows, heads * headDimension]`.
    public func rotate(_ target: FloatMatrix, headDimension: Int, by rotary: RotaryRows, rowCount: Int) {
        precondition(target.columnCount % headDimension == 0 && rotary.table.dimension <= headDimension)
        let heads = target.columnCount / headDimension, table = unsafe self.table
        let dimension = rotary.table.dimension, paired: Int32 = rotary.table.pairing == .adjacent ? 1 : 0
        forEachRows(rowCount, rowCost: target.columnCount * 2) { rows in
            for row in rows {
                unsafe table.rope(
                    target.row(row), heads, headDimension, dimension, rotary.cosines.row(row), rotary.sines.row(row),
                    paired)
            }
        }
    }
}
