// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding
import InklingEngine
import InklingModel
import InklingTokenizer

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Answers one prompt.",
        discussion: """
            The prompt is wrapped in the model's chat template as a user turn; --raw takes it as it is. Without -p it is \
            read from standard input. Text streams as it comes; --json prints one object at the end, --ndjson one event \
            a line as it happens.

            Examples:
              inkling generate -p "How do I list open ports?"
              git diff | inkling generate -n 200 --temp 0
              inkling generate --raw -p "Once upon a time" -n 50 --seed 7
              inkling generate -m TARGET -d DRAFT -s pearl -p "Hello" --trace pearl.json
              inkling generate -p "Hello" --record hello.jsonl && inkling replay hello.jsonl
            """)

    @OptionGroup(title: "Model") var models: ModelOptions
    @OptionGroup(title: "Sampling") var sampling: SamplingOptions

    @OptionGroup(title: "Decoding") var decoding: StrategyOptions
    @OptionGroup(title: "Recording") var recording: RecordOptions

    @Option(name: .short, help: ArgumentHelp("The prompt (default: standard input).", valueName: "TEXT"))
    var prompt: String?

    @Option(help: ArgumentHelp("A system message before the prompt.", valueName: "TEXT"))
    var system: String?

    @Flag(help: "Take the prompt as it is, without the chat template.")
    var raw = false

    @Option(name: .short, help: ArgumentHelp("At most this many tokens (default: until the end).", valueName: "N"))
    var n: Int?

    @Option(help: ArgumentHelp("End before this text; can be given more than once.", valueName: "TEXT"))
    var stop: [String] = []

    @Flag(help: "Go on past the model's end-of-text tokens.")
    var ignoreEos = false

    @Option(help: ArgumentHelp("Alternatives to each token in --ndjson and --record.", valueName: "N"))
    var alternatives: Int = 5

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    @Flag(help: "Print one JSON event a line, as it happens.")
    var ndjson = false

    @Option(help: ArgumentHelp("Write what took when, for Perfetto and other trace viewers.", valueName: "FILE"))
    var trace: String?

    @Flag(help: "Print figures on standard error at the end.")
    var verbose = false

    func validate() throws {
        if json && ndjson { throw ValidationError("--json and --ndjson exclude each other") }
    }

    func run() throws {
        let given = try sampling.overrides()
        let values = try decoding.values()
        if prompt == nil, StandardInput.isTerminal {
            Output.error("inkling: reading the prompt from standard input; end it with Ctrl-D")
        }
        let text = if let prompt { Array(prompt.utf8) } else { try StandardInput.readAll() }
        // Before there is anything to lose, it must be clear that the file can be written.
        let traceFile = try trace.map(TraceFile.init)
        let recorder = try recording.record.map {
            try Recording.begin(
                $0, command: "generate", strategy: decoding.strategy, parameters: values,
                sampler: given.applied(to: SamplerSettings()))
        }
        Signals.catchInterrupts()
        let (session, snapshot) = try models.openWithSnapshot()
        recorder?.begin(session, snapshot)
        if let warning = session.target.recommendedSampling.warning { Output.error("inkling: note: \(warning)") }
        let settings = sampling.settings(given, recommended: session.target.recommendedSampling)
        let request = GenerationRequest(
            prompt: try promptTokens(text, session), strategy: decoding.strategy, parameters: values, sampler: settings,
            maxTokens: n, stopStrings: stop, endTokens: ignoreEos ? [] : session.endTokens,
            controlTokens: session.controlTokens,
            alternativeCount: ndjson || recorder != nil ? alternatives : 0)
        recorder?.record(1, .asked(asked(text, settings, values)))
        recorder?.record(1, .accepted(ChatPrompt(tokens: request.prompt)))
        let cancellation = CancellationFlag()
        let printer = GenerationPrinter(
            format: json ? .json : ndjson ? .ndjson : .text, session: session, request: request)
        var trace = traceFile.map { _ in GenerationTrace(strategy: decoding.strategy) }
        let summary = Signals.cancelling(cancellation) {
            session.generate(request, cancellation: cancellation) { event in
                printer.take(event)
                trace?.take(event)
                recorder?.record(1, .decode(event))
            }
        }
        recorder?.record(1, .finished(.done(summary)))
        try printer.finish(summary)
        if let traceFile, let trace { try traceFile.write(trace) }
        if verbose {
            Output.error(GenerationReport.line(summary.statistics))
            if let judge = GenerationReport.judge(session, strategy: decoding.strategy) { Output.error(judge) }
        }
        switch summary.reason {
        case .failed(let error): throw Failure(.generation(error))
        case .cancelled: throw Failure.interrupted
        case .contextFull:
            Output.error("inkling: stopped: the context is full (\(session.runner.contextCapacity) tokens)")
        case .endOfText, .tokenLimit, .stopString: break
        }
    }

    /// What a recording says was asked.
    private func asked(
        _ text: [UInt8], _ settings: SamplerSettings, _ values: [String: ParameterValue]
    ) -> ChatRequest {
        ChatRequest(
            messages: messages(text), strategy: decoding.strategy, parameters: values, sampler: settings, maxTokens: n,
            stopStrings: stop, alternativeCount: alternatives, contextPolicy: .refuse)
    }

    private func messages(_ text: [UInt8]) -> [ChatMessage] {
        // One line break at the end is the shell's, not the prompt's.
        let content = String(decoding: prompt == nil && text.last == 10 ? text.dropLast() : text[...], as: UTF8.self)
        return (system.map { [ChatMessage(.system, $0)] } ?? []) + [ChatMessage(.user, content)]
    }

    private func promptTokens(_ text: [UInt8], _ session: ModelSession) throws -> [TokenID] {
        if raw {
            return session.target.tokenizer.encode(text, special: .parse, boundaries: .byDefault)
        }
        do throws(EngineError) {
            return try session.target.chatFormat.tokens(messages(text), tokenizer: session.target.tokenizer)
        } catch { throw Failure(error) }
    }
}
