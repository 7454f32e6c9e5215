// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingDecoding
import InklingModel
import InklingTemplates
import InklingTensor
import InklingTokenizer
import Testing

@testable import InklingEngine

@Suite struct `Traces` {
    // MARK: Round trips

    static let sampler: SamplerSettings = {
        var sampler = SamplerSettings(temperature: 0.7, topK: 12, topP: 0.9, minP: 0.125, seed: .max)
        sampler.logitBias = [TokenID(5): -.infinity, TokenID(7): 1.5]
        sampler.dry = DrySettings(multiplier: 0.8, allowedLength: 3, window: 256)
        sampler.mirostat = MirostatSettings(version: .two, surpriseMeasure: .llamaCppCompatible)
        return sampler
    }()

    static let request: ChatRequest = {
        var request = ChatRequest(
            messages: [ChatMessage(.system, "Be brief."), ChatMessage(.user, "Hello \"you\"\n\t\u{1}\u{9B}\\ é 🦑")],
            strategy: "sd", parameters: ["gamma": 4, "stop": 1.0, "mode": "fast", "tree": true], sampler: sampler,
            maxTokens: 40, stopStrings: ["\n\n"], alternativeCount: 8, contextPolicy: .refuse, droppedTurnCount: 2)
        request.answerPrefix = .tokens([TokenID(3), TokenID(4)])
        return request
    }()

    static func model(_ name: String) -> SessionSnapshot.Model {
        SessionSnapshot.Model(
            name: name, path: "\(name).gguf", architecture: "llama", parameters: 7_000_000, quantization: "Q8_0",
            fileBytes: 7_500_000, weightBytes: 7_400_000, trainedContext: 1280, vocabularySize: 4096,
            loadDuration: .milliseconds(20), cacheBytesPerToken: 2048)
    }

    static var session: SessionSnapshot {
        var need = MemoryNeed(contextLength: 1280, freeBytes: 8 << 30)
        (need.weightBytes, need.peakBytes, need.cacheBytes) = (1, 2, 3)
        var session = SessionSnapshot(
            target: model("inkling"), draft: model("inkling-draft"), contextLength: 1280, kvFormat: .q8_0, memory: need,
            chatFormat: .builtIn(.chatml), chatFormatWarning: "none",
            fit: DraftFit(
                target: "inkling.gguf", draft: "inkling-draft.gguf",
                checks: [DraftFit.Check(subject: "size", outcome: .warning, finding: "large")]),
            kernels: "avx2", targetThreads: 2, draftThreads: 1)
        session.head = "inkling.head.gguf"
        return session
    }

    static var round: DecodingRound {
        var tree = DraftTree()
        tree.append(TokenID(10), parent: -1, probability: 0.9)
        tree.append(TokenID(11), parent: -1, probability: 0.1)
        tree.append(TokenID(12), parent: 0, probability: 1)
        tree.texts = [" a", "\u{1B}[2J", ""]
        tree.confidences = [0.75, 1e-12, 1]
        tree.rejectionRisks = [0.25, 0.625]
        var verdict = Verdict(acceptedPath: [0], next: TokenID(13))
        verdict.rejection = Verdict.Rejection(
            node: 2, targetProbability: 0.001_234_567, draftProbability: 1, uniform: 0.123_456_789_012_345_67)
        let spans = [
            PassSpan(lane: .draft, start: .nanoseconds(1_234_567), duration: .nanoseconds(89), rowCount: 1),
            PassSpan(lane: .target, start: .milliseconds(2), duration: .microseconds(333), rowCount: 4),
        ]
        return DecodingRound(
            index: 3, draft: tree, verdict: verdict,
            committed: [
                CommittedToken(
                    id: TokenID(10), position: 21, source: .draft, logProbability: -0.105_360_5,
                    alternatives: [
                        TokenAlternative(id: TokenID(10), probability: 0.9, text: " a"),
                        TokenAlternative(id: TokenID(11), probability: 1e-9, text: ""),
                    ], entropy: 0.325, text: " a"),
                CommittedToken(
                    id: TokenID(13), position: 22, source: .correction, logProbability: -.infinity, text: "é"),
            ],
            hypotheses: [
                Hypothesis(tokens: [TokenID(1), TokenID(2)], logProbability: -3.5, score: 0.25),
                Hypothesis(
                    tokens: [TokenID(3)], logProbability: -1, score: -1, weight: 0.125, supports: [0, 0.5],
                    texts: [" x"]),
            ],
            measures: [RoundMeasure("stop-probability", 0.42), RoundMeasure("goodput", .infinity)], draftedCount: 3,
            stop: .likelyRejection, choice: MethodChoice(method: "sd", reason: .trial), pending: [TokenID(99)],
            pendingTexts: [" z"], spans: spans, start: .milliseconds(1), duration: .nanoseconds(2_345_678),
            cache: CacheUsage(usedTokens: 22, capacityTokens: 1280, usedBytes: 45_056, capacityBytes: 2_621_440),
            baseline: .microseconds(700))
    }

