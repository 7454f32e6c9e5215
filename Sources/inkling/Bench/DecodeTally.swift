// SPDX-License-Identifier: Apache-2.0

import InklingDecoding

/// What a strategy did on some prompts, summed up.
struct DecodeTally: Equatable {
    private(set) var tokenCount = 0
    /// From the end of the prefill to the end of the answer.
    private(set) var decodeSeconds = 0.0
    private(set) var draftSeconds = 0.0
    private(set) var roundCount = 0
    private(set) var targetPassCount = 0
    private(set) var draftPassCount = 0
    private(set) var draftedCount = 0
    private(set) var acceptedCount = 0
    private(set) var judgedCount = 0
    /// How many rounds put so many tokens before the target.
    private(set) var lengths: [Int: Int] = [:]
    private(set) var hasTrees = false

    mutating func add(_ statistics: GenerationStatistics, rounds: [DecodingRound]) {
        tokenCount += statistics.generatedTokenCount
        decodeSeconds += statistics.decodeDuration.seconds
        draftSeconds += statistics.draftDuration.seconds
        roundCount += statistics.roundCount
        targetPassCount += statistics.targetPassCount
        draftPassCount += statistics.draftPassCount
        draftedCount += statistics.draftedCount
        acceptedCount += statistics.acceptedCount
        judgedCount += statistics.judgedCount
        for round in rounds {
            lengths[round.draftedCount, default: 0] += 1
            if round.draft?.isChain == false { hasTrees = true }
        }
    }

    static func += (left: inout DecodeTally, right: DecodeTally) {
        left.tokenCount += right.tokenCount
        left.decodeSeconds += right.decodeSeconds
        left.draftSeconds += right.draftSeconds
        left.roundCount += right.roundCount
        left.targetPassCount += right.targetPassCount
        left.draftPassCount += right.draftPassCount
        left.draftedCount += right.draftedCount
        left.acceptedCount += right.acceptedCount
        left.judgedCount += right.judgedCount
        left.lengths.merge(right.lengths, uniquingKeysWith: +)
        left.hasTrees = left.hasTrees || right.hasTrees
    }

    var tokensPerSecond: Double { decodeSeconds > 0 ? Double(tokenCount) / decodeSeconds : 0 }
    /// Accepted of drafted; nil where nothing was drafted.
    var acceptanceRate: Double? { Self.ratio(acceptedCount, draftedCount) }
    /// α: accepted of those that the target judged.
    var judgedAcceptanceRate: Double? { Self.ratio(acceptedCount, judgedCount) }
    /// Accepted tokens a round.
    var meanAcceptedCount: Double? { draftedCount > 0 ? Self.ratio(acceptedCount, roundCount) : nil }
    var tokensPerTargetPass: Double? { Self.ratio(tokenCount, targetPassCount) }
    /// Of the time that went by; under PEARL the target computes meanwhile.
    var draftShare: Double { decodeSeconds > 0 ? draftSeconds / decodeSeconds : 0 }
    var longestDraft: Int { lengths.keys.max() ?? 0 }

    private static func ratio(_ part: Int, _ whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }
}
