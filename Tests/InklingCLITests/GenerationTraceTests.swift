// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Synchronization
import Testing

@testable import inkling

private struct NoText: TokenTextDecoder {
    mutating func append(_ token: TokenID) -> String { "" }
    mutating func finish() -> String { "" }
}

/// Moves by a millisecond whenever it is read, in whichever lane.
private final class StepClock: Sendable {
    private let milliseconds = Atomic<Int>(0)

    var clock: DecodeClock {
        DecodeClock { .milliseconds(self.milliseconds.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue) }
    }
}

private final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    func next() -> Int { value.add(1, ordering: .sequentiallyConsistent).newValue }

    /// Whether it reaches a number before some seconds have gone by.
    func reaches(_ count: Int) -> Bool {
        for _ in 0..<50_000 {
            if value.load(ordering: .sequentiallyConsistent) >= count { return true }
            usleep(100)
        }
        return false
    }
}

struct GenerationTraceTests {
    private func trace(
        _ strategy: String, prompt: [TokenID] = [7, 7, 0, 1], maxTokens: Int = 20,
        parameters: [String: ParameterValue] = [:],
        meet: Bool = false
    ) -> (trace: GenerationTrace, rounds: [DecodingRound], summary: GenerationSummary) {
        let model = ToyModel(vocabularySize: 12, seed: 5)
        let target = ToyRunner(model)
        let draft = ToyRunner(model.perturbed(by: 0.6, seed: 9))
        if meet {
            // The first pass of each lane after the prompt's waits for the other's: neither could end if they ran in
            // turn.
            let targetPasses = Counter()
            let draftPasses = Counter()
            target.willForward = { batch in
                if batch.want != .nothing, targetPasses.next() == 1 { _ = draftPasses.reaches(1) }
            }
            draft.willForward = { batch in
                if batch.want != .nothing, draftPasses.next() == 1 { _ = targetPasses.reaches(1) }
            }
        }
        var trace = GenerationTrace(strategy: strategy)
        var rounds: [DecodingRound] = []
        let summary = Generator(clock: StepClock().clock, makeTextDecoder: { NoText() }).run(
            GenerationRequest(
                prompt: prompt, strategy: strategy, parameters: parameters, sampler: .greedy, maxTokens: maxTokens,
                prefillChunk: 2),
            DecodingRun(target: target, draft: draft)
        ) { event in
            trace.take(event)
            if case .round(let round) = event { rounds.append(round) }
        }
        return (trace, rounds, summary)
    }

    private func complete(_ trace: GenerationTrace, _ name: String) -> [GenerationTrace.Event] {
        trace.traceEvents.filter { $0.ph == "X" && $0.name == name }
    }

    private func range(_ event: GenerationTrace.Event) -> ClosedRange<Double> {
        let start = event.ts ?? .nan
        return start...(start + (event.dur ?? .nan))
    }

    @Test(arguments: ["ar", "sd", "specdec++", "prompt-lookup"])
    func `Every pass is a span on its model's track, and no two of them overlap`(_ strategy: String) {
        let (trace, rounds, summary) = trace(strategy)
        #expect(complete(trace, "verify").count == summary.statistics.targetPassCount)
        #expect(complete(trace, "draft").count == summary.statistics.draftPassCount)
        let passes = ["prefill", "verify", "draft"].flatMap { complete(trace, $0) }.sorted {
            range($0).lowerBound < range($1).lowerBound
        }
        for (one, next) in zip(passes, passes.dropFirst()) { #expect(range(one).upperBound < range(next).lowerBound) }
        for pass in passes {
            let isDraft = pass.name == "draft" || pass.cat == "draft"
            #expect(pass.tid == (isDraft ? GenerationTrace.Track.draft : .target).rawValue)
            #expect(pass.pid == 1)
        }
        for round in rounds {
            let span = complete(trace, "round \(round.index)")
            #expect(span.count == 1)
            #expect(span[0].args["committed"] == .integer(round.committed.count))
            #expect(span[0].args["accepted"] == .integer(round.acceptedCount))
            #expect(span[0].args["stop"] == round.stop.map { .text($0.rawValue) })
            let inside = trace.traceEvents.filter {
                $0.args["round"] == .integer(round.index) && !$0.name.hasPrefix("round")
            }
            #expect(!inside.isEmpty)
            for event in inside {
                #expect(range(span[0]).contains(range(event).lowerBound))
                #expect(range(span[0]).contains(range(event).upperBound))
            }
        }
    }

    @Test func `A prompt that is read in chunks is a span for each, and none for what was cached`() {
        let (trace, _, _) = trace("sd")
        // Three tokens in chunks of two, for both models.
        let spans = complete(trace, "prefill")
        #expect(spans.map(\.tid) == [2, 2, 3, 3])
        #expect(spans.map { $0.args["rows"] } == [.integer(2), .integer(1), .integer(2), .integer(1)])
        #expect(complete(self.trace("ar", prompt: [1]).trace, "prefill").isEmpty)
    }

    @Test func `Time in no pass is sampling, and its share is said`() throws {
        let (trace, rounds, _) = trace("sd")
        let span = try #require(complete(trace, "round 0").first)
        let passes = rounds[0].spans.reduce(0.0) { $0 + $1.duration / .microseconds(1) }
        let samples = complete(trace, "sample").filter { $0.args["round"] == .integer(0) }
        let sampling = samples.reduce(0.0) { $0 + ($1.dur ?? 0) }
        // Nothing overlaps in this strategy, so passes and the rest make up the round.
        #expect(abs(passes + sampling - (span.dur ?? 0)) < 1e-6)
        guard case .real(let share)? = span.args["sampling_share"] else {
            Issue.record("no share")
            return
        }
        #expect(abs(share - sampling / (span.dur ?? 0)) < 1e-9)
    }

    @Test func `Spans of the two lanes overlap where both compute at once`() throws {
        let (trace, _, _) = trace("pearl", parameters: ["gamma": 4, "adaptive": false], meet: true)
        let verify = try #require(complete(trace, "verify").first)
        let draft = try #require(complete(trace, "draft").first)
        #expect(verify.args["round"] == .integer(0) && draft.args["round"] == .integer(0))
        #expect(range(verify).overlaps(range(draft)))
        #expect(verify.tid != draft.tid)
        // What both lanes leave uncovered is sampling; where they overlap nothing counts twice.
        let span = try #require(complete(trace, "round 0").first)
        let share = try #require(span.args["sampling_share"])
        guard case .real(let value) = share else {
            Issue.record("the share is \(share)")
            return
        }
        #expect((0..<1).contains(value))
    }

    @Test func `The file is JSON that trace viewers take`() throws {
        let (trace, _, _) = trace("pearl")
        struct File: Decodable {
            struct Event: Decodable {
                var name, ph: String
                var pid, tid: Int
                var ts, dur: Double?
            }
            var displayTimeUnit: String
            var traceEvents: [Event]
        }
        let file = try JSONDecoder().decode(File.self, from: JSONEncoder().encode(trace))
        #expect(file.displayTimeUnit == "ms" && file.traceEvents.count == trace.traceEvents.count)
        #expect(file.traceEvents.count { $0.ph == "M" && $0.name == "thread_name" } == 3)
        #expect(file.traceEvents.allSatisfy { $0.ph == "M" || $0.ts != nil && $0.dur != nil })
    }
}
