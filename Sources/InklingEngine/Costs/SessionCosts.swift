// SPDX-License-Identifier: Apache-2.0

internal import InklingDecoding
internal import InklingTensor

/// The costs of a session's pair: known from earlier runs, measured where needed, kept for later ones.
struct SessionCosts {
    private let cache: CostCache
    private let key: CostKey
    /// As the last generation left it; nil while nothing is known.
    private var model: CostModel?
    private var rates: [String: CostProfile.Rate]
    private var lastStored: Duration?

    /// Fewer tokens than this say little.
    private static let enoughTokens = 32
    /// Writing is quick, but a disk may be slow.
    private static let storeInterval = Duration.seconds(60)

    /// - Parameters:
    ///   - target: path of its file, as is `draft`.
    ///   - threads: of the target.
    ///   - lanesOverlap: whether the draft has cores of its own.
    /// - Returns: nil if a file cannot be read any more.
    init?(
        cache: CostCache, target: String, draft: String?, threads: Int, draftThreads: Int, lanesOverlap: Bool,
        kvFormat: KVFormat, kernels: KernelSet
    ) {
        guard
            let key = CostKey(
                target: target, draft: draft, threads: threads, draftThreads: draftThreads,
                lanesOverlap: lanesOverlap, kvFormat: kvFormat, kernels: kernels)
        else { return nil }
        self.cache = cache
        self.key = key
        let profile = cache.profile(for: key)
        rates = profile?.rates ?? [:]
        model = profile.map { CostModel($0) }
    }

    /// Puts what is known into a run. What is not known yet is measured if it is asked for, in less than a second.
    mutating func begin(_ run: DecodingRun, measuring: Bool) {
        if model == nil, measuring {
            // A model that cannot make a pass says so when it generates.
            model = (try? CostProfile.measured(target: run.target, draft: run.draft)).map { CostModel($0) }
        }
        run.costs = model ?? CostModel()
    }

    /// Takes in a generation, and keeps what is known now if it has been long since.
    mutating func learn(_ summary: GenerationSummary, _ run: DecodingRun, at now: Duration) {
        model = run.costs
        let statistics = summary.statistics
        guard statistics.generatedTokenCount >= Self.enoughTokens else { return }
        rates[summary.strategy, default: CostProfile.Rate()].add(
            tokens: statistics.generatedTokenCount, seconds: statistics.decodeDuration.seconds)
        guard lastStored.map({ now - $0 >= Self.storeInterval }) ?? true, var profile = run.costs.profile else {
            return
        }
        lastStored = now
        profile.rates = rates
        // Not being able to write it down is no reason to fail.
        try? cache.store(profile, for: key)
    }
}
