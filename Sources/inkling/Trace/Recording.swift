// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import InklingDecoding
import InklingEngine
import InklingTokenizer
import Synchronization

/// The recording of this run, which every way out of the program finishes.
enum Recording {
    private static let current = Mutex<TraceRecorder?>(nil)

    /// Begins to record, before there is anything to lose.
    static func begin(
        _ path: String, command: String, strategy: String, parameters: [String: ParameterValue],
        sampler: SamplerSettings
    ) throws -> TraceRecorder {
        let header = TraceHeader(
            program: Inkling.configuration.version, command: command, strategy: strategy, parameters: parameters,
            sampler: sampler)
        let recorder: TraceRecorder
        do throws(TraceRecordingError) {
            recorder = try TraceRecorder(path: path, header: header)
        } catch { throw Failure(error.description) }
        current.withLock { $0 = recorder }
        return recorder
    }

    /// Writes what is left, and says so if not all could be written. Only the first call does anything.
    static func finish() {
        let recorder = current.withLock { current in
            defer { current = nil }
            return current
        }
        guard let recorder else { return }
        recorder.finish()
        if let problem = recorder.problem { Output.error("inkling: \(problem)") }
    }
}

/// Where to record to: shared by the commands that generate.
struct RecordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Record what happens, for \"inkling replay\"; replaces an earlier trace.", valueName: "FILE.jsonl"))
    var record: String?
}

extension TraceRecorder {
    /// What an ``Engine`` says of itself where there is none.
    func begin(_ session: ModelSession, _ snapshot: SessionSnapshot) {
        use(session.target.tokenizer.vocabulary)
        record(.load(LoadID(0), .ended(.loaded(snapshot))))
    }

    func record(_ id: Int, _ event: GenerationEvent) {
        record(.generation(GenerationID(id), event))
    }
}
