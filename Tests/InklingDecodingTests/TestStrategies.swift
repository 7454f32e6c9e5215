// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTokenizer

extension StrategyDescriptor {
    /// Drafts a small tree of the draft model's favourites and accepts what a draw from the target meets.
    static let matchingTree = StrategyDescriptor(
        id: "test-tree", title: "Matching tree", source: "–", help: "a tree of favourites, kept where a draw meets it",
        guarantee: .sameDistribution, needs: [.draftModel],
        parameters: [
            StrategyParameter("width", .integer(1...4), default: 2, "children of the root"),
            StrategyParameter("depth", .integer(1...8), default: 3, "longest path"),
            StrategyParameter("scale", .real(0...1), default: 1, "unused"),
            StrategyParameter("order", .choice(["rank", "id"]), default: "rank", "unused"),
            StrategyParameter("checked", .flag, default: true, "unused"),
        ]
    ) { values in
        MatchingTree(width: values.int("width"), depth: values.int("depth"))
    }

    static func testOnly(
        _ id: String, needs: Set<StrategyNeed> = [], make: @escaping @Sendable () -> any DecodingStrategy
    ) -> StrategyDescriptor {
        StrategyDescriptor(
            id: id, title: id, source: "–", help: id, guarantee: .approximate, needs: needs, make: { _ in make() })
    }
}

/// Exact for any tree whose children are not drawn at random: one draw at each node, and a child that carries it is
/// descended to.
private struct MatchingTree: DecodingStrategy {
    let width: Int
    let depth: Int

    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        let tree = try propose(run)
        let base = run.target.cachedCount
        let rows = try run.targetLogits(tree.batch(root: run.root))

        var path: [Int] = []
        var node = -1
        while true {
            let logits = rows[node + 1]
            let law = run.sampler.distribution(logits: logits, history: run.history)
            let token = law.sample(run.random.uniform(at: run.position, for: .sample))
            let match = tree.children(of: node).first { tree.tokens[$0] == token }
            // Nothing follows an end token.
            let isEnd = run.endTokens.contains(token)
            if let match, !isEnd {
                run.commit(token, source: .draft, distribution: law, logits: logits)
                path.append(match)
                node = match
                continue
            }
            let source: TokenSource = tree.isEmpty ? .target : tree.children(of: node).isEmpty ? .bonus : .correction
            run.commit(token, source: source, distribution: law, logits: logits)
            run.target.keep([0] + path.map { $0 + 1 }, after: base)
            return run.endRound(draft: tree, verdict: Verdict(acceptedPath: path, next: token))
        }
    }

    private func propose(_ run: DecodingRun) throws(GenerationError) -> DraftTree {
        var tree = DraftTree()
        let longest = min(depth, run.remainingCount - 1)
        guard longest > 0, let draft = run.draft else { return tree }
        let missing = run.tokens[draft.cachedCount...]
        let base = draft.cachedCount + missing.count
        let first = try run.draftLogits(ModelBatch(missing))
        for alternative in TokenScores.alternatives(width, logits: first[0]) {
            guard tree.count + 1 < run.rowRoom else { break }
            var parent = tree.append(alternative.id, parent: -1, probability: 1)
            for _ in 1..<longest where tree.count + 1 < run.rowRoom {
                let next = try run.draftLogits(ModelBatch([tree.tokens[parent]]))
                let favourite = TokenScores.alternatives(1, logits: next[0])[0].id
                parent = tree.append(favourite, parent: parent, probability: 1)
            }
            draft.truncate(to: base)
        }
        draft.truncate(to: base - 1)
        return tree
    }
}

/// Commits several tokens a round and looks at no limit.
struct Overshooting: DecodingStrategy {
    let count: Int

    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        for _ in 0..<count {
            let rows = try run.targetLogits(ModelBatch([run.root]))
            let law = run.sampler.distribution(logits: rows[0], history: run.history)
            run.commit(law.mostProbable, source: .target, distribution: law, logits: rows[0])
        }
        return run.endRound()
    }
}

/// Ends rounds with nothing done.
struct Idle: DecodingStrategy {
    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound { run.endRound() }
}

/// Commits a token a round without any pass of its own.
struct Silent: DecodingStrategy {
    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        run.commit(1, source: .target, distribution: Distribution(oneHot: 1), logProbability: 0)
        return run.endRound()
    }
}

/// Feeds mixtures and lengthens a hypothesis for some rounds, then commits it without cleaning up.
struct Dreaming: DecodingStrategy {
    let length: Int
    private var dream: [TokenID] = []

    init(length: Int) { self.length = length }

    mutating func nextRound(_ run: DecodingRun) throws(GenerationError) -> DecodingRound {
        guard dream.count < length else {
            for token in dream {
                run.commit(token, source: .target, distribution: Distribution(oneHot: token), logProbability: -1)
            }
            defer { dream = [] }
            // The mixtures stand where tokens must; the cache is computed anew.
            run.target.truncate(to: run.history.count - dream.count - 1)
            _ = try run.forwardTarget(ModelBatch(run.tokens.suffix(dream.count + 1).dropLast(), want: .nothing))
            return run.endRound()
        }
        let half = [
            ModelBatch.WeightedToken(token: run.root, weight: 0.5), ModelBatch.WeightedToken(token: 0, weight: 0.5),
        ]
        _ = try run.forwardTarget(ModelBatch(rows: [.mixture(half)]))
        dream.append(TokenID(Int32(dream.count)))
        return run.endRound(hypotheses: [Hypothesis(tokens: dream, logProbability: -1, score: -1)])
    }
}
