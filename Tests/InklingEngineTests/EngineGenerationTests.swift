// SPDX-License-Identifier: Apache-2.0

import Dispatch
import InklingDecoding
import InklingGGUF
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Synchronization
import Testing

@testable import InklingEngine

@Suite struct `Answering chats` {
    private func rig(draft: Bool = false, baselineShare: Double = 0) throws -> EngineRig {
        let rig = try EngineRig(baselineShare: baselineShare)
        try rig.model("target")
        if draft { try rig.model("draft", seed: 2, layers: 1) }
        try rig.load("target", draft: draft ? "draft" : nil)
        return rig
    }

    @Test func `A generation is asked for, accepted, decoded and finished, once`() throws {
        let rig = try rig()
        let id = rig.engine.generate(.asking("hello"))
        let summary = try rig.log.summary(of: id)
        #expect(summary.tokens.count == 12 && summary.reason == .tokenLimit)
        let events = rig.log.events.compactMap { event -> GenerationEvent? in
            if case .generation(id, let event) = event { event } else { nil }
        }
        #expect(events.first == .asked(.asking("hello")))
        guard events.count > 1, case .accepted(let prompt) = events[1] else {
            Issue.record("expected an acceptance, found \(events)")
            return
        }
        #expect(prompt.tokens.count == summary.promptTokenCount && prompt.reusedTokenCount == 0)
        #expect(prompt.droppedTurnCount == 0 && !prompt.hasDroppedMore)
        #expect(Array(events.suffix(2)) == [.decode(.finished(summary)), .finished(.done(summary))])
        #expect(events.count { if case .finished = $0 { true } else { false } } == 1)
        #expect(rig.log.rounds(of: id).count == 12)
    }

    @Test func `Two generations run in the order in which they were asked for`() throws {
        let rig = try rig()
        let gate = Gate()
        rig.log.onEvent { if $0.isRound() { gate.pass() } }
        let first = rig.engine.generate(.asking("one"))
        let second = rig.engine.generate(.asking("two"))
        gate.open()
        _ = try rig.log.summary(of: first)
        _ = try rig.log.summary(of: second)
        let order = rig.log.events.compactMap { event -> GenerationID? in
            if case .generation(let id, _) = event { id } else { nil }
        }
        #expect(order == order.sorted { $0 == first && $1 == second })
    }

    @Test func `Strategies may change from one request to the next, and greedy output does not`() throws {
        let rig = try rig(draft: true)
        let expected = try rig.generate(.asking("hello", maxTokens: 20))
        #expect(expected.tokens.count == 20)
        for strategy in StrategyRegistry.all where rig.engine.availability(of: strategy.id) == .ready {
            guard strategy.guarantee == .sameDistribution else { continue }
            let summary = try rig.generate(.asking("hello", maxTokens: 20, strategy: strategy.id))
            #expect(summary.tokens == expected.tokens, "\(strategy.id)")
            #expect(summary.statistics.reusedTokenCount == summary.promptTokenCount - 1)
        }
    }

    @Test func `A strategy that cannot run is answered with the reason`() throws {
        let rig = try rig()
        let summary = try rig.generate(.asking("hello", strategy: "sd"))
        #expect(summary.reason == .failed(.missingNeed(strategy: "sd", need: .draftModel)))
        #expect(summary.tokens.isEmpty)
        #expect(try rig.generate(.asking("hello", maxTokens: 1)).tokens.count == 1)
    }

    // MARK: Giving up

    @Test func `After a cancellation there is no further round`() throws {
        let rig = try rig()
        let stop = Mutex<GenerationID?>(nil)
        let engine = rig.engine
        let rounds = Mutex(0)
        rig.log.onEvent { event in
            guard case .generation(let id, .decode(.round)) = event else { return }
            if rounds.withLock({
                $0 += 1; return $0
            }) == 3 {
                stop.withLock { $0 = id }
                engine.cancel(id)
            }
        }
        let id = rig.engine.generate(.asking("hello", maxTokens: 100))
        let summary = try rig.log.summary(of: id)
        #expect(stop.withLock { $0 } == id)
        #expect(summary.reason == .cancelled && summary.tokens.count == 3)
        #expect(rig.log.rounds(of: id).count == 3)
    }

