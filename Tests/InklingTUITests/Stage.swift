// SPDX-License-Identifier: Apache-2.0

import InklingCells
@testable import InklingDecoding
@testable import InklingEngine
import InklingModel
import InklingStore
@testable import InklingTUI
import InklingTensor
import InklingTokenizer
import Testing

/// The interface on a stage: keys go in, effects are collected, screens are looked at. The engine is played by hand.
struct Stage {
    var state: AppState
    var effects: [Effect] = []

    init(_ width: Int = 80, _ height: Int = 24, seed: UInt64 = 7) {
        state = AppState(
            size: Size(width: width, height: height), now: Moment(wall: Timestamp(rawValue: 1_700_000_000_000)),
            themes: [Snapshot.theme], seed: seed)
        state.preferences.theme = Snapshot.theme.name
        state.preferences.seed = 1
    }

    mutating func send(_ message: AppMessage) {
        effects += App.update(&state, message)
    }

    /// Keys by their names; anything that is no name is typed.
    mutating func press(_ names: String...) {
        for name in names {
            if let press = KeyPress(name: name) { send(.terminal(.key(press))) } else { type(name) }
        }
    }

    mutating func type(_ text: String) {
        for character in text { send(.terminal(.key(KeyPress(.character(character))))) }
    }

    mutating func pass(_ duration: Duration) {
        let now = state.now
        send(.time(Moment(elapsed: now.elapsed + duration, wall: now.wall)))
    }

    /// Effects since the last look.
    mutating func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    mutating func frame() -> Frame { App.render(&state) }

    mutating func screen() -> String { frame().buffer.rows.map { Self.trimmed($0) }.joined(separator: "\n") }

    private static func trimmed(_ row: String) -> String {
        var row = Substring(row)
        while row.last == " " { row.removeLast() }
        return String(row)
    }

    /// Asks, plays a recorded answer, as far as told, and looks at how it was made.
    mutating func watch(_ recording: String, rounds: Int? = nil) {
        load()
        press("f2")
        type("How do I list files by size?")
        press("enter", "f4")
        let recording = Recording.load(recording)
        for event in recording.events(rounds: rounds, ends: rounds == nil) { send(.engine(event)) }
        state.toasts = []
    }

    // MARK: The engine's part

    mutating func load(draft: Bool = true, context: Int = 1280) {
        send(.engine(.load(LoadID(1), .ended(.loaded(.sample(draft: draft, context: context))))))
        _ = takeEffects()
        state.toasts = []
    }

    mutating func play(_ event: GenerationEvent) {
        send(.engine(.generation(GenerationID(1), event)))
    }

    /// An answer in rounds of the given tokens; the first of a round was drafted where `drafted` says so.
    mutating func answer(_ pieces: [String], finished: FinishReason? = .endOfText(TokenID(2)), drafted: Bool = true) {
        var position = 12
        play(.decode(.prefill(PrefillProgress(lane: .target, done: 11, total: 11, reused: 4))))
        for (index, piece) in pieces.enumerated() {
            play(.decode(.round(.sample(index: index, text: piece, position: position, drafted: drafted))))
            play(.decode(.text(piece)))
            position += drafted ? 2 : 1
        }
        guard let finished else { return }
        var statistics = state.metrics.statistics
        statistics.decodeDuration = .milliseconds(100)
        play(
            .finished(
                .done(
                    GenerationSummary(
                        reason: finished, strategy: "auto", seed: 1, promptTokenCount: 12, tokens: [],
                        text: pieces.joined(), statistics: statistics))))
    }
}

extension SessionSnapshot {
    static func sample(draft: Bool, context: Int) -> SessionSnapshot {
        func model(_ name: String, _ bytes: Int) -> Model {
            Model(
                name: name, path: "/models/\(name).gguf", architecture: "llama", parameters: bytes,
                quantization: "Q8_0", fileBytes: bytes, weightBytes: bytes, trainedContext: context,
                vocabularySize: 4096, loadDuration: .milliseconds(20), cacheBytesPerToken: 2048)
        }
        return SessionSnapshot(
            target: model("inkling", 7_500_000), draft: draft ? model("inkling-draft", 1_000_000) : nil,
            contextLength: context, kvFormat: .f16, memory: MemoryNeed(contextLength: context, freeBytes: 8 << 30),
            chatFormat: .file, chatFormatWarning: nil, fit: nil, kernels: "avx2", targetThreads: 2,
            draftThreads: draft ? 1 : nil)
    }
}

extension DecodingRound {
    /// Two tokens, one drafted and one drawn after it; or one plain token.
    static func sample(index: Int, text: String, position: Int, drafted: Bool) -> DecodingRound {
        let start = Duration.milliseconds(10 * index)
        let spans = [
            PassSpan(lane: .draft, start: start, duration: .milliseconds(1), rowCount: 1),
            PassSpan(lane: .target, start: start + .milliseconds(1), duration: .milliseconds(6), rowCount: 3),
        ]
        let half = text.index(text.startIndex, offsetBy: text.count / 2)
        let alternatives = [
            TokenAlternative(id: TokenID(5), probability: 0.6), TokenAlternative(id: TokenID(9), probability: 0.25),
            TokenAlternative(id: TokenID(11), probability: 0.05),
        ]
        var committed = [
            CommittedToken(
                id: TokenID(Int32(100 + index)), position: position, source: drafted ? .draft : .target,
                logProbability: -0.5, alternatives: alternatives, text: String(text[..<half]))
        ]
        if drafted {
            committed.append(
                CommittedToken(
                    id: TokenID(Int32(200 + index)), position: position + 1,
                    source: index % 2 == 0 ? .bonus : .correction,
                    logProbability: -1, alternatives: alternatives, text: String(text[half...])))
        } else {
            committed[0].text = text
        }
        return DecodingRound(
            index: index,
            draft: drafted ? DraftTree(chain: [TokenID(100), TokenID(101)], probabilities: [0.9, 0.5]) : nil,
            verdict: nil, committed: committed, draftedCount: drafted ? 2 : 0, spans: drafted ? spans : [spans[1]],
            start: start, duration: .milliseconds(8),
            cache: CacheUsage(
                usedTokens: position + 1, capacityTokens: 1280, usedBytes: (position + 1) * 2048,
                capacityBytes: 1280 * 2048))
    }
}
