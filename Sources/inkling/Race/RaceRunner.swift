// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding
import InklingEngine
import InklingModel
import InklingTUI
import InklingTensor
import Synchronization

/// Runs races of the interface, one at a time, on a thread and in caches of their own. The measuring is that of
/// `bench decode`: a warm-up, then every racer in turn, round after round.
final class RaceRunner: Sendable {
    private let options: EngineOptions
    private let costCache: CostCache
    private let current = Mutex<CancellationFlag?>(nil)

    init(options: EngineOptions, costCache: CostCache) {
        self.options = options
        self.costCache = costCache
    }

    /// - Parameter models: those in use, for racers that name none.
    func start(_ request: RaceRequest, models: ModelPair, deliver: @escaping @Sendable (RaceEvent) -> Void) {
        let flag = CancellationFlag()
        current.withLock { current in
            current?.cancel()
            current = flag
        }
        let (options, costCache) = (options, costCache)
        WorkerThread.run {
            do {
                var race = try Race(request, models: models, options: options, costCache: costCache, flag, deliver)
                let (markdown, json) = try race.run()
                deliver(.finished(markdown: markdown, json: json))
            } catch let failure as Failure where failure == .interrupted {
                deliver(.cancelled)
            } catch let failure as Failure {
                deliver(flag.isCancelled ? .cancelled : .failed(failure.message))
            } catch {
                deliver(.failed("\(error)"))
            }
        }
    }

    func cancel() { current.withLock { $0?.cancel() } }
}

/// One race: racers on their models.
private struct Race {
    private let request: RaceRequest
    private let flag: CancellationFlag
    private let deliver: (RaceEvent) -> Void
    private var sessions: [ModelSession] = []
    private var entrants: [DecodeBenchmark.Entrant] = []
    /// By entrant.
    private var sessionOfEntrant: [Int] = []
    private let prompt: EncodedPrompt

    init(
        _ request: RaceRequest, models: ModelPair, options: EngineOptions, costCache: CostCache,
        _ flag: CancellationFlag, _ deliver: @escaping (RaceEvent) -> Void
    ) throws {
        self.request = request
        self.flag = flag
        self.deliver = deliver
        var pairs = [models]
        var keys: [RecentPair?] = [nil]
        var pairOfLane: [Int] = []
        for racer in request.racers {
            if let known = keys.firstIndex(of: racer.models) {
                pairOfLane.append(known)
            } else if let choice = racer.models {
                pairs.append(try Self.load(choice, pairs, options, flag, deliver))
                keys.append(choice)
                pairOfLane.append(pairs.count - 1)
            }
        }
        let prompts = try pairs.map { try Self.encode(request.messages, $0.target) }
        for (pair, prompt) in zip(pairs, prompts) {
            sessions.append(try Self.session(pair, prompt, request.maxTokens, options, costCache))
        }
        prompt = prompts[0]
        // Plain decoding of each target: a racer if there is one, else one that nobody sees.
        var referenceOfTarget: [String: Int] = [:]
        func entrant(_ choice: StrategyChoice, _ pair: Int, reference: Int) -> DecodeBenchmark.Entrant {
            DecodeBenchmark.Entrant(
                choice: choice, lanes: .init(sessions[pair]), reference: reference, prompts: [prompts[pair]])
        }
        for (lane, racer) in request.racers.enumerated() where racer.isPlain {
            let target = pairs[pairOfLane[lane]].target.path
            if referenceOfTarget[target] == nil { referenceOfTarget[target] = lane }
        }
        var hidden: [DecodeBenchmark.Entrant] = []
        var hiddenPairs: [Int] = []
        for lane in request.racers.indices {
            let target = pairs[pairOfLane[lane]].target.path
            guard referenceOfTarget[target] == nil else { continue }
            let index = request.racers.count + hidden.count
            referenceOfTarget[target] = index
            hidden.append(entrant(.plain, pairOfLane[lane], reference: index))
            hiddenPairs.append(pairOfLane[lane])
        }
        for (lane, racer) in request.racers.enumerated() {
            let choice: StrategyChoice
            do throws(GenerationError) {
                choice = try StrategyChoice(racer.label)
            } catch { throw Failure(error.description) }
            entrants.append(
                entrant(
                    choice, pairOfLane[lane], reference: referenceOfTarget[pairs[pairOfLane[lane]].target.path] ?? lane)
            )
        }
        entrants += hidden
        sessionOfEntrant = pairOfLane + hiddenPairs
    }

