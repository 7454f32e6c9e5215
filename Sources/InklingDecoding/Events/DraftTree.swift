// SPDX-License-Identifier: Apache-2.0

public import InklingModel
public import InklingTokenizer

/// Drafted tokens, each hanging from an earlier one or from the root, which is the last committed token and not part of
/// the tree. A chain is a tree in which node i hangs from node i − 1.
public struct DraftTree: Sendable, Equatable {
    public private(set) var tokens: [TokenID] = []
    /// Node that node i hangs from, less than i; −1 for the root.
    public private(set) var parents: [Int] = []
    /// Probability of each token under what it was drawn from; 1 for tokens that were not drawn.
    public private(set) var probabilities: [Float] = []

    // What follows is for whoever looks on: decoding uses none of it.

    /// What each token adds to the text in its place: empty for one that ends inside a character or is no text. No strings
    /// at all until the generator has filled them in.
    public var texts: [String] = []
    /// What the draft model gave each token, before any sampler setting; empty where no alternatives were asked for, and
    /// for tokens that no model wrote.
    public var confidences: [Float] = []
    /// After each token of a chain, how likely the drafter thought it that one so far will be rejected. Empty where it has
    /// no opinion; without the last where that one ends the output.
    public var rejectionRisks: [Float] = []

    /// No nodes.
    public init() {}

    /// A chain.
    /// - Precondition: as many probabilities as tokens.
    public init(chain tokens: [TokenID], probabilities: [Float]) {
        precondition(tokens.count == probabilities.count)
        self.tokens = tokens
        self.probabilities = probabilities
        parents = tokens.indices.map { $0 - 1 }
    }

    public var count: Int { tokens.count }
    public var isEmpty: Bool { tokens.isEmpty }
    public var isChain: Bool { parents.indices.allSatisfy { parents[$0] == $0 - 1 } }

    /// Adds a node.
    /// - Parameter parent: an earlier node, or −1 for the root.
    /// - Returns: the index of the new node.
    @discardableResult
    public mutating func append(_ token: TokenID, parent: Int, probability: Float) -> Int {
        precondition((-1..<count).contains(parent))
        tokens.append(token)
        parents.append(parent)
        probabilities.append(probability)
        return count - 1
    }

    /// Nodes that hang from `node` (−1: the root), in the order in which they were added.
    public func children(of node: Int) -> [Int] {
        parents.indices.filter { parents[$0] == node }
    }

    /// Nodes from the root's child to `node`.
    public func path(to node: Int) -> [Int] {
        var path: [Int] = []
        var current = node
        while current >= 0 {
            path.append(current)
            current = parents[current]
        }
        return path.reversed()
    }

    /// 1 for a child of the root.
    public func depth(of node: Int) -> Int { path(to: node).count }

    /// The pass that verifies the tree: row 0 is the root, row i + 1 is node i.
    public func batch(root: TokenID, want: ModelBatch.Want = .allLogits) -> ModelBatch {
        let rows = ([root] + tokens).map { ModelBatch.Row.token($0) }
        guard !isChain else { return ModelBatch(rows: rows, want: want) }
        return ModelBatch(rows: rows, layout: .tree(parents: [-1] + parents.map { $0 + 1 }), want: want)
    }
}
