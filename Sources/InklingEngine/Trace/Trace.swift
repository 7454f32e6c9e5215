// SPDX-License-Identifier: Apache-2.0

public import InklingDecoding
public import InklingTokenizer

/// A recording of what an engine said, which can be played again without a model.
///
/// The format is one JSON object a line: a header, then an event each. `docs/traces.md` explains every key.
public struct Trace: Sendable, Equatable {
    public var header: TraceHeader
    /// In order of time.
    public var entries: [TraceEntry]
    /// That the end is missing; nil for a recording that was ended as it should be.
    public var warning: String?

    public init(header: TraceHeader, entries: [TraceEntry], warning: String? = nil) {
        self.header = header
        self.entries = entries
        self.warning = warning
    }
}

/// The first line of a trace: what was recorded, and how it was made.
public struct TraceHeader: Sendable, Equatable {
    /// What the first line says under `format`.
    public static let formatName = "inkling-trace"
    /// The version of the format that this program writes, and the newest that it reads.
    public static let version = 1

    /// One of the models that were in use when the first answer was asked for.
    public struct Model: Sendable, Equatable {
        public var role: Lane
        public var name: String
        public var architecture: String
        public var parameters: Int?
        public var quantization: String?
        /// Of the file.
        public var bytes: Int

        public init(
            role: Lane, name: String, architecture: String, parameters: Int? = nil, quantization: String? = nil,
            bytes: Int
        ) {
            self.role = role
            self.name = name
            self.architecture = architecture
            self.parameters = parameters
            self.quantization = quantization
            self.bytes = bytes
        }
    }

    /// Version of the program that recorded it.
    public var program: String
    /// `chat` or `generate`.
    public var command: String
    public var models: [Model] = []
    /// What answers were made with at the start; each request says what holds for it.
    public var strategy: String
    public var parameters: [String: ParameterValue]
    public var sampler: SamplerSettings

    public init(
        program: String, command: String, strategy: String, parameters: [String: ParameterValue] = [:],
        sampler: SamplerSettings = SamplerSettings()
    ) {
        self.program = program
        self.command = command
        self.strategy = strategy
        self.parameters = parameters
        self.sampler = sampler
    }
}

/// Something that happened, and when.
public struct TraceEntry: Sendable, Equatable {
    /// Since the recording began.
    public var time: Duration
    public var event: TraceEvent

    public init(time: Duration, event: TraceEvent) {
        self.time = time
        self.event = event
    }
}

public enum TraceEvent: Sendable, Equatable {
    case engine(EngineEvent)
    /// What tokens stand for that the events after this one name by their number.
    case pieces([TokenID: String])
}

extension EngineEvent {
    /// Numbers of tokens whose text the event does not carry, and without which it could not be shown.
    var unspelledTokens: [TokenID] {
        guard case .generation(_, let event) = self else { return [] }
        switch event {
        case .accepted(let prompt): return prompt.answerPrefix
        case .decode(.round(let round)):
            return (round.draft?.tokens ?? []) + round.pending + round.hypotheses.flatMap(\.tokens)
                + (round.verdict?.next.map { [$0] } ?? [])
        case .decode(.hypotheses(let hypotheses)): return hypotheses.flatMap(\.tokens)
        default: return []
        }
    }
}
