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

/// A model with a table in place of weights: logits after a token are a row of the table, plus something that depends on
/// the whole path, so that a cache which holds the wrong tokens shows in the output.
///
/// Its distribution can be written down, and a pass takes microseconds.
public struct ToyModel: Sendable {
    /// `[vocabulary, vocabulary]`: logits after each token.
    public let table: [[Float]]
    /// How strongly the tokens before the last one move the logits; 0 makes a Markov chain.
    public let memory: Float
    public var vocabularySize: Int { table.count }

    public init(table: [[Float]], memory: Float = 0) {
        precondition(table.allSatisfy { $0.count == table.count })
        self.table = table
        self.memory = memory
    }

    /// A table of pseudo-random logits between −`spread` and `spread`.
    public init(vocabularySize: Int, seed: UInt64, spread: Float = 2, memory: Float = 0.7) {
        var noise = ToyNoise(seed: seed)
        self.init(
            table: (0..<vocabularySize).map { _ in
                (0..<vocabularySize).map { _ in spread * (2 * noise.next() - 1) }
            }, memory: memory)
    }

    /// A model that resembles this one: its table with noise of ±`noise`, as a draft model resembles its target.
    public func perturbed(by noise: Float, seed: UInt64) -> ToyModel {
        var source = ToyNoise(seed: seed)
        return ToyModel(
            table: table.map { row in row.map { $0 + noise * (2 * source.next() - 1) } }, memory: memory)
    }

    /// Logits after a path, computed without a cache.
    public func logits(after path: [TokenID]) -> [Float] {
        var state = State.empty
        for token in path { state = advance(state, with: weights(of: .token(token))) }
        return logits(of: state)
    }

    // MARK: Arithmetic

    /// What a cached position stands for: the mixture that entered there, and a digest of the path up to it.
    struct State: Sendable {
        var weights: [Float]
        var digest: Float

        static let empty = State(weights: [], digest: 0)
    }

    /// A row's token or mixture as weights over the vocabulary.
    func weights(of row: ModelBatch.Row) -> [Float] {
        var weights = [Float](repeating: 0, count: vocabularySize)
        switch row {
        case .token(let token): weights[Int(token.rawValue)] = 1
        case .mixture(let parts): for part in parts { weights[Int(part.token.rawValue)] += part.weight }
        }
        return weights
    }

    func advance(_ state: State, with weights: [Float]) -> State {
        var digest = 0.61 * state.digest
        for (id, weight) in weights.enumerated() where weight != 0 {
            digest += weight * sin(Float(id) * 2.3 + 1)
        }
        return State(weights: weights, digest: digest)
    }

    func logits(of state: State) -> [Float] {
        var result = (0..<vocabularySize).map { memory * sin(state.digest * (3 + Float($0))) }
        for (id, weight) in state.weights.enumerated() where weight != 0 {
            for column in result.indices { result[column] += weight * table[id][column] }
        }
        return result
    }

    /// Width of a hidden state: the weights of the position, then the digest of its path.
    public var hiddenSize: Int { vocabularySize + 1 }
}

/// Numbers in [0, 1), the same on every run.
struct ToyNoise {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float((state ^ (state >> 29)) >> 40 & 0xFF_FFFF) / 16_777_216
    }
}

/// A ``ToyModel`` with a cache.
///
/// Stops the test on calls that break the contract of `ModelRunner`: a pass while a tree waits for `keep`, a path that is
/// no path, a position that does not exist.
public final class ToyRunner: ModelRunner {
    public let model: ToyModel
    public let contextCapacity: Int
    /// Called before each pass, also before one that fails.
    public var willForward: ((ModelBatch) -> Void)?
    /// Thrown by the next pass.
    public var nextError: ModelError?
    public private(set) var passCount = 0
    public private(set) var rowCount = 0

    private var tokens: [TokenID?] = []
    private var states: [ToyModel.State] = []
    /// Parents of the rows of a tree that no path has been chosen of.
    private var pendingTree: [Int]?