    @Test func `While a prompt is read a cancellation waits for one pass of it`() throws {
        // No pass is quick enough for a latency of nothing, so each has as few tokens as there may be.
        let rig = try EngineRig(prefillLatency: .zero)
        try rig.model("target")
        try rig.load("target")
        let engine = rig.engine
        rig.log.onEvent { event in
            guard case .generation(let id, .decode(.prefill(let progress))) = event, progress.done > 0 else { return }
            engine.cancel(id)
        }
        let id = engine.generate(.asking(String(repeating: "a long question ", count: 20)))
        #expect(try rig.log.summary(of: id).reason == .cancelled)
        let progress = rig.log.events.compactMap { event -> Int? in
            if case .generation(id, .decode(.prefill(let progress))) = event { progress.done } else { nil }
        }
        #expect(progress == [0, 64])
        #expect(rig.log.rounds(of: id).isEmpty)
        // What was read stays.
        rig.log.onEvent(nil)
        let again = engine.generate(.asking(String(repeating: "a long question ", count: 20)))
        #expect(try rig.log.prompt(of: again).reusedTokenCount == 64)
        _ = try rig.log.summary(of: again)
        let chunks = rig.log.events.compactMap { event -> Int? in
            if case .generation(again, .decode(.prefill(let progress))) = event { progress.done } else { nil }
        }
        #expect(Array(chunks.prefix(4)) == [64, 128, 144, 160])
    }

    @Test func `A generation that is cancelled before its turn never begins`() throws {
        let rig = try rig()
        let gate = Gate()
        rig.log.onEvent { if $0.isRound() { gate.pass() } }
        let first = rig.engine.generate(.asking("one"))
        let second = rig.engine.generate(.asking("two"))
        let third = rig.engine.generate(.asking("three"))
        rig.engine.cancel(second)
        gate.open()
        let summary = try rig.log.summary(of: second)
        #expect(summary.reason == .cancelled && summary.promptTokenCount == 0)
        #expect(rig.log.events.count { if case .generation(second, _) = $0 { true } else { false } } == 2)
        #expect(try rig.log.summary(of: first).tokens.count == 12)
        #expect(try rig.log.summary(of: third).tokens.count == 12)
    }