    static func summary(_ reason: FinishReason) -> GenerationSummary {
        var statistics = GenerationStatistics()
        statistics.add(round)
        statistics.prefillDuration = .microseconds(1234)
        statistics.prefilledTokenCount = 17
        statistics.reusedTokenCount = 4
        statistics.timeToFirstToken = .nanoseconds(1_500_001)
        statistics.decodeDuration = .milliseconds(12)
        statistics.cache = round.cache
        statistics.draftCache = CacheUsage(usedTokens: 0, capacityTokens: 1, usedBytes: 0, capacityBytes: 64)
        return GenerationSummary(
            reason: reason, strategy: "sd", seed: .max - 1, promptTokenCount: 21, tokens: [TokenID(10), TokenID(13)],
            text: " aé", statistics: statistics)
    }

    /// Every event there is.
    static let events: [TraceEvent] = {
        let id = GenerationID(4)
        let reasons: [FinishReason] = [
            .endOfText(TokenID(2)), .tokenLimit, .stopString("###"), .contextFull, .cancelled,
            .failed(.recorded("broken")),
        ]
        var plain = DecodingRound(
            index: 0,
            committed: [CommittedToken(id: TokenID(1), position: 0, source: .target, logProbability: -1, text: "a")],
            draftedCount: 0, spans: [PassSpan(lane: .target, start: .zero, duration: .seconds(1), rowCount: 1)],
            start: .zero, duration: .seconds(1),
            cache: CacheUsage(usedTokens: 1, capacityTokens: 2, usedBytes: 3, capacityBytes: 4))
        plain.draft = DraftTree()
        plain.verdict = Verdict(acceptedPath: [], next: nil)
        var asText = request
        asText.answerPrefix = .text("It ")
        asText.contextPolicy = .dropOldestTurns(keepsSystem: false)
        let generation: [GenerationEvent] =
            [
                .asked(request), .asked(asText), .asked(ChatRequest(messages: [])),
                .accepted(
                    ChatPrompt(
                        tokens: [TokenID(1), TokenID(2), TokenID(3)], answerPrefix: [TokenID(3)], reusedTokenCount: 1,
                        droppedTurnCount: 2, droppedMessageCount: 4, hasDroppedMore: true)),
                .decode(.prefill(PrefillProgress(lane: .draft, done: 4, total: 20, reused: 2, span: round.spans[1]))),
                .decode(.prefill(PrefillProgress(lane: .target, done: 0, total: 20, reused: 0))),
                .decode(.round(round)),
                .decode(.round(plain)), .decode(.text("é\u{202E}")), .decode(.hypotheses(round.hypotheses)),
                .finished(.done(summary(.cancelled))),
                .finished(.refused(.recorded("no model is loaded", hint: "choose one first"))),
                .finished(.refused(.generation(.promptTooLong(tokenCount: 9, capacity: 8, lane: .target)))),
            ]
            + reasons.flatMap { reason -> [GenerationEvent] in
                [.decode(.finished(summary(reason))), .finished(.done(summary(reason)))]
            }
        var need = session.memory
        need.freeBytes = nil
        let load: [LoadEvent] = [
            .progress(.opening), .progress(.packing(name: "inkling", LoadProgress(done: 1, total: 2))),
            .progress(.preparing), .memoryIsTight(need), .ended(.cancelled),
            .ended(.failed(.recorded("cannot be", hint: nil))), .ended(.loaded(session)),
            .ended(
                .loaded(
                    SessionSnapshot(
                        target: model("a"), contextLength: 1, memory: need, kernels: "scalar", targetThreads: 1))),
        ]
        return [.pieces([TokenID(12): " the", TokenID(0): ""])] + load.map { .engine(.load(LoadID(1), $0)) }
            + generation.map { .engine(.generation(id, $0)) }
            + [
                .engine(.unloaded), .engine(.tokenCount(id: 1, count: nil)), .engine(.tokenCount(id: 2, count: 3)),
                .engine(.stopped),
            ]
    }()

