// SPDX-License-Identifier: Apache-2.0

@testable import InklingDecoding
@testable import InklingEngine
import InklingTokenizer

/// Rounds made by hand, where what is shown must be known to the letter.
extension DecodingRound {
    /// A chain of drafted words of which the first `accepted` were taken; where not all were, the next one was refused.
    static func toy(
        index: Int = 0, draft words: [String], confidences: [Float]? = nil, accepted: Int, next: String? = nil,
        stop: DraftStop = .length, measures: [RoundMeasure] = [], risks: [Float] = [],
        rejected: (target: Float, draft: Float) = (0.12, 0.63), pending: [String] = [], choice: MethodChoice? = nil,
        laneOverlap: Bool = false
    ) -> DecodingRound {
        var tree = DraftTree(
            chain: words.indices.map { TokenID(Int32(100 + $0)) }, probabilities: words.map { _ in 0.5 })
        tree.texts = words
        tree.confidences = confidences ?? words.indices.map { max(0.05, 0.95 - Float($0) * 0.1) }
        tree.rejectionRisks = risks
        let isRejected = accepted < words.count
        var committed = (0..<accepted).map { place in
            CommittedToken(
                id: TokenID(Int32(100 + place)), position: 10 + place, source: .draft, logProbability: -0.1,
                text: words[place])
        }
        if let next {
            committed.append(
                CommittedToken(
                    id: TokenID(7), position: 10 + accepted, source: isRejected ? .correction : .bonus,
                    logProbability: -0.35,
                    alternatives: isRejected
                        ? [TokenAlternative(id: TokenID(Int32(100 + accepted)), probability: rejected.target)] : [],
                    text: next))
        }
        let start = Duration.milliseconds(10 * index)
        let target = PassSpan(
            lane: .target, start: start + .milliseconds(laneOverlap ? 0 : words.count), duration: .milliseconds(5),
            rowCount: words.count + 1)
        let drafts = words.indices.map {
            PassSpan(lane: .draft, start: start + .milliseconds($0), duration: .milliseconds(1), rowCount: 1)
        }
        return DecodingRound(
            index: index, draft: tree,
            verdict: Verdict(
                acceptedPath: Array(0..<accepted), next: next == nil ? nil : TokenID(7),
                rejection: isRejected
                    ? Verdict.Rejection(
                        node: accepted, targetProbability: rejected.target, draftProbability: rejected.draft,
                        uniform: 0.5)
                    : nil),
            committed: committed, measures: measures, draftedCount: words.count, stop: stop, choice: choice,
            pending: pending.indices.map { TokenID(Int32(300 + $0)) }, pendingTexts: pending, spans: drafts + [target],
            start: start, duration: .milliseconds(10),
            cache: CacheUsage(usedTokens: 20, capacityTokens: 100, usedBytes: 20, capacityBytes: 100))
    }

    /// Plain decoding.
    static func plain(index: Int = 0, _ text: String, choice: MethodChoice? = nil, stop: DraftStop? = nil)
        -> DecodingRound
    {
        let start = Duration.milliseconds(10 * index)
        return DecodingRound(
            index: index,
            committed: [
                CommittedToken(id: TokenID(4), position: 10 + index, source: .target, logProbability: -0.2, text: text)
            ],
            draftedCount: 0, stop: stop, choice: choice,
            spans: [PassSpan(lane: .target, start: start, duration: .milliseconds(5), rowCount: 1)], start: start,
            duration: .milliseconds(6),
            cache: CacheUsage(usedTokens: 20, capacityTokens: 100, usedBytes: 20, capacityBytes: 100))
    }

    /// A tree of two ways to begin, the first of which goes on in three ways.
    static func tree(index: Int = 0) -> DecodingRound {
        var tree = DraftTree()
        let the = tree.append(TokenID(1), parent: -1, probability: 0.7)
        let a = tree.append(TokenID(2), parent: -1, probability: 0.2)
        let file = tree.append(TokenID(3), parent: the, probability: 0.5)
        let list = tree.append(TokenID(4), parent: the, probability: 0.3)
        tree.append(TokenID(5), parent: the, probability: 0.1)
        let name = tree.append(TokenID(6), parent: file, probability: 0.9)
        tree.append(TokenID(7), parent: list, probability: 0.4)
        tree.append(TokenID(8), parent: name, probability: 0.6)
        tree.append(TokenID(9), parent: a, probability: 0.2)
        tree.texts = [" the", " a", " file", " list", " dir", " name", " of", " is", " file"]
        let spans = [
            PassSpan(lane: .draft, start: .zero, duration: .milliseconds(3), rowCount: 3),
            PassSpan(lane: .target, start: .milliseconds(3), duration: .milliseconds(5), rowCount: 10),
        ]
        func committed(_ id: Int32, _ text: String, _ source: TokenSource) -> CommittedToken {
            CommittedToken(id: TokenID(id), position: 12, source: source, logProbability: -0.3, text: text)
        }
        return DecodingRound(
            index: index, draft: tree,
            verdict: Verdict(
                acceptedPath: [0, 2, 5], next: TokenID(11),
                rejection: Verdict.Rejection(node: 7, targetProbability: 0.1, draftProbability: 0.6)),
            committed: [
                committed(1, " the", .draft), committed(3, " file", .draft), committed(6, " name", .draft),
                committed(11, " has", .correction),
            ], draftedCount: 9, stop: .length, spans: spans, start: .zero, duration: .milliseconds(9),
            cache: CacheUsage(usedTokens: 20, capacityTokens: 100, usedBytes: 20, capacityBytes: 100))
    }

    /// Three drafts in superposition.
    static func mixture(index: Int = 0, length: Int) -> DecodingRound {
        let words = [
            [" a", " folder", " use", " ls"], [" the", " home", " folder", ","], [" one", " place", " with", " find"],
        ]
        return DecodingRound(
            index: index, committed: [],
            hypotheses: words.enumerated().map { place, words in
                Hypothesis(
                    tokens: words.prefix(length).indices.map { TokenID(Int32(10 * place + $0)) }, logProbability: -2,
                    score: -1 - Float(place), weight: [0.62, 0.3, 0.08][place],
                    supports: words.prefix(length).indices.map { $0 == 2 && place == 1 ? 0 : 0.2 },
                    texts: Array(words.prefix(length)))
            }, draftedCount: 0,
            spans: [PassSpan(lane: .target, start: .milliseconds(6 * index), duration: .milliseconds(5), rowCount: 1)],
            start: .milliseconds(6 * index), duration: .milliseconds(6),
            cache: CacheUsage(usedTokens: 20, capacityTokens: 100, usedBytes: 20, capacityBytes: 100))
    }
}

extension EngineEvent {
    static func begin(_ id: Int = 1) -> EngineEvent {
        .generation(GenerationID(id), .asked(ChatRequest(messages: [], strategy: "sd")))
    }

    static func round(_ round: DecodingRound, of id: Int = 1) -> EngineEvent {
        .generation(GenerationID(id), .decode(.round(round)))
    }

    static func end(_ id: Int = 1, strategy: String = "sd") -> EngineEvent {
        .generation(
            GenerationID(id),
            .decode(
                .finished(
                    GenerationSummary(
                        reason: .tokenLimit, strategy: strategy, seed: 1, promptTokenCount: 1, tokens: [], text: "",
                        statistics: GenerationStatistics()))))
    }
}
