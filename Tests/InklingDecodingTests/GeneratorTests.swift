// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Testing

struct GeneratorTests {
    private let model = countingModel(26)

    private func request(_ prompt: [TokenID], maxTokens: Int? = 5) -> GenerationRequest {
        GenerationRequest(prompt: prompt, sampler: .greedy, maxTokens: maxTokens)
    }

    // MARK: Prefill

    @Test
    func `The prompt is read in chunks, all but its last token, with progress`() {
        let harness = Harness(model)
        var request = request(tokens(0...9), maxTokens: 1)
        request.prefillChunk = 4
        var batches: [(count: Int, want: ModelBatch.Want)] = []
        harness.target.willForward = { batches.append(($0.rows.count, $0.want)) }
        harness.generate(request)
        #expect(batches.map(\.count) == [4, 4, 1, 1])
        #expect(batches.map(\.want) == [.nothing, .nothing, .nothing, .lastLogits])
        #expect(harness.prefill(.target).map(\.done) == [0, 4, 8, 9])
        #expect(harness.prefill(.target).allSatisfy { $0.total == 9 && $0.reused == 0 })
        #expect(harness.prefill(.draft).isEmpty)
    }

    @Test
    func `A draft model reads the prompt as well where the strategy needs one`() {
        let harness = Harness(model)
        var request = request(tokens(0...9), maxTokens: 1)
        request.strategy = StrategyDescriptor.matchingTree.id
        let summary = harness.generate(request)
        #expect(harness.prefill(.draft).map(\.done) == [0, 9])
        #expect(summary.statistics.prefilledTokenCount == 18)
        #expect(summary.statistics.draftCache?.usedTokens == 9)
    }

    @Test
    func `A shared prefix is reused and the rest forgotten`() {
        let harness = Harness(model)
        harness.generate(request(tokens(0, 1, 2, 3, 4, 5)))
        let summary = harness.generate(request(tokens(0, 1, 2, 9, 9)))
        #expect(harness.prefill(.target).map(\.done) == [3, 4])
        #expect(harness.prefill(.target).map(\.reused) == [3, 3])
        #expect(summary.statistics.reusedTokenCount == 3)
        #expect(summary.statistics.prefilledTokenCount == 1)
        #expect(harness.cachesHold(tokens(0, 1, 2, 9, 9) + summary.tokens))
        #expect(summary.tokens == Harness(model).generate(request(tokens(0, 1, 2, 9, 9))).tokens)
    }

    @Test
    func `Of a prompt that is cached as a whole, the last token is computed again`() {
        let harness = Harness(model)
        let first = harness.generate(request(tokens(0, 1, 2)))
        let second = harness.generate(request(tokens(0, 1, 2)))
        #expect(second.tokens == first.tokens)
        #expect(second.statistics.reusedTokenCount == 2)
        #expect(second.statistics.prefilledTokenCount == 0)
        #expect(second.statistics.targetPassCount == 5)
    }

    @Test
    func `A prompt of one token needs no prefill pass`() {
        let harness = Harness(model)
        let summary = harness.generate(request(tokens(3), maxTokens: 2))
        #expect(summary.tokens == tokens(4, 5))
        #expect(harness.prefill(.target) == [PrefillProgress(lane: .target, done: 0, total: 0, reused: 0)])
        #expect(harness.target.passCount == 2)
    }

    @Test
    func `A cancel during prefill leaves a prefix of the prompt, from which the next one goes on`() {
        let harness = Harness(model)
        var request = request(tokens(0...9))
        request.prefillChunk = 3
        harness.onEvent = { [unowned harness] event in
            if case .prefill(let progress) = event, progress.done == 6 { harness.cancellation.cancel() }
        }
        let summary = harness.generate(request)
        #expect(summary.reason == .cancelled)
        #expect(summary.tokens.isEmpty)
        #expect(summary.statistics.timeToFirstToken == nil)
        #expect(harness.target.ledger == tokens(0...5))
        let again = Harness(continuing: harness)
        #expect(again.generate(request).statistics.reusedTokenCount == 6)
    }

    @Test
    func `A cancel before the start ends before the first pass`() {
        let harness = Harness(model)
        harness.cancellation.cancel()
        #expect(harness.generate(request(tokens(1, 2, 3))).reason == .cancelled)
        #expect(harness.target.passCount == 0)
    }

    @Test
    func `A model that gives up in a pass counts as cancelled`() {
        let harness = Harness(model)
        harness.target.nextError = .cancelled
        #expect(harness.generate(request(tokens(1, 2, 3))).reason == .cancelled)
    }

