// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import InklingCells
import InklingDecoding
@testable import InklingEngine
import InklingStore
@testable import InklingTUI
import InklingTokenizer
import Testing

/// The recordings in `docs/traces`: real runs of the bundled models.
@Suite struct RecordedTraceTests {
    static let names = ["specdec", "pearl", "auto"]

    private func trace(_ name: String) throws -> Trace {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "docs/traces/\(name).jsonl")
        return try Trace(parsing: [UInt8](try Data(contentsOf: file)), file: name)
    }

    private func rounds(_ trace: Trace) -> [DecodingRound] {
        trace.entries.compactMap { entry in
            if case .engine(.generation(_, .decode(.round(let round)))) = entry.event { round } else { nil }
        }
    }

    @Test(arguments: names) func `A recording plays to its end and shows what was said`(_ name: String) throws {
        let trace = try trace(name)
        #expect(trace.warning == nil && trace.header.models.map(\.name) == ["inkling", "inkling-draft"])
        var stage = Stage(120, 40)
        stage.replay(trace)
        var ticks = 0
        while stage.state.replay?.isAtEnd == false, ticks < 5000 {
            stage.pass(.milliseconds(100))
            ticks += 1
        }
        let said = trace.entries.compactMap { entry -> String? in
            if case .engine(.generation(_, .finished(.done(let summary)))) = entry.event { summary.text } else { nil }
        }
        #expect(stage.state.chat.path.filter { $0.role == .assistant }.map(\.content) == said)
        #expect(said.allSatisfy { !$0.isEmpty } && stage.takeEffects() == [])
        // Long enough to be followed, short enough to be watched.
        #expect((10...1200).contains(ticks))
    }

    @Test(arguments: names) func `A recording looks the same whether it was played or stepped through`(
        _ name: String
    ) throws {
        var played = Stage(120, 40)
        played.replay(try trace(name))
        played.press("$")
        var stepped = Stage(120, 40)
        stepped.replay(try trace(name))
        while stepped.state.replay?.isAtEnd == false { stepped.press(".") }
        stepped.press(",", ",", ",", "$")
        #expect(stepped.state.metrics == played.state.metrics)
        #expect(stepped.state.chat.path.map(\.content) == played.state.chat.path.map(\.content))
    }

    @Test func `They show what there is to see`() throws {
        let specdec = rounds(try trace("specdec"))
        #expect(specdec.contains { $0.verdict?.rejection != nil } && specdec.contains { $0.stop == .likelyRejection })
        #expect(specdec.allSatisfy { $0.measures.contains { $0.name == "threshold" } })
        let pearl = rounds(try trace("pearl"))
        // Blocks that are found good, blocks that are not, and passes of both lanes.
        #expect(pearl.contains { !$0.pending.isEmpty } && pearl.contains { $0.pending.isEmpty })
        #expect(pearl.contains { Set($0.spans.map(\.lane)).count == 2 })
        let automatic = try trace("auto")
        #expect(rounds(automatic).contains { $0.choice != nil })
        let questions = automatic.entries.filter { entry in
            if case .engine(.generation(_, .asked)) = entry.event { true } else { false }
        }
        #expect(questions.count == 3)
    }

    @Test(arguments: names) func `They are small, and say nothing of where they were made`(_ name: String) throws {
        let trace = try trace(name)
        var encoder = TraceEncoder()
        let bytes = trace.entries.reduce(encoder.header(trace.header)) { $0 + encoder.line($1) }
        #expect(bytes.count < 150_000)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("/inkling.gguf"))
    }
}
