// SPDX-License-Identifier: Apache-2.0

/// Keeps account of the time that a method has saved against plain decoding, so that what is lost by trying it stays
/// small.
///
/// However wrong the estimates are, no more is lost than a share of the time so far and what a few rounds take to begin
/// with.
struct TimeLedger {
    /// Seconds; negative when the method has cost more than it brought.
    private(set) var saved = 0.0
    private var elapsed = 0.0
    private let lossShare: Double
    private let firstRounds: Double

    init(lossShare: Double, firstRounds: Double) {
        self.lossShare = lossShare
        self.firstRounds = firstRounds
    }

    /// Books a round of this method or another.
    mutating func pass(seconds: Double) { elapsed += seconds }

    /// Books a round of this method, besides ``pass(seconds:)``.
    /// - Parameter plainRound: seconds of a round of plain decoding, which yields one token.
    mutating func book(seconds: Double, tokens: Int, plainRound: Double) {
        saved += Double(tokens) * plainRound - seconds
    }

    /// Seconds that may still be lost; negative when too many are.
    func budget(plainRound: Double) -> Double { saved + lossShare * elapsed + firstRounds * plainRound }

    /// Whether as many seconds more may be lost.
    func affords(_ loss: Double, plainRound: Double) -> Bool { budget(plainRound: plainRound) >= max(loss, 0) }
}
