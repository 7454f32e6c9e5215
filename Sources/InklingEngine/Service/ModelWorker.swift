// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import Synchronization

/// The thread that owns the models' caches: generations and changes of models, one at a time.
struct ModelWorker: ~Copyable {
    private let core: EngineCore
    private var session: ModelSession?

    init(_ core: EngineCore) {
        self.core = core
    }

    consuming func run() {
        while true {
            switch core.commands.next() {
            case .generate(let id, let request, let flag): generate(id, request, flag)
            case .use(let id, let pair, let options, let flag): use(id, pair, options, flag)
            case .unload: unload()
            case .stop:
                session = nil
                core.published.withLock { $0 = EngineCore.Published() }
                return core.deliver(.stopped)
            }
        }
    }

    // MARK: Models

    private mutating func use(_ id: LoadID, _ pair: ModelPair, _ options: SessionOptions, _ flag: CancellationFlag) {
        core.published.withLock { _ = $0.waiting.removeValue(forKey: id) }
        guard !flag.isCancelled else { return core.end(id, .cancelled) }
        let fresh: ModelSession
        do throws(EngineError) {
            let head = pair.draft.flatMap {
                HeadSearch.head(for: pair.target, draft: $0, suggested: pair.choice.head)
            }
            let ngrams = try NGramSource.find(options.ngrams, for: pair.target, suggested: pair.choice.ngrams)
            fresh = try ModelSession(
                target: pair.target, draft: pair.draft, head: head, ngrams: ngrams, options: options,
                replacing: session, costCache: CostCache(places: core.library.places))
        } catch { return core.end(id, .failed(error)) }
        session = fresh
        let snapshot = SessionSnapshot(fresh, pair)
        core.published.withLock {
            $0.snapshot = snapshot
            $0.pair = pair
            $0.ngrams = fresh.ngrams
        }
        // Not being able to write it down is no reason to fail.
        if core.options.remembersChoice {
            var choice = pair.choice
            choice.ngrams = fresh.ngrams.flatMap { $0.facts.isStore ? $0.facts.path : nil }
            try? LastUsed(places: core.library.places).remember(choice)
        }
        core.end(id, .loaded(snapshot))
    }

    private mutating func unload() {
        session = nil
        core.published.withLock {
            $0.snapshot = nil
            $0.pair = nil
            $0.ngrams = nil
        }
        core.deliver(.unloaded)
    }

    // MARK: Generations

    private func generate(_ id: GenerationID, _ request: ChatRequest, _ flag: CancellationFlag) {
        core.deliver(.generation(id, .asked(request)))
        guard !flag.isCancelled else { return core.finish(id, .done(.cancelledBeforeStart(request))) }
        guard let session else { return core.finish(id, .refused(.noModelLoaded)) }
        let prompt: ChatPrompt
        do throws(EngineError) {
            prompt = try session.prompt(for: request)
        } catch { return core.finish(id, .refused(error)) }
        core.deliver(.generation(id, .accepted(prompt)))
        var generation = session.generation(for: request, prompt: prompt)
        generation.baselineShare = core.options.baselineShare
        generation.prefillLatency = core.options.prefillLatency
        let summary = session.generate(generation, continuing: prompt.answerPrefix, cancellation: flag) { event in
            core.deliver(.generation(id, .decode(event)))
        }
        core.finish(id, .done(summary))
    }
}

extension GenerationSummary {
    /// Of a generation whose turn never came.
    fileprivate static func cancelledBeforeStart(_ request: ChatRequest) -> GenerationSummary {
        GenerationSummary(
            reason: .cancelled, strategy: request.strategy, seed: request.sampler.seed, promptTokenCount: 0, tokens: [],
            text: "", statistics: GenerationStatistics())
    }
}
