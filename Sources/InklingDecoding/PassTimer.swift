// SPDX-License-Identifier: Apache-2.0

import InklingModel

/// Makes passes through a model on the time axis of one generation, until the user gives up. Any lane may have it.
struct PassTimer: Sendable {
    let clock: DecodeClock
    let cancellation: CancellationFlag
    /// When the generation began.
    let origin: Duration

    var elapsed: Duration { clock.now() - origin }

    func checkCancellation() throws(GenerationError) {
        if cancellation.isCancelled { throw .cancelled }
    }

    /// - Throws: ``GenerationError/cancelled`` before the pass if the user gave up.
    func forward(
        _ batch: ModelBatch, on runner: any ModelRunner, lane: Lane
    ) throws(GenerationError) -> (output: ForwardOutput, span: PassSpan) {
        try checkCancellation()
        let start = elapsed
        let output: ForwardOutput
        do throws(ModelError) {
            output = try runner.forward(batch)
        } catch .cancelled {
            throw .cancelled
        } catch {
            throw .model(error)
        }
        return (output, PassSpan(lane: lane, start: start, duration: elapsed - start, rowCount: batch.rows.count))
    }
}

extension ForwardOutput {
    /// Logits that the pass was asked for.
    func logits(from lane: Lane) throws(GenerationError) -> Rows {
        guard let logits, logits.rowCount > 0 else { throw .missingLogits(lane) }
        return logits
    }
}
