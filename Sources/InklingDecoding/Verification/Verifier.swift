// SPDX-License-Identifier: Apache-2.0

public import InklingModel

/// Decides which drafted tokens become part of the output, and what comes after them.
public protocol Verifier {
    /// Walks from the root along the draft and commits what it accepts and one token more.
    ///
    /// The distribution at a node depends on the path to it, so it is computed during the walk, on ``DecodingRun/history``,
    /// which grows with each commit. Nothing is committed after an end token.
    ///
    /// - Parameters:
    ///   - target: logits; row 0 predicts the children of the root, row i + 1 those of node i. Leaves may lack a row; then
    ///     nothing is drawn after them.
    func verify(_ draft: Draft, target: Rows, _ run: DecodingRun) -> Verdict
}
