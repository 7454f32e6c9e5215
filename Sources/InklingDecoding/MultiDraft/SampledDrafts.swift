// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

/// Continuations drawn one beside the other, each what plain decoding would draw on its own. Those that agree so far share
/// a row.
struct SampledDrafts: DraftSearch {
    private struct Sequence {
        var tokens: [TokenID] = []
        var stemCount = 0
        var logProbabilities: [Float] = []
        var history: SamplingHistory
        /// Number of the row of the last token, −1 for the prompt's.
        var node = -1
        /// That row's place in the pass that was asked for last.
        var row = 0
        var isFinished = false
    }

    private let length: Int
    private let prompt: [TokenID]
    private let sampler: Sampler
    private let random: PositionalRandom
    private let endTokens: Set<TokenID>
    private var sequences: [Sequence]
    private var nodeCount = 0
    private var step = 0

    init(
        count: Int, length: Int, prompt: [TokenID], sampler settings: SamplerSettings, endTokens: Set<TokenID>,
        controlTokens: Set<TokenID>
    ) {
        self.length = length
        self.endTokens = endTokens
        self.prompt = prompt
        sampler = Sampler(settings)
        random = PositionalRandom(seed: settings.seed)
        let history = SamplingHistory(prompt, controlTokens: settings.dry.isOn ? controlTokens : [])
        sequences = Array(repeating: Sequence(history: history), count: count)
    }

    mutating func begin(_ opening: DraftOpening) {
        nodeCount = opening.nodeCount
        let logits = opening.logits[0]
        guard let past = sequences.first?.history else { return }
        let law = sampler.distribution(logits: logits, history: past)
        for index in sequences.indices {
            let drawn = law.sample(random.uniform(at: prompt.count, for: .sample, draw: index))
            let number = Int(drawn.rawValue), choice = opening.choice(number), base = opening.bases[choice.base]
            sequences[index].tokens = base.stem + [choice.token]
            sequences[index].stemCount = base.stem.count
            sequences[index].node = base.node
            sequences[index].logProbabilities = [opening.logProbability(number)]
            for token in base.stem { sequences[index].history.append(token) }
            if choice.token == drawn {
                sampler.append(drawn, drawnFrom: law, to: &sequences[index].history)
            } else {
                sequences[index].history.append(choice.token)
            }
            sequences[index].isFinished = endTokens.contains(choice.token)
        }
        step = 1
    }

    mutating func nextBatch() -> ModelBatch? {
        guard step < length, sequences.contains(where: { !$0.isFinished }) else { return nil }
        var rows: [ModelBatch.Row] = []
        var parents: [Int] = []
        var places: [[Int32]: Int] = [:]
        for index in sequences.indices where !sequences[index].isFinished {
            guard let token = sequences[index].tokens.last else { continue }
            let parent = sequences[index].node
            let key = [Int32(truncatingIfNeeded: parent), token.rawValue]
            let place = places[key] ?? rows.count
            if place == rows.count {
                places[key] = place
                rows.append(.token(token))
                parents.append(parent)
            }
            sequences[index].node = nodeCount + place
            sequences[index].row = place
        }
        nodeCount += rows.count
        return ModelBatch(rows: rows, layout: .branches(parents: parents), want: .allLogits)
    }

    mutating func advance(_ rows: Rows) {
        // Sequences of one row have one past, so one distribution.
        var laws: [Int: Distribution] = [:]
        for index in sequences.indices where !sequences[index].isFinished {
            let row = sequences[index].row, logits = rows[row]
            let law = laws[row] ?? sampler.distribution(logits: logits, history: sequences[index].history)
            laws[row] = law
            let token = law.sample(random.uniform(at: prompt.count + step, for: .sample, draw: index))
            sequences[index].tokens.append(token)
            sequences[index].logProbabilities.append(TokenScores.logProbability(of: token, logits: logits))
            sampler.append(token, drawnFrom: law, to: &sequences[index].history)
            sequences[index].isFinished = endTokens.contains(token)
        }
        step += 1
    }

    var continuations: [Continuation] {
        let all = sequences.filter { !$0.tokens.isEmpty }.map { sequence in
            Continuation(
                tokens: sequence.tokens, stemCount: sequence.stemCount, logProbabilities: sequence.logProbabilities,
                score: Self.score(sequence), isFinished: sequence.isFinished)
        }
        let order = all.indices.sorted { left, right in
            all[left].score != all[right].score ? all[left].score > all[right].score : left < right
        }
        return order.map { all[$0] }
    }

    var live: [LiveContinuation] {
        sequences.map {
            LiveContinuation(
                tokens: $0.tokens, score: Self.score($0), weight: $0.isFinished ? 0 : 1, hasSupport: false,
                isFinished: $0.isFinished)
        }
    }

    private static func score(_ sequence: Sequence) -> Float {
        sequence.logProbabilities.reduce(0, +) / Float(max(1, sequence.logProbabilities.count))
    }
}
