// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import InklingDecoding
import InklingEngine
import InklingModel
import InklingTokenizer

/// A chat of lines. Answers go to standard output, everything else to standard error.
final class PlainChat {
    private let session: ModelSession
    private let reader: any LineReader
    /// nil where nobody is at a terminal: then an interrupt ends the program.
    private let signals: PlainChatSignals?
    private let recorder: TraceRecorder?
    /// Of the answers, for the recording.
    private var answerCount = 0
    private var state: PlainChatState
    private var input = PlainChatInput()
    private var lastSummary: GenerationSummary?
    private var hasFailed = false
    /// Ctrl-C on an empty line, one after another.
    private var emptyInterrupts = 0
    /// Files that this chat has written, which it may write again.
    private var savedPaths: Set<String> = []

    init(
        session: ModelSession, state: PlainChatState, reader: any LineReader, signals: PlainChatSignals?,
        recorder: TraceRecorder? = nil
    ) {
        self.recorder = recorder
        self.session = session
        self.state = state
        self.reader = reader
        self.signals = signals
    }

    private var isInteractive: Bool { signals != nil }

    /// Chats until the user leaves or the input ends.
    func run() throws {
        if isInteractive { say(PlainChatReport.greeting(session)) }
        while true {
            let event = try reader.read(prompt: LinePrompt(text: input.isOpen ? "... " : "> ", isColored: isColored))
            if case .interrupted = event {} else { emptyInterrupts = 0 }
            switch event {
            case .line(let line):
                guard let message = input.take(line) else { continue }
                guard try take(message) else { return }
            case .interrupted(let wasEmpty):
                interrupted(wasEmpty: wasEmpty && !input.isOpen)
            case .endOfInput:
                // At a terminal whoever leaves in the middle of a message does not send it.
                if !isInteractive, let message = input.finish() { _ = try take(message) }
                // What went wrong has been said already.
                if hasFailed, !isInteractive { throw Failure("") }
                return
            case .leave:
                throw Failure.interrupted
            }
        }
    }

    private func interrupted(wasEmpty: Bool) {
        input.drop()
        emptyInterrupts = wasEmpty ? emptyInterrupts + 1 : 0
        if emptyInterrupts == 2 { say("To leave press Ctrl-D or type /quit.") }
    }

    /// - Returns: whether the chat goes on.
    private func take(_ message: String) throws -> Bool {
        reader.remember(message)
        switch state.take(message) {
        case nil: break
        case .answer: try answer()
        case .say(let text): say(text)
        case .showModel: say(PlainChatReport.model(session, strategy: state.strategy))
        case .showFigures: say(lastSummary.map(PlainChatReport.figures) ?? "there is no answer yet")
        case .save(let path): save(path)
        case .leave: return false
        }
        return true
    }

    // MARK: Answers

    private func answer() throws {
        let capacity = session.runner.contextCapacity
        var asked = state.request
        // A recording has a panel for them.
        if recorder != nil { asked.alternativeCount = 5 }
        answerCount += 1
        recorder?.record(answerCount, .asked(asked))
        let prompt: ChatPrompt
        do throws(EngineError) {
            prompt = try session.prompt(for: asked)
        } catch {
            recorder?.record(answerCount, .finished(.refused(error)))
            state.takeBack()
            return fail(Failure(error))
        }
        let dropped = state.drop(prompt.droppedTurnCount)
        if dropped > 0 { say(PlainChatReport.dropped(dropped, capacity: capacity)) }
        recorder?.record(answerCount, .accepted(prompt))
        let request = session.generation(for: asked, prompt: prompt)
        let summary = generate(request)
        recorder?.record(answerCount, .finished(.done(summary)))
        lastSummary = summary
        try finish(summary, capacity: capacity)
    }

    private func generate(_ request: GenerationRequest) -> GenerationSummary {
        let flag = CancellationFlag()
        var endsInLine = false
        func body() -> GenerationSummary {
            session.generate(request, cancellation: flag) { event in
                recorder?.record(answerCount, .decode(event))
                guard case .text(let text) = event else { return }
                Output.modelText(text)
                endsInLine = !text.hasSuffix("\n")
            }
        }
        let summary = signals?.answering(flag, body) ?? Signals.cancelling(flag, body)
        if endsInLine || summary.text.isEmpty, !isFailure(summary.reason) { Output.line() }
        return summary
    }

    private func finish(_ summary: GenerationSummary, capacity: Int) throws {
        let ending: PlainChatTurn.Ending =
            switch summary.reason {
            case .endOfText, .stopString: .complete
            case .cancelled: .stopped
            case .tokenLimit, .contextFull, .failed: .cut
            }
        if summary.text.isEmpty, ending != .complete {
            state.takeBack()
        } else {
            state.finish(summary.text, ending)
        }
        switch summary.reason {
        case .failed(let error): fail(Failure(.generation(error)))
        case .cancelled where !isInteractive: throw Failure.interrupted
        case .contextFull:
            // Even scripts should know that they have half an answer.
            if let text = PlainChatReport.ending(summary.reason, capacity: capacity) { say(text) }
        default:
            if isInteractive, let text = PlainChatReport.ending(summary.reason, capacity: capacity) { say(text) }
        }
        // Room between an answer and the next question.
        if isInteractive { say("") }
    }

    private func isFailure(_ reason: FinishReason) -> Bool {
        if case .failed = reason { true } else { false }
    }

    // MARK: Files and words

    private func save(_ path: String) {
        let home = unsafe getenv("HOME").map { unsafe String(cString: $0) }
        let path = PlainChatFile.expanded(path, home: home)
        guard !state.turns.isEmpty else { return say("there is nothing to save yet") }
        do {
            let isJSON = path.lowercased().hasSuffix(".json")
            let bytes =
                try isJSON
                ? PlainChatTranscript.json(state)
                : Array(PlainChatTranscript.markdown(state, model: session.target.name).utf8)
            try PlainChatFile.write(bytes, to: path, replaces: savedPaths.contains(path))
            savedPaths.insert(path)
            say("saved to \"\(path)\"")
        } catch {
            fail(error as? Failure ?? Failure("cannot write \"\(path)\": \(error)"))
        }
    }

    private func fail(_ failure: Failure) {
        hasFailed = true
        say("inkling: \(failure.message)")
        if let hint = failure.hint { say("hint: \(hint)") }
    }

    /// Says something that is not an answer. Names and messages in it may hold anything.
    private func say(_ text: String) {
        Output.error(text)
    }

    private let isColored: Bool = {
        func variable(_ name: String) -> String { unsafe getenv(name).map { unsafe String(cString: $0) } ?? "" }
        let isPlain = ["", "dumb"].contains(variable("TERM"))
        return isatty(STDERR_FILENO) != 0 && variable("NO_COLOR").isEmpty && !isPlain
    }()
}
