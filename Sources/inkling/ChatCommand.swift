// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import InklingCells
import InklingDecoding
import InklingEngine
internal import InklingTUI

struct ChatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Chats with a model.",
        discussion: """
            Type a message and Enter; Ctrl-C stops an answer, Ctrl-D leaves, /help lists commands. With a pipe as \
            input each line is a message, and standard output gets the answers alone. What the configuration says of \
            sampling, decoding and the chat holds here too ("inkling config path"); options come before it.

            Examples:
              inkling chat -m MODEL --system "Answer in one sentence."
              printf 'Hello\\nAnd you?\\n' | inkling chat --plain
            """)

    @OptionGroup(title: "Model") var models: ModelOptions
    @OptionGroup(title: "Sampling") var sampling: SamplingOptions

    @OptionGroup(title: "Decoding") var decoding: StrategyOptions
    @OptionGroup(title: "Recording") var recording: RecordOptions

    @Option(help: ArgumentHelp("A system message.", valueName: "TEXT"))
    var system: String?

    @Option(
        name: .short, help: ArgumentHelp("At most this many tokens an answer (default: until its end).", valueName: "N")
    )
    var n: Int?

    @Flag(help: "Chat line by line: for simple terminals, pipes and screen readers.")
    var plain = false

    @Flag(help: "Keep no history of what is typed.")
    var noHistory = false

    func validate() throws {
        if let n, !(1...GenerationRequest.maxTokensRange.upperBound).contains(n) {
            throw ValidationError("-n is \(n); it must be at least 1")
        }
    }

    func run() throws {
        let given = try sampling.overrides()
        if !plain, Interface.isPossible {
            return try openInterface(given, configuration(over: Preferences()).preferences.strategy)
        }
        // A pipe has nobody to ask, and a seed gives the same text again only where no method is tried out.
        var defaults = Preferences()
        defaults.strategy = StrategyDescriptor.autoregressive.id
        defaults.contextChoice = .dropOldest
        let (preferences, issues) = configuration(over: defaults)
        for issue in issues { Output.error("inkling: note: \(issue)") }
        var strategy = decoding.given ?? preferences.strategy
        let values = try decoding.values(for: strategy)
        var parameters = (preferences.parameters[strategy] ?? [:]).merging(values) { _, option in option }
        let overrides = preferences.sampling.overridden(by: given)
        let recorder = try record(strategy, parameters, overrides)
        let signals = StandardInput.isTerminal ? try PlainChatSignals() : nil
        // Before the threads of the model start, which would take the signals otherwise.
        Signals.catchInterrupts(with: signals == nil ? [] : Signals.ofTerminal)
        let (session, snapshot) = try models.openWithSnapshot()
        recorder?.begin(session, snapshot)
        let recommended = session.target.recommendedSampling
        if let warning = recommended.warning { Output.error("inkling: note: \(warning)") }
        if decoding.given == nil, case .needs(let reason) = snapshot.availability(of: strategy) {
            Output.error("inkling: note: \(strategy), as config.toml has it, \(reason); decoding plainly")
            (strategy, parameters) = (StrategyDescriptor.autoregressive.id, [:])
        }
        var sampler = sampling.settings(overrides, recommended: recommended)
        sampler.seed = sampling.seed ?? preferences.seed ?? sampler.seed
        let prompt = system ?? preferences.systemPrompt
        let state = PlainChatState(
            system: prompt.isEmpty ? nil : prompt, sampler: sampler, strategy: strategy, parameters: parameters,
            maxTokens: n ?? preferences.maxTokens,
            contextPolicy: preferences.contextChoice == .ask ? .refuse : .dropOldestTurns(keepsSystem: true),
            hasDraft: session.draft != nil)
        if let signals { Signals.deliver { signals.receive($0) } }
        let reader: any LineReader = signals.map { self.reader($0) } ?? PlainLineReader()
        try PlainChat(session: session, state: state, reader: reader, signals: signals, recorder: recorder).run()
    }

    private var places: SearchPlaces { .current(folders: models.modelsDir.map { [$0] } ?? []) }

    /// What the user's configuration says, and what is not understood in it.
    private func configuration(
        over defaults: Preferences
    ) -> (preferences: Preferences, issues: [ConfigurationIssue]) {
        let files = UserFiles(places: places)
        let (preferences, _, issues) = files.configuration(themes: files.themes().0.map(\.name), over: defaults)
        return (preferences, issues)
    }

    private func record(
        _ strategy: String, _ parameters: [String: ParameterValue], _ overrides: SamplerOverrides
    ) throws -> TraceRecorder? {
        try recording.record.map {
            try Recording.begin(
                $0, command: "chat", strategy: strategy, parameters: parameters,
                sampler: overrides.applied(to: SamplerSettings()))
        }
    }

    /// - Parameter configured: the strategy where no option names one.
    private func openInterface(_ given: SamplerOverrides, _ configured: String) throws {
        let strategy = decoding.given ?? configured
        let values = try decoding.values(for: strategy)
        let recorder = try record(strategy, values, given)
        let (seed, chosen, limit, system) = (sampling.seed, decoding.given, n, self.system)
        try Interface(
            places: places, options: EngineOptions(session: models.session, chatFormat: models.chatFormat),
            source: .models(target: models.model, draft: models.draft), recorder: recorder
        ) { preferences in
            preferences.sampling = preferences.sampling.overridden(by: given)
            preferences.seed = seed ?? preferences.seed
            if let chosen { preferences.strategy = chosen }
            for (name, value) in values { preferences.parameters[strategy, default: [:]][name] = value }
            preferences.maxTokens = limit ?? preferences.maxTokens
            preferences.systemPrompt = system ?? preferences.systemPrompt
        }.run()
    }

    /// The best reader for this terminal.
    private func reader(_ signals: PlainChatSignals) -> any LineReader {
        #if Readline
            if Output.isTerminal || isatty(STDERR_FILENO) != 0 {
                let folder = noHistory ? nil : SearchPlaces.current().stateFolder
                return ReadlineReader(
                    signals: signals, history: LineHistory(path: folder.map { $0 + "/history" }),
                    complete: { PlainChatCommand.completions(line: $0, word: $1) },
                    report: { Output.error("inkling: \($0)") })
            }
        #endif
        return PlainLineReader(signals: signals)
    }
}
