// SPDX-License-Identifier: Apache-2.0

public import InklingTokenizer

/// Counts the n-grams of texts of any length in bounded memory, and writes them as an NGramStore.
///
/// The texts' windows of tokens are sorted in parts that fit in memory; the parts lie in a folder beside the store until they
/// are merged. They take up to 20 bytes a token, and the tree that they become as much again at most a few times over. If
/// files are told apart with ``endFile(_:)``, a builder that comes after an interrupted one goes on behind the last of them.
public struct NGramBuilder: ~Copyable {
    private let path: String
    private let settings: NGramSettings
    private let vocabulary: Vocabulary
    private var runs: SortedRuns
    private let folder: NGramWorkFolder
    /// Ended since the folder's list was written.
    private var ended: [NGramFileIdentity] = []
    /// Of them: texts and tokens up to their end.
    private var endedCounts = (texts: 0, tokens: 0)
    private let hash: UInt64
    private var window = NGramWindow.empty
    private var isInText = false
    public private(set) var textCount = 0
    public private(set) var tokenCount = 0

    /// How many parts were too much for memory so far.
    public var runCount: Int { runs.runs.count }

    /// - Parameters:
    ///   - path: of the store; temporary files are made in its folder, which must exist.
    ///   - resumes: whether what an interrupted builder of the same path, vocabulary and order left is used. ``hasCounted(_:)``
    ///     tells what that is.
    public init(
        path: String, vocabulary: Vocabulary, settings: NGramSettings = NGramSettings(), resumes: Bool = false
    ) throws(NGramFileError) {
        guard vocabulary.count < NGramWindow.tokenLimit else {
            throw .vocabularyTooLarge(count: vocabulary.count, limit: NGramWindow.tokenLimit - 1)
        }
        let hash = vocabularyHash(vocabulary)
        let folder = NGramWorkFolder(store: path, vocabularyHash: hash, order: settings.order)
        if !resumes { folder.clear() }
        runs = try SortedRuns(folder: folder, memoryLimit: settings.memoryLimit)
        self.path = path
        self.settings = settings
        self.vocabulary = vocabulary
        self.hash = hash
        self.folder = folder
        textCount = folder.contents.textCount
        tokenCount = folder.contents.tokenCount
        endedCounts = (textCount, tokenCount)
    }

    /// Files that an interrupted builder has counted.
    public var countedFiles: [NGramFileIdentity] { folder.contents.sources }

    /// Ends the file at hand, and the text with it. Now and then what is counted so far is made to last.
    public mutating func endFile(_ file: NGramFileIdentity) throws(NGramFileError) {
        try endText()
        runs.endSource()
        // A name with a line break has no place in the list.
        if !file.path.utf8.contains(10) { ended.append(file) }
        endedCounts = (textCount, tokenCount)
        if runs.isWorthKeeping { try keep() }
    }

    /// Makes the files that have ended last, for a builder that comes after this one.
    public consuming func suspend() throws(NGramFileError) {
        if !ended.isEmpty, runs.dropIncomplete() { try keep() }
    }

    private mutating func keep() throws(NGramFileError) {
        try runs.spill()
        let (files, counts) = (ended, endedCounts)
        try folder.commit { contents in
            contents.sources += files
            (contents.textCount, contents.tokenCount) = counts
        }
        ended = []
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
        format.vocabularyHash = hash
        format.vocabularyCount = vocabulary.count
        format.order = settings.order
        format.textCount = textCount
        format.tokenCount = tokenCount
        format.minimumCounts = settings.minimumCounts
        _ = try tree.finish(format)
        folder.clear()
        return try NGramStore(path: path, vocabulary: vocabulary)
    }
}