    @Test
    func `A cancel is seen between rounds even where no pass looks at it`() {
        let harness = Harness(model)
        harness.strategies = [.testOnly("silent") { Silent() }]
        harness.onEvent = { [unowned harness] event in
            if case .round(let round) = event, round.index == 2 { harness.cancellation.cancel() }
        }
        var request = request(tokens(0, 1), maxTokens: 50)
        request.strategy = "silent"
        let summary = harness.generate(request)
        #expect(summary.reason == .cancelled)
        #expect(summary.tokens.count == 3)
    }

    // MARK: Endings

    @Test
    func `A limit of no tokens reads the prompt and ends`() {
        let harness = Harness(model)
        let summary = harness.generate(request(tokens(0, 1, 2), maxTokens: 0))
        #expect(summary.reason == .tokenLimit)
        #expect(summary.tokens.isEmpty)
        #expect(harness.rounds.isEmpty)
        #expect(harness.target.ledger == tokens(0, 1))
    }

    @Test
    func `An end token that comes first ends with no text`() {
        let harness = Harness(model)
        var request = request(tokens(0, 1))
        request.endTokens = [2, 9]
        let summary = harness.generate(request)
        #expect(summary.reason == .endOfText(2))
        #expect(summary.tokens == tokens(2))
        #expect(summary.text == "")
        #expect(harness.texts.isEmpty)
        #expect(harness.rounds.map(\.committed.count) == [1])
    }

    @Test
    func `An end token at the limit ends with endOfText`() {
        let harness = Harness(model)
        var request = request(tokens(0), maxTokens: 2)
        request.endTokens = [2]
        #expect(harness.generate(request).reason == .endOfText(2))
    }

    @Test
    func `A prompt that fills the context leaves room for one token`() {
        let harness = Harness(model, contextCapacity: 6)
        let summary = harness.generate(request(tokens(0...5)))
        #expect(summary.reason == .contextFull)
        #expect(summary.tokens == tokens(6))
        #expect(harness.target.cachedCount == 6)
        let limited = Harness(model, contextCapacity: 6).generate(request(tokens(0...5), maxTokens: 1))
        #expect(limited.reason == .tokenLimit)
    }

