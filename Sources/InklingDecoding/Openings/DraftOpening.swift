// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

/// What the first tokens of continuations are chosen from.
///
/// Where a text ends inside a token, a continuation begins either after the text's own tokens, or with a token that covers
/// the end of the text and more. All of these are choices of one law: those with numbers below the vocabulary's size are
/// tokens after the first base, those above are covers.
struct DraftOpening {
    /// Where continuations begin.
    struct Base: Equatable {
        /// Tokens after the prompt that say again what was there.
        var stem: [TokenID] = []
        /// The row that they end in; −1 for the prompt's last.
        var node = -1
    }

    /// A first token and where it stands.
    struct Choice: Equatable {
        var base: Int
        var token: TokenID
    }

    /// One row: logits as the model gave them where there is nothing to choose but tokens, else ln of a probability.
    let logits: Rows
    let bases: [Base]
    private let covers: [Choice]
    private let vocabularySize: Int
    /// Rows computed so far after the prompt.
    let nodeCount: Int

    /// ln of the sum over all choices.
    let total: Float

    /// After a text that ends with a token.
    init(_ rows: Rows) {
        logits = rows
        bases = [Base()]
        covers = []
        vocabularySize = rows.columnCount
        nodeCount = 0
        total = VectorMath.logSumExp(rows[0])
    }

    /// Checks with a tokenizer go so far down: what is less probable is taken as it is. A model that was trained on what its
    /// tokenizer writes gives the rest next to nothing.
    private static let checkLimit = 384

    /// - Parameters:
    ///   - first: logits after the prompt, one row.
    ///   - rows: logits of the rows of `tree`.
    init(_ covers: PrefixCovers, _ tree: CoverTree, first: Rows, rows: Rows?, excluding excluded: [TokenID]) {
        func row(_ node: Int) -> ArraySlice<Float> { node < 0 ? first[0] : rows?[node] ?? first[0] }
        var totals: [Int: Float] = [:]
        func total(_ node: Int) -> Float {
            if let known = totals[node] { return known }
            let value = VectorMath.logSumExp(row(node))
            totals[node] = value
            return value
        }
        func logProbability(_ token: TokenID, _ node: Int) -> Float {
            let row = row(node), index = row.startIndex + Int(token.rawValue)
            guard row.indices.contains(index) else { return -.infinity }
            let value = row[index] - total(node)
            return value.isNaN ? -.infinity : value
        }
        var ways: [Float] = []
        func reached(_ node: Int) -> Float { node < 0 ? 0 : ways[node] }
        for (token, parent) in zip(tree.tokens, tree.parents) {
            ways.append(reached(parent) + logProbability(token, parent))
        }

        let size = first.columnCount
        let wholeNode = tree.ends[0], offset = reached(wholeNode) - total(wholeNode)
        var values = [Float]()
        values.reserveCapacity(size + covers.stems.reduce(0) { $0 + $1.candidates.count })
        for logit in row(wholeNode) { values.append(logit + offset) }
        for token in excluded where values.indices.contains(Int(token.rawValue)) {
            values[Int(token.rawValue)] = -.infinity
        }
        var choices: [Choice] = []
        for (stem, entry) in covers.stems.enumerated() where !entry.candidates.isEmpty {
            let node = tree.ends[stem], base = reached(node)
            for token in entry.candidates {
                values.append(base + logProbability(token, node))
                choices.append(Choice(base: stem, token: token))
            }
        }
        for index in greatestIndices(Self.checkLimit, of: values[...]) {
            let choice =
                index < size ? Choice(base: 0, token: TokenID(Int32(truncatingIfNeeded: index))) : choices[index - size]
            if !covers.isValid(choice.token, after: choice.base) { values[index] = -.infinity }
        }
        logits = Rows(rowCount: 1, columnCount: values.count, values: values)
        bases = zip(covers.stems, tree.ends).map { Base(stem: $0.tokens, node: $1) }
        self.covers = choices
        vocabularySize = size
        nodeCount = tree.rowCount
        self.total = VectorMath.logSumExp(values[...])
    }

    /// Whether continuations can only begin at the prompt's end.
    var isPlain: Bool { covers.isEmpty && nodeCount == 0 }

    /// - Parameter number: an index into ``logits``.
    func choice(_ number: Int) -> Choice {
        number < vocabularySize
            ? Choice(base: 0, token: TokenID(Int32(truncatingIfNeeded: number))) : covers[number - vocabularySize]
    }

    /// ln of a choice's share among all.
    func logProbability(_ number: Int) -> Float {
        let value = logits.values[number] - total
        return value.isNaN ? -.infinity : value
    }
}
