// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
public import InklingModel
import Synchronization

/// A request to an ``AutocompleteSession``.
public struct CompletionID: Hashable, Sendable {
    let number: Int
}

/// What an ``AutocompleteSession`` has to say, in order. Every request that is not replaced by a later one ends in exactly
/// one of ``finished(_:_:latency:)`` and ``failed(_:_:)``; one that is replaced or cancelled just falls silent.
public enum AutocompleteEvent: Sendable, Equatable {
    /// The continuations after a pass.
    case step(CompletionID, [LiveCompletion])
    /// - latency: since the request was made.
    case finished(CompletionID, CompletionResult, latency: Duration)
    case failed(CompletionID, EngineError)
}

/// Autocompletion behind an editor: each change of the text is a request that takes the place of the one before.
///
/// Every method returns at once. The work is done on a thread of its own, with a cache of its own: the model's weights are
/// shared, so a chat may run beside it. A session that nobody holds any more ends its thread.
public final class AutocompleteSession: Sendable {
    private struct State {
        var nextNumber = 1
        var current: (id: CompletionID, flag: CancellationFlag)?
        var isShutDown = false
    }

    private enum Command: Sendable {
        case complete(CompletionID, CompletionRequest, CancellationFlag, ContinuousClock.Instant)
        case stop
    }

    private final class Core: Sendable {
        let state = Mutex(State())
        let commands = Mailbox<Command>()

        /// Whether this is still the request that counts.
        func isCurrent(_ id: CompletionID) -> Bool { state.withLock { $0.current?.id == id } }
    }

    private let core = Core()

    /// - Parameter deliver: takes the events, on the session's thread; it may call the session.
    public init(
        model: LoadedModel, options: SessionOptions = SessionOptions(), ngrams: (any NGramModel)? = nil,
        deliver: @escaping @Sendable (AutocompleteEvent) -> Void
    ) {
        let core = core
        WorkerThread.run { Self.work(core, model, options, ngrams, deliver) }
    }

    deinit { shutdown() }

    /// The text has changed: what was asked for before is cancelled before its next pass.
    @discardableResult
    public func update(_ request: CompletionRequest) -> CompletionID {
        let flag = CancellationFlag(), now = ContinuousClock.now
        return core.state.withLock { state in
            let id = CompletionID(number: state.nextNumber)
            state.nextNumber += 1
            guard !state.isShutDown else { return id }
            state.current?.flag.cancel()
            state.current = (id, flag)
            core.commands.discard { _ in true }
            core.commands.post(.complete(id, request, flag, now))
            return id
        }
    }

    /// Nothing is wanted any more.
    public func cancel() {
        core.state.withLock { state in
            state.current?.flag.cancel()
            state.current = nil
        }
    }

    public func shutdown() {
        core.state.withLock { state in
            guard !state.isShutDown else { return }
            state.isShutDown = true
            state.current?.flag.cancel()
            state.current = nil
            core.commands.discard { _ in true }
            core.commands.post(.stop)
        }
    }

    private static func work(
        _ core: Core, _ model: LoadedModel, _ options: SessionOptions, _ ngrams: (any NGramModel)?,
        _ deliver: @Sendable (AutocompleteEvent) -> Void
    ) {
        var completer: Autocompleter?
        while case .complete(let id, let request, let flag, let start) = core.commands.next() {
            do throws(EngineError) {
                let ready: Autocompleter
                if let completer {
                    ready = completer
                } else {
                    ready = Autocompleter(try ModelSession(target: model, options: options), ngrams: ngrams)
                    completer = ready
                }
                let result = try ready.complete(request, cancellation: flag) { live in
                    if core.isCurrent(id) { deliver(.step(id, live)) }
                }
                if core.isCurrent(id) { deliver(.finished(id, result, latency: ContinuousClock.now - start)) }
            } catch {
                if core.isCurrent(id) { deliver(.failed(id, error)) }
            }
        }
    }
}
