// SPDX-License-Identifier: Apache-2.0

public import InklingModel
import InklingTokenizer

/// Accepts a prefix of a drafted chain so that the output follows the target's distribution exactly.
///
/// A token drawn from q is accepted with probability min(1, p / q), and replaced by one from norm([p − q]⁺) otherwise. A
/// token chosen without chance is accepted if a draw from p meets it; at temperature 0 that is if it is the target's own.
/// After a chain that is accepted as a whole comes a token from p.
///
/// Source: Leviathan et al. 2023, Algorithm 1; Chen et al. 2023, Theorem 1. Differs from them in drawing its numbers by
/// position, see ``PositionalRandom``.
public struct RejectionVerifier: Verifier {
    public init() {}

    /// - Precondition: the draft is a chain, and `target` has a row for each token; with one more, a token follows a chain
    ///   that was accepted as a whole.
    /// - Complexity: O(accepted tokens · vocabulary).
    public func verify(_ draft: Draft, target: Rows, _ run: DecodingRun) -> Verdict {
        let count = draft.count
        precondition(draft.tree.isChain && (count...count + 1).contains(target.rowCount))
        for node in 0..<count {
            let token = draft.tokens[node]
            let logits = target[node]
            let p = run.sampler.distribution(logits: logits, history: run.history)
            let outcome = judge(token, drawnFrom: draft.distributions[node], p, run)
            guard outcome.token == token, outcome.isAccepted else {
                run.commit(outcome.token, source: .correction, distribution: p, logits: logits)
                return Verdict(
                    acceptedPath: Array(0..<node), next: outcome.token,
                    rejection: Verdict.Rejection(
                        node: node, targetProbability: p.probability(of: token),
                        draftProbability: draft.tree.probabilities[node], uniform: outcome.uniform))
            }
            run.commit(token, source: .draft, distribution: p, logits: logits)
            if run.endTokens.contains(token) { return Verdict(acceptedPath: Array(0...node), next: nil) }
        }
        let path = Array(0..<count)
        guard target.rowCount > count else { return Verdict(acceptedPath: path, next: nil) }
        let logits = target[count]
        let p = run.sampler.distribution(logits: logits, history: run.history)
        let token = p.sample(run.random.uniform(at: run.position, for: .sample))
        run.commit(token, source: count == 0 ? .target : .bonus, distribution: p, logits: logits)
        return Verdict(acceptedPath: path, next: token)
    }

    private func judge(
        _ token: TokenID, drawnFrom q: Distribution?, _ p: Distribution, _ run: DecodingRun
    ) -> (token: TokenID, isAccepted: Bool, uniform: Double?) {
        guard let q else {
            let own = p.sample(run.random.uniform(at: run.position, for: .sample))
            return (own, own == token, nil)
        }
        let uniform = run.random.uniform(at: run.position, for: .accept)
        if uniform * Double(q.probability(of: token)) < Double(p.probability(of: token)) {
            return (token, true, uniform)
        }
        let rest = p.residual(subtracting: q)
        return (rest.sample(run.random.uniform(at: run.position, for: .residual)), false, uniform)
    }
}
