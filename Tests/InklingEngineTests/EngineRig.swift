// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FoundationEssentials
import InklingDecoding
import InklingGGUF
import InklingModelMaker
import InklingTestSupport
import InklingTokenizer
import Synchronization
import Testing

@testable import InklingEngine

/// An engine on small models, whose events are kept. A test can act in the middle of things, or hold a thread there.
final class EngineRig {
    let folder: LibraryFolder
    let log = EventLog()
    private(set) var engine: Engine

    init(
        session: SessionOptions = SessionOptions(contextLength: 512, threads: 1),
        baselineShare: Double = 0, prefillLatency: Duration = .seconds(1000),
        freeMemory: @escaping @Sendable () -> Int? = { nil }
    ) throws {
        folder = try LibraryFolder()
        let options = EngineOptions(
            session: session, baselineShare: baselineShare, prefillLatency: prefillLatency)
        engine = Engine(
            library: folder.library(), options: options, freeMemory: freeMemory, deliver: { [log] in log.take($0) })
    }

    /// Writes a model of two layers, or of `layers`.
    @discardableResult
    func model(
        _ name: String, seed: UInt64 = 1, layers: Int = 2, vocabulary: Int = 301,
        _ change: (inout ModelFileEditor) -> Void = { _ in }
    ) throws -> String {
        let tiny = try TinyModel(.llama) {
            $0.seed = seed
            $0.layerCount = layers
            $0.vocabularySize = vocabulary
        }
        var editor = ModelFileEditor(tiny.file)
        change(&editor)
        return try folder.file(
            "models/\(name).gguf", GGUFWriter.bytes(metadata: editor.metadata, tensors: editor.tensors))
    }

    /// Loads and waits.
    @discardableResult
    func load(_ target: String, draft: String? = nil) throws -> LoadOutcome {
        try log.end(of: engine.load(target: target, draft: draft))
    }

    /// Generates and waits.
    @discardableResult
    func generate(_ request: ChatRequest) throws -> GenerationSummary {
        try log.summary(of: engine.generate(request))
    }
}

extension ChatRequest {
    /// Greedy, and short.
    static func asking(
        _ questions: String..., maxTokens: Int? = 12, strategy: String = "ar"
    ) -> ChatRequest {
        ChatRequest(
            messages: questions.map { ChatMessage(.user, $0) }, strategy: strategy,
            sampler: SamplerSettings(temperature: 0), maxTokens: maxTokens)
    }
}

/// Opens once; whoever comes before that waits.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    func pass() {
        semaphore.wait()
        semaphore.signal()
    }
}

/// The events of an engine, in the order in which they came.
final class EventLog: Sendable {
    private struct State {
        var events: [EngineEvent] = []
        var hook: (@Sendable (EngineEvent) -> Void)?
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)

    /// No test waits for so long unless something hangs.
    private static let patience = DispatchTimeInterval.seconds(60)

    struct Missing: Error, CustomStringConvertible {
        var events: [EngineEvent]
        var description: String { "the event never came; there were \(events.count), the last \(events.suffix(3))" }
    }

    /// Called with each event, on the engine's thread, after it was kept; the thread goes on when it returns.
    func onEvent(_ hook: (@Sendable (EngineEvent) -> Void)?) {
        state.withLock { $0.hook = hook }
    }

    func take(_ event: EngineEvent) {
        let hook = state.withLock {
            $0.events.append(event)
            return $0.hook
        }
        arrived.signal()
        hook?(event)
    }

    var events: [EngineEvent] { state.withLock(\.events) }

    /// What `pick` makes of the first event that it makes something of, now or later.
    func first<Value>(_ pick: (EngineEvent) -> Value?) throws -> Value {
        while true {
            for event in events {
                if let value = pick(event) { return value }
            }
            guard arrived.wait(timeout: .now() + Self.patience) == .success else { throw Missing(events: events) }
        }
    }

    func end(of id: LoadID) throws -> LoadOutcome {
        try first { if case .load(id, .ended(let outcome)) = $0 { outcome } else { nil } }
    }

    func outcome(of id: GenerationID) throws -> GenerationOutcome {
        try first { if case .generation(id, .finished(let outcome)) = $0 { outcome } else { nil } }
    }

    func summary(of id: GenerationID) throws -> GenerationSummary {
        let outcome = try outcome(of: id)
        guard case .done(let summary) = outcome else { throw Missing(events: events) }
        return summary
    }

    func refusal(of id: GenerationID) throws -> EngineError? {
        if case .refused(let error) = try outcome(of: id) { error } else { nil }
    }

    func prompt(of id: GenerationID) throws -> ChatPrompt {
        try first { if case .generation(id, .accepted(let prompt)) = $0 { prompt } else { nil } }
    }

    func rounds(of id: GenerationID) -> [DecodingRound] {
        events.compactMap { if case .generation(id, .decode(.round(let round))) = $0 { round } else { nil } }
    }

    /// Models whose weights were read, in order.
    func packed(by id: LoadID) -> [String] {
        events.reduce(into: [String]()) { names, event in
            if case .load(id, .progress(.packing(let name, _))) = event, names.last != name { names.append(name) }
        }
    }

    func index(where matches: (EngineEvent) -> Bool) -> Int? { events.firstIndex(where: matches) }
}

extension EngineEvent {
    func isRound(of id: GenerationID? = nil) -> Bool {
        if case .generation(let other, .decode(.round)) = self { id == nil || other == id } else { false }
    }

    var isPacking: Bool { if case .load(_, .progress(.packing)) = self { true } else { false } }
    var isPreparing: Bool { if case .load(_, .progress(.preparing)) = self { true } else { false } }
    var isFinished: Bool { if case .generation(_, .finished) = self { true } else { false } }
    var isLoaded: Bool { if case .load(_, .ended(.loaded)) = self { true } else { false } }
}

extension LoadOutcome {
    var snapshot: SessionSnapshot? { if case .loaded(let snapshot) = self { snapshot } else { nil } }
    var error: EngineError? { if case .failed(let error) = self { error } else { nil } }
}

extension [UInt8] {
    init(contentsOf path: String) throws {
        self = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
