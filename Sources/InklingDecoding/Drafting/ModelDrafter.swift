// SPDX-License-Identifier: Apache-2.0

import InklingModel
import InklingTokenizer

/// Drafts a chain with the draft model, one token a pass, for as long as a policy says.
///
/// Source: Leviathan et al. 2023; Chen et al. 2023.
public struct ModelDrafter<Length: DraftLengthPolicy>: Drafter {
    private var length: Length

    public init(length: Length) {
        self.length = length
    }

    public mutating func begin(_ run: DecodingRun) throws(GenerationError) {
        try length.begin(run)
    }

    public mutating func propose(_ run: DecodingRun, limit: Int) throws(GenerationError) -> Draft {
        var draft = try drawDraft(run, limit: limit)
        draft.measures = length.measures
        draft.assess(length.risks)
        return draft
    }

    private mutating func drawDraft(_ run: DecodingRun, limit: Int) throws(GenerationError) -> Draft {
        let chosen = length.nextLength(run, limit: limit)
        let bound = min(chosen, limit, run.draftRoom)
        var draft = Draft(stop: bound < chosen ? .limit : .length)
        guard bound > 0 else { return draft }
        guard let missing = run.missingInDraft() else {
            draft.stop = .unknownToken
            return draft
        }

        var sampler = DraftSampler(run, draw: run.roundIndex)
        var rows = try feed(missing, run)
        while true {
            let drafted = sampler.next(logits: rows.logits)
            draft.append(drafted.token, drawnFrom: drafted.distribution, confidence: drafted.confidence)
            if run.endTokens.contains(drafted.token) {
                draft.stop = .endToken
                return draft
            }
            let step = DraftStep(
                depth: draft.count, token: drafted.token, logits: rows.logits, hidden: rows.hidden)
            // Asked about the last token as well, so that a policy has seen every token of the draft.
            let goesOn = length.shouldContinue(step)
            guard draft.count < bound else { return draft }
            guard goesOn else {
                draft.stop = .likelyRejection
                return draft
            }
            rows = try feed([drafted.token], run)
        }
    }

    public mutating func observe(_ verdict: Verdict, of draft: Draft, _ run: DecodingRun) {
        // The draft model never read the last token that it drafted; what it read of the others stays if it was accepted.
        run.truncateDraft(to: run.roundPosition + verdict.acceptedPath.count)
        length.observe(verdict, of: draft, run)
    }

    /// The last row of a pass.
    private func feed(
        _ tokens: some Collection<TokenID>, _ run: DecodingRun
    ) throws(GenerationError) -> (logits: ArraySlice<Float>, hidden: ArraySlice<Float>?) {
        guard length.wantsHidden else {
            let rows = try run.draftLogits(ModelBatch(tokens))
            return (rows[rows.rowCount - 1], nil)
        }
        // Logits of every row come with the hidden states, so many rows that nobody reads go first, without either. After a
        // draft that was accepted as a whole there are two rows, for which another pass would cost more.
        if tokens.count > Self.sharedRowLimit {
            _ = try run.forwardDraft(ModelBatch(tokens.dropLast(), want: .nothing))
        }
        let rows = tokens.suffix(tokens.count > Self.sharedRowLimit ? 1 : tokens.count)
        let output = try run.forwardDraft(ModelBatch(rows, want: .allLogitsAndHidden))
        guard let logits = output.logits, logits.rowCount == rows.count, let hidden = output.hidden,
            hidden.rowCount == rows.count
        else { throw .missingLogits(.draft) }
        try length.check(hiddenSize: hidden.columnCount)
        return (logits[rows.count - 1], hidden[rows.count - 1])
    }

    private static var sharedRowLimit: Int { 2 }
}
