// SPDX-License-Identifier: Apache-2.0

import Dispatch
import InklingDecoding
import InklingModel
import InklingTensor
import InklingTestSupport
import InklingTokenizer
import Synchronization
import Testing

@testable import InklingEngine

/// A small model in a file, loaded.
private struct CompletionModel {
    let folder: LibraryFolder
    let loaded: LoadedModel

    init() throws {
        let rig = try EngineRig()
        let path = try rig.model("small")
        folder = rig.folder
        loaded = try LoadedModel(path: path, pool: ComputePool(width: 1))
    }

    func completer(context: Int = 512) throws -> Autocompleter {
        Autocompleter(
            try ModelSession(target: loaded, options: SessionOptions(contextLength: context, threads: 1)))
    }
}

struct CompletionTextTests {
    @Test(arguments: [
        (" a b\nc", CompletionRequest.Cut.line, " a b"), ("\n\n a\r\nb", .line, "\n\n a"), (" a. B", .line, " a. B"),
        (" a. B", .sentence, " a."), (" 3.5 x", .sentence, " 3.5 x"), (" why? Because", .sentence, " why?"),
        (" 好。好", .sentence, " 好。"), (" a\nb. c", .sentence, " a"), (" end.", .sentence, " end."), ("", .sentence, ""),
        (". A", .sentence, ". A"), (" a. B\n", .nowhere, " a. B\n"),
    ])
    func `Text is cut where a line or sentence ends`(text: String, cut: CompletionRequest.Cut, expected: String) {
        #expect(CompletionText.cut(text, cut) == expected)
    }

    private func text(_ model: CompletionModel, healed: Int = 0, cut: CompletionRequest.Cut = .nowhere)
        -> CompletionText
    {
        CompletionText(
            vocabulary: model.loaded.tokenizer.vocabulary, healedByteCount: healed, isAtStart: false, cut: cut)
    }

    @Test func `A character that is not complete is not shown`() throws {
        let model = try CompletionModel()
        let tokens = model.loaded.tokenizer.encode("aé🦙", special: .ignore)
        for count in 0...tokens.count {
            let bytes = tokens.prefix(count).flatMap { model.loaded.tokenizer.vocabulary.bytes(of: $0) }
            let shown = text(model).piece(Array(tokens.prefix(count))).text
            #expect(Array("aé🦙".utf8).starts(with: shown.utf8) && bytes.starts(with: shown.utf8))
            #expect(bytes.count - shown.utf8.count < 4 && !shown.unicodeScalars.contains("\u{FFFD}"))
        }
    }

    @Test func `What is cut off takes its tokens along, and the healed bytes are not shown`() throws {
        let model = try CompletionModel()
        let tokenizer = model.loaded.tokenizer
        let tokens = tokenizer.encode("xyz one\ntwo", special: .ignore)
        let piece = text(model, healed: 2, cut: .line).piece(tokens)
        #expect(piece.text == "z one")
        let kept = tokens.prefix(piece.tokenCount).flatMap { tokenizer.vocabulary.bytes(of: $0) }
        #expect(kept.starts(with: "xyz one".utf8))
        #expect(tokens.prefix(piece.tokenCount - 1).flatMap { tokenizer.vocabulary.bytes(of: $0) }.count < 7)
    }

    @Test func `Drafts that differ in nothing but blanks are one, and those without text none`() throws {
        let model = try CompletionModel()
        func draft(_ text: String, _ score: Float, _ probability: Float) -> Continuation {
            let tokens = model.loaded.tokenizer.encode(text, special: .ignore)
            return Continuation(
                tokens: tokens, logProbabilities: tokens.map { _ in probability }, score: score, isFinished: false)
        }
        let drafts = [
            draft(" a b", -1, -3), draft(" a  b", -2, -1), draft("  \n", -3, -0.5), draft(" c", -4, -2),
            draft(" a b ", -5, -4),
        ]
        #expect(text(model).completions(drafts, ranking: .score).map(\.text) == [" a b", " c"])
        #expect(text(model).completions(drafts, ranking: .probability).map(\.text) == [" a  b", " c"])
    }
}

