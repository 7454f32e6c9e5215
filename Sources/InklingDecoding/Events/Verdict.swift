// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// What the target made of a draft.
public struct Verdict: Sendable, Equatable {
    /// The rejection that ended the accepted path, with the numbers that decided it.
    public struct Rejection: Sendable, Equatable {
        /// Node of the ``DraftTree``.
        public var node: Int
        /// p and q of its token, after the sampler.
        public var targetProbability: Float
        public var draftProbability: Float
        /// The number that p / q was compared with; nil where none was drawn.
        public var uniform: Double?

        public init(node: Int, targetProbability: Float, draftProbability: Float, uniform: Double? = nil) {
            self.node = node
            self.targetProbability = targetProbability
            self.draftProbability = draftProbability
            self.uniform = uniform
        }
    }

    /// Accepted nodes, a path from the root.
    public var acceptedPath: [Int]
    /// The token after the path: a correction or a bonus. nil where the path ends the output, or where the draft goes on
    /// in the next round.
    public var next: TokenID?
    public var rejection: Rejection?

    public init(acceptedPath: [Int], next: TokenID?, rejection: Rejection? = nil) {
        self.acceptedPath = acceptedPath
        self.next = next
        self.rejection = rejection
    }
}
