// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding
public import InklingModel
public import InklingTokenizer

/// Continues texts with a session's model, one request after the other, on the caller's thread.
///
/// What a text has in common with the one before stays in the model's cache, down to the last token. A chat on the same
/// session keeps its beginning in the same way. Not `Sendable`: one owner.
public final class Autocompleter {
    private let session: ModelSession
    private let run: DraftRun
    /// Made when first needed: it takes a moment with a large vocabulary.
    private lazy var index = TokenPrefixIndex(session.target.tokenizer.vocabulary)

    /// Tokens that steer a model have no place in a text, and neither have numbers of which the vocabulary knows nothing.
    private let excludedTokens: [TokenID]

    public init(_ session: ModelSession, ngrams: (any NGramModel)? = nil) {
        self.session = session
        let vocabulary = session.target.tokenizer.vocabulary
        excludedTokens = (0..<session.runner.vocabularySize).compactMap { index in
            let token = TokenID(Int32(truncatingIfNeeded: index))
            guard !vocabulary.isEndOfGeneration(token) else { return nil }
            return vocabulary.isControl(token) || vocabulary.bytes(of: token).isEmpty ? token : nil
        }
        run = DraftRun(target: session.runner, ngrams: ngrams)
    }

    public var ngrams: (any NGramModel)? {
        get { run.ngrams }
        set { run.ngrams = newValue }
    }

    /// Whether the model can be shown what follows the cursor.
    public var canFillInTheMiddle: Bool {
        let special = session.target.tokenizer.vocabulary.special
        return special.fillPrefix != nil && special.fillSuffix != nil && special.fillMiddle != nil
    }

    /// The beginning of an answer to nothing; nil where the chat format makes none.
    private lazy var answerHead: [TokenID]? = {
        let tokens = try? session.target.chatFormat.tokens(
            [ChatMessage(.user, "")], tokenizer: session.target.tokenizer)
        return tokens.flatMap { $0.isEmpty ? nil : $0 }
    }()

    private func readsAsAnswer(_ voice: CompletionRequest.Voice) -> Bool {
        switch voice {
        case .text: false
        case .answer: true
        case .automatic: session.target.chatFormat.origin == .file
        }
    }

    /// - Parameter onStep: is given the continuations as they stand after each pass.
    /// - Throws: ``EngineError/generation(_:)``; `.generation(.cancelled)` when the flag was set.
    public func complete(
        _ request: CompletionRequest, cancellation: CancellationFlag = CancellationFlag(),
        onStep: ([LiveCompletion]) -> Void = { _ in }
    ) throws(EngineError) -> CompletionResult {
        session.arrangeThreads(for: StrategyDescriptor.superposed.id)
        let vocabulary = session.target.tokenizer.vocabulary
        let drafts = DraftRequest(
            prompt: [0], method: request.method, count: request.count, length: request.length,
            superposition: request.superposition, sampler: request.sampler, endTokens: session.endTokens,
            controlTokens: session.controlTokens, excludedTokens: excludedTokens, mayBeEmpty: false, endsLoops: true,
            wantsProbabilities: request.wantsProbabilities || request.ranking == .probability)
        do { try drafts.validate() } catch { throw .generation(error) }
        // Room for every draft, and half the context for the text in any case.
        let capacity = session.runner.contextCapacity
        let room = max(capacity / 2, capacity - drafts.draftCount * request.length)
        let prompt = try CompletionPrompt(
            request, tokenizer: session.target.tokenizer, index: index, capacity: max(1, room),
            answerHead: readsAsAnswer(request.voice) ? answerHead : nil)
        let text = CompletionText(
            vocabulary: vocabulary, healedByteCount: prompt.healedByteCount,
            openCharacter: Array(request.prefixBytes.suffix(request.openCharacterByteCount)),
            isAtStart: request.prefixBytes.isEmpty, cut: request.cut)
        var whole = drafts
        whole.prompt = prompt.tokens
        whole.covers = prompt.covers
        if request.repairs, request.leastLogProbability > -.infinity {
            whole.soundCount = { text.keptCount($0, least: request.leastLogProbability) }
        }
        let report: DraftReport
        do throws(GenerationError) {
            report = try run.run(whole, cancellation: cancellation) { live in
                onStep(
                    live.map {
                        let piece = text.piece($0.tokens)
                        return LiveCompletion(
                            text: piece.text, state: $0, pieces: text.pieces($0.tokens, of: piece.text))
                    })
            }
        } catch { throw .generation(error) }
        return CompletionResult(
            completions: text.completions(
                report.continuations, ranking: request.ranking,
                least: request.method == .superposed ? request.leastLogProbability : -.infinity),
            healedByteCount: prompt.healedByteCount, filledInTheMiddle: prompt.filledInTheMiddle, report: report)
    }

    /// How many tokens of a continuation the model itself believes, up to the beginning of a word: for
    /// ``DraftRequest/soundCount``.
    /// - Parameter least: see ``CompletionRequest/leastLogProbability``.
    public static func soundCount(
        _ vocabulary: Vocabulary, least: Float = CompletionRequest.doubt
    ) -> @Sendable (Continuation) -> Int {
        let text = CompletionText(vocabulary: vocabulary, healedByteCount: 0, isAtStart: false, cut: .nowhere)
        return { text.soundCount($0, least: least) }
    }
}
