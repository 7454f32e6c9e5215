// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import InklingDecoding
import InklingEngine
internal import InklingTUI

struct ChatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Chats with a model.",
        discussion: """
            Type a message and Enter; Ctrl-C stops an answer, Ctrl-D leaves, /help lists commands. With a pipe as \
            input each line is a message, and standard output gets the answers alone.

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
        let values = try decoding.values()
        let recorder = try recording.record.map {
            try Recording.begin(
                $0, command: "chat", strategy: decoding.strategy, parameters: values,
                sampler: given.applied(to: SamplerSettings()))
        }
        if !plain, Interface.isPossible { return try openInterface(given, values, recorder) }
        let signals = StandardInput.isTerminal ? try PlainChatSignals() : nil
        // Before the threads of the model start, which would take the signals otherwise.
        Signals.catchInterrupts(with: signals == nil ? [] : Signals.ofTerminal)
        let (session, snapshot) = try models.openWithSnapshot()
        recorder?.begin(session, snapshot)
        let recommended = session.target.recommendedSampling
        if let warning = recommended.warning { Output.error("inkling: note: \(warning)") }
        let state = PlainChatState(
            system: system, sampler: sampling.settings(given, recommended: recommended), strategy: decoding.strategy,
            parameters: values, maxTokens: n,
            hasDraft: session.draft != nil)
        if let signals { Signals.deliver { signals.receive($0) } }
        let reader: any LineReader = signals.map { self.reader($0) } ?? PlainLineReader()
        try PlainChat(session: session, state: state, reader: reader, signals: signals, recorder: recorder).run()
    }

    private func openInterface(
        _ given: SamplerOverrides, _ values: [String: ParameterValue], _ recorder: TraceRecorder?
    ) throws {
        let (seed, strategy, limit, system) = (sampling.seed, decoding.given, n, self.system)
        try Interface(
            places: .current(folders: models.modelsDir.map { [$0] } ?? []),
            options: EngineOptions(session: models.session, chatFormat: models.chatFormat),
            source: .models(target: models.model, draft: models.draft), recorder: recorder
        ) { preferences in
            preferences.sampling = preferences.sampling.overridden(by: given)
            preferences.seed = seed ?? preferences.seed
            if let strategy { preferences.strategy = strategy }
            if !values.isEmpty { preferences.parameters[preferences.strategy] = values }
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
