// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingDecoding
import InklingModel
public import InklingTensor

/// What runs now, as plain data: for status lines and the panel of the model. Strings are as files have them; sanitise
/// before printing.
public struct SessionSnapshot: Sendable, Equatable {
    /// One of the models.
    public struct Model: Sendable, Equatable {
        public var name: String
        public var path: String
        public var architecture: String
        /// nil where the file could not be read a second time.
        public var parameters: Int?
        public var quantization: String?
        /// In the file, and packed in memory.
        public var fileBytes: Int
        public var weightBytes: Int
        /// Positions it was trained for.
        public var trainedContext: Int
        public var vocabularySize: Int
        public var loadDuration: Duration
        /// Keys and values of one position.
        public var cacheBytesPerToken: Int

        public init(
            name: String, path: String, architecture: String, parameters: Int? = nil, quantization: String? = nil,
            fileBytes: Int, weightBytes: Int, trainedContext: Int, vocabularySize: Int, loadDuration: Duration,
            cacheBytesPerToken: Int
        ) {
            self.name = name
            self.path = path
            self.architecture = architecture
            self.parameters = parameters
            self.quantization = quantization
            self.fileBytes = fileBytes
            self.weightBytes = weightBytes
            self.trainedContext = trainedContext
            self.vocabularySize = vocabularySize
            self.loadDuration = loadDuration
            self.cacheBytesPerToken = cacheBytesPerToken
        }
    }

    public var target: Model
    public var draft: Model?
    /// Path of the acceptance head that belongs to the two; nil where there is none.
    public var head: String?
    /// What drafts are told apart by; nil where there are no n-grams.
    public var ngrams: NGramSource.Facts?
    /// Positions of the KV cache.
    public var contextLength: Int
    public var kvFormat: KVFormat
    /// What loading took, and what a full context would take.
    public var memory: MemoryNeed
    public var chatFormat: ChatFormat.Origin
    /// That the file's own chat template is not used, and why; nil where there is nothing to say.
    public var chatFormatWarning: String?
    /// What the target's file recommends.
    public var recommendedSampling: RecommendedSampling
    /// How the draft suits the target; nil without a draft.
    public var fit: DraftFit?
    /// The same in words.
    public var fitVerdict: String? { fit?.verdict }
    /// Name of the kernel table: `avx512vnni`.
    public var kernels: String
    /// Of plain decoding; see ``ModelSession/threads(for:)`` for the rest.
    public var targetThreads: Int
    public var draftThreads: Int?

    public init(
        target: Model, draft: Model? = nil, contextLength: Int, kvFormat: KVFormat = .f16, memory: MemoryNeed,
        chatFormat: ChatFormat.Origin = .file, chatFormatWarning: String? = nil,
        recommendedSampling: RecommendedSampling = RecommendedSampling(), fit: DraftFit? = nil, kernels: String,
        targetThreads: Int, draftThreads: Int? = nil
    ) {
        self.target = target
        self.draft = draft
        self.contextLength = contextLength
        self.kvFormat = kvFormat
        self.memory = memory
        self.chatFormat = chatFormat
        self.chatFormatWarning = chatFormatWarning
        self.recommendedSampling = recommendedSampling
        self.fit = fit
        self.kernels = kernels
        self.targetThreads = targetThreads
        self.draftThreads = draftThreads
    }
}

extension SessionSnapshot {
    public init(_ session: ModelSession, _ pair: ModelPair) {
        func model(_ held: ModelPair.Model) -> Model {
            let loaded = held.loaded
            return Model(
                name: loaded.name, path: loaded.path, architecture: loaded.config.architecture,
                parameters: held.summary?.parameters, quantization: held.summary?.quantization,
                fileBytes: held.byteCount, weightBytes: loaded.weights.packedByteCount,
                trainedContext: loaded.config.contextLength, vocabularySize: loaded.config.vocabularySize,
                loadDuration: loaded.loadDuration,
                cacheBytesPerToken: loaded.config.kvLayout(format: session.options.kvFormat).bytesPerToken)
        }
        target = model(pair.models[0])
        draft = pair.models.count > 1 ? model(pair.models[1]) : nil
        head = session.head?.path
        ngrams = session.ngrams?.facts
        contextLength = session.runner.contextCapacity
        kvFormat = session.options.kvFormat
        memory = pair.memory
        chatFormat = session.target.chatFormat.origin
        chatFormatWarning = session.target.chatFormat.warning
        recommendedSampling = session.target.recommendedSampling
        fit = pair.fit
        kernels = session.kernels.name
        (targetThreads, draftThreads) = session.threads(for: .autoregressive)
    }
}

/// Whether a strategy can run with the models that are loaded.
public enum StrategyAvailability: Sendable, Equatable {
    case ready
    /// Why not, in words that go after the name of the strategy: "needs a draft model".
    case needs(String)
}

extension SessionSnapshot {
    /// - Parameter id: of a row of `StrategyRegistry`.
    public func availability(of id: String) -> StrategyAvailability {
        let descriptor: StrategyDescriptor
        do throws(GenerationError) {
            descriptor = try StrategyRegistry.descriptor(id)
        } catch { return .needs("is not known") }
        let missing = descriptor.needs.sorted().filter { need in
            switch need {
            case .draftModel: draft == nil
            // Every runner gives them.
            case .hiddenStates: false
            case .acceptanceHead: head == nil
            case .ngramStore: ngrams == nil
            }
        }
        guard let first = missing.first else { return .ready }
        return .needs("needs \(([first.title] + missing.dropFirst().map(\.title)).joined(separator: " and "))")
    }
}
