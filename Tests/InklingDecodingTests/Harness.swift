// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Synchronization
import Testing

/// Text of tokens given as bytes. Holds back an incomplete character at the end, as a real one does.
struct ByteTextDecoder: TokenTextDecoder {
    /// Bytes of each token.
    let pieces: [[UInt8]]
    private var held: [UInt8] = []

    init(_ pieces: [[UInt8]]) { self.pieces = pieces }

    mutating func append(_ token: TokenID) -> String {
        held += pieces[Int(token.rawValue)]
        var complete = held.count
        for back in 1...4 where back <= held.count {
            let byte = held[held.count - back]
            guard byte & 0xC0 != 0x80 else { continue }
            let length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
            if length > back { complete = held.count - back }
            break
        }
        let text = String(decoding: held.prefix(complete), as: UTF8.self)
        held.removeFirst(complete)
        return text
    }

    mutating func finish() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }

    /// "a" for token 0, "b" for token 1, and so on.
    static func letters(_ count: Int) -> ByteTextDecoder {
        ByteTextDecoder((0..<count).map { [UInt8(ascii: "a") + UInt8($0 % 26)] })
    }
}

/// A clock that a test moves, or that moves by a millisecond whenever it is read.
final class TestClock: Sendable {
    private let milliseconds = Atomic<Int>(0)

    var clock: DecodeClock {
        DecodeClock { .milliseconds(self.milliseconds.wrappingAdd(1, ordering: .relaxed).newValue) }
    }
}

/// Counts passes of two lanes.
final class PassCounter: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .sequentiallyConsistent) }

    @discardableResult
    func next() -> Int { value.add(1, ordering: .sequentiallyConsistent).newValue }
}

/// One target, one draft model that resembles it, their caches, and a generator.
final class Harness {
    let target: ToyRunner
    let draft: ToyRunner
    let run: DecodingRun
    let cancellation = CancellationFlag()
    var decoder: ByteTextDecoder
    var strategies = StrategyConformanceTests.strategies
    /// Called with each event, after it was recorded.
    var onEvent: ((DecodeEvent) -> Void)?
    private(set) var events: [DecodeEvent] = []

    init(target: ToyRunner, draft: ToyRunner) {
        self.target = target
        self.draft = draft
        run = DecodingRun(target: target, draft: draft)
        decoder = .letters(target.vocabularySize)
    }

    convenience init(_ model: ToyModel, contextCapacity: Int = 256) {
        self.init(
            target: ToyRunner(model, contextCapacity: contextCapacity),
            draft: ToyRunner(model.perturbed(by: 0.8, seed: 99), contextCapacity: contextCapacity))
    }

    @discardableResult
    func generate(_ request: GenerationRequest) -> GenerationSummary {
        events = []
        let decoder = decoder
        return Generator(clock: TestClock().clock, strategies: strategies, makeTextDecoder: { decoder })
            .run(request, run, cancellation: cancellation) { event in
                events.append(event)
                onEvent?(event)
            }
    }

    var rounds: [DecodingRound] {
        events.compactMap { if case .round(let round) = $0 { round } else { nil } }
    }

    var texts: [String] {
        events.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    func prefill(_ lane: Lane) -> [PrefillProgress] {
        events.compactMap {
            if case .prefill(let progress) = $0, progress.lane == lane { progress } else { nil }
        }
    }

    var finishedCount: Int {
        events.count { if case .finished = $0 { true } else { false } }
    }

    /// Whether the caches are as a generation must leave them, or a round that has drafts in flight.
    func cachesHold(_ sequence: [TokenID], pending: [TokenID] = []) -> Bool {
        let expected = sequence.dropLast().map { Optional($0) }
        let drafted = (sequence + pending).dropLast().map { Optional($0) }
        return target.ledger == expected && draft.ledger.elementsEqual(drafted.prefix(draft.ledger.count))
    }
}

/// Counts up: after token n comes token n + 1, with certainty at temperature 0 and nearly so otherwise.
func countingModel(_ vocabularySize: Int) -> ToyModel {
    ToyModel(
        table: (0..<vocabularySize).map { row in
            (0..<vocabularySize).map { $0 == (row + 1) % vocabularySize ? 9 : 0 }
        })
}

func tokens(_ ids: Int32...) -> [TokenID] { ids.map { TokenID($0) } }

func tokens(_ ids: ClosedRange<Int32>) -> [TokenID] { ids.map { TokenID($0) } }

/// Pseudo-random numbers for test data, the same on every run.
struct TestNoise: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func logits(_ count: Int, spread: Float = 4) -> [Float] {
        (0..<count).map { _ in Float.random(in: -spread...spread, using: &self) }
    }
}