struct CompletionTrimmingTests {
    @Test func `A draft ends before the word that the model doubts`() throws {
        let model = try CompletionModel()
        let tokenizer = model.loaded.tokenizer
        let text = CompletionText(vocabulary: tokenizer.vocabulary, healedByteCount: 0, isAtStart: false, cut: .nowhere)
        let tokens = tokenizer.encode(" one two three", special: .ignore)
        let pieces = tokens.map { String(decoding: tokenizer.vocabulary.bytes(of: $0), as: UTF8.self) }
        for doubted in tokens.indices {
            var probabilities = tokens.map { _ in Float(-1) }
            probabilities[doubted] = -9
            let draft = Continuation(tokens: tokens, logProbabilities: probabilities, score: -1, isFinished: false)
            let count = text.soundCount(draft, least: -6)
            #expect((1...max(1, doubted)).contains(count))
            #expect(count == 1 || pieces[count].first.map { !$0.isLetter } == true)
            #expect(text.soundCount(draft, least: -10) == tokens.count)
            let shown = text.completions([draft], ranking: .score, least: -6)[0]
            #expect(shown.tokens == Array(tokens.prefix(count)) && shown.text == pieces.prefix(count).joined())
        }
        let unknown = Continuation(tokens: tokens, logProbabilities: [-1], score: -1, isFinished: false)
        #expect(text.soundCount(unknown, least: -6) == tokens.count)
    }

    @Test func `What is left of a draft is none if another begins so`() throws {
        let model = try CompletionModel()
        let text = CompletionText(
            vocabulary: model.loaded.tokenizer.vocabulary, healedByteCount: 0, isAtStart: false, cut: .nowhere)
        func draft(_ string: String, doubtedFrom doubt: Int = .max) -> Continuation {
            let tokens = model.loaded.tokenizer.encode(string, special: .ignore)
            return Continuation(
                tokens: tokens, logProbabilities: tokens.indices.map { $0 < doubt ? -1 : -9 }, score: -1,
                isFinished: false)
        }
        let whole = draft("a b c"), end = draft("a b c d", doubtedFrom: 3), short = draft("a b")
        #expect(text.soundCount(end, least: -6) < end.tokens.count)
        func shown(_ drafts: [Continuation]) -> [String] {
            text.completions(drafts, ranking: .score, least: -6).map(\.text)
        }
        #expect(shown([end, whole]) == ["a b c"] && shown([whole, end]) == ["a b c"])
        // A draft that was not shortened says what it has to say.
        #expect(shown([short, whole]) == ["a b", "a b c"])
        #expect(!shown([end]).isEmpty)
    }
}

struct AutocompleterTests {
    @Test func `Tokens are found by the bytes that they begin with`() throws {
        let vocabulary = try CompletionModel().loaded.tokenizer.vocabulary
        let index = TokenPrefixIndex(vocabulary)
        for prefix in ["a", " ", " t", "th", "\n", "qqqq"] {
            let bytes = Array(prefix.utf8)
            let expected = (0..<vocabulary.count).map { TokenID(Int32($0)) }.filter {
                TokenPrefixIndex.isText($0, in: vocabulary) && vocabulary.bytes(of: $0).starts(with: bytes)
            }
            #expect(index.tokens(beginningWith: bytes) == expected, "\(prefix)")
        }
    }

