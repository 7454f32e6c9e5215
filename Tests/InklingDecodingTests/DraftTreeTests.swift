// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

struct DraftTreeTests {
    /// Nodes 0 and 1 hang from the root, 2 from 0, 3 from 1.
    private var tree: DraftTree {
        var tree = DraftTree()
        tree.append(3, parent: -1, probability: 0.5)
        tree.append(4, parent: -1, probability: 0.4)
        tree.append(5, parent: 0, probability: 0.3)
        tree.append(6, parent: 1, probability: 0.2)
        return tree
    }

    @Test
    func `Paths, depths and children follow the parents`() {
        #expect(tree.path(to: 3) == [1, 3])
        #expect(tree.path(to: -1) == [])
        #expect(tree.depth(of: 2) == 2)
        #expect(tree.children(of: -1) == [0, 1])
        #expect(tree.children(of: 0) == [2])
        #expect(!tree.isChain)
    }

    @Test
    func `A chain is a tree`() {
        let chain = DraftTree(chain: tokens(1, 2, 3), probabilities: [1, 1, 1])
        #expect(chain.parents == [-1, 0, 1])
        #expect(chain.isChain)
        #expect(chain.batch(root: 9) == ModelBatch(tokens(9, 1, 2, 3), want: .allLogits))
        #expect(DraftTree().batch(root: 9) == ModelBatch(tokens(9), want: .allLogits))
    }

    @Test
    func `The batch of a tree puts the root first`() {
        let batch = tree.batch(root: 9)
        #expect(batch.rows == tokens(9, 3, 4, 5, 6).map { .token($0) })
        #expect(batch.layout == .tree(parents: [-1, 0, 0, 1, 2]))
    }

    @Test
    func `Every node of a tree pass equals its own path alone, and the path kept stays in the cache`() throws {
        let model = ToyModel(vocabularySize: 10, seed: 4)
        let runner = ToyRunner(model)
        _ = try runner.forward(ModelBatch(tokens(1, 2), want: .nothing))
        let output = try runner.forward(tree.batch(root: 9, want: .allLogitsAndHidden))
        let logits = try #require(output.logits)
        for node in -1..<tree.count {
            let path = tokens(1, 2, 9) + tree.path(to: node).map { tree.tokens[$0] }
            #expect(Array(logits[node + 1]) == model.logits(after: path))
        }
        #expect(output.hidden?.columnCount == 11)
        runner.keep([0, 2, 4], after: 2)
        #expect(runner.ledger == tokens(1, 2, 9, 4, 6))
        let next = try #require(try runner.forward(ModelBatch(tokens(7))).logits)
        #expect(Array(next[0]) == model.logits(after: tokens(1, 2, 9, 4, 6, 7)))
    }

    @Test
    func `A mixture of one token equals the token, and truncation forgets`() throws {
        let model = ToyModel(vocabularySize: 10, seed: 4)
        let runner = ToyRunner(model, contextCapacity: 3)
        _ = try runner.forward(ModelBatch(tokens(1, 2, 3), want: .nothing))
        #expect(throws: ModelError.contextFull(capacity: 3)) { try runner.forward(ModelBatch(tokens(1))) }
        runner.truncate(to: 1)
        let mixed = try runner.forward(ModelBatch(rows: [.mixture([ModelBatch.WeightedToken(token: 5, weight: 1)])]))
        #expect(mixed.logits.map { Array($0[0]) } == model.logits(after: tokens(1, 5)))
        #expect(runner.ledger == [1, nil])
        #expect(throws: ModelError.tokenOutOfRange(token: 10, vocabulary: 10)) {
            try runner.forward(ModelBatch(tokens(10)))
        }
    }
}