    @Test
    func `A prompt that does not fit is refused with both numbers`() {
        let harness = Harness(model, contextCapacity: 6)
        let summary = harness.generate(request(tokens(0...6)))
        let error = GenerationError.promptTooLong(tokenCount: 7, capacity: 6, lane: .target)
        #expect(summary.reason == .failed(error))
        #expect(
            error.description
                == "the prompt has 7 tokens, but the context of the target model holds 6; "
                + "shorten the prompt or use a larger context")
        #expect(harness.events == [.finished(summary)])
    }

    @Test
    func `A prompt that does not fit the draft model is refused where one is needed`() {
        let run = DecodingRun(target: ToyRunner(model), draft: ToyRunner(model, contextCapacity: 4))
        let generator = Generator(
            strategies: StrategyConformanceTests.strategies, makeTextDecoder: { ByteTextDecoder.letters(26) })
        var request = request(tokens(0...6))
        #expect(generator.run(request, run) { _ in }.reason == .tokenLimit)
        request.strategy = StrategyDescriptor.matchingTree.id
        let error = GenerationError.promptTooLong(tokenCount: 7, capacity: 4, lane: .draft)
        #expect(generator.run(request, run) { _ in }.reason == .failed(error))
    }

    @Test
    func `A model that returns no logits fails with a sentence`() {
        let summary = Generator(makeTextDecoder: { ByteTextDecoder.letters(26) })
            .run(request(tokens(0, 1)), DecodingRun(target: MuteRunner())) { _ in }
        #expect(summary.reason == .failed(.missingLogits(.target)))
    }

    @Test
    func `A token that the model does not know fails with its number`() {
        let harness = Harness(model)
        let summary = harness.generate(request(tokens(0, 99, 1)))
        #expect(summary.reason == .failed(.model(.tokenOutOfRange(token: 99, vocabulary: 26))))
        #expect(harness.target.cachedCount == 0)
    }

    @Test(arguments: [1, 3, 4, 7])
    func `A strategy that looks at no limit is cut at it`(_ step: Int) {
        for limit in 1...9 {
            let harness = Harness(model)
            harness.strategies = [.testOnly("over") { Overshooting(count: step) }]
            var request = request(tokens(0, 1), maxTokens: limit)
            request.strategy = "over"
            let summary = harness.generate(request)
            #expect(summary.reason == .tokenLimit)
            #expect(summary.tokens.count == limit)
            #expect(harness.rounds.flatMap(\.committed).map(\.id) == summary.tokens)
            #expect(harness.rounds.last?.cache.usedTokens == 2 + limit - 1)
            #expect(harness.cachesHold(tokens(0, 1) + summary.tokens))

            request.maxTokens = nil
            request.endTokens = [TokenID(Int32(limit + 1))]
            #expect(harness.generate(request).tokens.count == limit)
            #expect(harness.cachesHold(tokens(0, 1) + summary.tokens))
        }
    }

    @Test
    func `A strategy that overflows the context ends with contextFull and loses its unfinished round`() {
        let harness = Harness(model, contextCapacity: 8)
        harness.strategies = [.testOnly("over") { Overshooting(count: 4) }]
        var request = request(tokens(0, 1), maxTokens: nil)
        request.strategy = "over"
        let summary = harness.generate(request)
        #expect(summary.reason == .contextFull)
        #expect(summary.tokens == tokens(2, 3, 4, 5))
        #expect(harness.cachesHold(tokens(0, 1) + summary.tokens))
    }

    @Test
    func `A strategy that does nothing is stopped`() {
        let harness = Harness(model)
        harness.strategies = [.testOnly("idle") { Idle() }]
        var request = request(tokens(0, 1))
        request.strategy = "idle"
        #expect(harness.generate(request).reason == .failed(.noProgress(strategy: "idle")))
    }

    @Test
    func `Hypotheses that grow are progress, and no mixture stays in the cache`() {
        let harness = Harness(model)
        harness.strategies = [.testOnly("dream") { Dreaming(length: 3) }]
        var request = request(tokens(5, 6), maxTokens: 6)
        request.strategy = "dream"
        let summary = harness.generate(request)
        #expect(summary.tokens == tokens(0, 1, 2, 0, 1, 2))
        let lengths = harness.events.compactMap {
            if case .hypotheses(let list) = $0 { list[0].tokens.count } else { nil }
        }
        #expect(lengths == [1, 2, 3, 1, 2, 3])
        #expect(harness.cachesHold(tokens(5, 6) + summary.tokens))

        harness.onEvent = { [unowned harness] event in
            if case .hypotheses(let list) = event, list[0].tokens.count == 2 { harness.cancellation.cancel() }
        }
        #expect(harness.generate(request).reason == .cancelled)
        #expect(harness.target.ledger == tokens(5))
    }

    @Test
    func `A hypothesis longer than the output may become is stopped`() {
        let harness = Harness(model)
        harness.strategies = [.testOnly("dream") { Dreaming(length: 30) }]
        var request = request(tokens(5, 6), maxTokens: 6)
        request.strategy = "dream"
        #expect(harness.generate(request).reason == .failed(.noProgress(strategy: "dream")))
        #expect(harness.target.ledger == tokens(5))
    }

    // MARK: Text

    @Test
    func `Stop strings are found across tokens and not shown`() {
        let harness = Harness(model)
        var request = request(tokens(0), maxTokens: 20)
        request.stopStrings = ["hij", "fgx"]
        let summary = harness.generate(request)
        #expect(summary.reason == .stopString("hij"))
        #expect(summary.text == "bcdefg")
        #expect(summary.tokens == tokens(1...9))
        #expect(harness.rounds.flatMap(\.committed).map(\.text).joined() == "bcdefghij")
        // "f" waits until "fgx" is out of the question.
        #expect(harness.texts == ["b", "c", "d", "e", "fg"])
    }

    @Test
    func `Text that was held back is shown when the output ends`() {
        let harness = Harness(model)
        var request = request(tokens(0), maxTokens: 3)
        request.stopStrings = ["cdX"]
        let summary = harness.generate(request)
        #expect(summary.text == "bcd")
        #expect(harness.texts == ["b", "cd"])
        #expect(harness.events.last == .finished(summary))
    }

    @Test
    func `A character that is split over tokens comes when it is complete`() {
        let harness = Harness(countingModel(8))
        // Token 1 is "é" with its second byte missing, tokens 3 to 5 are an emoji, token 7 is half a character.
        harness.decoder = ByteTextDecoder([
            [0x61], [0x78, 0xC3], [0xA9], [0xF0, 0x9F], [0x98], [0x80, 0x79], [0x7A], [0xE2, 0x82],
        ])
        let summary = harness.generate(request(tokens(0), maxTokens: 7))
        #expect(harness.rounds.flatMap(\.committed).map(\.text) == ["x", "é", "", "", "😀y", "z", ""])
        #expect(harness.texts == ["x", "é", "😀y", "z", "\u{FFFD}"])
        #expect(summary.text == "xé😀yz\u{FFFD}")
    }

    // MARK: Figures

    @Test
    func `Times come from the clock that was given`() throws {
        let harness = Harness(model)
        let summary = harness.generate(request(tokens(0, 1, 2), maxTokens: 3))
        let statistics = summary.statistics
        let first = try #require(statistics.timeToFirstToken)
        #expect(statistics.prefillDuration > .zero)
        #expect(first > statistics.prefillDuration)
        #expect(statistics.decodeDuration > statistics.verifyDuration)
        #expect(statistics.verifyDuration == .milliseconds(3))
        #expect(statistics.draftDuration == .zero)
        for round in harness.rounds {
            #expect(round.spans.count == 1)
            #expect(round.spans[0].start >= round.start)
            #expect(round.duration >= round.verifyDuration)
        }
        #expect(try #require(statistics.decodeTokensPerSecond) == 3 / statistics.decodeDuration.seconds)
        #expect(statistics.tokensPerTargetPass == 1)
        #expect(statistics.acceptanceRate == nil)
    }

    @Test
    func `Drafted, judged and accepted tokens are counted`() throws {
        let harness = Harness(ToyModel(vocabularySize: 12, seed: 5))
        var request = request(tokens(1, 2), maxTokens: 24)
        request.strategy = StrategyDescriptor.matchingTree.id
        request.parameters = ["width": 1]
        let statistics = harness.generate(request).statistics
        #expect(statistics.draftedCount == harness.rounds.compactMap(\.draft).map(\.count).reduce(0, +))
        #expect(statistics.acceptedCount > 0)
        #expect(statistics.draftPassCount > statistics.roundCount)
        // Every round adds one token of the target's, unless the limit cuts it off.
        let cutCount = harness.rounds.last?.committed.last?.source == .draft ? 1 : 0
        #expect(statistics.acceptedCount + statistics.roundCount == 24 + cutCount)
        #expect(try #require(statistics.acceptanceRate) <= (try #require(statistics.judgedAcceptanceRate)))
        #expect(statistics.cache.usedBytes == 25 * 16)
        #expect(statistics.cache.capacityBytes == 256 * 16)
    }

    @Test
    func `Endings have the words of the command line`() {
        let words: [(FinishReason, String)] = [
            (.endOfText(1), "eos"), (.tokenLimit, "length"), (.contextFull, "length"), (.stopString("x"), "stop"),
            (.cancelled, "cancelled"), (.failed(.emptyPrompt), "failed"),
        ]
        for (reason, word) in words { #expect(reason.word == word) }
    }

    // MARK: Refusals

    @Test
    func `Bad requests are refused with a sentence`() {
        func message(_ change: (inout GenerationRequest) -> Void) -> String? {
            var request = request(tokens(0, 1))
            change(&request)
            let harness = Harness(model)
            let summary = harness.generate(request)
            guard case .failed(let error) = summary.reason else { return nil }
            #expect(harness.events == [.finished(summary)])
            return error.description
        }
        #expect(message { _ in } == nil)
        #expect(
            message { $0.prompt = [] }
                == "the prompt has no tokens; give at least one, such as the model's start token")
        #expect(message { $0.maxTokens = -1 } == "the token limit is -1; it must be 0 to 2147483647")
        #expect(message { $0.alternativeCount = 101 } == "the number of alternatives is 101; it must be 0 to 100")
        #expect(message { $0.prefillChunk = 0 } == "the prefill chunk is 0; it must be 1 to 65536")
        #expect(
            message { $0.stopStrings = ["a", ""] }
                == "the length in bytes of a stop string is 0; it must be 1 to 4096")
        #expect(
            message { $0.stopStrings = [String](repeating: "a", count: 65) }
                == "the number of stop strings is 65; it must be 0 to 64")
        #expect(message { $0.sampler.topP = 2 } == "top-p is 2.0; it must be 0.0 to 1.0")
        #expect(message { $0.strategy = "magic" }?.hasPrefix("unknown strategy \"magic\"; known: ar") == true)
        #expect(
            message { $0.parameters = ["gamma": 4] }
                == "strategy \"ar\" has no parameter \"gamma\"; it has none at all")
    }

    @Test
    func `A strategy that needs a draft model is refused without one`() {
        let run = DecodingRun(target: ToyRunner(model))
        var request = request(tokens(0, 1))
        request.strategy = StrategyDescriptor.matchingTree.id
        let summary = Generator(strategies: [.matchingTree], makeTextDecoder: { ByteTextDecoder.letters(26) })
            .run(request, run) { _ in }
        let error = GenerationError.missingNeed(strategy: "test-tree", need: .draftModel)
        #expect(summary.reason == .failed(error))
        #expect(error.description == "strategy \"test-tree\" needs a draft model, and there is none")
    }
}

/// Computes nothing and says nothing.
private final class MuteRunner: ModelRunner {
    let vocabularySize = 4
    let contextCapacity = 100
    private(set) var ledger: [TokenID?] = []
    let cacheBytes = (used: 0, capacity: 0)

    func forward(_ batch: ModelBatch) throws(ModelError) -> ForwardOutput {
        for case .token(let token) in batch.rows { ledger.append(token) }
        return ForwardOutput()
    }

    func truncate(to count: Int) { ledger.removeLast(ledger.count - count) }
    func keep(_ rows: [Int], after base: Int) {}
}
