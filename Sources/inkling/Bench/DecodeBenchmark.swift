// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingEngine
import InklingModel
import InklingTokenizer

/// Runs strategies on the same prompts, in turn on each prompt, so that a machine that slows down slows all of them.
final class DecodeBenchmark {
    /// Models on their threads.
    struct Lanes {
        var target: any ModelRunner
        var draft: (any ModelRunner)?
        var generate: (GenerationRequest, CancellationFlag, (DecodeEvent) -> Void) -> GenerationSummary

        init(_ session: ModelSession) {
            (target, draft) = (session.runner, session.draftRunner)
            generate = { session.generate($0, cancellation: $1, emit: $2) }
        }

        init(_ run: DecodingRun, _ generator: Generator) {
            (target, draft) = (run.target, run.draft)
            generate = { generator.run($0, run, cancellation: $1, emit: $2) }
        }
    }

    /// A strategy, and what it computes on.
    struct Entrant {
        var choice: StrategyChoice
        var lanes: Lanes
        /// Index of the entrant that it is compared with: plain decoding of the same models.
        var reference = 0
        /// The prompts as its models read them, where these are not those of the others.
        var prompts: [EncodedPrompt]?
    }

    /// What happens, for whoever looks on. Entrants are named by their indices.
    enum Moment {
        case warmingUp(Int)
        case began(Int, run: Int)
        /// While a run is being measured: whoever takes it must be quick.
        case decoding(Int, DecodeEvent)
        case ended(Int, GenerationSummary)
    }

    struct Settings {
        var maxTokens: Int
        var sampler: SamplerSettings
        var endTokens: Set<TokenID>
        var runs: Int
        /// Whether the cost of passes is measured too, from which theory expects a speed-up.
        var measuresPasses = true
    }

    /// Where an output went another way than plain decoding's.
    struct Difference: Equatable {
        var prompt: String
        /// Of the first token that differs, from 0.
        var index: Int
    }

    /// What one strategy did.
    struct Result {
        var choice: StrategyChoice
        /// By run, then by category.
        var tallies: [[String: DecodeTally]] = []
        /// By category: prompts whose output differed from plain decoding's in some run, with the first place.
        var differences: [String: [Difference]] = [:]
        var costs = PassCosts()
    }

    private let entrants: [Entrant]
    private let prompts: [EncodedPrompt]
    private let settings: Settings
    private let cancellation: CancellationFlag
    private(set) var results: [Result]

    /// - Precondition: what entrants are compared with is plain decoding.
    init(_ entrants: [Entrant], prompts: [EncodedPrompt], settings: Settings, cancellation: CancellationFlag) {
        precondition(entrants.allSatisfy { entrants[$0.reference].choice.isPlain })
        self.entrants = entrants
        self.prompts = prompts
        self.settings = settings
        self.cancellation = cancellation
        results = entrants.map { Result(choice: $0.choice) }
    }

    /// - Parameter progress: told what is done next.
    func run(progress: (String) -> Void, watch: (Moment) -> Void = { _ in }) throws {
        for index in entrants.indices {
            progress("warming up \(entrants[index].choice.label)")
            watch(.warmingUp(index))
            _ = try generate(index, 0, maxTokens: min(8, settings.maxTokens), seed: 0) { _ in }
        }
        for run in 0..<settings.runs {
            for index in results.indices { results[index].tallies.append([:]) }
            for (number, prompt) in prompts.enumerated() {
                try measure(prompt, number: number, run: run, watch: watch) { label in
                    progress("run \(run + 1) of \(settings.runs): \(label) on \(prompt.id)")
                }
            }
            guard settings.measuresPasses else { continue }
            progress("run \(run + 1) of \(settings.runs): cost of passes")
            try probe()
        }
    }

    private func measure(
        _ prompt: EncodedPrompt, number: Int, run: Int, watch: (Moment) -> Void, progress: (String) -> Void
    ) throws {
        var outputs: [[TokenID]] = Array(repeating: [], count: entrants.count)
        // Each prompt and run begins with another one: whoever comes first finds caches and clock rates as others left
        // them.
        for turn in entrants.indices {
            let index = (turn + number + run) % entrants.count
            progress(entrants[index].choice.label)
            watch(.began(index, run: run))
            let (summary, rounds) = try generate(
                index, number, maxTokens: settings.maxTokens, seed: settings.sampler.seed &+ UInt64(number)
            ) { watch(.decoding(index, $0)) }
            watch(.ended(index, summary))
            results[index].tallies[run][prompt.category, default: DecodeTally()]
                .add(summary.statistics, rounds: rounds)
            outputs[index] = summary.tokens
        }
        for (index, entrant) in entrants.enumerated() where entrant.reference != index {
            guard let place = Self.firstDifference(outputs[entrant.reference], outputs[index]) else { continue }
            let known = results[index].differences[prompt.category, default: []]
            guard !known.contains(where: { $0.prompt == prompt.id }) else { continue }
            results[index].differences[prompt.category] = known + [Difference(prompt: prompt.id, index: place)]
        }
    }

