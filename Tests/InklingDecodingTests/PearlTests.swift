// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTestSupport
import InklingTokenizer
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Waits for something that another thread does; gives up after some seconds, so that a lane which never runs fails the
/// test instead of stopping it.
private func wait(until condition: () -> Bool) -> Bool {
    for _ in 0..<50_000 {
        if condition() { return true }
        usleep(100)
    }
    return false
}

struct PearlTests {
    private static let model = ToyModel(vocabularySize: 12, seed: 5)

    private func request(
        _ sampler: SamplerSettings = .greedy, maxTokens: Int = 40, parameters: [String: ParameterValue] = [:]
    ) -> GenerationRequest {
        GenerationRequest(
            prompt: tokens(7, 7, 0), strategy: "pearl", parameters: parameters, sampler: sampler, maxTokens: maxTokens)
    }

    // MARK: Rounds

    @Test
    func `A block that is accepted is judged while the next is drafted`() {
        let harness = Harness(target: ToyRunner(countingModel(26)), draft: ToyRunner(countingModel(26)))
        harness.generate(request(maxTokens: 12, parameters: ["gamma": 4, "adaptive": false]))
        // Pre-verify accepts the first token of four and leaves three; post-verify accepts these and one more.
        #expect(harness.rounds.map(\.committed.count) == [1, 4, 4, 3])
        #expect(harness.rounds.map(\.pending.count) == [3, 3, 3, 0])
        #expect(harness.rounds.map { $0.measures.first { $0.name == "post-verify" }?.value } == [0, 1, 1, 1])
        #expect(harness.rounds.flatMap(\.committed).allSatisfy { $0.source == .draft })
        // The last round has nothing left to draft, and its last token needs no row.
        #expect(harness.rounds.map { $0.spans.filter { $0.lane == .target }.map(\.rowCount) } == [[1], [4], [4], [3]])
        #expect(harness.rounds.map(\.draftPassCount) == [4, 4, 4, 0])
    }

    @Test
    func `A rejection drops pending and new tokens alike`() {
        // The draft model counts to 9 and then starts again at 0.
        let harness = Harness(target: ToyRunner(countingModel(26)), draft: ToyRunner(countingModel(10)))
        harness.generate(
            GenerationRequest(
                prompt: tokens(5, 6), strategy: "pearl", parameters: ["gamma": 4, "adaptive": false], sampler: .greedy,
                maxTokens: 8))
        #expect(harness.rounds.map { $0.committed.map(\.id.rawValue) }.prefix(2) == [[7], [8, 9, 10]])
        #expect(harness.rounds[1].verdict?.rejection?.node == 2)
        #expect(harness.rounds[1].pending.isEmpty)
    }

    // MARK: Lanes

    @Test
    func `Both models run at the same time`() {
        let harness = Harness(Self.model)
        let targetPasses = PassCounter()
        let draftPasses = PassCounter()
        let met = Atomic<Int>(0)
        // The first pass of each lane waits for the other's, so neither could end if they ran in turn. The prompt's passes
        // come first.
        harness.target.willForward = { _ in
            guard targetPasses.next() == 2 else { return }
            if wait(until: { draftPasses.count >= 2 }) { met.add(1, ordering: .relaxed) }
        }
        harness.draft.willForward = { _ in
            guard draftPasses.next() == 2 else { return }
            if wait(until: { targetPasses.count >= 2 }) { met.add(1, ordering: .relaxed) }
        }
        harness.generate(request())
        #expect(met.load(ordering: .relaxed) == 2)
        let spans = harness.rounds[0].spans
        let target = spans.filter { $0.lane == .target }
        let draft = spans.filter { $0.lane == .draft }
        #expect(target.count == 1)
        let overlap = draft.contains {
            $0.start < target[0].start + target[0].duration && target[0].start < $0.start + $0.duration
        }
        #expect(overlap)
    }

    @Test(arguments: [SamplerSettings.greedy] + LawTest.settings)
    func `Output depends neither on which lane is faster nor on the length of blocks`(_ settings: SamplerSettings) {
        var settings = settings
        settings.seed = 17
        var outputs: Set<[TokenID]> = []
        for gamma in [1, 2, 5] {
            let harness = Harness(Self.model)
            outputs.insert(
                harness.generate(
                    request(settings, parameters: ["gamma": .integer(gamma), "adaptive": false])
                ).tokens)
        }
        var noise = TestNoise(9)
        for _ in 0..<12 {
            let harness = Harness(Self.model)
            let seed = UInt64.random(in: 0...999, using: &noise)
            // In each round the target waits for a number of draft passes that the seed picks.
            let draftPasses = PassCounter()
            harness.draft.willForward = { _ in draftPasses.next() }
            harness.target.willForward = { batch in
                guard batch.want == .allLogits else { return }
                var delay = TestNoise(seed &+ UInt64(draftPasses.count))
                for _ in 0..<Int.random(in: 0...40, using: &delay) { usleep(5) }
            }
            outputs.insert(harness.generate(request(settings)).tokens)
        }
        #expect(outputs.count == 1)
    }

    @Test
    func `A draft model slower than the target still brings a token a round`() {
        let harness = Harness(target: ToyRunner(countingModel(26)), draft: ToyRunner(countingModel(26)))
        let targetPasses = PassCounter()
        harness.target.willForward = { _ in targetPasses.next() }
        // The draft model is so slow that the target always ends first.
        harness.draft.willForward = { batch in
            guard batch.want != .nothing else { return }
            usleep(2000)
        }
        harness.generate(request(maxTokens: 6))
        for round in harness.rounds.dropLast() {
            #expect(round.measures.first { $0.name == "block" }?.value ?? 0 >= 1)
            #expect(!round.committed.isEmpty)
        }
    }

    @Test
    func `Sampled output follows the target at any block length`() {
        for gamma in [1, 3] {
            let result = LawTest.run(
                .pearl, .unmodified(), parameters: ["gamma": .integer(gamma), "adaptive": false], length: 4,
                runCount: 6000)
            #expect(result.isPlausible, "\(result)")
        }
    }
}

struct LanePairTests {
    @Test
    func `Both results come back, many times over, each closure with its own runner`() {
        let first = ToyRunner(countingModel(4))
        let second = ToyRunner(countingModel(6))
        let lanes = LanePair()
        for round in 0..<200 {
            let (one, two) = lanes.join(
                first, second, { $0.vocabularySize + round }, { "\($0.vocabularySize) \(round)" })
            #expect(one == 4 + round)
            #expect(two == "6 \(round)")
        }
    }

    @Test
    func `The closures run at once`() {
        let lanes = LanePair()
        let arrivals = PassCounter()
        let meet: @Sendable (any ModelRunner) -> Bool = { _ in
            arrivals.next()
            return wait { arrivals.count == 2 }
        }
        let (one, two) = lanes.join(ToyRunner(countingModel(2)), ToyRunner(countingModel(2)), meet, meet)
        #expect(one && two)
    }

    @Test
    func `A pair that nobody needs ends its thread`() {
        for _ in 0..<200 {
            let lanes = LanePair()
            let (one, two) = lanes.join(
                ToyRunner(countingModel(2)), ToyRunner(countingModel(2)), { _ in 1 }, { _ in 2 })
            #expect(one + two == 3)
        }
    }
}
