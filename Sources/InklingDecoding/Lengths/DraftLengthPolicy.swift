// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// A token that was just drafted.
public struct DraftStep {
    /// How many tokens the draft has, this one included.
    public let depth: Int
    public let token: TokenID
    /// The draft model's logits that the token was drawn from, unscaled.
    public let logits: ArraySlice<Float>
    /// The hidden state that those logits came from: that of the token *before* this one. nil unless the policy wants it.
    public let hidden: ArraySlice<Float>?

    public init(depth: Int, token: TokenID, logits: ArraySlice<Float>, hidden: ArraySlice<Float>? = nil) {
        self.depth = depth
        self.token = token
        self.logits = logits
        self.hidden = hidden
    }
}

/// Decides how long a draft becomes. It may look at everything drafted and judged so far, so any policy leaves the output's
/// distribution as it is.
public protocol DraftLengthPolicy {
    /// Whether ``DraftStep/hidden`` is to be filled.
    var wantsHidden: Bool { get }
    /// What the policy shows about the latest round.
    var measures: [RoundMeasure] { get }
    /// Of the latest draft: see ``DraftTree/rejectionRisks``.
    var risks: [Float] { get }

    mutating func begin(_ run: DecodingRun) throws(GenerationError)
    /// The longest draft of the next round, 0 for none.
    /// - Parameter limit: what there is room for.
    mutating func nextLength(_ run: DecodingRun, limit: Int) -> Int
    /// Called after each token but one that ends the output.
    mutating func shouldContinue(_ step: DraftStep) -> Bool
    mutating func observe(_ verdict: Verdict, of draft: Draft, _ run: DecodingRun)
    /// - Throws: ``GenerationError/headDoesNotFit(expected:found:)``.
    func check(hiddenSize: Int) throws(GenerationError)
}

extension DraftLengthPolicy {
    public var wantsHidden: Bool { false }
    public var measures: [RoundMeasure] { [] }
    public var risks: [Float] { [] }
    public mutating func begin(_ run: DecodingRun) throws(GenerationError) {}
    public mutating func shouldContinue(_ step: DraftStep) -> Bool { true }
    public mutating func observe(_ verdict: Verdict, of draft: Draft, _ run: DecodingRun) {}
    public func check(hiddenSize: Int) throws(GenerationError) {}
}

/// The same length every round.
public struct FixedLength: DraftLengthPolicy {
    private let length: Int

    public init(_ length: Int) {
        self.length = length
    }

    public mutating func nextLength(_ run: DecodingRun, limit: Int) -> Int { length }
}
