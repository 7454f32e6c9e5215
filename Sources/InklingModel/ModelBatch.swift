// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// The rows of one pass through a model.
///
/// A row is one position to compute. Rows of a chain follow each other; rows of a tree hang from earlier rows. The result
/// of a row depends on the row's own path and on nothing else in the batch, bit for bit.
public struct ModelBatch: Sendable, Equatable {
    /// What enters the model at a row.
    public enum Row: Sendable, Equatable {
        case token(TokenID)
        /// A weighted sum of token embeddings (Superposed Decoding feeds these).
        case mixture([WeightedToken])
    }

    public struct WeightedToken: Sendable, Equatable {
        public var token: TokenID
        public var weight: Float

        public init(token: TokenID, weight: Float) {
            self.token = token
            self.weight = weight
        }
    }

    /// How rows follow each other. Positions count from the first position that the cache does not hold yet.
    public enum Layout: Sendable, Equatable {
        /// Row i + 1 follows row i.
        case chain
        /// Row i follows row `parents[i]`, which is less than i; −1 follows the last position in the cache.
        case tree(parents: [Int])
        /// Rows that grow the tree which waits in the cache, or begin one: several continuations, each one row longer a
        /// pass. Rows are numbered on from those that wait, so that with m of them row i is number m + i. It follows row
        /// `parents[i]` of that numbering, which is less than its own number; −1 follows the last position before the tree.
        case branches(parents: [Int])
    }

    /// What the caller reads of the result. Logits cost as much as several layers, so only rows that are read get them.
    public enum Want: Sendable, Equatable {
        case nothing
        case lastLogits
        case allLogits
        /// Logits and the hidden state after the last norm, for every row.
        case allLogitsAndHidden
    }

    public var rows: [Row]
    public var layout: Layout
    public var want: Want

    public init(rows: [Row], layout: Layout = .chain, want: Want = .lastLogits) {
        self.rows = rows
        self.layout = layout
        self.want = want
    }

    /// A chain of tokens.
    public init(_ tokens: some Sequence<TokenID>, want: Want = .lastLogits) {
        self.init(rows: tokens.map { .token($0) }, want: want)
    }
}
