// SPDX-License-Identifier: Apache-2.0

public import InklingArchitectures
internal import InklingGGUF
public import InklingModel
public import InklingTensor
public import InklingTokenizer

/// Bytes of weights read and packed so far.
public struct LoadProgress: Sendable, Equatable {
    public var done: Int
    public var total: Int

    public init(done: Int, total: Int) {
        self.done = done
        self.total = total
    }
}

/// A model ready to run: weights, tokenizer and chat format of one file. Immutable; shared by any number of sessions.
public final class LoadedModel: Sendable {
    public let path: String
    /// What the file is called, for people.
    public let name: String
    public let tokenizer: any Tokenizer
    public let weights: TransformerModel
    public let chatFormat: ChatFormat
    /// Sampler settings that the file asks for where the user says nothing.
    public let recommendedSampling: RecommendedSampling
    public let loadDuration: Duration

    public var config: ModelConfig { weights.config }

    /// Loads a model on `pool`'s threads.
    ///
    /// - Parameters:
    ///   - chatFormat: the name of a built-in format to use in place of the file's template.
    ///   - progress: called after each tensor; returning false cancels.
    public init(
        path: String, pool: ComputePool, chatFormat named: ChatFormat.Name? = nil,
        progress: (LoadProgress) -> Bool = { _ in true }
    ) throws(EngineError) {
        let clock = ContinuousClock(), start = clock.now
        var file: GGUFFile
        do { file = try GGUFFile(path: path) } catch { throw .file(error) }
        do {
            // Before the vocabulary: an architecture nobody knows is the better reason to stop.
            _ = try ArchitectureRegistry.config(of: file)
        } catch { throw .model(path: path, error) }
        let tokenizer = try Self.tokenizer(of: file, path: path)
        chatFormat = ChatFormat(metadata: file.metadata, vocabulary: tokenizer.vocabulary, named: named)
        recommendedSampling = RecommendedSampling(metadata: file.metadata)
        // The weights are to be all that loading adds to what stays.
        file.forgetMetadata(under: "tokenizer.")
        giveBackFreedMemory()
        do {
            weights = try TransformerModel(file: file, pool: pool) { done, total in
                progress(LoadProgress(done: done, total: total))
            }
        } catch { throw .model(path: path, error) }
        guard tokenizer.vocabulary.count <= weights.config.vocabularySize else {
            throw .model(
                path: path,
                .noTokenizer(
                    reason: "it has \(tokenizer.vocabulary.count) tokens, the weights \(weights.config.vocabularySize)")
            )
        }
        self.path = path
        name = Self.displayName(path)
        self.tokenizer = tokenizer
        loadDuration = clock.now - start
    }

    /// The tokenizer alone: vocabulary-only files work too.
    public static func tokenizer(path: String) throws(EngineError) -> any Tokenizer {
        let file: GGUFFile
        do { file = try GGUFFile(path: path) } catch { throw .file(error) }
        return try tokenizer(of: file, path: path)
    }

    private static func tokenizer(of file: GGUFFile, path: String) throws(EngineError) -> any Tokenizer {
        let description: VocabularyDescription
        do { description = try VocabularyDescription(metadata: file.metadata) } catch { throw .file(error) }
        do { return try Tokenizers.make(description) } catch { throw .tokenizer(path: path, error) }
    }

    static func displayName(_ path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.hasSuffix(".gguf") ? String(last.dropLast(5)) : last
    }
}
