// SPDX-License-Identifier: Apache-2.0

/// A block of float rows that a pass returned: `[rowCount, columnCount]`, row after row.
public struct Rows: Sendable, Equatable {
    public let rowCount: Int
    public let columnCount: Int
    public var values: [Float]

    public init(rowCount: Int, columnCount: Int, values: [Float]) {
        precondition(values.count == rowCount * columnCount)
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.values = values
    }

    public subscript(row: Int) -> ArraySlice<Float> {
        values[row * columnCount..<(row + 1) * columnCount]
    }
}

/// What one pass returned, as far as ``ModelBatch/Want`` asked for it.
public struct ForwardOutput: Sendable {
    /// `[rows, vocabulary]`, unscaled: every row of the batch, only the last, or nil.
    public var logits: Rows?
    /// `[rows, embedding]`: hidden states after the last norm; nil unless asked for.
    public var hidden: Rows?

    public init(logits: Rows? = nil, hidden: Rows? = nil) {
        self.logits = logits
        self.hidden = hidden
    }
}
