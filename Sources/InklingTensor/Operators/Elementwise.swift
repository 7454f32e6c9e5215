// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// What multiplies the gate of a gated feed-forward block.
public enum Activation: Sendable, Equatable {
    case silu
    /// The tanh form.
    case gelu
}

extension Compute {
    /// `output[row] = input[row] / rms(input[row]) * weight`, for `rowCount` rows cut into pieces of `weight.count` values
    /// (one piece a row for layer norms, one a head for query and key norms).
    ///
    /// Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.
    public func rmsNorm(
        _ input: FloatMatrix, weight: [Float], epsilon: Float, output: FloatMatrix, rowCount: Int
    ) {
        precondition(input.columnCount == output.columnCount && input.columnCount % weight.count == 0)
        precondition(rowCount <= min(input.rowCapacity, output.rowCapacity))
        let width = weight.count, pieces = input.columnCount / width
        let table = unsafe self.table
        unsafe weight.withUnsafeBufferPointer { weight in
            forEachRows(rowCount, rowCost: input.columnCount) { rows in
                for piece in rows.lowerBound * pieces..<rows.upperBound * pieces {
                    unsafe table.rms_norm(
                        input.base + piece * width, weight.baseAddress!, width, epsilon, output.base + piece * width)
                }
            }
        }
    }

    /// `target[row] += source[row]`.
    public func add(_ source: FloatMatrix, to target: FloatMatrix, rowCount: Int) {
        precondition(source.columnCount == target.columnCount)
        let width = target.columnCount, table = unsafe self.table
        forEachRows(rowCount, rowCost: width) { rows in
            unsafe table.add(target.row(rows.lowerBound), source.base + rows.lowerBound * width, rows.count * width)
        }
    }

    /// `target[row] += bias`.
    public func addBias(_ bias: [Float], to target: FloatMatrix, rowCount: Int) {
        precondition(bias.count == target.columnCount)
        let table = unsafe self.table
        unsafe bias.withUnsafeBufferPointer { bias in
            for row in 0..<rowCount { unsafe table.add(target.row(row), bias.baseAddress!, bias.count) }
        }
    }

    /// `target[row] = 0`, whatever was there.
    public func clear(_ target: FloatMatrix, rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        precondition(rows.lowerBound >= 0 && rows.upperBound <= target.rowCapacity)
        unsafe target.row(rows.lowerBound).update(repeating: 0, count: rows.count * target.columnCount)
    }

    /// `target[row] *= factor`.
    public func scale(_ target: FloatMatrix, by factor: Float, rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        unsafe table.scale(target.row(rows.lowerBound), factor, rows.count * target.columnCount)
    }

    /// `target[row] += factor * source[sourceRow]`.
    public func add(_ source: FloatMatrix, row sourceRow: Int, times factor: Float, to target: FloatMatrix, row: Int) {
        precondition(source.columnCount == target.columnCount)
        unsafe table.axpy(target.row(row), factor, source.row(sourceRow), target.columnCount)
    }

    /// `gate[row] = activation(gate[row]) * up[row]`.
    public func activate(_ activation: Activation, gate: FloatMatrix, up: FloatMatrix, rowCount: Int) {
        precondition(gate.columnCount == up.columnCount)
        let width = gate.columnCount, table = unsafe self.table
        forEachRows(rowCount, rowCost: width * 4) { rows in
            let count = rows.count * width
            let gatePointer = unsafe gate.row(rows.lowerBound), upPointer = unsafe up.row(rows.lowerBound)
            switch activation {
            case .silu: unsafe table.silu_mul(gatePointer, upPointer, count)
            case .gelu: unsafe table.gelu_mul(gatePointer, upPointer, count)
            }
        }
    }

    /// `x = cap * tanh(x / cap)`.
    public func softcap(_ target: FloatMatrix, cap: Float, rowCount: Int) {
        let width = target.columnCount, table = unsafe self.table
        forEachRows(rowCount, rowCost: width * 4) { rows in
            unsafe table.softcap(target.row(rows.lowerBound), cap, rows.count * width)
        }
    }
}