    /// nil where the two are the same.
    static func firstDifference(_ one: [TokenID], _ other: [TokenID]) -> Int? {
        let common = zip(one, other).prefix { $0.0 == $0.1 }.count
        return common == one.count && common == other.count ? nil : common
    }

    private func generate(
        _ index: Int, _ number: Int, maxTokens: Int, seed: UInt64, emit: (DecodeEvent) -> Void
    ) throws -> (GenerationSummary, [DecodingRound]) {
        let entrant = entrants[index]
        let prompt = (entrant.prompts ?? prompts)[number]
        var sampler = settings.sampler
        sampler.seed = seed
        let request = GenerationRequest(
            prompt: prompt.tokens, strategy: entrant.choice.descriptor.id, parameters: entrant.choice.parameters,
            sampler: sampler, maxTokens: maxTokens, endTokens: settings.endTokens)
        var rounds: [DecodingRound] = []
        let summary = entrant.lanes.generate(request, cancellation) { event in
            if case .round(let round) = event { rounds.append(round) }
            emit(event)
        }
        switch summary.reason {
        case .cancelled: throw Failure.interrupted
        case .failed(let error):
            throw Failure("\(entrant.choice.label) on \(prompt.id): \(error.description)")
        case .endOfText, .tokenLimit, .stopString, .contextFull: return (summary, rounds)
        }
    }

    /// Measures once for each way of computing; strategies that share it share the figures.
    private func probe() throws {
        var groups: [ProbeKey: [Int]] = [:]
        for (index, entrant) in entrants.enumerated() { groups[ProbeKey(entrant), default: []].append(index) }
        for (key, sharing) in groups.sorted(by: { $0.value[0] < $1.value[0] }) {
            let lanes = entrants[sharing[0]].lanes
            let longest = sharing.flatMap { results[$0].tallies }.flatMap(\.values).map(\.longestDraft).max() ?? 0
            let probe = PassProbe(target: lanes.target, draft: lanes.draft, runsLanesAtOnce: key.runsLanesAtOnce)
            var costs = results[sharing[0]].costs
            do throws(ModelError) {
                try probe.measure(upTo: longest + 1, into: &costs)
            } catch { throw Failure("measuring passes: \(error.description)") }
            for index in sharing { results[index].costs = costs }
            if cancellation.isCancelled { throw Failure.interrupted }
        }
    }

    private struct ProbeKey: Hashable {
        let target: ObjectIdentifier
        let runsLanesAtOnce: Bool

        init(_ entrant: Entrant) {
            target = ObjectIdentifier(entrant.lanes.target)
            runsLanesAtOnce = entrant.choice.runsLanesAtOnce
        }
    }
}

extension DecodeBenchmark.Result {
    /// Sums of each run over one category, or over all.
    func runs(_ category: String?) -> [DecodeTally] {
        tallies.map { byCategory in
            var sum = DecodeTally()
            for (name, tally) in byCategory where category == nil || name == category { sum += tally }
            return sum
        }
    }

    /// See ``CostModel``; nil where the strategy has no formula or passes were not measured.
    ///
    /// - Parameter plain: passes of plain decoding.
    func expectedSpeedup(_ tally: DecodeTally, plain: PassCosts) -> Double? {
        guard choice.isLossless, !tally.hasTrees, tally.roundCount > 0, let plainPass = plain.targetPass(rows: 1)
        else { return nil }
        let acceptance = tally.judgedAcceptanceRate ?? 0
        if choice.runsLanesAtOnce {
            return CostModel.draftWhileVerifying(
                blockLength: Double(tally.draftPassCount) / Double(tally.roundCount), acceptance: acceptance,
                costs: costs, plainPass: plainPass)
        }
        return CostModel.draftThenVerify(
            lengths: tally.lengths, acceptance: acceptance, costs: costs,
            draftPass: tally.draftPassCount > 0 ? costs.draftPass ?? 0 : 0, plainPass: plainPass)
    }
}
