// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import InklingTokenizer

/// How an ``Engine`` runs models.
public struct EngineOptions: Sendable, Equatable {
    public var session: SessionOptions
    /// A built-in chat format in place of the files' own templates.
    public var chatFormat: ChatFormat.Name?
    /// The share of the time that goes to measuring plain decoding, so that the net gain of a method is known.
    public var baselineShare: Double
    /// How long reading a prompt takes at most between two looks at whether the user gave up; one pass at least.
    public var prefillLatency: Duration
    /// Whether a choice is remembered for the next start.
    public var remembersChoice: Bool

    public init(
        session: SessionOptions = SessionOptions(), chatFormat: ChatFormat.Name? = nil, baselineShare: Double = 0.02,
        prefillLatency: Duration = .milliseconds(200), remembersChoice: Bool = true
    ) {
        self.session = session
        self.chatFormat = chatFormat
        self.baselineShare = baselineShare
        self.prefillLatency = prefillLatency
        self.remembersChoice = remembersChoice
    }
}

/// The models behind an interface: commands in, events out, and nothing ever waits.
///
/// Every method returns at once. Generations run one after the other on a thread of their own; models are loaded on a
/// second one, so that the models in use go on answering until the new ones are ready and a generation has ended; text is
/// counted on a third. Events come on these threads, never two at the same time from one of them, and never after
/// ``EngineEvent/stopped``.
///
/// An engine that nobody holds any more shuts down.
public final class Engine: Sendable {
    private let core: EngineCore

    /// - Parameters:
    ///   - library: where models that are named, not given as paths, are looked for.
    ///   - deliver: takes the events. It should only put them where the interface finds them; it may call the engine.
    public convenience init(
        library: ModelLibrary, options: EngineOptions = EngineOptions(),
        deliver: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.init(library: library, options: options, freeMemory: FreeMemory.now, deliver: deliver)
    }

    init(
        library: ModelLibrary, options: EngineOptions, freeMemory: @escaping @Sendable () -> Int?,
        deliver: @escaping @Sendable (EngineEvent) -> Void
    ) {
        let core = EngineCore(library: library, options: options, freeMemory: freeMemory, deliver: deliver)
        self.core = core
        WorkerThread.run { ModelWorker(core).run() }
        WorkerThread.run { LoadWorker(core).run() }
        WorkerThread.run { CountWorker(core).run() }
    }

    deinit { core.shutdown() }

    // MARK: Models

    /// Loads models and, once they are ready and no generation is in progress, puts them in the place of those in use.
    /// A load that is still in progress is cancelled. What is in use already is not loaded again, and a target that stays
    /// keeps its cache.
    ///
    /// - Parameters:
    ///   - target: a path or a name; nil for the default one.
    ///   - draft: a path or a name; nil for none, or the default target's own.
    ///   - session: how to run them, if not as the engine's options say.
    ///   - ignoresMemory: loads even what seems to be more than is free.
    @discardableResult
    public func load(
        target: String?, draft: String? = nil, session: SessionOptions? = nil, ignoresMemory: Bool = false
    ) -> LoadID {
        core.load(LoadOrder(what: .named(target: target, draft: draft), session: session, ignoresMemory: ignoresMemory))
    }

    /// Loads a choice made before.
    @discardableResult
    public func load(_ choice: ModelChoice, session: SessionOptions? = nil, ignoresMemory: Bool = false) -> LoadID {
        core.load(LoadOrder(what: .choice(choice), session: session, ignoresMemory: ignoresMemory))
    }

    /// Ends a load, unless it has ended already.
    public func cancelLoad(_ id: LoadID) { core.cancelLoad(id) }

    /// Gives the models' memory back, after the generations asked for before.
    public func unload() { core.commands.post(.unload) }

    // MARK: Generations

    /// Answers a chat, after the generations asked for before.
    @discardableResult
    public func generate(_ request: ChatRequest) -> GenerationID { core.generate(request) }

    /// Ends a generation before its next pass, or before its turn. What was generated so far stays.
    public func cancel(_ id: GenerationID) { core.cancel(id) }

    // MARK: Questions

    /// Counts the tokens of a text, however busy the models are. Of several texts that wait only the last is counted.
    /// - Parameter id: comes back in ``EngineEvent/tokenCount(id:count:)``.
    public func countTokens(_ text: String, id: Int) { core.countTokens(text, id: id) }

    /// What runs now; nil while no model is loaded.
    public var snapshot: SessionSnapshot? { core.published.withLock(\.snapshot) }

    /// Whether a strategy can run with the models in use.
    public func availability(of strategy: String) -> StrategyAvailability {
        snapshot?.availability(of: strategy) ?? .needs("needs a model")
    }

    /// The models in use, for measuring them in sessions of one's own; nil while none is loaded.
    public var models: ModelPair? { core.published.withLock(\.pair) }

    /// Of the target in use; nil while no model is loaded.
    public var vocabulary: Vocabulary? { core.published.withLock(\.pair)?.target.tokenizer.vocabulary }

    /// Autocompletion with the target in use, on a cache of its own; nil while no model is loaded.
    public func autocompletion(deliver: @escaping @Sendable (AutocompleteEvent) -> Void) -> AutocompleteSession? {
        let (pair, ngrams) = core.published.withLock { ($0.pair, $0.ngrams) }
        return pair.map {
            AutocompleteSession(
                model: $0.target, options: core.options.session, ngrams: ngrams?.model, deliver: deliver)
        }
    }

    /// How the file spells a token: for tokens that have no text of their own.
    public func spelling(of token: TokenID) -> String? {
        core.published.withLock(\.pair)?.target.tokenizer.vocabulary.spelling(of: token)
    }

    // MARK: The end

    /// Cancels everything and ends the threads. ``EngineEvent/stopped`` follows when they are done; calls after this one do
    /// nothing.
    public func shutdown() { core.shutdown() }
}
