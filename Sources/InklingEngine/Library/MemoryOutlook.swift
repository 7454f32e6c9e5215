// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingGGUF
import InklingModel
import InklingTensor

/// What a model would take in memory if it were loaded now, at contexts of several lengths, beside what is free.
public struct MemoryOutlook: Sendable, Equatable {
    /// With keys and values of a full context.
    public struct Context: Sendable, Equatable {
        public var tokens: Int
        public var kvBytes: Int
        /// Weights, keys and values together, but no less than loading takes at a time.
        public var totalBytes: Int
    }

    public enum Verdict: Sendable, Equatable {
        case fits
        /// The model fits, a full context beside it does not; the longest that does, in whole thousands (1024), if any.
        case tight(longest: Int?)
        /// Not even the weights fit.
        case impossible
    }

    /// That stay once it is loaded.
    public var weightBytes: Int
    /// The most that loading takes at a time.
    public var peakBytes: Int
    /// By rising length: those that people use, the one that the model was trained for, and the one it would have here.
    public var contexts: [Context]
    /// The length of the context that it would have here.
    public var contextLength: Int
    /// Bytes free now; nil where the system does not say.
    public var freeBytes: Int?

    private static let usualLengths = [4096, 8192]

    /// Reads the head of the model at `path`.
    ///
    /// - Parameter options: how it would be run.
    /// - Returns: nil for what Inkling cannot run.
    public static func read(
        path: String, options: SessionOptions = SessionOptions(), free: Int? = FreeMemory.now()
    ) -> MemoryOutlook? {
        guard let file = try? openModel(path) else { return nil }
        return MemoryOutlook(file: file, options: options, free: free)
    }

    init?(file: GGUFFile, options: SessionOptions, free: Int?) {
        guard let config = try? ArchitectureRegistry.config(of: file),
            let estimate = MemoryEstimate(file: file, config: config, free: free)
        else { return nil }
        weightBytes = estimate.weightsPacked
        peakBytes = estimate.peakAtLoad
        freeBytes = free
        let trained = max(1, config.contextLength)
        let wanted = max(1, options.contextLength ?? trained)
        contextLength = wanted
        let layout = config.kvLayout(format: options.kvFormat)
        contexts = Set(Self.usualLengths.filter { $0 < trained } + [trained, wanted]).sorted().map { tokens in
            let bytes = layout.byteCount(tokens: tokens)
            return Context(
                tokens: tokens, kvBytes: bytes,
                totalBytes: max(estimate.peakAtLoad, Saturating.sum(estimate.weightsPacked, bytes)))
        }
    }

    public init(weightBytes: Int, peakBytes: Int, contexts: [Context], contextLength: Int, freeBytes: Int?) {
        self.weightBytes = weightBytes
        self.peakBytes = peakBytes
        self.contexts = contexts
        self.contextLength = contextLength
        self.freeBytes = freeBytes
    }

    /// The one that it would have here.
    public var context: Context? { contexts.first { $0.tokens == contextLength } }

    /// Whether it would fit; nil where nobody knows what is free.
    public var verdict: Verdict? {
        guard let freeBytes, let context else { return nil }
        if peakBytes > freeBytes { return .impossible }
        guard context.totalBytes > freeBytes else { return .fits }
        let bytesPerThousand = max(1, context.kvBytes / max(1, context.tokens / 1024))
        let thousands = max(0, freeBytes - weightBytes) / bytesPerThousand
        return .tight(longest: thousands > 0 ? min(thousands * 1024, context.tokens) : nil)
    }
}
