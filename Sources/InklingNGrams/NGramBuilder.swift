// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Counts the n-grams of texts of any length in bounded memory, and writes them as an NGramStore.
///
/// The texts' windows of tokens are sorted in parts that fit in memory; the parts lie in unnamed files beside the store
/// until they are merged. They take up to 20 bytes a token, and the tree that they become as much again at most a few
/// times over.
public struct NGramBuilder: ~Copyable {
    private let path: String
    private let settings: NGramSettings
    private let vocabulary: Vocabulary
    private var runs: SortedRuns
    private var window = NGramWindow.empty
    private var isInText = false
    public private(set) var textCount = 0
    public private(set) var tokenCount = 0

    /// How many parts were too much for memory so far.
    public var runCount: Int { runs.runs.count }

    /// - Parameter path: of the store; temporary files are made in its folder, which must exist.
    public init(
        path: String, vocabulary: Vocabulary, settings: NGramSettings = NGramSettings()
    ) throws(NGramFileError) {
        guard vocabulary.count < NGramWindow.tokenLimit else {
            throw .vocabularyTooLarge(count: vocabulary.count, limit: NGramWindow.tokenLimit - 1)
        }
        self.path = path
        self.settings = settings
        self.vocabulary = vocabulary
        runs = SortedRuns(path: path, memoryLimit: settings.memoryLimit)
    }

    /// Goes on with the text at hand.
    public mutating func add(_ tokens: [TokenID]) throws(NGramFileError) {
        for token in tokens {
            guard vocabulary.contains(token) else {
                throw .tokenOutsideVocabulary(token: token.rawValue, count: vocabulary.count)
            }
            try push(UInt32(token.rawValue) + 1)
        }
        tokenCount += tokens.count
        isInText = isInText || !tokens.isEmpty
    }

    /// Ends the text at hand: no n-gram reaches over its end.
    public mutating func endText() throws(NGramFileError) {
        guard isInText else { return }
        for _ in 1..<NGramSettings.longestOrder { try push(0) }
        textCount += 1
        (window, isInText) = (.empty, false)
    }

    private mutating func push(_ code: UInt32) throws(NGramFileError) {
        window = window.shifted(adding: code)
        if window.code(0) > 0 { try runs.add(window.cut(to: settings.order)) }
    }

    /// Merges what was counted and writes the store.
    ///
    /// - Parameter progress: is told now and then how many of the tokens are merged, and cancels by answering false.
    public consuming func finish(
        progress: (_ merged: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws(NGramFileError) -> NGramStore {
        try endText()
        guard tokenCount > 0 else { throw .nothingCounted }
        var tree = try NGramTree(path: path, settings: settings)
        var merged = 0
        var reported = 0
        let total = tokenCount
        try runs.merge { (window, count) throws(NGramFileError) in
            try tree.add(window, count: count)
            merged += Int(count)
            if merged - reported >= 1 << 18 {
                reported = merged
                guard progress(merged, total) else { throw .cancelled }
            }
        }
        var format = NGramFormat()
        format.vocabularyHash = vocabularyHash(vocabulary)
        format.vocabularyCount = vocabulary.count
        format.order = settings.order
        format.textCount = textCount
        format.tokenCount = tokenCount
        format.minimumCounts = settings.minimumCounts
        _ = try tree.finish(format)
        return try NGramStore(path: path, vocabulary: vocabulary)
    }
}