    private static func load(
        _ models: RecentPair, _ pairs: [ModelPair], _ options: EngineOptions, _ flag: CancellationFlag,
        _ deliver: (RaceEvent) -> Void
    ) throws -> ModelPair {
        deliver(.loading(name: models.targetName))
        do throws(EngineError) {
            return try ModelPair.load(
                ModelChoice(target: models.target, draft: models.draft), options: options.session,
                chatFormat: options.chatFormat, sharing: pairs,
                checkMemory: { need throws(EngineError) in
                    if need.verdict == .impossible { throw .notEnoughMemory(need) }
                }, stage: { _ in !flag.isCancelled })
        } catch { throw Failure(error) }
    }

    private static func encode(_ messages: [ChatMessage], _ model: LoadedModel) throws -> EncodedPrompt {
        do throws(EngineError) {
            return EncodedPrompt(
                id: "race", category: "race", tokens: try model.chatFormat.tokens(messages, tokenizer: model.tokenizer))
        } catch { throw Failure(error) }
    }

    private static func session(
        _ pair: ModelPair, _ prompt: EncodedPrompt, _ maxTokens: Int, _ options: EngineOptions, _ costCache: CostCache
    ) throws -> ModelSession {
        let trained = max(1, pair.target.config.contextLength)
        guard prompt.tokens.count < trained else {
            throw Failure(
                "the prompt has \(prompt.tokens.count) tokens, \(pair.target.name) was trained for \(trained); use a shorter one"
            )
        }
        var session = options.session
        // Room for the answer, and no more memory than that.
        session.contextLength = min(trained, prompt.tokens.count + maxTokens + 1)
        do throws(EngineError) {
            let head = pair.draft.flatMap { HeadSearch.head(for: pair.target, draft: $0, suggested: pair.choice.head) }
            return try ModelSession(
                target: pair.target, draft: pair.draft, head: head, options: session, costCache: costCache)
        } catch { throw Failure(error) }
    }

    // MARK: Running

    /// - Returns: the results as Markdown and as JSON.
    mutating func run() throws -> (markdown: String, json: String) {
        let benchmark = DecodeBenchmark(
            entrants, prompts: [prompt],
            settings: DecodeBenchmark.Settings(
                maxTokens: request.maxTokens, sampler: request.sampler, endTokens: sessions[0].endTokens,
                runs: request.rounds, measuresPasses: false),
            cancellation: flag)
        var watcher = RaceWatcher(request, references: entrants.map(\.reference), deliver)
        try benchmark.run(progress: { _ in }) { watcher.take($0) }
        let rows = try request.racers.indices.map { lane in
            DecodeRow(
                benchmark.results[lane], plain: benchmark.results[entrants[lane].reference], category: nil,
                promptCount: 1, threads: session(lane).threads(for: entrants[lane].choice.descriptor).target,
                try setting(lane))
        }
        let report = RaceReport(request, rows: rows, texts: watcher.texts)
        return (report.markdown, try JSONOutput.text(report))
    }

    private func session(_ lane: Int) -> ModelSession { sessions[sessionOfEntrant[lane]] }

    private func setting(_ lane: Int) throws -> DecodeRow.Setting {
        let session = session(lane)
        return DecodeRow.Setting(
            model: session.target.name, draft: session.draft?.name,
            draftThreads: session.threads(for: entrants[lane].choice.descriptor).draft ?? 1, n: request.maxTokens,
            temperature: Double(request.sampler.temperature), seed: request.sampler.seed,
            kernels: session.kernels.name, cpuFeatures: KernelSet.cpuFeatures,
            build: "\(Inkling.configuration.version) (\(Machine.buildKind))", cpu: Machine.processorName)
    }
}
