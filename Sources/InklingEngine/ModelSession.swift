// SPDX-License-Identifier: Apache-2.0

internal import InklingArchitectures
public import InklingDecoding
public import InklingModel
public import InklingTensor
public import InklingTokenizer

/// How a session runs its models.
public struct SessionOptions: Sendable, Equatable {
    /// Positions of the KV cache; nil: as many as the model was trained for.
    public var contextLength: Int?
    /// Threads of the target; nil: the physical cores, less those of a draft model that computes at the same time.
    public var threads: Int?
    public var draftThreads: Int?
    public var kvFormat: KVFormat
    /// What Superposed Decoding and the autocompletion tell drafts apart by.
    public var ngrams: NGramChoice

    public init(
        contextLength: Int? = nil, threads: Int? = nil, draftThreads: Int? = nil, kvFormat: KVFormat = .f16,
        ngrams: NGramChoice = .automatic
    ) {
        self.contextLength = contextLength
        self.threads = threads
        self.draftThreads = draftThreads
        self.kvFormat = kvFormat
        self.ngrams = ngrams
    }
}

/// A target, perhaps a draft, and their caches: one conversation after another on the same models.
///
/// Generation is synchronous, on the caller's thread; cancel from another one through a ``CancellationFlag``. Not
/// `Sendable`: one owner.
public final class ModelSession {
    public let target: LoadedModel
    public let draft: LoadedModel?
    public let options: SessionOptions
    public let kernels: KernelSet
    /// What strategies that can use one judge drafts by.
    public let head: HeadFile?
    /// What drafts are told apart by.
    public let ngrams: NGramSource?
    private let run: DecodingRun
    private let targetRunner: TransformerRunner
    private let ownDraftRunner: TransformerRunner?
    /// Of the target, by width. Threads that nobody needs sleep.
    private var pools: [Int: ComputePool] = [:]
    private let costCache: CostCache?
    private let clock = DecodeClock.continuous()
    /// What passes cost with the models in turn, and with both at once.
    private var inTurn: SessionCosts?
    private var atOnce: SessionCosts?

    /// - Parameters:
    ///   - head: trained for these two models; see ``HeadFile/check(for:)``.
    ///   - ngrams: of the target's vocabulary; see ``NGramSource/find(_:for:suggested:)``.
    ///   - old: a session that ends with this one's beginning: what it has in common with this one, threads and
    ///     cached conversation included, goes on.
    ///   - costCache: where what passes cost is kept between runs; nil to keep nothing.
    public init(
        target: LoadedModel, draft: LoadedModel? = nil, head: HeadFile? = nil, ngrams: NGramSource? = nil,
        options: SessionOptions = SessionOptions(), replacing old: ModelSession? = nil,
        costCache: CostCache? = nil
    ) throws(EngineError) {
        do { kernels = try KernelSet.chosen() } catch { throw .kernels(error) }
        let capacity = options.contextLength ?? max(1, target.config.contextLength)
        guard capacity >= 1, capacity <= Self.contextLimit else {
            throw .badContext(requested: capacity, allowed: 1...Self.contextLimit)
        }
        let kernels = kernels
        func runner(_ model: LoadedModel, threads: Int, old: TransformerRunner?) throws(EngineError)
            -> TransformerRunner
        {
            if let old, old.model === model.weights, old.contextCapacity == capacity,
                old.cache.storage.layout == model.config.kvLayout(format: options.kvFormat)
            {
                return old
            }
            do {
                return try TransformerRunner(
                    model: model.weights, contextCapacity: capacity, format: options.kvFormat, kernels: kernels,
                    pool: ComputePool(width: threads))
            } catch { throw .model(path: model.path, error) }
        }
        self.target = target
        self.draft = draft
        self.options = options
        self.costCache = costCache
        self.head = draft == nil ? nil : head
        self.ngrams = ngrams
        targetRunner = try runner(target, threads: 1, old: old?.targetRunner)
        if let draft {
            // As long as the target's, whatever it was trained for: what it drafts beyond is checked like the rest.
            let kept = old?.options.draftThreads == options.draftThreads ? old?.ownDraftRunner : nil
            ownDraftRunner = try runner(draft, threads: Self.draftThreads(options), old: kept)
        } else {
            ownDraftRunner = nil
        }
        run = DecodingRun(target: targetRunner, draft: ownDraftRunner, acceptanceHead: self.head?.head)
        run.ngrams = ngrams?.model
        targetRunner.pool = pool(for: .autoregressive)
    }

