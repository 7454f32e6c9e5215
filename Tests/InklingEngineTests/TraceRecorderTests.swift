// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingDecoding
import InklingTestSupport
import InklingTokenizer
import Testing

@testable import InklingEngine

@Suite struct `Recording traces` {
    /// A folder that is gone after the test.
    private final class Folder {
        let path: String

        init() throws {
            let url = FileManager.default.temporaryDirectory.appending(path: "inkling-trace-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            path = url.path
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path + "/" + name))) }
    }

    private let header = TraceHeader(program: "0.1.0", command: "chat", strategy: "sd")

    @Test func `What an engine says is what the trace holds, with the text of drafted tokens`() throws {
        let folder = try Folder()
        let rig = try EngineRig(baselineShare: 0)
        try rig.model("target")
        try rig.model("draft", seed: 2, layers: 1)
        let recorder = try TraceRecorder(path: folder.path + "/a.jsonl", header: header)
        let gate = Gate()
        rig.log.onEvent { event in
            recorder.record(event)
            if case .generation(_, .finished) = event { gate.open() }
        }
        try rig.load("target", draft: "draft")
        recorder.use(rig.engine.vocabulary)
        _ = try rig.generate(.asking("hello", maxTokens: 20, strategy: "sd"))
        gate.pass()
        recorder.finish()
        recorder.record(.stopped)
        recorder.finish()

        let trace = try Trace(parsing: folder.bytes("a.jsonl"), file: "a.jsonl")
        #expect(trace.header.models.map(\.name) == ["target", "draft"])
        #expect(recorder.problem == nil && trace.warning == nil)
        var pieces: [TokenID: String] = [:]
        var events: [EngineEvent] = []
        for entry in trace.entries {
            switch entry.event {
            case .pieces(let more): pieces.merge(more) { first, _ in first }
            case .engine(let event):
                for token in event.unspelledTokens { #expect(pieces[token] != nil) }
                events.append(event)
            }
        }
        // Paths are left out; all else is the same.
        let generations = rig.log.events.filter { if case .generation = $0 { true } else { false } }
        #expect(events.filter { if case .generation = $0 { true } else { false } } == generations)
        #expect(generations.count > 10)
    }

    @Test func `An earlier trace is replaced, anything else is not`() throws {
        let folder = try Folder()
        let path = folder.path + "/a.jsonl"
        for _ in 0..<2 {
            let recorder = try TraceRecorder(path: path, header: header)
            recorder.record(.unloaded)
            recorder.finish()
            #expect(try Trace(parsing: folder.bytes("a.jsonl"), file: "a").entries.count == 1)
        }
        try Data("my notes".utf8).write(to: URL(filePath: path))
        #expect(
            throws: TraceRecordingError(
                path: path, reason: "the file is there already and is not a trace; choose another name")
        ) { _ = try TraceRecorder(path: path, header: header) }
        #expect(try folder.bytes("a.jsonl") == Array("my notes".utf8))
        #expect(throws: TraceRecordingError.self) {
            _ = try TraceRecorder(path: folder.path + "/none/a.jsonl", header: header)
        }
    }

    @Test func `A disk that takes no more ends the recording with a word, not the program`() throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let recorder = try TraceRecorder(path: "/dev/full", header: header)
        recorder.record(.unloaded)
        recorder.finish()
        #expect(recorder.problem?.hasPrefix("the recording was ended: \"/dev/full\" cannot be written: ") == true)
    }

    @Test func `Without a model there is still a header`() throws {
        let folder = try Folder()
        let recorder = try TraceRecorder(path: folder.path + "/a.jsonl", header: header)
        recorder.finish()
        let trace = try Trace(parsing: folder.bytes("a.jsonl"), file: "a")
        #expect(trace.header == header && trace.entries.isEmpty)
    }
}
