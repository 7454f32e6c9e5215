// SPDX-License-Identifier: Apache-2.0

internal import InklingDecoding
public import InklingEngine

/// What the X-ray shows, from the events of one generation after another: a pure function of them, so that a recorded trace
/// fills it as a live answer does. Memory is bounded; the oldest rounds go first.
public struct XRayHistory: Sendable, Equatable {
    /// Of all runs together.
    public static let roundLimit = 4096
    public static let runLimit = 32

    /// Oldest first.
    public private(set) var runs: [XRayRun] = []
    private var roundCount = 0
    private var nextID = 1
    /// Whether the last run takes the next round.
    private var isOpen = false

    public init() {}

    public subscript(id: Int) -> XRayRun? { runs.first { $0.id == id } }

    public var newest: XRayRun? { runs.last }

    public mutating func take(_ event: EngineEvent) {
        guard case .generation(_, let event) = event else { return }
        switch event {
        case .asked(let request): begin(.answer, strategy: request.strategy)
        // A trace may begin in the middle.
        case .accepted: beginIfNeeded()
        case .decode(.prefill(let progress)):
            beginIfNeeded()
            runs[runs.count - 1].take(progress)
        case .decode(.round(let round)):
            beginIfNeeded()
            append(round)
        case .decode(.text), .decode(.hypotheses): break
        case .decode(.finished(let summary)), .finished(.done(let summary)):
            guard isOpen else { return }
            runs[runs.count - 1].end(summary)
            isOpen = false
            removeLastIfEmpty()
        case .finished(.refused):
            guard isOpen else { return }
            isOpen = false
            removeLastIfEmpty()
        }
    }

    // MARK: The playground

    /// Drafts of a text are asked for. Those of the text before it, which differed by a letter, give way.
    mutating func beginDrafts(of text: String) {
        if case .drafts = runs.last?.kind { removeLast() }
        begin(.drafts(of: String(text.suffix(400))))
    }

    /// The drafts after a pass.
    mutating func take(_ drafts: [LiveCompletion]) {
        guard case .drafts = runs.last?.kind, isOpen else { return }
        let hypotheses = drafts.map { draft in
            Hypothesis(
                tokens: draft.state.tokens, logProbability: draft.state.score * Float(draft.state.tokens.count),
                score: draft.state.score, weight: draft.state.weight, supports: draft.state.supports,
                texts: draft.pieces.isEmpty ? [draft.text] : draft.pieces)
        }
        append(
            DecodingRound(
                index: runs[runs.count - 1].indices.upperBound, committed: [], hypotheses: hypotheses, draftedCount: 0,
                spans: [], start: .zero, duration: .zero,
                cache: CacheUsage(usedTokens: 0, capacityTokens: 0, usedBytes: 0, capacityBytes: 0)))
    }

    mutating func endDrafts(_ reason: FinishReason, repairPassCount: Int = 0) {
        guard case .drafts = runs.last?.kind, isOpen else { return }
        runs[runs.count - 1].end(reason, strategy: "superposed", repairPassCount: repairPassCount)
        isOpen = false
    }

    // MARK: Runs

    private mutating func begin(_ kind: XRayRun.Kind, strategy: String? = nil) {
        removeLastIfEmpty()
        runs.append(XRayRun(id: nextID, kind: kind, strategy: strategy))
        nextID += 1
        isOpen = true
        if runs.count > Self.runLimit { removeFirst() }
    }

    private mutating func beginIfNeeded() {
        let isAnswer = runs.last?.kind == .answer
        if !isOpen || !isAnswer { begin(.answer) }
    }

    private mutating func append(_ round: DecodingRound) {
        runs[runs.count - 1].append(round)
        roundCount += 1
        guard roundCount > Self.roundLimit else { return }
        if runs.count > 1 {
            removeFirst()
        } else {
            // Many at once, so that it happens seldom.
            let count = Self.roundLimit / 8
            runs[0].dropFirst(count)
            roundCount -= count
        }
    }

    private mutating func removeFirst() {
        roundCount -= runs.removeFirst().rounds.count
    }

    private mutating func removeLast() {
        guard let last = runs.popLast() else { return }
        roundCount -= last.rounds.count
        isOpen = false
    }

    /// What was refused or cancelled before its first round is not worth a place.
    private mutating func removeLastIfEmpty() {
        if let last = runs.last, last.rounds.isEmpty { removeLast() }
    }
}
