// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

/// What the model itself thinks of finished continuations: one tree of all of them, read a few rows at a time.
struct ContinuationScoring {
    /// Prefixes that continuations share are in it once.
    private var tree = DraftTree()
    /// Nodes of each continuation.
    private var paths: [[Int]] = []
    /// Of each node.
    private var logProbabilities: [Float] = []
    /// Nodes that something follows: only these need a row.
    private var inner: [Int] = []
    /// Children of each node; those of the root are `children[0]`, those of node i `children[i + 1]`.
    private var children: [[Int]] = [[]]
    /// How many of `inner` have been asked for, and how many of them have come.
    private var askedCount = 0
    private var pending: [Int] = [-1]

    /// How many of the most probable tokens are kept of each row, and they.
    private let bestCount: Int
    private var best: [Int: [(token: TokenID, logProbability: Float)]] = [:]

    /// Rows of a pass: enough that weights are read rarely, few enough that logits stay small.
    private static let rowLimit = 32

    /// - Parameter bestCount: how many tokens ``best(after:of:)`` gives.
    init(_ continuations: [[TokenID]], bestCount: Int = 0) {
        self.bestCount = bestCount
        for tokens in continuations {
            var node = -1
            var path: [Int] = []
            for token in tokens {
                if let known = children[node + 1].first(where: { tree.tokens[$0] == token }) {
                    node = known
                } else {
                    let added = tree.append(token, parent: node, probability: 1)
                    children[node + 1].append(added)
                    children.append([])
                    node = added
                }
                path.append(node)
            }
            paths.append(path)
        }
        logProbabilities = [Float](repeating: -.infinity, count: tree.count)
        inner = (0..<tree.count).filter { !children[$0 + 1].isEmpty }
    }

    /// Takes the logits of the rows asked for last; at first, of the prompt's last token.
    mutating func advance(_ rows: Rows) {
        for (row, node) in pending.enumerated() {
            let next = children[node + 1], logits = rows[row]
            let favourites =
                node < 0 ? [] : greatestIndices(bestCount, of: logits).map { TokenID(Int32(truncatingIfNeeded: $0)) }
            let tokens = next.map { tree.tokens[$0] } + favourites
            let scores = TokenScores.logProbabilities(of: tokens, logits: logits)
            for (child, score) in zip(next, scores) { logProbabilities[child] = score }
            best[node] = zip(favourites, scores.dropFirst(next.count)).map { ($0, $1) }
        }
        pending = []
    }

    mutating func nextBatch() -> ModelBatch? {
        guard askedCount < inner.count else { return nil }
        let nodes = inner[askedCount..<min(askedCount + Self.rowLimit, inner.count)]
        askedCount = nodes.endIndex
        pending = Array(nodes)
        let rowOfNode = Dictionary(uniqueKeysWithValues: inner.enumerated().map { ($1, $0) })
        return ModelBatch(
            rows: nodes.map { .token(tree.tokens[$0]) },
            layout: .branches(parents: nodes.map { rowOfNode[tree.parents[$0]] ?? -1 }), want: .allLogits)
    }

    /// Rows computed so far after the prompt.
    var rowCount: Int { askedCount }

    /// The row in which the first `count` tokens of a continuation end, and the most probable tokens after them; nil where
    /// nothing follows in any continuation.
    func best(
        after count: Int, of index: Int
    ) -> (row: Int, tokens: [(token: TokenID, logProbability: Float)])? {
        guard paths[index].indices.contains(count - 1) else { return nil }
        let node = paths[index][count - 1]
        guard let tokens = best[node], let row = inner.firstIndex(of: node) else { return nil }
        return (row, tokens)
    }

    func logProbabilities(_ index: Int) -> [Float] { paths[index].map { logProbabilities[$0] } }
}
