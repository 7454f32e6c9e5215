// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Pearson's test of counts against a known distribution.
public struct ChiSquared: CustomStringConvertible {
    public let statistic: Double
    public let degreesOfFreedom: Int
    /// About standard normal where the counts come from the distribution (Wilson and Hilferty 1931).
    public let score: Double

    /// - Parameters:
    ///   - counts: by outcome; outcomes that never came may be left out.
    ///   - law: probability of each outcome. Outcomes expected fewer than five times share one cell. An outcome that the
    ///     law does not know makes the score infinite.
    public init<Outcome: Hashable>(counts: [Outcome: Int], law: [Outcome: Double]) {
        let total = Double(counts.values.reduce(0, +))
        var statistic = 0.0
        var cells = 0
        var rareExpected = 0.0
        var rareCount = 0.0
        for (outcome, probability) in law {
            let expected = probability * total
            let count = Double(counts[outcome] ?? 0)
            guard expected >= 5 else {
                rareExpected += expected
                rareCount += count
                continue
            }
            statistic += (count - expected) * (count - expected) / expected
            cells += 1
        }
        if rareExpected >= 1 {
            statistic += (rareCount - rareExpected) * (rareCount - rareExpected) / rareExpected
            cells += 1
        }
        self.statistic = statistic
        degreesOfFreedom = max(cells - 1, 1)
        let width = 2 / (9 * Double(degreesOfFreedom))
        let isKnown = counts.allSatisfy { $0.value == 0 || (law[$0.key] ?? 0) > 0 }
        score =
            isKnown ? (cbrt(statistic / Double(degreesOfFreedom)) - (1 - width)) / width.squareRoot() : .infinity
    }

    /// Whether the counts may come from the law, with a false-alarm rate of 1 in 10,000.
    public var isPlausible: Bool { score < 3.719 }

    public var description: String {
        "χ² = \(statistic), \(degreesOfFreedom) degrees of freedom, z = \(score)"
    }
}