    /// Beyond this no cache fits in any memory.
    private static let contextLimit = 1 << 24

    public var runner: any ModelRunner { run.target }

    /// For measuring; between generations its cache may be used freely, as that of ``runner``.
    public var draftRunner: (any ModelRunner)? { run.draft }

    /// Tokens that end an answer.
    public var endTokens: Set<TokenID> { Set(target.tokenizer.vocabulary.endOfGenerationTokens) }

    /// Tokens that steer the target and are no text.
    public var controlTokens: Set<TokenID> { target.tokenizer.vocabulary.controlTokens }

    // MARK: Threads

    private static func draftThreads(_ options: SessionOptions) -> Int { options.draftThreads ?? 1 }

    /// How many threads the models get under a strategy.
    public func threads(for strategy: StrategyDescriptor) -> (target: Int, draft: Int?) {
        let ofDraft = draft == nil ? nil : Self.draftThreads(options)
        if let threads = options.threads { return (threads, ofDraft) }
        let kept = runsLanesAtOnce(strategy) ? ofDraft ?? 0 : 0
        return (max(1, physicalCoreCount() - kept), ofDraft)
    }

    /// `auto` does where earlier generations of the pair were faster so.
    private func runsLanesAtOnce(_ strategy: StrategyDescriptor) -> Bool {
        guard let draft else { return false }
        if strategy.hasParallelLanes { return true }
        guard strategy.id == StrategyDescriptor.automatic.id, options.threads == nil, let costCache else {
            return false
        }
        return costCache.overlapWins(
            target: target.path, draft: draft.path, cores: physicalCoreCount(),
            draftThreads: Self.draftThreads(options), kvFormat: options.kvFormat, kernels: kernels)
    }

    /// What is known of passes, read from earlier runs at the first use of an arrangement.
    private func costs(isOverlapping: Bool) -> SessionCosts? {
        if let known = isOverlapping ? atOnce : inTurn { return known }
        return costCache.flatMap {
            SessionCosts(
                cache: $0, target: target.path, draft: draft?.path, threads: targetRunner.pool.width,
                draftThreads: Self.draftThreads(options), lanesOverlap: isOverlapping, kvFormat: options.kvFormat,
                kernels: kernels)
        }
    }

    private func pool(for strategy: StrategyDescriptor) -> ComputePool {
        let width = threads(for: strategy).target
        if let pool = pools[width] { return pool }
        let pool = ComputePool(width: width)
        pools[width] = pool
        return pool
    }

    /// Gives the target the threads that a strategy leaves it.
    /// - Returns: whether both models are to run at once.
    @discardableResult
    func arrangeThreads(for strategy: String) -> Bool {
        // One that is not known will be refused.
        guard let strategy = try? StrategyRegistry.descriptor(strategy) else { return false }
        let (own, whole) = (pool(for: strategy), pool(for: .autoregressive))
        targetRunner.pool = own
        run.willMeasureBaseline = own === whole ? nil : { [targetRunner] in targetRunner.pool = $0 ? whole : own }
        return runsLanesAtOnce(strategy)
    }

    // MARK: Generating

    /// Generates; see ``Generator/run(_:_:cancellation:emit:)``. What the caches already hold of the prompt is reused.
    ///
    /// - Parameter prefix: the end of the prompt, where that is the beginning of the text to be generated: the new text
    ///   follows on it, in the middle of a character if need be.
    @discardableResult
    public func generate(
        _ request: GenerationRequest, continuing prefix: [TokenID] = [],
        cancellation: CancellationFlag = CancellationFlag(), emit: (DecodeEvent) -> Void = { _ in }
    ) -> GenerationSummary {
        let isOverlapping = arrangeThreads(for: request.strategy)
        var costs = costs(isOverlapping: isOverlapping)
        costs?.begin(run, measuring: request.strategy == StrategyDescriptor.automatic.id)
        run.prefersOverlap = isOverlapping
        var detokenizer = StreamingDetokenizer(target.tokenizer.vocabulary)
        for token in prefix { _ = detokenizer.append(token) }
        let summary = Generator { detokenizer }.run(request, run, cancellation: cancellation, emit: emit)
        costs?.learn(summary, run, at: clock.now())
        if isOverlapping { atOnce = costs } else { inTurn = costs }
        return summary
    }
}

extension StreamingDetokenizer: TokenTextDecoder {}
