// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SamplerStage {
    /// Mirostat 1: estimates from the most probable tokens how steeply probabilities fall with rank (Zipf exponent ŝ),
    /// and keeps as many tokens as make the expected surprise of the draw μ.
    ///
    /// Source: Basu et al. 2021, Algorithm 1. Differs from the authors' script in taking the model's own vocabulary size
    /// where that has 50,000.
    static let mirostatOne = SamplerStage(
        id: "mirostat-1", title: "Mirostat 1", help: "keeps the surprise of the output near tau by choosing k",
        isActive: { $0.mirostat.version == .one },
        apply: { candidates, settings, history in
            let ranked = candidates.greatest(Zipf.rankCount + 1)
            let probabilities = candidates.probabilities
            let count = Zipf.keptCount(
                falling: ranked.map { probabilities[$0] },
                maximumSurprise: history.maximumSurprise ?? 2 * settings.mirostat.targetSurprise,
                vocabularySize: candidates.vocabularySize)
            guard count < candidates.count else { return }
            let kept = count <= ranked.count ? Array(ranked.prefix(count)) : candidates.greatest(count)
            guard !kept.isEmpty else { return }
            candidates.keptMass = Float(kept.reduce(0) { $0 + Double(probabilities[$1]) })
            candidates.keep(kept, sorted: true)
        })
}

/// The model of Mirostat 1: probability falls with rank as rank^−s.
enum Zipf {
    /// How many ratios of neighbouring ranks the exponent is estimated from.
    static let rankCount = 100

    /// ŝ: the least-squares slope of log probability over log rank, through neighbouring ranks.
    /// - Parameter probabilities: falling.
    static func exponent(falling probabilities: [Float]) -> Double {
        var product = 0.0
        var square = 0.0
        for (rank, (here, next)) in zip(probabilities, probabilities.dropFirst()).prefix(rankCount).enumerated() {
            guard here > 0, next > 0 else { break }
            let width = log(Double(rank + 2) / Double(rank + 1))
            product += width * log(Double(here) / Double(next))
            square += width * width
        }
        return square > 0 ? product / square : 0
    }

    /// How many of the most probable tokens to keep, 1 to the vocabulary size.
    static func keptCount(falling probabilities: [Float], maximumSurprise: Float, vocabularySize: Int) -> Int {
        let s = exponent(falling: probabilities)
        let excess = s - 1
        let size = Double(max(vocabularySize, 2))
        // At ε = 0 the quotient ε / (1 − N^−ε) is 0 / 0; its limit is 1 / ln N.
        let quotient = abs(excess) < 1e-6 ? 1 / log(size) : excess / (1 - pow(size, -excess))
        let k = pow(quotient * exp2(Double(maximumSurprise)), 1 / s).rounded() + 1
        // A flat distribution has s = 0: every rank is as good as the first.
        guard s > 0, k.isFinite else { return vocabularySize }
        return Int(min(max(k, 1), size))
    }
}
