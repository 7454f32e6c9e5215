// SPDX-License-Identifier: Apache-2.0

import InklingModel

extension StrategyDescriptor {
    /// Plain decoding: one pass of the target, one token.
    public static let autoregressive = StrategyDescriptor(
        id: "ar", title: "Autoregressive", source: "–", help: "one token a pass of the target, nothing drafted",
        guarantee: .sameDistribution
    ) { _ in Autoregressive() }
}

/// What every other strategy is measured against.
struct Autoregressive: DecodingStrategy {
    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        let rows = try run.targetLogits(ModelBatch([run.root]))
        let logits = rows[rows.rowCount - 1]
        let distribution = run.sampler.distribution(logits: logits, history: run.history)
        let token = distribution.sample(run.random.uniform(at: run.position, for: .sample))
        run.commit(token, source: .target, distribution: distribution, logits: logits)
        return run.endRound()
    }
}
