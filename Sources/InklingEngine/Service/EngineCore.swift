// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import Synchronization

/// What is to be loaded.
struct LoadOrder: Sendable {
    enum What: Sendable {
        case named(target: String?, draft: String?)
        case choice(ModelChoice)
    }

    var what: What
    var session: SessionOptions?
    var ignoresMemory: Bool
}

/// What the thread of the models does next.
enum ModelCommand: Sendable {
    case generate(GenerationID, ChatRequest, CancellationFlag)
    case use(LoadID, ModelPair, SessionOptions, CancellationFlag)
    case unload
    case stop
}

/// What the thread of the loads does next.
enum LoadCommand: Sendable {
    case load(LoadID, LoadOrder, CancellationFlag)
    case stop
}

/// What the thread that counts does next.
enum CountCommand: Sendable {
    case count(String, id: Int)
    case stop
}

/// What an engine's threads share: letters to one another, and what everybody may know.
final class EngineCore: Sendable {
    /// What is in use, for whoever asks.
    struct Published: Sendable {
        var snapshot: SessionSnapshot?
        var pair: ModelPair?
        var ngrams: NGramSource?
        /// Loaded, and waiting for generations to end.
        var waiting: [LoadID: ModelPair] = [:]
    }

    private struct Running: Sendable {
        var nextNumber = 1
        var isShutDown = false
        var generations: [GenerationID: CancellationFlag] = [:]
        var loads: [LoadID: CancellationFlag] = [:]

        mutating func takeNumber() -> Int {
            defer { nextNumber += 1 }
            return nextNumber
        }
    }

    let library: ModelLibrary
    let options: EngineOptions
    let freeMemory: @Sendable () -> Int?
    let deliver: @Sendable (EngineEvent) -> Void
    let commands = Mailbox<ModelCommand>()
    let loads = Mailbox<LoadCommand>()
    let counts = Mailbox<CountCommand>()
    let published = Mutex(Published())
    private let running = Mutex(Running())

    init(
        library: ModelLibrary, options: EngineOptions, freeMemory: @escaping @Sendable () -> Int?,
        deliver: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.library = library
        self.options = options
        self.freeMemory = freeMemory
        self.deliver = deliver
    }

    // MARK: From anywhere

    func load(_ order: LoadOrder) -> LoadID {
        let flag = CancellationFlag()
        return running.withLock { state in
            let id = LoadID(state.takeNumber())
            guard !state.isShutDown else { return id }
            for other in state.loads.values { other.cancel() }
            state.loads[id] = flag
            // With the lock held, so that nothing comes after the letter that says stop.
            loads.post(.load(id, order, flag))
            return id
        }
    }

    func cancelLoad(_ id: LoadID) {
        running.withLock { $0.loads[id] }?.cancel()
    }

    func generate(_ request: ChatRequest) -> GenerationID {
        let flag = CancellationFlag()
        return running.withLock { state in
            let id = GenerationID(state.takeNumber())
            guard !state.isShutDown else { return id }
            state.generations[id] = flag
            commands.post(.generate(id, request, flag))
            return id
        }
    }

    func cancel(_ id: GenerationID) {
        running.withLock { $0.generations[id] }?.cancel()
    }

    func countTokens(_ text: String, id: Int) {
        running.withLock { state in
            guard !state.isShutDown else { return }
            counts.discard { _ in true }
            counts.post(.count(text, id: id))
        }
    }

    /// Threads end one after the other, so that nobody posts to one that is gone: the one that counts, the one that loads,
    /// the one of the models.
    func shutdown() {
        running.withLock { state in
            guard !state.isShutDown else { return }
            state.isShutDown = true
            for flag in state.generations.values { flag.cancel() }
            for flag in state.loads.values { flag.cancel() }
            counts.discard { _ in true }
            counts.post(.stop)
        }
    }

    // MARK: From the threads

    /// The one and only end of a load.
    func end(_ id: LoadID, _ outcome: LoadOutcome) {
        running.withLock { _ = $0.loads.removeValue(forKey: id) }
        deliver(.load(id, .ended(outcome)))
    }

    /// The one and only end of a generation.
    func finish(_ id: GenerationID, _ outcome: GenerationOutcome) {
        running.withLock { _ = $0.generations.removeValue(forKey: id) }
        deliver(.generation(id, .finished(outcome)))
    }
}
