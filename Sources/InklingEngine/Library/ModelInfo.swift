// SPDX-License-Identifier: Apache-2.0

import InklingArchitectures
import InklingDecoding
public import InklingGGUF
import InklingModel
import InklingTensor
import InklingTokenizer

/// Everything that is known about one model without loading it. Strings are as the file has them; sanitise before
/// printing.
///
/// Works for files that Inkling cannot run: ``limitation`` says why, and what the metadata tell is there all the same.
public struct ModelInfo: Sendable, Equatable, Encodable {
    public var path: String
    /// All files, ``path`` first.
    public var files: [String]
    public var bytes: Int
    public var ggufVersion: Int
    /// Why Inkling cannot generate with it; nil if it can.
    public var limitation: String?

    public var title: String?
    public var author: String?
    public var licence: String?
    public var licenceLink: String?
    public var url: String?
    public var sizeLabel: String?

    public var architecture: String?
    public var architectureTitle: String?
    public var parameters: Int
    public var shape: Shape
    public var rope: RopeDescription?

    public var quantization: String?
    /// Mean bits of a weight; nil without weights.
    public var bitsPerWeight: Double?
    /// By type of tensor, the one with most bytes first.
    public var tensorTypes: [TensorTypeUse]
    public var tensors: Int

    public var tokenizer: TokenizerInfo?
    public var chatTemplate: ChatTemplateInfo?
    /// Sampler settings that the file recommends; nil without any.
    public var sampling: SamplingInfo?
    /// Nil if Inkling cannot run the model.
    public var memory: MemoryEstimate?
    /// Nil unless the file is an acceptance head.
    public var acceptanceHead: HeadInfo?

    /// Sizes, nil where the file does not say.
    public struct Shape: Sendable, Equatable, Encodable {
        public var layers: Int?
        public var embeddingLength: Int?
        public var heads: Int?
        public var kvHeads: Int?
        public var headWidth: Int?
        public var feedForwardLength: Int?
        public var contextLength: Int?
        public var slidingWindow: Int?
        /// Of so many layers in a row all but the last have the window; 1: all have it.
        public var windowPeriod: Int?
        public var experts: Int?
        public var expertsUsed: Int?
        /// Whether output and input embeddings are one matrix; nil without weights.
        public var hasTiedEmbeddings: Bool?
    }

    public struct TensorTypeUse: Sendable, Equatable, Encodable {
        public var type: String
        public var tensors: Int
        public var parameters: Int
        public var bytes: Int
        /// Of one weight of this type.
        public var bitsPerWeight: Double
        /// Whether Inkling computes with it.
        public var isSupported: Bool
    }

    public struct SamplingInfo: Sendable, Equatable, Encodable {
        /// By the name that flags have: `top-k`.
        public var settings: [String: Float]
        /// What is not followed, and why.
        public var refused: [String]
        /// Keys that mean nothing to Inkling.
        public var unknown: [String]
        /// The settings as they are shown.
        let texts: [String]

        private enum CodingKeys: String, CodingKey {
            case settings, refused, unknown
        }
    }

    public struct ChatTemplateInfo: Sendable, Equatable, Encodable {
        public var bytes: Int
        public var lines: Int
        /// The first line that is not blank, cut if it is long.
        public var firstLine: String
        /// Further templates that the file has, by name: `tool_use`.
        public var others: [String]
    }

    /// Reads the head of the model at `path`.
    ///
    /// - Parameter free: bytes of free memory, to say whether the model fits.
    public static func read(path: String, free: Int? = FreeMemory.now()) throws(LibraryError) -> ModelInfo {
        ModelInfo(file: try openModel(path), free: free)
    }

    public init(file: GGUFFile, free: Int?) {
        let metadata = file.metadata
        path = file.paths.first ?? ""
        files = file.paths
        bytes = file.byteCount
        ggufVersion = Int(file.version)
        title = metadata.string("general.name")
        author = metadata.string("general.author") ?? metadata.string("general.organization")
        licence = metadata.string("general.license") ?? metadata.string("general.license.name")
        licenceLink = metadata.string("general.license.link")
        url =
            metadata.string("general.url") ?? metadata.string("general.repo_url")
            ?? metadata.string("general.source.url")
        sizeLabel = metadata.string("general.size_label")
        architecture = metadata.string("general.architecture")
        architectureTitle = ArchitectureRegistry.all.first { $0.name == metadata.string("general.architecture") }?.title
        parameters = file.parameterCount
        tensors = file.tensors.count
        tensorTypes = TensorTypeUse.of(file.tensors)
        let weightBytes = tensorTypes.reduce(0) { $0 + $1.bytes }
        bitsPerWeight = parameters > 0 ? Double(weightBytes) * 8 / Double(parameters) : nil
        quantization = tensors == 0 ? nil : FileTypeName.of(metadata) ?? tensorTypes.first?.type
        tokenizer = TokenizerInfo(metadata: metadata)
        chatTemplate = ChatTemplateInfo(metadata: metadata)
        sampling = SamplingInfo(metadata: metadata)

        shape = Shape(metadata: metadata, architecture: architecture)
        rope = RopeDescription(
            metadata: metadata, architecture: architecture, tensorNames: Set(file.tensors.map(\.name)))
        do throws(ModelError) {
            let config = try ArchitectureRegistry.config(of: file)
            shape.complete(config)
            shape.hasTiedEmbeddings = file.tensor(named: "output.weight") == nil
            memory = MemoryEstimate(file: file, config: config, free: free)
            let unsupported = tensorTypes.filter { !$0.isSupported }.map(\.type)
            if !unsupported.isEmpty {
                limitation =
                    "there are no kernels for \(unsupported.joined(separator: ", ")); "
                    + "look for another quantisation of the model"
            } else if let problem = tokenizer?.problem {
                limitation = problem
            } else if tokenizer == nil {
                limitation = "the file has no vocabulary"
            }
        } catch .vocabularyOnly {
            limitation = "it has weights, but no token embeddings"
        } catch {
            limitation = error.description
        }
        if architecture == HeadFile.architecture {
            do throws(HeadError) {
                acceptanceHead = HeadInfo(try HeadFile(file: file))
                limitation = "it is an acceptance head, for drafts; name it with --head"
            } catch {
                limitation = error.description
            }
        }
        // Says more than that the architecture is unknown.
        if tensors == 0 { limitation = "it holds no weights" + (tokenizer == nil ? "" : ", only a vocabulary") }
    }
}

