// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import inkling

@Suite struct LogitsTests {
    private let model = ToyModel(vocabularySize: 7, seed: 2)
    private let tokens = (0..<9).map { TokenID(Int32($0 * 5 % 7)) }

    @Test(arguments: [1, 2, 4, 9, 64])
    func `Logits do not depend on how many rows are read at a time`(rowLimit: Int) throws {
        var all: [Float] = [], last: [Float] = []
        try LogitsCommand.forward(tokens, all: true, rowLimit: rowLimit, ToyRunner(model)) { all += $0 }
        try LogitsCommand.forward(tokens, all: false, rowLimit: rowLimit, ToyRunner(model)) { last += $0 }
        #expect(all == tokens.indices.flatMap { model.logits(after: Array(tokens[...$0])) })
        #expect(last == model.logits(after: tokens))
    }

    @Test func `A cancelled pass hands nothing over`() {
        let flag = CancellationFlag()
        flag.cancel()
        #expect(throws: ModelError.cancelled) {
            try LogitsCommand.forward(tokens, all: true, rowLimit: 2, ToyRunner(model), cancellation: flag) { _ in
                Issue.record("logits of a cancelled pass")
            }
        }
    }

    @Test func `Rows of logits taken at a time are whole tiles within a bound`() {
        #expect(MeasuredModel.logitRowLimit(vocabularySize: 100) == 512)
        #expect(MeasuredModel.logitRowLimit(vocabularySize: 151_936) == 96)
        #expect(MeasuredModel.logitRowLimit(vocabularySize: 100_000_000) == 16)
    }
}
