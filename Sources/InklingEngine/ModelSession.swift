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
    /// Threads of the target; nil: the physical cores.
    public var threads: Int?
    public var draftThreads: Int?
    public var kvFormat: KVFormat

    public init(
        contextLength: Int? = nil, threads: Int? = nil, draftThreads: Int? = nil, kvFormat: KVFormat = .f16
    ) {
        self.contextLength = contextLength
        self.threads = threads
        self.draftThreads = draftThreads
        self.kvFormat = kvFormat
    }
}

/// A target, perhaps a draft, and their caches: one conversation after another on the same models.
///
/// Generation is synchronous, on the caller's thread; cancel from another one through a ``CancellationFlag``. Not
/// `Sendable`: one owner.
public final class ModelSession {
    public let target: LoadedModel
    public let draft: LoadedModel?
    private let run: DecodingRun
    private let generator: Generator

    public init(
        target: LoadedModel, draft: LoadedModel? = nil, options: SessionOptions = SessionOptions(),
        pool: ComputePool? = nil
    ) throws(EngineError) {
        let kernels: KernelSet
        do { kernels = try KernelSet.chosen() } catch { throw .kernels(error) }
        func runner(_ model: LoadedModel, _ pool: ComputePool) throws(EngineError) -> TransformerRunner {
            let allowed = 1...max(1, model.config.contextLength)
            let capacity = options.contextLength ?? allowed.upperBound
            guard capacity >= 1, capacity <= Self.contextLimit else {
                throw .badContext(requested: capacity, allowed: 1...Self.contextLimit)
            }
            do {
                return try TransformerRunner(
                    model: model.weights, contextCapacity: capacity, format: options.kvFormat, kernels: kernels,
                    pool: pool)
            } catch { throw .model(path: model.path, error) }
        }
        self.target = target
        self.draft = draft
        let targetRunner = try runner(target, pool ?? ComputePool(width: options.threads ?? physicalCoreCount()))
        let draftRunner =
            if let draft {
                try runner(draft, ComputePool(width: options.draftThreads ?? 1))
            } else {
                TransformerRunner?.none
            }
        run = DecodingRun(target: targetRunner, draft: draftRunner)
        let vocabulary = target.tokenizer.vocabulary
        generator = Generator { StreamingDetokenizer(vocabulary) }
    }

    /// Beyond this no cache fits in any memory.
    private static let contextLimit = 1 << 24

    public var runner: any ModelRunner { run.target }

    /// Tokens that end an answer.
    public var endTokens: Set<TokenID> { Set(target.tokenizer.vocabulary.endOfGenerationTokens) }

    /// Generates; see ``Generator/run(_:_:cancellation:emit:)``. What the caches already hold of the prompt is reused.
    @discardableResult
    public func generate(
        _ request: GenerationRequest, cancellation: CancellationFlag = CancellationFlag(),
        emit: (DecodeEvent) -> Void = { _ in }
    ) -> GenerationSummary {
        generator.run(request, run, cancellation: cancellation, emit: emit)
    }
}

extension StreamingDetokenizer: TokenTextDecoder {}