    public init(_ model: ToyModel, contextCapacity: Int = 256) {
        self.model = model
        self.contextCapacity = contextCapacity
    }

    public var vocabularySize: Int { model.vocabularySize }
    public var ledger: [TokenID?] { tokens }
    public var cacheBytes: (used: Int, capacity: Int) { (used: tokens.count * 16, capacity: contextCapacity * 16) }

    public func forward(_ batch: ModelBatch) throws(ModelError) -> ForwardOutput {
        willForward?(batch)
        if let error = nextError {
            nextError = nil
            throw error
        }
        if case .branches = batch.layout {
        } else {
            precondition(pendingTree == nil, "a path of the last tree must be kept before the next pass")
        }
        guard tokens.count + batch.rows.count <= contextCapacity else {
            throw .contextFull(capacity: contextCapacity)
        }
        for row in batch.rows { try check(row) }
        passCount += 1
        rowCount += batch.rows.count

        let base = states.count, waiting = pendingTree ?? []
        let root = base - waiting.count
        for (index, row) in batch.rows.enumerated() {
            let previous: ToyModel.State
            switch batch.layout {
            case .chain: previous = states.last ?? .empty
            case .tree(let parents), .branches(let parents):
                precondition(
                    parents.count == batch.rows.count && (-1..<waiting.count + index).contains(parents[index]))
                let parent = root + parents[index]
                previous = parents[index] < 0 ? (root > 0 ? states[root - 1] : .empty) : states[parent]
            }
            states.append(model.advance(previous, with: model.weights(of: row)))
            if case .token(let token) = row { tokens.append(token) } else { tokens.append(nil) }
        }
        switch batch.layout {
        case .chain: break
        case .tree(let parents), .branches(let parents): pendingTree = waiting + parents
        }
        return output(batch.want, states[base...])
    }

    public func truncate(to count: Int) {
        precondition((0...tokens.count).contains(count))
        tokens.removeLast(tokens.count - count)
        states.removeLast(states.count - count)
        pendingTree = nil
    }

    public func keep(_ rows: [Int], after base: Int) {
        if let pendingTree {
            precondition(base == tokens.count - pendingTree.count)
            for (index, row) in rows.enumerated() {
                precondition(pendingTree[row] == (index == 0 ? -1 : rows[index - 1]), "the rows kept are no path")
            }
        } else {
            precondition(rows == Array(0..<rows.count), "the rows kept of a chain must be its first")
        }
        let keptTokens = rows.map { tokens[base + $0] }
        let keptStates = rows.map { states[base + $0] }
        truncate(to: base)
        tokens += keptTokens
        states += keptStates
    }

    private func check(_ row: ModelBatch.Row) throws(ModelError) {
        let ids: [TokenID] =
            switch row {
            case .token(let token): [token]
            case .mixture(let parts): parts.map(\.token)
            }
        for id in ids where !(0..<vocabularySize).contains(Int(id.rawValue)) {
            throw .tokenOutOfRange(token: Int(id.rawValue), vocabulary: vocabularySize)
        }
    }

    private func output(_ want: ModelBatch.Want, _ rows: ArraySlice<ToyModel.State>) -> ForwardOutput {
        switch want {
        case .nothing: ForwardOutput()
        case .lastLogits: ForwardOutput(logits: logits(rows.suffix(1)))
        case .allLogits: ForwardOutput(logits: logits(rows))
        case .allLogitsAndHidden:
            ForwardOutput(
                logits: logits(rows),
                hidden: Rows(
                    rowCount: rows.count, columnCount: model.hiddenSize,
                    values: rows.flatMap { $0.weights + [$0.digest] }))
        }
    }

    private func logits(_ rows: ArraySlice<ToyModel.State>) -> Rows {
        Rows(rowCount: rows.count, columnCount: vocabularySize, values: rows.flatMap { model.logits(of: $0) })
    }
}