    @Test(arguments: DraftMethod.allCases, ["the cat and ", "the cat an", "x\n", "caf\u{E9}", "na\u{EF}ve 100"])
    func `The text and the draft are the text of the tokens`(method: DraftMethod, prefix: String) throws {
        let model = try CompletionModel()
        let vocabulary = model.loaded.tokenizer.vocabulary
        // Also in the middle of a character.
        for bytes in [Array(prefix.utf8), Array(prefix.utf8.dropLast())] {
            var request = CompletionRequest(
                prefix: "", method: method, length: 5, leastLogProbability: -.infinity)
            request.prefixBytes = bytes
            let result = try model.completer().complete(request)
            #expect(!result.completions.isEmpty && result.healedByteCount <= bytes.count)
            let anchor = bytes.dropLast(result.healedByteCount)
            let shown = bytes.dropLast(request.openCharacterByteCount)
            for draft in result.report.continuations {
                let all = anchor + draft.tokens.flatMap { vocabulary.isControl($0) ? [] : vocabulary.bytes(of: $0) }
                #expect(all.starts(with: bytes))
                #expect((1...5).contains(draft.newCount) && draft.logProbabilities.count == draft.newCount)
                let text = CompletionText.completeCount(all[...])
                let whole = String(decoding: all.prefix(text).dropFirst(shown.count), as: UTF8.self)
                // A model with random weights writes bytes that are no text; both sides have the same mark for them.
                let isShown = result.completions.contains {
                    $0.text == whole
                        || $0.text.split(whereSeparator: \.isWhitespace) == whole.split(whereSeparator: \.isWhitespace)
                }
                #expect(isShown || whole.allSatisfy(\.isWhitespace))
            }
            request.healsTokens = false
            #expect(try model.completer().complete(request).healedByteCount == 0)
        }
    }

    @Test func `A text that grows is read once`() throws {
        let model = try CompletionModel()
        let completer = try model.completer()
        var prefix = "one two three four five"
        _ = try completer.complete(CompletionRequest(prefix: prefix))
        for word in [" six", " seven", "!", " eight"] {
            let before = model.loaded.tokenizer.encode(prefix, special: .ignore).count
            prefix += word
            let result = try completer.complete(CompletionRequest(prefix: prefix))
            // The last tokens may have been given back, and changed with what follows.
            #expect(result.report.prefill.reused >= before - 6)
            #expect(
                result.completions == (try model.completer().complete(CompletionRequest(prefix: prefix))).completions)
        }
    }

    @Test func `Of a text longer than the context the end is read, and most of it stays when it grows`() throws {
        let model = try CompletionModel()
        let completer = try model.completer(context: 64)
        var prefix = Array(repeating: "word", count: 200).joined(separator: " ")
        _ = try completer.complete(CompletionRequest(prefix: prefix, length: 4))
        var reused = 0
        for _ in 0..<8 {
            prefix += "."
            let report = try completer.complete(CompletionRequest(prefix: prefix, length: 4)).report
            #expect(report.prefill.total < 64)
            if report.prefill.reused > report.prefill.total / 2 { reused += 1 }
        }
        #expect(reused >= 5)
    }

    @Test func `An empty text is continued from the beginning, if the model has a token for that`() throws {
        let model = try CompletionModel()
        let result = try model.completer().complete(CompletionRequest(prefix: "", length: 4))
        #expect(result.report.prefill.total == 0 && result.report.continuations.count == 3)
    }

    @Test func `A text can be read as an answer that has begun`() throws {
        let model = try CompletionModel()
        let head = try model.loaded.chatFormat.tokens(
            [ChatMessage(.user, "")], tokenizer: model.loaded.tokenizer)
        func total(_ voice: CompletionRequest.Voice) throws -> Int {
            try model.completer().complete(CompletionRequest(prefix: "one two", length: 2, voice: voice))
                .report.prefill.total
        }
        let text = try total(.text)
        #expect(try total(.answer) - text >= head.count - 1 && !head.isEmpty)
        #expect(try total(.automatic) == (model.loaded.chatFormat.origin == .file ? total(.answer) : text))
    }

    @Test func `What cannot be is refused, and a cancel is an error of its own`() throws {
        let completer = try CompletionModel().completer()
        #expect(throws: EngineError.self) { try completer.complete(CompletionRequest(prefix: "a", count: 0)) }
        let flag = CancellationFlag()
        flag.cancel()
        #expect(throws: EngineError.generation(.cancelled)) {
            try completer.complete(CompletionRequest(prefix: "a"), cancellation: flag)
        }
    }
}

