// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

/// The stems of covers as rows of one pass: what they share is in it once.
struct CoverTree {
    private(set) var tokens: [TokenID] = []
    private(set) var parents: [Int] = []
    /// The row in which each stem ends, −1 for one without tokens of its own.
    private(set) var ends: [Int] = []

    init(_ stems: [PrefixCovers.Stem]) {
        for stem in stems {
            var node = -1
            for token in stem.tokens {
                if let known = tokens.indices.first(where: { tokens[$0] == token && parents[$0] == node }) {
                    node = known
                } else {
                    tokens.append(token)
                    parents.append(node)
                    node = tokens.count - 1
                }
            }
            ends.append(node)
        }
    }

    var rowCount: Int { tokens.count }

    /// nil where there is nothing to compute.
    var batch: ModelBatch? {
        tokens.isEmpty
            ? nil : ModelBatch(rows: tokens.map { .token($0) }, layout: .branches(parents: parents), want: .allLogits)
    }
}
