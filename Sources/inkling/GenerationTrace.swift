// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingDecoding
import InklingTensor

/// What took when during a generation, in the trace-event format that Perfetto and chrome://tracing read.
///
/// Three tracks: the rounds, with the time in no pass ("sample": drawing, judging, bookkeeping) inside each; the target's
/// passes; those of the draft model. Times are in microseconds since the generation began.
///
/// Source: the "Trace Event Format" document of the Chromium project: complete events and metadata events.
struct GenerationTrace: Encodable {
    enum Track: Int, CaseIterable {
        case rounds = 1
        case target, draft

        init(_ lane: Lane) {
            switch lane {
            case .target: self = .target
            case .draft: self = .draft
            }
        }

        var name: String {
            switch self {
            case .rounds: "rounds"
            case .target: "target"
            case .draft: "draft"
            }
        }
    }

    enum Argument: Encodable, Equatable {
        case integer(Int)
        case real(Double)
        case text(String)
        case integers([Int])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .integer(let value): try container.encode(value)
            case .real(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            case .integers(let values): try container.encode(values)
            }
        }
    }

    struct Event: Encodable, Equatable {
        var name: String
        var cat: String?
        /// "X": complete, with start and duration. "M": says what a track is called.
        var ph: String
        var ts: Double?
        var dur: Double?
        var pid = 1
        var tid: Int
        var args: [String: Argument]
    }

    private(set) var traceEvents: [Event] = []
    let displayTimeUnit = "ms"

    private enum CodingKeys: String, CodingKey {
        case traceEvents, displayTimeUnit
    }

    init(strategy: String) {
        traceEvents.append(
            Event(name: "process_name", ph: "M", tid: 0, args: ["name": .text("inkling, strategy \(strategy)")]))
        for track in Track.allCases {
            traceEvents.append(
                Event(name: "thread_name", ph: "M", tid: track.rawValue, args: ["name": .text(track.name)]))
            traceEvents.append(
                Event(
                    name: "thread_sort_index", ph: "M", tid: track.rawValue,
                    args: ["sort_index": .integer(track.rawValue)]))
        }
    }

    mutating func take(_ event: DecodeEvent) {
        switch event {
        case .prefill(let progress):
            guard let span = progress.span else { return }
            add(
                "prefill", Track(span.lane), span.start, span.duration,
                ["rows": .integer(span.rowCount), "done": .integer(progress.done), "total": .integer(progress.total)])
        case .round(let round): add(round)
        case .text, .hypotheses, .finished: break
        }
    }

    private mutating func add(_ round: DecodingRound) {
        let gaps = Self.gaps(in: round)
        let sampling = gaps.reduce(Duration.zero) { $0 + $1.upperBound - $1.lowerBound }
        let text = round.committed.map(\.text).joined()
        var arguments: [String: Argument] = [
            "round": .integer(round.index), "committed": .integer(round.committed.count),
            "drafted": .integer(round.draftedCount), "accepted": .integer(round.acceptedCount),
            "pending": .integer(round.pending.count), "text": .text(text),
            "sampling_share": .real(round.duration > .zero ? sampling.seconds / round.duration.seconds : 0),
        ]
        if let stop = round.stop { arguments["stop"] = .text(stop.rawValue) }
        for measure in round.measures where measure.value.isFinite { arguments[measure.name] = .real(measure.value) }
        add("round \(round.index)", .rounds, round.start, round.duration, arguments)
        for gap in gaps {
            add(
                "sample", .rounds, gap.lowerBound, gap.upperBound - gap.lowerBound, ["round": .integer(round.index)])
        }
        for span in round.spans {
            add(
                span.lane == .target ? "verify" : "draft", Track(span.lane), span.start, span.duration,
                ["round": .integer(round.index), "rows": .integer(span.rowCount)])
        }
    }

    /// The stretches of a round in which neither model computed.
    private static func gaps(in round: DecodingRound) -> [Range<Duration>] {
        var gaps: [Range<Duration>] = []
        var reached = round.start
        for span in round.spans.sorted(by: { $0.start < $1.start }) {
            if span.start > reached { gaps.append(reached..<span.start) }
            reached = max(reached, span.start + span.duration)
        }
        let end = round.start + round.duration
        if end > reached { gaps.append(reached..<end) }
        return gaps
    }

    private mutating func add(
        _ name: String, _ track: Track, _ start: Duration, _ duration: Duration, _ arguments: [String: Argument]
    ) {
        traceEvents.append(
            Event(
                name: name, cat: track.name, ph: "X", ts: start / .microseconds(1), dur: duration / .microseconds(1),
                tid: track.rawValue, args: arguments))
    }
}

/// Where a trace goes: whole, or not at all.
final class TraceFile {
    private let file: StagedFile

    init(path: String) throws {
        do throws(FileError) { file = try StagedFile(path: path) } catch { throw Self.failure(error) }
    }

    func write(_ trace: GenerationTrace) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = [UInt8](try encoder.encode(trace))
        do throws(FileError) {
            try bytes.withLittleEndianBytes { (bytes: RawSpan) throws(FileError) in try file.write(bytes) }
            try file.commit()
        } catch { throw Self.failure(error) }
    }

    private static func failure(_ error: FileError) -> Failure { Failure("cannot write \(error.description)") }
}