/// Events of a session, in order.
private final class AutocompleteLog: Sendable {
    private let events = Mutex<[AutocompleteEvent]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func take(_ event: AutocompleteEvent) {
        events.withLock { $0.append(event) }
        arrived.signal()
    }

    var all: [AutocompleteEvent] { events.withLock(\.self) }

    /// The end of a request.
    func end(of id: CompletionID) throws -> AutocompleteEvent {
        struct Missing: Error {}
        while true {
            for event in all {
                switch event {
                case .finished(id, _, _), .failed(id, _): return event
                default: continue
                }
            }
            guard arrived.wait(timeout: .now() + .seconds(60)) == .success else { throw Missing() }
        }
    }
}

struct AutocompleteSessionTests {
    private static let options = SessionOptions(contextLength: 256, threads: 1)

    @Test func `The last of several requests is answered, as if it were alone`() throws {
        let model = try CompletionModel()
        let log = AutocompleteLog()
        let session = AutocompleteSession(model: model.loaded, options: Self.options) { log.take($0) }
        var last = session.update(CompletionRequest(prefix: "t", length: 60))
        for text in ["th", "the", "the ", "the c"] { last = session.update(CompletionRequest(prefix: text, length: 8)) }
        guard case .finished(_, let result, let latency) = try log.end(of: last) else {
            Issue.record("the request failed")
            return
        }
        let alone = try model.completer(context: 256).complete(CompletionRequest(prefix: "the c", length: 8))
        #expect(result.completions == alone.completions && latency > .zero)
        let steps = log.all.count { if case .step(last, _) = $0 { true } else { false } }
        #expect(steps == result.report.passCount)
    }

    /// What the thread of a test and the session's share.
    private final class Shared: Sendable {
        struct State {
            var session: AutocompleteSession?
            var replaced: CompletionID?
            var next: CompletionID?
        }

        let state = Mutex(State())
        let isReplaced = DispatchSemaphore(value: 0)
    }

    @Test func `A request that was replaced falls silent`() throws {
        let model = try CompletionModel()
        let log = AutocompleteLog(), shared = Shared()
        let session = AutocompleteSession(model: model.loaded, options: Self.options) { event in
            log.take(event)
            // In the middle of the first request, on the session's own thread.
            guard case .step(let id, _) = event, shared.state.withLock({ $0.replaced == nil }) else { return }
            let session = shared.state.withLock { state in
                state.replaced = id
                return state.session
            }
            let next = session?.update(CompletionRequest(prefix: "b", length: 3))
            shared.state.withLock { $0.next = next }
            shared.isReplaced.signal()
        }
        shared.state.withLock { $0.session = session }
        let first = session.update(CompletionRequest(prefix: "a", length: 20))
        #expect(shared.isReplaced.wait(timeout: .now() + .seconds(60)) == .success)
        let state = shared.state.withLock { state in
            defer { state.session = nil }
            return state
        }
        _ = try log.end(of: try #require(state.next))
        #expect(state.replaced == first)
        let ofFirst = log.all.count {
            switch $0 {
            case .step(first, _), .finished(first, _, _), .failed(first, _): true
            default: false
            }
        }
        #expect(ofFirst == 1)
    }

    @Test func `A request that cannot be answered fails with the reason`() throws {
        let model = try CompletionModel()
        let log = AutocompleteLog()
        let session = AutocompleteSession(model: model.loaded, options: Self.options) { log.take($0) }
        let id = session.update(CompletionRequest(prefix: "a", count: 99))
        guard case .failed(_, .generation) = try log.end(of: id) else {
            Issue.record("the request did not fail")
            return
        }
        session.shutdown()
        _ = session.update(CompletionRequest(prefix: "a"))
    }
}
