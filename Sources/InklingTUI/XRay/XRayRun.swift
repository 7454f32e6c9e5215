// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding

/// One stretch of decoding as the X-ray shows it: an answer, or the drafts for a text of the playground.
public struct XRayRun: Sendable, Equatable, Identifiable {
    public enum Kind: Sendable, Equatable {
        case answer
        /// Drafts that go on from a text; this is its end.
        case drafts(of: String)
    }

    /// Rises from run to run.
    public let id: Int
    public let kind: Kind
    /// Those that are kept: the round with index i stands at i − ``droppedCount``.
    public private(set) var rounds: [DecodingRound] = []
    /// Rounds at the beginning that are no longer kept.
    public private(set) var droppedCount = 0
    /// So far; the final ones once it has ended.
    public private(set) var statistics = GenerationStatistics()
    /// How far the prompt has been read; nil once the first round is over.
    public private(set) var prefill: PrefillProgress?
    /// Identifier of the strategy; nil until an event says it.
    public private(set) var strategy: String?
    /// Of drafts: passes after the rounds that wrote the ends of some anew, each in rows of its own.
    public private(set) var repairPassCount = 0
    /// nil while it goes on.
    public private(set) var ending: FinishReason?

    init(id: Int, kind: Kind, strategy: String? = nil) {
        self.id = id
        self.strategy = strategy
        self.kind = kind
    }

    /// Indices of the rounds that are kept.
    public var indices: Range<Int> { droppedCount..<droppedCount + rounds.count }

    /// The round of this index, if it is kept.
    public subscript(index: Int) -> DecodingRound? {
        indices.contains(index) ? rounds[index - droppedCount] : nil
    }

    /// How the rounds were made: as was asked for, where that is known, else as the first rounds look.
    public var method: String? {
        if let strategy { return strategy }
        guard let round = rounds.first else { return nil }
        return round.choice == nil ? XRayMethod(rounds.first { $0.draftedCount > 0 } ?? round).id : "auto"
    }

    mutating func take(_ progress: PrefillProgress) {
        if rounds.isEmpty { prefill = progress }
    }

    mutating func append(_ round: DecodingRound) {
        prefill = nil
        statistics.add(round)
        rounds.append(round)
    }

    mutating func end(_ summary: GenerationSummary) {
        prefill = nil
        strategy = summary.strategy
        statistics = summary.statistics
        ending = summary.reason
    }

    mutating func end(_ reason: FinishReason, strategy: String? = nil, repairPassCount: Int = 0) {
        prefill = nil
        self.repairPassCount = repairPassCount
        ending = reason
        if let strategy { self.strategy = strategy }
    }

    mutating func dropFirst(_ count: Int) {
        rounds.removeFirst(count)
        droppedCount += count
    }
}

/// What made a round, told from what the round holds.
public enum XRayMethod: Sendable, Equatable {
    case plain, drafted, specDecPlusPlus, copied, superposed
    /// PEARL, with a block to judge or without one.
    case preVerify, postVerify

    init(_ round: DecodingRound) {
        func measure(_ name: String) -> Double? { round.measures.first { $0.name == name }?.value }
        if !round.hypotheses.isEmpty {
            self = .superposed
        } else if let mode = measure("post-verify") {
            self = mode > 0 ? .postVerify : .preVerify
        } else if measure("stop-probability") != nil {
            self = .specDecPlusPlus
        } else if round.draftedCount == 0 {
            self = .plain
        } else {
            self = round.spans.contains { $0.lane == .draft } ? .drafted : .copied
        }
    }

    /// Identifier of the strategy that works so.
    var id: String {
        switch self {
        case .plain: "ar"
        case .drafted: "sd"
        case .specDecPlusPlus: "specdec++"
        case .copied: "prompt-lookup"
        case .superposed: "superposed"
        case .preVerify, .postVerify: "pearl"
        }
    }

    /// In a word, for a column.
    var badge: String {
        switch self {
        case .plain: "plain"
        case .drafted, .specDecPlusPlus: "draft"
        case .copied: "copy"
        case .superposed: "mix"
        case .preVerify: "pre"
        case .postVerify: "post"
        }
    }
}

extension DecodingRound {
    /// What the strategy shows under a name.
    func measure(_ name: String) -> Double? { measures.first { $0.name == name }?.value }

    /// The same as a number of tokens; nil for what is none.
    func count(_ name: String) -> Int? {
        measure(name).flatMap { $0.isFinite ? Int(min(max($0, 0), 1e9)) : nil }
    }
}
