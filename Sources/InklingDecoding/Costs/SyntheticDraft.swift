// SPDX-License-Identifier: Apache-2.0

public import InklingModel
public import InklingTokenizer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A draft model of known agreement, to measure methods with: it says what the target is known to say next, at a set rate,
/// and something else otherwise.
///
/// What the target says must have been recorded by plain greedy decoding first. The cost is that of a real model, which
/// runs the same passes beside it. Only greedy decoding makes sense with it: its logits say which token comes next and how
/// sure it is of that, and nothing of how likely others are.
///
/// How sure it is varies from position to position, evenly round the rate and as far to both sides as there is room, and
/// it is right as often as it is sure. Both depend on seed and position alone, so a rate is an acceptance rate: to a
/// method that does not look at its confidence, each position is right with that probability, whatever the others are.
public final class SyntheticDraft: ModelRunner {
    /// The prompt and what the target says after it. To be set before each generation.
    public var script: [TokenID] = []
    /// Share of the positions at which it agrees with the script.
    public let rate: Double
    private let random: PositionalRandom
    private let cost: any ModelRunner
    private var held: [TokenID?] = []

    public let vocabularySize: Int
    public var contextCapacity: Int { cost.contextCapacity }
    public var ledger: [TokenID?] { held }
    public var cacheBytes: (used: Int, capacity: Int) { cost.cacheBytes }

    /// - Parameters:
    ///   - vocabularySize: that of the target.
    ///   - cost: the model that runs beside it; its own cache is emptied.
    public init(rate: Double, vocabularySize: Int, cost: any ModelRunner, seed: UInt64 = 0) {
        self.rate = rate
        self.vocabularySize = vocabularySize
        self.cost = cost
        random = PositionalRandom(seed: seed)
        cost.truncate(to: 0)
    }

    public func forward(_ batch: ModelBatch) throws(ModelError) -> ForwardOutput {
        let tokens = batch.rows.map { row -> TokenID? in if case .token(let token) = row { token } else { nil } }
        for case let token? in tokens where !(0..<vocabularySize).contains(Int(token.rawValue)) {
            throw .tokenOutOfRange(token: Int(token.rawValue), vocabulary: vocabularySize)
        }
        // The other model may have fewer tokens; which it reads does not change what its pass costs.
        let size = Int32(clamping: cost.vocabularySize)
        var costBatch = batch
        costBatch.rows = tokens.map { .token(TokenID(rawValue: ($0?.rawValue ?? 0) % size)) }
        let output = try cost.forward(costBatch)
        let first = held.count
        held += tokens
        let wanted: Range<Int>
        switch batch.want {
        case .nothing: return ForwardOutput()
        case .lastLogits: wanted = held.count - 1..<held.count
        case .allLogits, .allLogitsAndHidden: wanted = first..<held.count
        }
        var values = [Float](repeating: 0, count: wanted.count * vocabularySize)
        for (row, position) in wanted.enumerated() {
            values[row * vocabularySize + answer(after: position)] = logit(after: position)
        }
        let logits = Rows(rowCount: wanted.count, columnCount: vocabularySize, values: values)
        return ForwardOutput(logits: logits, hidden: batch.want == .allLogitsAndHidden ? output.hidden : nil)
    }

    /// The token that it says comes after a position.
    private func answer(after position: Int) -> Int {
        let right = position + 1 < script.count ? Int(script[position + 1].rawValue) : 0
        let isWrong = random.uniform(at: position + 1, for: .accept) >= confidence(after: position)
        guard isWrong, vocabularySize > 1 else { return right }
        let step = 1 + Int(random.uniform(at: position + 1, for: .draft) * Double(vocabularySize - 1))
        return (right + step) % vocabularySize
    }

    /// How likely it is to be right about the token after a position.
    private func confidence(after position: Int) -> Double {
        let reach = min(rate, 1 - rate)
        return rate + reach * (2 * random.uniform(at: position + 1, for: .accept, draw: 1) - 1)
    }

    /// The logit that says so where all others are 0. The token stays the likeliest, however unsure it is.
    private func logit(after position: Int) -> Float {
        let others = Double(max(1, vocabularySize - 1))
        let probability = min(max(confidence(after: position), 2 / (others + 1)), 1 - 1e-6)
        return Float(max(1e-3, log(probability / (1 - probability) * others)))
    }

    public func truncate(to count: Int) {
        cost.truncate(to: count)
        held.removeLast(max(0, held.count - count))
    }

    public func keep(_ rows: [Int], after base: Int) {
        cost.keep(rows, after: base)
        held = Array(held.prefix(base)) + rows.map { held[base + $0] }
    }
}
