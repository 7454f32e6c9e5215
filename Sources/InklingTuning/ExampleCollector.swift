// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding
public import InklingModel
public import InklingTokenizer

/// Runs a pair of models along texts of the target's, and records for tokens that the draft model would have proposed
/// there how likely the target accepts them.
///
/// At each position a few tokens Y are drawn from the draft model's distribution q, each labelled min(1, p(Y) / q(Y)). The
/// text before is the target's own, so this is the acceptance of Y given that everything before it was accepted. (The
/// authors' code reads states behind Y, and to have them in one pass lets drawn tokens take the place of 85 % of the text.)
///
/// Source: Huang et al., "SpecDec++", 2024.
public struct ExampleCollector {
    /// nil before the first text.
    public private(set) var examples: AcceptanceExamples?
    /// Positions that tokens were drawn at.
    public private(set) var positionCount = 0

    private let target: any ModelRunner
    private let draft: any ModelRunner
    private let drawCount: Int
    private let endTokens: Set<TokenID>
    private let random: PositionalRandom
    private var textCount = 0

    /// Logits of a pass in memory, of each model: 64 MiB.
    private static let logitLimit = 16 << 20
    private static let rowLimit = 512

    /// - Parameters:
    ///   - drawCount: tokens drawn at a position, where a sampler leaves something to chance.
    ///   - endTokens: are not assessed, since nothing follows them in a draft.
    public init(
        target: any ModelRunner, draft: any ModelRunner, drawCount: Int, endTokens: Set<TokenID>, seed: UInt64
    ) {
        self.target = target
        self.draft = draft
        self.drawCount = max(1, drawCount)
        self.endTokens = endTokens
        random = PositionalRandom(seed: seed)
    }

    /// Adds examples for the tokens from `start` on, as far as both contexts reach and the draft model knows the text.
    ///
    /// - Parameter samplers: how tokens are chosen; examples are made for each. They should be those that the text was
    ///   chosen by: along a text that wanders, even the likeliest tokens are accepted less often. Penalties do not count.
    public mutating func add(
        _ tokens: [TokenID], from start: Int, samplers: [SamplerSettings]
    ) throws(TuningError) {
        let samplers = samplers.map { Sampler($0) }
        let known = tokens.firstIndex { Int($0.rawValue) >= draft.vocabularySize } ?? tokens.count
        let end = min(known, target.contextCapacity, draft.contextCapacity)
        var row = max(0, start - 1)
        guard row < end - 1 else { return }
        try prefill(target, tokens[..<row])
        try prefill(draft, tokens[..<row])
        let rowLimit = min(
            Self.rowLimit, max(1, Self.logitLimit / max(1, target.vocabularySize, draft.vocabularySize)))
        while row < end - 1 {
            let next = min(row + rowLimit, end - 1)
            try add(tokens[row..<next], at: row, samplers)
            row = next
        }
        textCount += 1
    }

    /// Leaves in the cache `tokens` and nothing else.
    private func prefill(_ runner: any ModelRunner, _ tokens: ArraySlice<TokenID>) throws(TuningError) {
        let held = runner.commonPrefix(with: Array(tokens))
        runner.truncate(to: held)
        guard held < tokens.count else { return }
        _ = try forward(runner, ModelBatch(tokens.dropFirst(held), want: .nothing))
    }

    /// Examples for the tokens that may follow each of `tokens`, which the caches do not hold yet, and will.
    private mutating func add(
        _ tokens: ArraySlice<TokenID>, at base: Int, _ samplers: [Sampler]
    ) throws(TuningError) {
        guard let p = try forward(target, ModelBatch(tokens, want: .allLogits)).logits, p.rowCount == tokens.count
        else { throw .missingLogits(.target) }
        let output = try forward(draft, ModelBatch(tokens, want: .allLogitsAndHidden))
        guard let q = output.logits, q.rowCount == tokens.count else { throw .missingLogits(.draft) }
        guard let hidden = output.hidden, hidden.rowCount == tokens.count else { throw .noHiddenStates }
        var examples = examples ?? AcceptanceExamples(hiddenSize: hidden.columnCount)
        // So that it is not copied when it grows.
        self.examples = nil
        for row in 0..<tokens.count {
            let drafted = q[row].prefix(p.columnCount)
            for outcome in draw(samplers, at: base + row + 1, p: p[row], q: drafted) {
                examples.append(
                    hidden: hidden[row], odds: Float(TokenScores.logOdds(of: outcome.token, logits: drafted)),
                    temperature: outcome.temperature, label: outcome.label, weight: outcome.weight, text: textCount)
            }
        }
        self.examples = examples
        positionCount += tokens.count
    }

    private struct Outcome {
        var token: TokenID
        var temperature: Float
        var label: Float
        var weight: Float
    }

    /// Draws tokens at a position. Weights of the outcomes of one sampler add up to 1, those of end tokens included.
    private func draw(
        _ samplers: [Sampler], at position: Int, p targetLogits: ArraySlice<Float>, q draftLogits: ArraySlice<Float>
    ) -> [Outcome] {
        let history = SamplingHistory()
        var outcomes: [Outcome] = []
        for (index, sampler) in samplers.enumerated() {
            let isGreedy = sampler.settings.isGreedy
            let p = sampler.distribution(logits: targetLogits, history: history)
            let q = sampler.distribution(logits: draftLogits, history: history)
            let first = outcomes.count
            let draws = isGreedy ? 1 : drawCount
            for number in 0..<draws {
                let key = (textCount * samplers.count + index) * drawCount + number
                let token = isGreedy ? q.tokens[0] : q.sample(random.uniform(at: position, for: .draft, draw: key))
                if endTokens.contains(token) { continue }
                let weight = 1 / Float(draws)
                if let known = outcomes[first...].firstIndex(where: { $0.token == token }) {
                    outcomes[known].weight += weight
                } else {
                    let ratio = p.probability(of: token) / q.probability(of: token)
                    outcomes.append(
                        Outcome(
                            token: token, temperature: isGreedy ? 0 : sampler.settings.temperature,
                            label: ratio.isNaN ? 0 : min(1, ratio), weight: weight))
                }
            }
        }
        return outcomes
    }

    private func forward(_ runner: any ModelRunner, _ batch: ModelBatch) throws(TuningError) -> ForwardOutput {
        do throws(ModelError) { return try runner.forward(batch) } catch { throw .model(error) }
    }
}
