// SPDX-License-Identifier: Apache-2.0

/// What passes of a pair of models cost on one machine, and what came of drafting: plain data, to be kept between runs.
public struct CostProfile: Sendable, Equatable, Codable {
    /// One point of the target's verify curve.
    public struct Point: Sendable, Equatable, Codable {
        public var rows: Int
        /// Of a pass over so many rows.
        public var seconds: Double

        public init(rows: Int, seconds: Double) {
            self.rows = rows
            self.seconds = seconds
        }
    }

    /// How fast a strategy was, over several generations. Old ones count for less.
    public struct Rate: Sendable, Equatable, Codable {
        public private(set) var tokens = 0.0
        public private(set) var seconds = 0.0

        public init(tokens: Double = 0, seconds: Double = 0) {
            self.tokens = tokens
            self.seconds = seconds
        }

        public var tokensPerSecond: Double? { seconds > 0 ? tokens / seconds : nil }

        /// Adds a generation; half of what was known is forgotten whenever it is more than 8192 tokens.
        public mutating func add(tokens count: Int, seconds duration: Double) {
            if tokens > 8192 { (tokens, seconds) = (tokens / 2, seconds / 2) }
            tokens += Double(count)
            seconds += duration
        }
    }

    /// The verify curve, rows and seconds rising, the first point over one row.
    public var verify: [Point]
    /// Seconds of a pass of the draft model over one token, and of each further token of a longer pass.
    public var draftPass: Double?
    public var draftRow: Double?
    /// Share of the judged tokens of the draft model that the target accepted.
    public var acceptance: Double?
    /// By identifier of the strategy.
    public var rates: [String: Rate]

    public init(
        verify: [Point], draftPass: Double? = nil, draftRow: Double? = nil, acceptance: Double? = nil,
        rates: [String: Rate] = [:]
    ) {
        self.verify = verify
        self.draftPass = draftPass
        self.draftRow = draftRow
        self.acceptance = acceptance
        self.rates = rates
    }

    /// Whether every number can be one: what is read from a file may hold anything.
    public var isPlausible: Bool {
        func isTime(_ seconds: Double) -> Bool { seconds > 0 && seconds < 3600 }
        let isRising = zip(verify, verify.dropFirst()).allSatisfy { $0.rows < $1.rows && $0.seconds <= $1.seconds }
        return verify.first?.rows == 1 && verify.count <= CostModel.longestPass && isRising
            && verify.allSatisfy { isTime($0.seconds) && $0.rows <= 4096 }
            && [draftPass, draftRow].allSatisfy { $0.map(isTime) ?? true }
            && (acceptance.map { (0...1).contains($0) } ?? true)
            && rates.count <= 64
            && rates.values.allSatisfy { (0...1e9).contains($0.tokens) && (0...1e9).contains($0.seconds) }
    }

    /// Whether the pair is faster with two lanes at once, target and draft model on cores of their own, than in turn on
    /// all cores.
    ///
    /// - Parameters:
    ///   - overlapping: of the same pair with its cores shared out between two lanes.
    ///   - serial: with all cores for the target.
    public static func overlapWins(_ overlapping: CostProfile?, over serial: CostProfile?) -> Bool {
        func best(_ profile: CostProfile?, _ strategies: [StrategyDescriptor]) -> Double? {
            strategies.compactMap { strategy -> Double? in
                guard let rate = profile?.rates[strategy.id], rate.tokens >= 256 else { return nil }
                return rate.tokensPerSecond
            }.max()
        }
        guard let pearl = best(overlapping, [.pearl]),
            let other = best(serial, [.automatic, .speculative, .specDecPlusPlus])
        else { return false }
        return pearl > 1.05 * other
    }
}
