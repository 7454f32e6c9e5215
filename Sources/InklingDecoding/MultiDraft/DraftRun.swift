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
    /// Passes after those, for ends that were written anew; see ``DraftRequest/soundCount``.
    public var repairPassCount: Int
    /// Rows of these two kinds of passes.
    public var furtherRowCount: Int
    public var prefillDuration: Duration
    public var draftDuration: Duration
    public var scoringDuration: Duration
    public var repairDuration: Duration
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

        var passCount = 0, rowCount = 0
        func logits(_ batch: ModelBatch) throws(GenerationError) -> Rows {
            passCount += 1
            rowCount += batch.rows.count
            var rows = try passes.logits(batch, on: target)
            rows.exclude(request.excludedTokens)
            return rows
        }
        /// Passes and rows since the last time.
        func counted() -> (passes: Int, rows: Int) {
            defer { (passCount, rowCount) = (0, 0) }
            return (passCount, rowCount)
        }
        let first = try logits(ModelBatch(request.prompt.suffix(1)))
        let opening: DraftOpening
        let banned = request.mayBeEmpty ? [] : Array(request.endTokens)
        if let covers = request.covers {
            let tree = CoverTree(covers.stems)
            let rows = try tree.batch.map { (batch) throws(GenerationError) in try logits(batch) }
            opening = DraftOpening(covers, tree, first: first, rows: rows, excluding: banned)
        } else {
            var rows = first
            rows.exclude(banned)
            opening = DraftOpening(rows)
        }
        var search = search(request, nodeCount: opening.nodeCount)
        search.begin(opening)
        onStep(search.live)
        while let batch = search.nextBatch() {
            search.advance(try logits(batch))
            onStep(search.live)
        }
        var continuations = search.continuations
        let draftDuration = clock.now() - start - prefillDuration
        let drafting = counted()

        var scoring = (passes: 0, rows: 0), repair = (passes: 0, rows: 0)
        var scoringDuration = Duration.zero
        if request.wantsProbabilities, continuations.contains(where: { $0.logProbability == nil }) {
            target.truncate(to: request.prompt.count)
            let soundCount = request.method == .superposed ? request.soundCount : nil
            var reading = ContinuationScoring(
                continuations.map(\.tokens), bestCount: soundCount == nil ? 0 : continuations.count)
            reading.advance(first)
            while let batch = reading.nextBatch() { reading.advance(try logits(batch)) }
            scoring = counted()
            for index in continuations.indices {
                let opened = Array(continuations[index].logProbabilities.prefix(1))
                continuations[index].logProbabilities =
                    opened + reading.logProbabilities(index).dropFirst(continuations[index].stemCount + 1)
            }
            scoringDuration = clock.now() - start - prefillDuration - draftDuration
            if let soundCount {
                var ends = DraftRepair(
                    request, continuations, reading, keeping: continuations.map(soundCount),
                    room: target.contextCapacity - request.prompt.count)
                while let batch = ends.nextBatch() { ends.advance(try logits(batch)) }
                continuations = ends.continuations
                repair = counted()
            }
        }
        return DraftReport(
            method: request.method, continuations: continuations, prefill: prefill.progress,
            passCount: drafting.passes, rowCount: drafting.rows, scoringPassCount: scoring.passes,
            repairPassCount: repair.passes, furtherRowCount: scoring.rows + repair.rows,
            prefillDuration: prefillDuration, draftDuration: draftDuration, scoringDuration: scoringDuration,
            repairDuration: clock.now() - start - prefillDuration - draftDuration - scoringDuration)
    }

    private func search(_ request: DraftRequest, nodeCount: Int) -> any DraftSearch {
        let count = request.draftCount
        // The first token of each needs no row, its last none either.
        let room = max(0, target.contextCapacity - request.prompt.count - nodeCount)
        let length = min(request.length, room / count + 1)
        switch request.method {
        case .superposed:
            return Superposition(
                count: count, length: length, prompt: request.prompt,
                settings: request.superposition
                    ?? SuperpositionSettings(forDrafts: count, promptCount: request.prompt.count),
                ngrams: ngrams, endTokens: request.endTokens, endsLoops: request.endsLoops)
        case .nucleus, .greedy:
            return SampledDrafts(
                count: count, length: length, prompt: request.prompt,
                sampler: request.method == .greedy ? .greedy : request.sampler, endTokens: request.endTokens,
                controlTokens: request.controlTokens)
        case .beam:
            return BeamSearch(
                count: count, length: length, endTokens: request.endTokens, endsLoops: request.endsLoops)
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
    /// Leaves tokens no probability.
    fileprivate mutating func exclude(_ tokens: [TokenID]) {
        for row in 0..<rowCount {
            for token in tokens where (0..<columnCount).contains(Int(token.rawValue)) {
                values[row * columnCount + Int(token.rawValue)] = -.infinity
            }
        }
    }
}