/// Opens a model, after a look at its head that bounds what opening can cost.
func openModel(_ path: String) throws(LibraryError) -> GGUFFile {
    do throws(GGUFError) {
        _ = try ModelHead(path: path)
        return try GGUFFile(path: path)
    } catch {
        throw .unreadable(error)
    }
}

extension ModelInfo.TensorTypeUse {
    static func of(_ tensors: [GGUFTensor]) -> [ModelInfo.TensorTypeUse] {
        var uses: [ElementType: ModelHead.TypeUse] = [:]
        for tensor in tensors {
            uses[tensor.type, default: .init()].add(
                .init(tensorCount: 1, elementCount: tensor.elementCount, byteCount: tensor.byteCount))
        }
        return uses.sorted { ($1.value.byteCount, $0.key.code) < ($0.value.byteCount, $1.key.code) }.map { type, use in
            ModelInfo.TensorTypeUse(
                type: type.name, tensors: use.tensorCount, parameters: use.elementCount, bytes: use.byteCount,
                bitsPerWeight: type.bitsPerElement, isSupported: type.isSupported)
        }
    }
}

extension ModelInfo.Shape {
    /// What the metadata say, whether or not the architecture is known.
    init(metadata: GGUFMetadata, architecture: String?) {
        guard let architecture else { return }
        func number(_ name: String) -> Int? {
            let key = "\(architecture).\(name)"
            // Per layer: shown if all layers agree.
            return metadata.int(key)
                ?? metadata.ints(key).flatMap { values in Set(values).count == 1 ? values.first : nil }
        }
        layers = number("block_count")
        embeddingLength = number("embedding_length")
        heads = number("attention.head_count")
        kvHeads = number("attention.head_count_kv") ?? heads
        headWidth = number("attention.key_length")
        if headWidth == nil, let embeddingLength, let heads, heads > 0 { headWidth = embeddingLength / heads }
        feedForwardLength = number("feed_forward_length")
        contextLength = number("context_length")
        slidingWindow = number("attention.sliding_window")
        experts = number("expert_count").flatMap { $0 > 0 ? $0 : nil }
        expertsUsed = experts == nil ? nil : number("expert_used_count")
    }

    /// Puts what the architecture makes of the metadata in place of what they say.
    mutating func complete(_ config: ModelConfig) {
        layers = config.layerCount
        embeddingLength = config.embeddingLength
        heads = config.headCount
        kvHeads = config.kvHeadCount
        headWidth = config.headDimension
        feedForwardLength = config.feedForwardLength
        contextLength = config.contextLength
        slidingWindow = config.slidingWindow
        windowPeriod = config.slidingWindow == nil ? nil : config.windowPeriod
    }
}

extension ModelInfo.SamplingInfo {
    /// Nil if the file recommends nothing.
    init?(metadata: GGUFMetadata) {
        let recommended = RecommendedSampling(metadata: metadata)
        unknown = RecommendedSampling.unknownKeys(in: metadata)
        refused = recommended.refusals
        let overrides = recommended.overrides
        settings = [:]
        for field in overrides.fields { settings[field.id] = overrides[field].map { Float($0) } }
        texts = overrides.fields.compactMap { field in overrides[field].map { "\(field.id) \(field.text($0))" } }
        if settings.isEmpty, refused.isEmpty, unknown.isEmpty { return nil }
    }
}

extension ModelInfo.ChatTemplateInfo {
    private static let key = "tokenizer.chat_template"
    private static let lineLimit = 200

    /// Nil if the file has none.
    init?(metadata: GGUFMetadata) {
        others = metadata.keys.filter { $0.hasPrefix(Self.key + ".") }.map { String($0.dropFirst(Self.key.count + 1)) }
        guard let text = metadata.string(Self.key) else { return nil }
        bytes = text.utf8.count
        let parts = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        lines = parts.count
        let line = parts.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
        firstLine = String(line.prefix(Self.lineLimit)) + (line.count > Self.lineLimit ? "…" : "")
    }
}
