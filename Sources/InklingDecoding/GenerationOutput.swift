// SPDX-License-Identifier: Apache-2.0

import InklingTokenizer

/// What a generation has produced so far: tokens, text and figures. Ends the output at end tokens and stop strings.
struct GenerationOutput {
    private let request: GenerationRequest
    private var textDecoder: any TokenTextDecoder
    private var filter: StopStringFilter
    private var tokens: [TokenID] = []
    private var text = ""
    private var statistics = GenerationStatistics()
    private var decodeStart: Duration?

    init(request: GenerationRequest, textDecoder: any TokenTextDecoder) {
        self.request = request
        self.textDecoder = textDecoder
        filter = StopStringFilter(request.stopStrings)
    }

    var strategy: String { request.strategy }

    var isAtTokenLimit: Bool { tokens.count >= request.maxTokens ?? .max }

    mutating func startPrefill(_ progress: PrefillProgress) {
        if progress.lane == .target { statistics.reusedTokenCount = progress.reused }
        statistics.prefilledTokenCount += progress.total - progress.reused
    }

    /// - Parameter time: since the generation began, as everywhere here.
    mutating func endPrefill(at time: Duration) {
        statistics.prefillDuration = time
        decodeStart = time
    }

    /// Takes the tokens of a round, in order, as far as the output goes, and completes them with their text.
    ///
    /// - Parameters:
    ///   - limit: how many tokens there is room for.
    ///   - round: loses the tokens after the end.
    /// - Returns: text that is safe to show, and the ending if the round holds one.
    mutating func take(
        _ round: inout DecodingRound, limit: Int, at time: Duration
    ) -> (text: String, ending: FinishReason?) {
        var safe = ""
        var ending: FinishReason?
        var taken = 0
        fillTexts(in: &round)
        while taken < min(round.committed.count, limit), ending == nil {
            let token = round.committed[taken].id
            for index in round.committed[taken].alternatives.indices {
                var branch = textDecoder
                let id = round.committed[taken].alternatives[index].id
                round.committed[taken].alternatives[index].text = branch.append(id) + branch.finish()
            }
            if request.endTokens.contains(token) {
                ending = .endOfText(token)
            } else {
                let piece = textDecoder.append(token)
                round.committed[taken].text = piece
                safe += filter.append(piece)
                ending = filter.matched.map { .stopString($0) }
            }
            tokens.append(token)
            taken += 1
        }
        round.committed.removeLast(round.committed.count - taken)
        if !round.pending.isEmpty {
            var branch = textDecoder
            round.pendingTexts = round.pending.map { branch.append($0) }
        }
        if taken > 0, statistics.timeToFirstToken == nil { statistics.timeToFirstToken = time }
        statistics.add(round)
        text += safe
        return (safe, ending)
    }

    /// What was drafted, as text: from the place where the round began, whatever was accepted of it.
    private func fillTexts(in round: inout DecodingRound) {
        if let draft = round.draft {
            if draft.isChain {
                var branch = textDecoder
                round.draft?.texts = draft.tokens.map { branch.append($0) }
            } else {
                var branches: [any TokenTextDecoder] = []
                round.draft?.texts = draft.tokens.indices.map { node in
                    let parent = draft.parents[node]
                    var branch = parent < 0 ? textDecoder : branches[parent]
                    defer { branches.append(branch) }
                    return branch.append(draft.tokens[node])
                }
            }
        }
        for index in round.hypotheses.indices {
            var branch = textDecoder
            round.hypotheses[index].texts = round.hypotheses[index].tokens.map { branch.append($0) }
        }
    }

    /// - Returns: text that was held back until it was clear that nothing follows.
    mutating func finish() -> String {
        let rest = filter.append(textDecoder.finish()) + filter.finish()
        text += rest
        return rest
    }

    func summary(_ reason: FinishReason, _ run: DecodingRun, total: Duration) -> GenerationSummary {
        var statistics = statistics
        if let decodeStart {
            statistics.decodeDuration = total - decodeStart
        } else {
            // The prefill was all there was.
            statistics.prefillDuration = total
        }
        statistics.cache = DecodingRun.usage(of: run.target)
        statistics.draftCache = run.draft.map { DecodingRun.usage(of: $0) }
        return GenerationSummary(
            reason: reason, strategy: request.strategy, seed: request.sampler.seed,
            promptTokenCount: request.prompt.count, tokens: tokens, text: text, statistics: statistics)
    }
}
