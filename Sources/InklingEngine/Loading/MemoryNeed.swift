// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTensor

/// What loading models takes in memory, and what there is. Models that are loaded already take nothing more.
public struct MemoryNeed: Sendable, Equatable {
    /// That stay: the packed weights.
    public var weightBytes = 0
    /// The most that loading takes at a time.
    public var peakBytes = 0
    /// Keys and values of a full context, of all models. Memory for them is taken as the text grows.
    public var cacheBytes = 0
    public var contextLength: Int
    /// Bytes free before loading; nil where the system does not say.
    public var freeBytes: Int?

    public enum Verdict: Sendable, Equatable {
        case fits
        /// The models fit, a full context beside them does not.
        case tight
        /// Not even the weights fit.
        case impossible
    }

    public var verdict: Verdict {
        guard let freeBytes else { return .fits }
        if peakBytes > freeBytes { return .impossible }
        return Saturating.sum(weightBytes, cacheBytes) > freeBytes ? .tight : .fits
    }

    /// The figures, as a sentence without full stop.
    public var description: String {
        let free = freeBytes.map { "\(Quantity.bytes($0)) is free" } ?? "how much is free is not known"
        return "loading takes \(Quantity.bytes(max(peakBytes, weightBytes))), a full context of "
            + "\(Quantity.tokens(contextLength)) tokens \(Quantity.bytes(cacheBytes)) more; \(free)"
    }

    public init(contextLength: Int, freeBytes: Int?) {
        self.contextLength = contextLength
        self.freeBytes = freeBytes
    }

    /// Adds a model that will be loaded after those added before.
    mutating func add(_ estimate: MemoryEstimate) {
        peakBytes = max(peakBytes, Saturating.sum(weightBytes, estimate.peakAtLoad))
        weightBytes = Saturating.sum(weightBytes, estimate.weightsPacked)
    }

    /// Adds the cache of a model, loaded or not.
    mutating func addCache(_ config: ModelConfig, format: KVFormat) {
        let bytes = config.kvLayout(format: format).bytesPerToken
        cacheBytes = Saturating.sum(cacheBytes, Saturating.product(bytes, contextLength))
    }
}
