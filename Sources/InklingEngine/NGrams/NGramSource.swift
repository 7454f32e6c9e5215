// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
public import InklingModel
import InklingNGrams
import InklingTensor
public import InklingTokenizer

/// Which n-grams a session uses.
public enum NGramChoice: Sendable, Equatable {
    /// The store that belongs to the model, if there is one.
    case automatic
    case none
    /// A store, or a text to count.
    case file(String)
}

/// N-grams with what is known of them.
public struct NGramSource: Sendable {
    public struct Facts: Sendable, Equatable {
        public var path: String
        /// Whether it is a store; else a text that was counted on the spot.
        public var isStore: Bool
        /// Of the file.
        public var byteCount: Int
        /// Tokens of the texts that were counted.
        public var tokenCount: Int
        /// The longest n-grams.
        public var order: Int

        public init(path: String, isStore: Bool = true, byteCount: Int, tokenCount: Int, order: Int) {
            self.path = path
            self.isStore = isStore
            self.byteCount = byteCount
            self.tokenCount = tokenCount
            self.order = order
        }

        /// The last part of the path.
        public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    }

    public let model: any NGramModel
    public let facts: Facts

    /// The end of the names of stores that are found without being named: `NAME.ngrams` beside `NAME.gguf`.
    public static let suffix = ".ngrams"

    /// Counting takes some hundred bytes of memory for each byte of text.
    private static let textLimit = 4 << 20

    /// Opens a store, or counts a text.
    /// - Throws: ``EngineError/ngrams(_:)``, also for a store of another vocabulary.
    public init(path: String, tokenizer: any Tokenizer) throws(EngineError) {
        do throws(NGramFileError) {
            if NGramStore.isStore(path: path) {
                try self.init(store: path, vocabulary: tokenizer.vocabulary)
            } else {
                try self.init(text: path, tokenizer)
            }
        } catch { throw .ngrams(error) }
    }

    private init(store path: String, vocabulary: Vocabulary) throws(NGramFileError) {
        let store = try NGramStore(path: path, vocabulary: vocabulary)
        model = store
        facts = Facts(
            path: path, byteCount: store.byteCount, tokenCount: store.tokenCount, order: store.orders.upperBound)
    }

    private init(text path: String, _ tokenizer: any Tokenizer) throws(NGramFileError) {
        let file: MappedFile
        do throws(FileError) { file = try MappedFile(path: path) } catch { throw .file(error) }
        guard file.byteCount <= Self.textLimit else { throw .textTooLong(path: path, limit: Self.textLimit) }
        let bytes = file.withBytes { $0.integers(UInt8.self, count: file.byteCount, at: 0) }
        var counts = NGramCounts()
        let tokens = tokenizer.encode(bytes, special: .ignore)
        counts.add(tokens)
        model = counts
        facts = Facts(
            path: path, isStore: false, byteCount: bytes.count, tokenCount: tokens.count,
            order: counts.orders.upperBound)
    }

    /// What a session with this model uses.
    ///
    /// - Parameter suggested: what a catalogue names, or was used before. If it does not fit, it is passed over, as is what
    ///   stands beside the model.
    /// - Throws: ``EngineError/ngrams(_:)`` for a file that was asked for and cannot be used.
    public static func find(
        _ choice: NGramChoice, for target: LoadedModel, suggested: String? = nil
    ) throws(EngineError) -> NGramSource? {
        switch choice {
        case .none: return nil
        case .file(let path): return try NGramSource(path: path, tokenizer: target.tokenizer)
        case .automatic:
            let stem = target.path.hasSuffix(".gguf") ? String(target.path.dropLast(5)) : target.path
            for path in [suggested, stem + suffix].compactMap(\.self) {
                guard FileStatus(path: path)?.kind == .file else { continue }
                if let source = try? NGramSource(store: path, vocabulary: target.tokenizer.vocabulary) { return source }
            }
            return nil
        }
    }
}
