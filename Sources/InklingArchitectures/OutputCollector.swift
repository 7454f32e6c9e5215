// SPDX-License-Identifier: Apache-2.0

internal import InklingModel
internal import InklingTensor

/// Gathers logits and hidden states of the rows that a batch wants.
struct OutputCollector {
    let want: ModelBatch.Want
    let rowCount: Int
    private var logits: [Float] = []
    private var hidden: [Float] = []
    private var collected = 0

    init(want: ModelBatch.Want, rowCount: Int) {
        self.want = want
        self.rowCount = rowCount
    }

    /// Which of the batch's rows `rows` are read.
    func wanted(in rows: Range<Int>) -> Range<Int> {
        switch want {
        case .nothing: rows.upperBound..<rows.upperBound
        case .lastLogits: max(rows.lowerBound, min(rowCount - 1, rows.upperBound))..<rows.upperBound
        case .allLogits, .allLogitsAndHidden: rows
        }
    }

    mutating func append(logits rows: FloatMatrix, hidden states: FloatMatrix, rowCount: Int) {
        // The common case, one row, is one copy.
        if logits.isEmpty { logits = rows.copy(rows: 0..<rowCount) } else { logits += rows.copy(rows: 0..<rowCount) }
        if want == .allLogitsAndHidden { hidden += states.copy(rows: 0..<rowCount) }
        collected += rowCount
    }

    func output(vocabulary: Int, embedding: Int) -> ForwardOutput {
        guard collected > 0 else { return ForwardOutput() }
        return ForwardOutput(
            logits: Rows(rowCount: collected, columnCount: vocabulary, values: logits),
            hidden: want == .allLogitsAndHidden
                ? Rows(rowCount: collected, columnCount: embedding, values: hidden) : nil)
    }
}
