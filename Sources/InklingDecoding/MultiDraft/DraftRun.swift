// SPDX-License-Identifier: Apache-2.0

public import InklingModel
import InklingTokenizer

/// What ``DraftRun/run(_:cancellation:onStep:)`` made, and at what cost.
public struct DraftReport: Sendable, Equatable {
    public var method: DraftMethod
    /// Best first.
    public var continuations: [Continuation]
    public var prefill: PrefillProgress
    /// Passes that made the continuations, the one over the prompt's last token included, and rows in them.
    public var passCount: Int
    public var rowCount: Int
    /// Passes after that, for the probabilities of finished continuations.
    public var scoringPassCount: Int
    public var prefillDuration: Duration
    public var draftDuration: Duration
    public var scoringDuration: Duration
}

/// Makes several continuations of a prompt with one model.
///
/// The model's cache keeps what it shares with the prompt and holds the prompt as a whole afterwards, nothing else: no
/// mixture and no draft ever stays. So a caller that asks again for a longer prompt pays for the new tokens only. Not
/// `Sendable`: one owner.
public final class DraftRun {
    public let target: any ModelRunner
    /// What Superposed Decoding tells drafts apart by; without it they differ less and make less sense.
    public var ngrams: (any NGramModel)?
    private let clock: DecodeClock

    public init(
        target: any ModelRunner, ngrams: (any NGramModel)? = nil, clock: DecodeClock = .continuous()
    ) {
        self.target = target
        self.ngrams = ngrams
        self.clock = clock
    }

    /// - Parameter onStep: is given the continuations as they stand after each pass.
    /// - Throws: ``GenerationError``. The cache then holds a prefix of the prompt, or what it held if the request was
    ///   refused.
    public func run(
        _ request: DraftRequest, cancellation: CancellationFlag = CancellationFlag(),
        onStep: ([LiveContinuation]) -> Void = { _ in }
    ) throws(GenerationError) -> DraftReport {
        try request.validate()
        guard request.prompt.count <= target.contextCapacity else {
            throw .promptTooLong(
                tokenCount: request.prompt.count, capacity: target.contextCapacity, lane: .target)
        }
        let start = clock.now()
        let passes = PassTimer(clock: clock, cancellation: cancellation, origin: start)
        defer { settleCache(request.prompt) }

        var prefill = Prefill(lane: .target, prompt: request.prompt, runner: target)
        while !prefill.isDone {
            try prefill.advance(by: request.prefillChunk, passes)
        }
        let prefillDuration = clock.now() - start

        var rows = try passes.logits(ModelBatch(request.prompt.suffix(1)), on: target)
        if let firstTokens = request.firstTokens { rows = rows.limited(to: firstTokens) }
        let first = rows
        var search = search(request)
        search.advance(rows)
        onStep(search.live)
        var passCount = 1, rowCount = 1
        while let batch = search.nextBatch() {
            rows = try passes.logits(batch, on: target)
            passCount += 1
            rowCount += batch.rows.count
            search.advance(rows)
            onStep(search.live)
        }
        var continuations = search.continuations
        let draftDuration = clock.now() - start - prefillDuration

        var scoringPassCount = 0
        if request.wantsProbabilities, continuations.contains(where: { $0.logProbability == nil }) {
            target.truncate(to: request.prompt.count)
            var scoring = ContinuationScoring(continuations.map(\.tokens))
            scoring.advance(first)
            while let batch = scoring.nextBatch() {
                scoring.advance(try passes.logits(batch, on: target))
                scoringPassCount += 1
            }
            for index in continuations.indices {
                continuations[index].logProbabilities = scoring.logProbabilities(index)
            }
        }
        return DraftReport(
            method: request.method, continuations: continuations, prefill: prefill.progress, passCount: passCount,
            rowCount: rowCount, scoringPassCount: scoringPassCount, prefillDuration: prefillDuration,
            draftDuration: draftDuration, scoringDuration: clock.now() - start - prefillDuration - draftDuration)
    }

    private func search(_ request: DraftRequest) -> any DraftSearch {
        let count = request.draftCount
        // The first token of each needs no row, its last none either.
        let room = target.contextCapacity - request.prompt.count
        let length = min(request.length, room / count + 1)
        switch request.method {
        case .superposed:
            return Superposition(
                count: count, length: length, prompt: request.prompt,
                settings: request.superposition
                    ?? SuperpositionSettings(forDrafts: count, promptCount: request.prompt.count),
                ngrams: ngrams, endTokens: request.endTokens)
        case .nucleus, .greedy:
            return SampledDrafts(
                count: count, length: length, prompt: request.prompt,
                sampler: request.method == .greedy ? .greedy : request.sampler, endTokens: request.endTokens,
                controlTokens: request.controlTokens)
        case .beam:
            return BeamSearch(count: count, length: length, endTokens: request.endTokens)
        }
    }

    private func settleCache(_ prompt: [TokenID]) {
        let count = target.commonPrefix(with: prompt)
        if target.cachedCount > count { target.truncate(to: count) }
    }
}

extension PassTimer {
    fileprivate func logits(_ batch: ModelBatch, on runner: any ModelRunner) throws(GenerationError) -> Rows {
        let rows = try forward(batch, on: runner, lane: .target).output.logits(from: .target)
        guard batch.want != .allLogits || rows.rowCount == batch.rows.count else { throw .missingLogits(.target) }
        return rows
    }
}

extension Rows {
    /// The one row, with every token excluded that is not in the list.
    fileprivate func limited(to tokens: [TokenID]) -> Rows {
        var limited = [Float](repeating: -.infinity, count: columnCount)
        for token in tokens where limited.indices.contains(Int(token.rawValue)) {
            limited[Int(token.rawValue)] = values[Int(token.rawValue)]
        }
        return Rows(rowCount: 1, columnCount: columnCount, values: limited)
    }
}
