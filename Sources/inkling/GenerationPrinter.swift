// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingEngine
import InklingTokenizer

/// Writes a generation to standard output in one of the contract's three forms.
final class GenerationPrinter {
    enum Format {
        case text, json, ndjson
    }

    private let format: Format
    private let session: ModelSession
    private let request: GenerationRequest
    private var hasEndedLine = true

    init(format: Format, session: ModelSession, request: GenerationRequest) {
        self.format = format
        self.session = session
        self.request = request
    }

    func take(_ event: DecodeEvent) {
        switch (format, event) {
        case (.text, .text(let text)):
            Output.modelText(text)
            hasEndedLine = text.hasSuffix("\n")
        case (.ndjson, .prefill(let progress)):
            print(NDJSON.Prefill(progress))
        case (.ndjson, .round(let round)):
            if let draft = NDJSON.Draft(round) { print(draft) }
            if let verify = NDJSON.Verify(round) { print(verify) }
            if let figures = NDJSON.Round(round) { print(figures) }
            for token in round.committed { print(NDJSON.Token(token)) }
        default:
            break
        }
    }

    func finish(_ summary: GenerationSummary) throws {
        let stats = StatsJSON(
            summary.statistics, load: session.target.loadDuration + (session.draft?.loadDuration ?? .zero))
        switch format {
        case .text:
            // A prompt of a shell should not follow on the last line of an answer.
            if !hasEndedLine, Output.isTerminal { Output.line() }
        case .json:
            guard case .failed = summary.reason else {
                return try JSONOutput.print(
                    GenerationJSON(summary, request: request, session: session, stats: stats))
            }
        case .ndjson:
            print(NDJSON.Stats(stats: stats))
            print(NDJSON.End(summary))
        }
    }

    private func print(_ value: some Encodable) {
        // These values always encode: numbers in them are finite by construction.
        try? JSONOutput.printLine(value)
    }
}
