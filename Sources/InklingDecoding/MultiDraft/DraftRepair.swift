// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

/// Writes the ends of drafts anew, each in rows of its own, where the mixture led them astray.
///
/// A mixture is heard mostly for its strongest draft, so the others may go on with words that make sense only behind that
/// one. What is kept of a draft has just been read for its probabilities; the model goes on from there greedily. Where that
/// would say what another draft says, it takes the most probable token that does not.
struct DraftRepair {
    private struct Strand {
        /// Whose end this is.
        var index: Int
        /// The row of the last token but one, then of the last.
        var node: Int
        var isFinished = false
    }

    private(set) var continuations: [Continuation]
    private var strands: [Strand] = []
    private let length: Int
    private let endTokens: Set<TokenID>
    private let endsLoops: Bool
    private var nodeCount: Int
    /// Rows that the cache still has room for.
    private var room: Int

    /// - Parameters:
    ///   - scoring: has read all continuations.
    ///   - soundCount: how many tokens to keep of each.
    ///   - room: rows that the cache has room for behind the prompt.
    init(
        _ request: DraftRequest, _ continuations: [Continuation], _ scoring: ContinuationScoring,
        keeping soundCount: [Int], room: Int
    ) {
        self.continuations = continuations
        length = request.length
        endTokens = request.endTokens
        endsLoops = request.endsLoops
        nodeCount = scoring.rowCount
        self.room = room - scoring.rowCount
        let isCut = continuations.indices.map { soundCount[$0] < continuations[$0].tokens.count }
        for index in continuations.indices where isCut[index] {
            self.continuations[index].keep(soundCount[index])
        }
        for index in continuations.indices where isCut[index] {
            let kept = self.continuations[index].tokens
            guard let (node, best) = scoring.best(after: kept.count, of: index) else { continue }
            let fresh = best.first { candidate in
                !self.continuations.indices.contains {
                    $0 != index && self.continuations[$0].tokens.starts(with: kept + [candidate.token])
                }
            }
            guard let fresh else { continue }
            strands.append(Strand(index: index, node: node))
            append(fresh.token, fresh.logProbability, to: strands.count - 1)
        }
    }

    private mutating func append(_ token: TokenID, _ logProbability: Float, to strand: Int) {
        let index = strands[strand].index
        continuations[index].tokens.append(token)
        continuations[index].logProbabilities.append(logProbability)
        let written = continuations[index].tokens.dropFirst(continuations[index].stemCount)
        if endTokens.contains(token) {
            continuations[index].isFinished = true
            strands[strand].isFinished = true
        } else if endsLoops, let repeated = DraftPool.loopLength(written) {
            continuations[index].keep(continuations[index].tokens.count - repeated)
            strands[strand].isFinished = true
        } else if written.count >= length {
            strands[strand].isFinished = true
        }
    }

    /// The next pass, wanting all logits; nil when nothing is left to write.
    mutating func nextBatch() -> ModelBatch? {
        let open = strands.indices.filter { !strands[$0].isFinished }
        guard !open.isEmpty, open.count <= room else { return nil }
        room -= open.count
        let parents = open.map { strands[$0].node }
        for (row, strand) in open.enumerated() { strands[strand].node = nodeCount + row }
        nodeCount += open.count
        return ModelBatch(
            rows: open.compactMap { continuations[strands[$0].index].tokens.last }.map { .token($0) },
            layout: .branches(parents: parents), want: .allLogits)
    }

    /// Takes the logits of the rows asked for.
    mutating func advance(_ rows: Rows) {
        let open = strands.indices.filter { !strands[$0].isFinished }
        for (row, strand) in open.enumerated() {
            guard let best = greatestIndices(1, of: rows[row]).first else {
                strands[strand].isFinished = true
                continue
            }
            let token = TokenID(Int32(truncatingIfNeeded: best))
            append(token, TokenScores.logProbability(of: token, logits: rows[row]), to: strand)
        }
    }
}

extension Continuation {
    /// Drops what comes after the first `count` tokens.
    fileprivate mutating func keep(_ count: Int) {
        guard count < tokens.count else { return }
        tokens.removeLast(tokens.count - count)
        logProbabilities = Array(logProbabilities.prefix(max(0, count - stemCount)))
        isFinished = false
    }
}