    @Test func `A shutdown in the middle of everything ends everything, and then says so`() throws {
        let rig = try rig()
        try rig.model("other", seed: 3)
        let gate = Gate()
        rig.log.onEvent { if $0.isRound() || $0.isPacking { gate.pass() } }
        let generations = (0..<3).map { _ in rig.engine.generate(.asking("hello", maxTokens: nil)) }
        let load = rig.engine.load(target: "other")
        _ = try rig.log.first { event in
            if case .load(load, .progress(.packing)) = event { true } else { nil }
        }
        _ = try rig.log.first { $0.isRound() ? true : nil }
        rig.engine.shutdown()
        gate.open()
        _ = try rig.log.first { $0 == .stopped ? true : nil }
        #expect(try rig.log.end(of: load) == .cancelled)
        for id in generations { #expect(try rig.log.summary(of: id).reason == .cancelled) }
        #expect(rig.log.rounds(of: generations[0]).count == 1)
        #expect(rig.log.events.last == .stopped)
        // Too late for anything, and no harm done.
        _ = rig.engine.generate(.asking("hello"))
        rig.engine.countTokens("hello", id: 1)
        rig.engine.shutdown()
        #expect(rig.engine.snapshot == nil)
    }

    @Test func `An engine that nobody holds shuts down`() throws {
        let log = EventLog()
        let folder = try LibraryFolder()
        do {
            let engine = Engine(library: folder.library(), deliver: { log.take($0) })
            #expect(engine.snapshot == nil)
        }
        _ = try log.first { $0 == .stopped ? true : nil }
    }

    // MARK: What the model reads

    @Test func `The next turn computes only what is new`() throws {
        let rig = try rig()
        var request = ChatRequest.asking("hello")
        let first = rig.engine.generate(request)
        let answer = try rig.log.summary(of: first)
        let before = try rig.log.prompt(of: first).tokens
        request.messages += [ChatMessage(.assistant, answer.text), ChatMessage(.user, "and then?")]
        let second = rig.engine.generate(request)
        let prompt = try rig.log.prompt(of: second)
        let summary = try rig.log.summary(of: second)
        #expect(prompt.reusedTokenCount >= before.count - 1)
        #expect(summary.statistics.reusedTokenCount == prompt.reusedTokenCount)
        // Another branch of the conversation has the beginning in common.
        request.messages[2] = ChatMessage(.user, "something else")
        let third = rig.engine.generate(request)
        #expect(try rig.log.prompt(of: third).reusedTokenCount > before.count)
        _ = try rig.log.summary(of: third)
    }

    @Test func `An answer goes on from any of its tokens as if it had never stopped`() throws {
        let rig = try rig()
        let whole = try rig.generate(.asking("hello", maxTokens: 16))
        #expect(whole.tokens.count == 16)
        for cut in [1, 5, 15] {
            var request = ChatRequest.asking("hello", maxTokens: 16 - cut)
            request.answerPrefix = .tokens(Array(whole.tokens[..<cut]))
            let id = rig.engine.generate(request)
            let prompt = try rig.log.prompt(of: id)
            let summary = try rig.log.summary(of: id)
            #expect(prompt.answerPrefix == Array(whole.tokens[..<cut]))
            #expect(prompt.reusedTokenCount == prompt.tokens.count - 1)
            #expect(summary.tokens == Array(whole.tokens[cut...]))
            // The text goes on too, even where a token ends in the middle of a character.
            let rounds = rig.log.rounds(of: id).flatMap(\.committed)
            #expect(whole.text.hasSuffix(summary.text))
            #expect(rounds.map(\.position).first == prompt.tokens.count)
        }
    }

    @Test func `An edited beginning of an answer is encoded by itself`() throws {
        let rig = try rig()
        var request = ChatRequest.asking("hello", maxTokens: 2)
        let plain = rig.engine.generate(request)
        let bare = try rig.log.prompt(of: plain).tokens
        _ = try rig.log.summary(of: plain)
        request.answerPrefix = .text("Once <|im_end|>")
        let id = rig.engine.generate(request)
        let prompt = try rig.log.prompt(of: id)
        _ = try rig.log.summary(of: id)
        #expect(Array(prompt.tokens.prefix(bare.count)) == bare)
        #expect(Array(prompt.tokens.dropFirst(bare.count)) == prompt.answerPrefix)
        // It speaks for itself and for nobody else.
        #expect(!prompt.answerPrefix.contains { rig.engine.spelling(of: $0) == "<|im_end|>" })
        #expect(prompt.answerPrefix.count > 5)
    }

    @Test func `Reading a conversation ahead makes the answer begin at once`() throws {
        let rig = try rig()
        let ahead = try rig.generate(.asking("hello", maxTokens: 0))
        #expect(ahead.reason == .tokenLimit && ahead.tokens.isEmpty)
        let summary = try rig.generate(.asking("hello"))
        #expect(summary.statistics.reusedTokenCount == summary.promptTokenCount - 1)
    }

    @Test func `Alternatives come with their text and with how undecided the model was`() throws {
        let rig = try rig()
        var request = ChatRequest.asking("hello", maxTokens: 4)
        request.alternativeCount = 3
        let id = rig.engine.generate(request)
        _ = try rig.log.summary(of: id)
        for token in rig.log.rounds(of: id).flatMap(\.committed) {
            #expect(token.alternatives.count == 3)
            // Greedy, so the token is the first of them, and so is its text unless it ends inside a character.
            #expect(token.alternatives.first?.id == token.id)
            #expect(token.text.isEmpty || token.alternatives.first?.text == token.text)
            let entropy = try #require(token.entropy)
            #expect(entropy > 0 && entropy < 5.71)
        }
    }

    // MARK: A full context

    private func longChat(_ turns: Int) -> ChatRequest {
        var messages = [ChatMessage(.system, "Be brief.")]
        for turn in 0..<turns {
            messages.append(ChatMessage(.user, "question number \(turn)"))
            messages.append(ChatMessage(.assistant, "answer number \(turn)"))
        }
        messages.append(ChatMessage(.user, "the last question"))
        return ChatRequest(messages: messages, sampler: SamplerSettings(temperature: 0), maxTokens: 4)
    }

    @Test func `A conversation longer than the context is refused, or loses its oldest turns, and is told so`() throws {
        let rig = try rig()
        var request = longChat(30)
        request.contextPolicy = .refuse
        let refused = rig.engine.generate(request)
        guard case .generation(.promptTooLong(let count, 512, .target)) = try rig.log.refusal(of: refused) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(count > 512)
        #expect(rig.log.events.count { if case .generation(refused, _) = $0 { true } else { false } } == 2)

        request.contextPolicy = .dropOldestTurns(keepsSystem: true)
        let id = rig.engine.generate(request)
        let prompt = try rig.log.prompt(of: id)
        #expect(try rig.log.summary(of: id).tokens.count == 4)
        #expect(prompt.hasDroppedMore && prompt.droppedTurnCount > 0)
        #expect(prompt.droppedMessageCount == 2 * prompt.droppedTurnCount)
        #expect(prompt.tokens.count <= 512 - 8)

        // The next turn leaves out the same ones, so that the cache still serves.
        request.droppedTurnCount = prompt.droppedTurnCount
        let next = rig.engine.generate(request)
        let again = try rig.log.prompt(of: next)
        _ = try rig.log.summary(of: next)
        #expect(again.tokens == prompt.tokens && !again.hasDroppedMore)
        #expect(again.reusedTokenCount == again.tokens.count - 1)

        request.contextPolicy = .dropOldestTurns(keepsSystem: false)
        let bare = rig.engine.generate(request)
        #expect(try rig.log.prompt(of: bare).tokens.count < again.tokens.count)
        _ = try rig.log.summary(of: bare)
    }

    @Test func `A template that refuses a conversation refuses the request, in its own words`() throws {
        let rig = try EngineRig()
        try rig.model("target") {
            $0.metadata["tokenizer.chat_template"] = .string("{{ raise_exception('not like this') }}")
        }
        try rig.load("target")
        let error = try rig.log.refusal(of: rig.engine.generate(.asking("hello")))
        #expect(error?.description == "The chat template refuses this conversation: not like this")
    }

    // MARK: Counting

    @Test func `Tokens are counted while a generation is in progress`() throws {
        let rig = try rig()
        let gate = Gate()
        rig.log.onEvent { if $0.isRound() { gate.pass() } }
        let id = rig.engine.generate(.asking("hello"))
        _ = try rig.log.first { $0.isRound() ? true : nil }
        rig.engine.countTokens("hello, world <|im_end|>", id: 7)
        let count = try rig.log.first { event -> Int? in
            if case .tokenCount(7, let count) = event { count } else { nil }
        }
        #expect(count > 15)
        #expect(!rig.log.events.contains { $0.isFinished })
        gate.open()
        _ = try rig.log.summary(of: id)
    }

    @Test func `Of texts that wait only the last is counted`() throws {
        let rig = try rig()
        let gate = Gate()
        rig.log.onEvent { if case .tokenCount(0, _) = $0 { gate.pass() } }
        rig.engine.countTokens("first", id: 0)
        _ = try rig.log.first { if case .tokenCount(0, _) = $0 { true } else { nil } }
        for id in 1...5 { rig.engine.countTokens(String(repeating: "a", count: id), id: id) }
        gate.open()
        _ = try rig.log.first { if case .tokenCount(5, _) = $0 { true } else { nil } }
        let counted = rig.log.events.compactMap { if case .tokenCount(let id, _) = $0 { id } else { nil } }
        #expect(counted == [0, 5])
    }

    // MARK: The baseline

    @Test func `Measuring plain decoding changes nothing of the output, at any temperature`() throws {
        let without = try rig(draft: true)
        let with = try rig(draft: true, baselineShare: 1)
        for temperature in [Float(0), 0.9] {
            for strategy in ["sd", "specdec++", "pearl", "prompt-lookup"] {
                var request = ChatRequest.asking("hello hello hello hello", maxTokens: 60, strategy: strategy)
                request.sampler = SamplerSettings(temperature: temperature, seed: 5)
                let expected = try without.generate(request)
                let id = with.engine.generate(request)
                let summary = try with.log.summary(of: id)
                #expect(summary.tokens == expected.tokens, "\(strategy) at \(temperature)")
            }
        }
        let history = with.log.events.reduce(into: NetGain()) { gain, event in
            if case .generation(_, .decode(let event)) = event { gain.take(event) }
        }
        #expect(history.without != nil && history.percent != nil)
        #expect(
            without.log.events.allSatisfy { event in
                if case .generation(_, .decode(.round(let round))) = event { round.baseline == nil } else { true }
            })
    }

    @Test func `A method whose lanes run at once leaves the draft its threads`() throws {
        let rig = try EngineRig()
        let path = try rig.model("target")
        let pair = try ModelPair.load(ModelChoice(target: path, draft: path))
        let session = try ModelSession(target: pair.target, draft: pair.draft)
        let alone = session.threads(for: .speculative)
        let together = session.threads(for: .pearl)
        #expect(alone.draft == 1 && together.draft == 1)
        #expect(together.target == max(1, alone.target - 1))
        let fixed = try ModelSession(
            target: pair.target, draft: pair.draft, options: SessionOptions(threads: 3, draftThreads: 2))
        #expect(fixed.threads(for: .pearl) == (3, 2))
    }
}
