// SPDX-License-Identifier: Apache-2.0

/// Times and counts of one generation.
public struct GenerationStatistics: Sendable, Equatable {
    /// Until the caches held the prompt but its last token.
    public var prefillDuration: Duration = .zero
    /// Tokens computed in that time, of both models; those reused are not among them.
    public var prefilledTokenCount = 0
    /// Prompt tokens that the target's cache held already.
    public var reusedTokenCount = 0
    /// From the start to the first committed token; nil when there was none.
    public var timeToFirstToken: Duration?
    /// From the end of the prefill to the end.
    public var decodeDuration: Duration = .zero
    public var generatedTokenCount = 0
    public var roundCount = 0
    /// Passes in rounds; those of the prefill are not among them.
    public var targetPassCount = 0
    public var draftPassCount = 0
    public var draftedCount = 0
    public var acceptedCount = 0
    /// See ``DecodingRound/judgedCount``.
    public var judgedCount = 0
    /// In passes. Where two lanes run at once, this and ``verifyDuration`` together exceed the time that went by.
    public var draftDuration: Duration = .zero
    public var verifyDuration: Duration = .zero
    public var cache = CacheUsage(usedTokens: 0, capacityTokens: 0, usedBytes: 0, capacityBytes: 0)
    public var draftCache: CacheUsage?

    public init() {}

    public mutating func add(_ round: DecodingRound) {
        roundCount += 1
        generatedTokenCount += round.committed.count
        targetPassCount += round.targetPassCount
        draftPassCount += round.draftPassCount
        draftedCount += round.draftedCount
        acceptedCount += round.acceptedCount
        judgedCount += round.judgedCount
        draftDuration += round.draftDuration
        verifyDuration += round.verifyDuration
    }

    /// Accepted of drafted; nil when nothing was drafted.
    public var acceptanceRate: Double? { ratio(acceptedCount, draftedCount) }
    /// Accepted of those that the target judged: the α of the papers.
    public var judgedAcceptanceRate: Double? { ratio(acceptedCount, judgedCount) }
    /// Accepted tokens a round.
    public var meanAcceptedCount: Double? { ratio(acceptedCount, roundCount) }
    public var tokensPerTargetPass: Double? { ratio(generatedTokenCount, targetPassCount) }
    public var prefillTokensPerSecond: Double? { rate(prefilledTokenCount, prefillDuration) }
    public var decodeTokensPerSecond: Double? { rate(generatedTokenCount, decodeDuration) }

    private func ratio(_ part: Int, _ whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }

    private func rate(_ count: Int, _ duration: Duration) -> Double? {
        duration > .zero ? Double(count) / duration.seconds : nil
    }
}

extension Duration {
    public var seconds: Double { self / .seconds(1) }
}
