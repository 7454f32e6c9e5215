// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

/// Runs a strategy from prompt to end. Everything that strategies share is here, once: prefix reuse and prefill, limits,
/// end tokens, stop strings, cancellation, events, statistics, and the state of the caches afterwards.
public struct Generator {
    private let clock: DecodeClock
    private let strategies: [StrategyDescriptor]
    private let makeTextDecoder: () -> any TokenTextDecoder

    /// - Parameters:
    ///   - strategies: the methods to choose from.
    ///   - makeTextDecoder: a fresh one for each generation.
    public init(
        clock: DecodeClock = .continuous(), strategies: [StrategyDescriptor] = StrategyRegistry.all,
        makeTextDecoder: @escaping () -> any TokenTextDecoder
    ) {
        self.clock = clock
        self.strategies = strategies
        self.makeTextDecoder = makeTextDecoder
    }

    /// Generates until something ends it. Errors, too, are an ending, not a throw.
    ///
    /// Afterwards the target's cache holds the prompt and the committed tokens but the last, so that a chat can go on from
    /// it. There are two exceptions: a request that was refused leaves it as it was, and one that ended during prefill
    /// leaves a prefix of the prompt.
    ///
    /// - Parameter emit: is given each event as it happens; ``DecodeEvent/finished(_:)`` once, last.
    /// - Returns: the summary of the last event.
    @discardableResult
    public func run(
        _ request: GenerationRequest, _ run: DecodingRun, cancellation: CancellationFlag = CancellationFlag(),
        emit: (DecodeEvent) -> Void
    ) -> GenerationSummary {
        let start = clock.now()
        var output = GenerationOutput(request: request, textDecoder: makeTextDecoder())
        let reason: FinishReason
        do throws(GenerationError) {
            let descriptor = try check(request, run)
            var strategy = try descriptor.makeStrategy(request.parameters)
            run.prepare(request, clock: clock, cancellation: cancellation, origin: start)
            defer { run.settleCaches() }
            try prefill(request, lanes(of: descriptor, request, run), run, &output, emit)
            do throws(GenerationError) {
                reason = try decode(request, &strategy, run, cancellation, &output, emit)
            } catch {
                run.discardRound()
                throw error
            }
        } catch {
            reason = Self.reason(for: error)
        }
        let rest = output.finish()
        if !rest.isEmpty { emit(.text(rest)) }
        let summary = output.summary(reason, run, total: clock.now() - start)
        emit(.finished(summary))
        return summary
    }

    /// Refuses what cannot work, before any work is done.
    private func check(
        _ request: GenerationRequest, _ run: DecodingRun
    ) throws(GenerationError) -> StrategyDescriptor {
        try request.validate()
        let descriptor = try StrategyRegistry.descriptor(request.strategy, in: strategies)
        _ = try descriptor.values(request.parameters)
        if descriptor.needs.contains(.draftModel), run.draft == nil {
            throw .missingNeed(strategy: descriptor.id, need: .draftModel)
        }
        if descriptor.needs.contains(.acceptanceHead), run.acceptanceHead == nil {
            throw .missingNeed(strategy: descriptor.id, need: .acceptanceHead)
        }
        for (lane, runner) in lanes(of: descriptor, request, run) where request.prompt.count > runner.contextCapacity {
            throw .promptTooLong(tokenCount: request.prompt.count, capacity: runner.contextCapacity, lane: lane)
        }
        return descriptor
    }

    /// The models that take part.
    private func lanes(
        of descriptor: StrategyDescriptor, _ request: GenerationRequest, _ run: DecodingRun
    ) -> [(Lane, any ModelRunner)] {
        guard let draft = run.draft else { return [(.target, run.target)] }
        let isUsed = descriptor.uses.contains(.draftModel) && request.prompt.count <= draft.contextCapacity
        guard isUsed || descriptor.needs.contains(.draftModel) else { return [(.target, run.target)] }
        return [(.target, run.target), (.draft, draft)]
    }

    private func prefill(
        _ request: GenerationRequest, _ lanes: [(Lane, any ModelRunner)], _ run: DecodingRun,
        _ output: inout GenerationOutput, _ emit: (DecodeEvent) -> Void
    ) throws(GenerationError) {
        for (lane, runner) in lanes {
            var prefill = Prefill(lane: lane, prompt: request.prompt, runner: runner)
            // A draft model that does not know a token of the prompt never drafts, so it need not read any.
            if lane == .draft, request.prompt.contains(where: { $0.rawValue >= runner.vocabularySize }) { continue }
            output.startPrefill(prefill.progress)
            emit(.prefill(prefill.progress))
            var pace = PrefillPace(longest: request.prefillChunk, latency: request.prefillLatency)
            while !prefill.isDone {
                let start = run.elapsed
                let done = prefill.progress.done
                try prefill.advance(by: pace.chunk, run.passes)
                let (count, time) = (prefill.progress.done - done, run.elapsed - start)
                pace.didRead(count, in: time)
                if lane == .draft { run.costs.learnReading(time, rows: count) }
                emit(.prefill(prefill.progress))
            }
        }
        output.endPrefill(at: run.elapsed)
    }

    private func decode(
        _ request: GenerationRequest, _ strategy: inout any DecodingStrategy, _ run: DecodingRun,
        _ cancellation: CancellationFlag, _ output: inout GenerationOutput, _ emit: (DecodeEvent) -> Void
    ) throws(GenerationError) -> FinishReason {
        var hasBegun = false
        var hypothesisLength = 0
        while true {
            if output.isAtTokenLimit { return .tokenLimit }
            let room = run.remainingCount
            if room == 0 { return .contextFull }
            if cancellation.isCancelled { return .cancelled }
            if !hasBegun {
                try strategy.begin(run)
                run.startRounds()
                hasBegun = true
            }

            let baseline = try run.measureBaselineIfDue(share: request.baselineShare)
            var round = try strategy.nextRound(run)
            round.baseline = baseline
            if round.committed.isEmpty {
                let longest = round.hypotheses.map(\.tokens.count).max() ?? 0
                // A hypothesis longer than what may still be committed would never end.
                guard longest > hypothesisLength, longest <= room else {
                    throw .noProgress(strategy: output.strategy)
                }
                hypothesisLength = longest
            } else {
                hypothesisLength = 0
            }

            let committedCount = round.committed.count
            let (text, ending) = output.take(&round, limit: room, at: run.elapsed)
            if round.committed.count < committedCount { run.takeBack(committedCount - round.committed.count, &round) }
            run.didEnd(round)
            emit(.round(round))
            if !round.hypotheses.isEmpty { emit(.hypotheses(round.hypotheses)) }
            if !text.isEmpty { emit(.text(text)) }
            if let ending { return ending }
        }
    }

    private static func reason(for error: GenerationError) -> FinishReason {
        switch error {
        case .cancelled, .model(.cancelled): .cancelled
        case .model(.contextFull): .contextFull
        default: .failed(error)
        }
    }
}
