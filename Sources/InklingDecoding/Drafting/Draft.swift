// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Why a draft ended where it did.
public enum DraftStop: String, Sendable, CaseIterable {
    /// It is as long as the method lets a draft be.
    case length
    /// The output or a context has no room for more.
    case limit
    /// It holds a token that ends the output.
    case endToken
    /// A rejection has become likely.
    case likelyRejection
    /// The text holds no continuation to copy.
    case noMatch
    /// The text holds a token that the draft model does not know.
    case unknownToken
    /// Plain decoding promises more, or is due.
    case noGain
    /// The target is done with what it was verifying meanwhile.
    case targetReady
}

/// Tokens put before the target, with what they were drawn from.
public struct Draft: Sendable, Equatable {
    public private(set) var tree = DraftTree()
    /// By node: what its token was drawn from; nil for a token that was chosen without chance.
    public private(set) var distributions: [Distribution?] = []
    public var stop: DraftStop
    /// What the drafter shows about the round.
    public var measures: [RoundMeasure] = []
    /// The method that a drafter chose, if it had several.
    public var choice: MethodChoice?

    /// No tokens.
    public init(stop: DraftStop) {
        self.stop = stop
    }

    public var tokens: [TokenID] { tree.tokens }
    public var count: Int { tree.count }
    public var isEmpty: Bool { tree.isEmpty }

    /// Adds a token after the last one.
    /// - Parameter confidence: see ``DraftTree/confidences``; every token of a draft has one, or none.
    public mutating func append(
        _ token: TokenID, drawnFrom distribution: Distribution? = nil, confidence: Float? = nil
    ) {
        tree.append(token, parent: count - 1, probability: distribution?.probability(of: token) ?? 1)
        distributions.append(distribution)
        if let confidence { tree.confidences.append(confidence) }
    }

    /// Notes ``DraftTree/rejectionRisks``.
    mutating func assess(_ risks: [Float]) {
        tree.rejectionRisks = risks
    }
}