    static func header() -> TraceHeader {
        var header = TraceHeader(
            program: "0.1.0", command: "chat", strategy: "auto", parameters: ["gamma": 3], sampler: sampler)
        header.models = [
            TraceHeader.Model(
                role: .target, name: "inkling", architecture: "llama", parameters: 7, quantization: "Q8_0", bytes: 9),
            TraceHeader.Model(role: .draft, name: "inkling-draft", architecture: "llama", bytes: 1),
        ]
        return header
    }

    static func bytes(_ events: [TraceEvent]) -> [UInt8] {
        var encoder = TraceEncoder()
        return events.enumerated().reduce(encoder.header(header())) { bytes, event in
            bytes + encoder.line(TraceEntry(time: .nanoseconds(1_000_003 * event.offset), event: event.element))
        }
    }

    @Test func `Every event comes back as it was`() throws {
        let trace = try Trace(parsing: Self.bytes(Self.events), file: "a.jsonl")
        #expect(trace.header == Self.header() && trace.warning == nil)
        #expect(trace.entries.count == Self.events.count)
        for (entry, (index, event)) in zip(trace.entries, Self.events.enumerated()) {
            #expect(entry.event == event)
            #expect(entry.time == .nanoseconds(1_000_003 * index))
        }
    }

    @Test func `Numbers come back to the last bit, times to the nanosecond`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let float = Float(bitPattern: random.next()), double = Double.random(in: -1e15...1e15)
            let time = Duration.nanoseconds(Int64.random(in: 0...1_000_000_000_000))
            var line = JSONLine()
            line.object { line in
                line.field("float", float)
                line.field("double", double)
                line.field("time", time)
            }
            let value = try TemplateJSON.parse(line.bytes)
            let fields = try TraceFields(value, "x")
            if float.isFinite, abs(float) <= 1e15 { #expect(Float(try fields.figure("float")) == float) }
            #expect(try fields.figure("double") == double)
            #expect(try fields.duration("time") == time)
        }
    }

    @Test func `No line holds a control character or a path`() throws {
        var session = Self.session
        session.target.path = "/home/somebody/models/inkling.gguf"
        let bytes = Self.bytes(Self.events + [.engine(.load(LoadID(2), .ended(.loaded(session))))])
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 32 && !(0x7F..<0xA0).contains($0.value)) })
        #expect(!text.contains("somebody"))
    }

    @Test func `Every key that is written is explained`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/traces.md")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        // By number of the token; names of parameters and of measures are the methods' own.
        let free = ["logit_bias", "texts", "parameters"]
        func check(_ value: TemplateValue) {
            switch value {
            case .map(let entries):
                for entry in entries {
                    #expect(text.contains("`\(entry.key)`"), "docs/traces.md does not explain \(entry.key)")
                    if !free.contains(entry.key) { check(entry.value) }
                }
            case .list(let items): items.forEach(check)
            default: break
            }
        }
        for line in Self.bytes(Self.events).split(separator: 10) { check(try TemplateJSON.parse(Array(line))) }
    }

    @Test func `What ends a generation is written once`() {
        let summary = Self.summary(.tokenLimit)
        let id = GenerationID(1)
        let text = String(
            decoding: Self.bytes([
                .engine(.generation(id, .decode(.finished(summary)))),
                .engine(.generation(id, .finished(.done(summary)))),
            ]), as: UTF8.self)
        #expect(text.split(separator: "\n").last == #"{"t":0.001000003,"event":"done","generation":1}"#)
    }

    // MARK: Damage

    private func failure(_ text: String) -> String {
        do throws(TraceError) {
            _ = try Trace(parsing: Array(text.utf8), file: "x.jsonl")
            return "none"
        } catch { return error.description }
    }

    private static let first = String(decoding: bytes([]), as: UTF8.self)

    @Test func `What is not a trace is refused with line and reason`() {
        #expect(failure("") == "\"x.jsonl\" is empty")
        #expect(failure("hello\n") == "\"x.jsonl\" is not a trace: line 1: column 1: no value begins like this")
        #expect(failure("[]\n") == "\"x.jsonl\" is not a trace: line 1: the header is not an object")
        #expect(failure("{}\n") == "\"x.jsonl\" is not a trace: line 1: the header: \"format\" is missing")
        #expect(
            failure(#"{"format":"asciicast","version":2}"# + "\n")
                == "\"x.jsonl\" is not a trace: line 1: \"format\" is not \"inkling-trace\"")
        #expect(
            failure(#"{"format":"inkling-trace","version":7}"# + "\n")
                == "\"x.jsonl\", line 1: the trace has version 7 of the format, this program reads version 1")
        #expect(
            failure(#"{"format":"inkling-trace","version":1}"# + "\n")
                == "\"x.jsonl\", line 1: the header: \"program\" is missing")
    }

    @Test(arguments: [
        (#"{"t":0}"#, "the event: \"event\" is missing"),
        (#"{"t":0,"event":"dance","generation":1}"#, "there is no event \"dance\""),
        (#"{"t":-1,"event":"stopped"}"#, "event \"stopped\": \"t\" is -1.0; it must be from 0.0 to 1000000000.0"),
        (#"{"t":1e300,"event":"stopped"}"#, "event \"stopped\": \"t\" is 1e+300; it must be from 0.0 to 1000000000.0"),
        (#"{"t":"nan","event":"stopped"}"#, "event \"stopped\": \"t\" is nan; it must be from 0.0 to 1000000000.0"),
        (#"{"t":0,"event":"text","text":5,"generation":1}"#, "event \"text\": \"text\" is not a text"),
        (#"{"t":0,"event":"text","text":"a"}"#, "event \"text\": \"generation\" is missing"),
        (
            #"{"t":0,"event":"done","generation":1}"#,
            "event \"done\": \"finish\" is missing, and no event \"end\" of this generation came before"
        ),
        (
            #"{"t":0,"event":"prefill","lane":"left","done":0,"total":0,"reused":0,"generation":1}"#,
            "event \"prefill\": \"lane\" is \"left\"; it must be one of target, draft"
        ),
        (
            #"{"t":0,"event":"prefill","lane":"draft","done":5,"total":4,"reused":0,"generation":1}"#,
            "event \"prefill\": \"done\" is 5; it must be from 0 to 4"
        ),
        (#"{"t":0,"event":"text","text":"a","generation":1"#, "column 48: an object needs \",\" or \"}\" here"),
        (#"{"t":0,"event":"pieces","texts":{"x":"y"}}"#, "event \"pieces\": \"texts\": \"x\" is no number of a token"),
    ])
    func `A damaged line is refused with its number and what is wrong with it`(_ line: String, _ reason: String) {
        let good = #"{"t":0,"event":"unloaded"}"#
        #expect(failure("\(Self.first)\(good)\n\n\(line)\n\(good)\n") == "\"x.jsonl\", line 4: \(reason)")
    }

    @Test func `Time does not go back`() {
        let lines = #"{"t":2,"event":"unloaded"}"# + "\n" + #"{"t":1,"event":"unloaded"}"# + "\n"
        #expect(failure(Self.first + lines) == "\"x.jsonl\", line 3: \"t\" goes back in time")
    }

    @Test func `A recording that breaks off is played up to there`() throws {
        let whole = Self.bytes(Self.events)
        let lineStart = (whole.dropLast().lastIndex(of: 10) ?? 0) + 1
        for end in lineStart + 1..<whole.count - 1 {
            let trace = try Trace(parsing: Array(whole[..<end]), file: "x")
            #expect(trace.entries.count == Self.events.count - 1)
            #expect(
                trace.warning
                    == "the recording breaks off in line \(Self.events.count + 1), in the middle of an event")
        }
        // The last line is whole but for its line break.
        let trace = try Trace(parsing: Array(whole.dropLast()), file: "x")
        #expect(trace.entries.count == Self.events.count && trace.warning == nil)
    }

    /// Each number in a trace, replaced by others: an error or a trace, never a trap.
    @Test func `Hostile numbers and cuts give an error or a trace`() throws {
        let lines = String(decoding: Self.bytes(Self.events), as: UTF8.self).split(separator: "\n").map(String.init)
        let header = lines[0]
        for line in lines.dropFirst() {
            let characters = Array(line.utf8)
            var start: Int?
            for (index, byte) in characters.enumerated() {
                let isNumber = (48...57).contains(byte) || [45, 46].contains(byte)
                if isNumber, start == nil { start = index }
                guard !isNumber, let first = start else { continue }
                start = nil
                for other in ["-1", "9223372036854775807", "1e308", "null", "2147483648", "[[[]]]", "\"nan\""] {
                    let changed = characters[..<first] + Array(other.utf8) + characters[index...]
                    _ = try? Trace(parsing: Array((header + "\n").utf8) + changed + [10], file: "x")
                }
            }
        }
        let bytes = Self.bytes(Self.events)
        for end in stride(from: 0, to: bytes.count, by: 97) {
            _ = try? Trace(parsing: Array(bytes[..<end]) + [10], file: "x")
        }
    }

    @Test func `Drafts and verdicts that do not go together are refused`() {
        func round(_ fields: String) -> String {
            failure(
                Self.first + #"{"t":0,"event":"round","generation":1,"round":0,"tokens":[],"drafted":0,"spans":[],"#
                    + #""start":0,"seconds":0,"kv":{"used":0,"capacity":0,"used_bytes":0,"capacity_bytes":0},"#
                    + fields + "}\n")
        }
        let prefix = "\"x.jsonl\", line 2: event \"round\": "
        #expect(
            round(#""verdict":{"accepted":[0]}"#) == prefix
                + "\"verdict\": \"accepted\" is not a path through the draft")
        #expect(
            round(#""draft":{"tokens":[1,2],"probs":[1]}"#) == prefix
                + "\"draft\": \"probs\" has not one number for each token")
        #expect(
            round(#""draft":{"tokens":[1,2],"probs":[1,1],"parents":[-1,1]}"#)
                == prefix + "\"draft\": \"parents\" is 1; it must be from -1 to 0")
        #expect(
            round(#""draft":{"tokens":[1],"probs":[2]}"#) == prefix
                + "\"draft\": \"probs\" is 2.0, which is no probability")
        #expect(
            round(
                #""draft":{"tokens":[1],"probs":[1]},"verdict":{"accepted":[],"rejected":{"index":1,"target_prob":0,"draft_prob":0}}"#
            )
                == prefix + "\"verdict\": \"rejected\": \"index\" is 1; it must be from 0 to 0")
        #expect(
            round(#""verdict":{"accepted":[],"rejected":{"index":0,"target_prob":0,"draft_prob":0}}"#)
                == prefix + "\"verdict\": \"rejected\" stands where nothing was drafted")
        #expect(round(#""draft":{"tokens":[1],"probs":[1]},"verdict":{"accepted":[0],"next":3}"#) == "none")
    }
}
