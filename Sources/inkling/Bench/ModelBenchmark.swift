// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingModel
import InklingTokenizer

/// Takes the time of one model's passes.
///
/// Counts as llama-bench does: `pp` reads a prompt in one call and wants the last position's logits; `tg` reads tokens
/// one by one and wants the logits of each; both begin from an empty cache or one of some depth. `verify` is one pass
/// over a short chain with every position's logits, which is what speculative decoding does with a draft.
struct ModelBenchmark {
    enum Test: Equatable {
        case prompt(Int)
        case generation(Int)
        case verification(Int)

        var rowCount: Int {
            switch self {
            case .prompt(let count), .generation(let count), .verification(let count): count
            }
        }

        var name: String {
            switch self {
            case .prompt(let count): "pp\(count)"
            case .generation(let count): "tg\(count)"
            case .verification(let count): "verify\(count)"
            }
        }
    }

    /// Figures of one test.
    struct Result: Equatable {
        var test: Test
        /// Tokens in the cache before each run.
        var depth: Int
        /// Tokens a second, one for each run.
        var rates: [Double]
        /// Time of a pass over `rowCount` rows against a pass over one, medians both; verification only.
        var costRatio: Double?
    }

    let runner: any ModelRunner
    let runs: Int
    private var random = TokenSource()
    private let clock = ContinuousClock()
    private let cancellation: CancellationFlag

    /// - Parameter runs: how often each test is timed.
    init(runner: any ModelRunner, runs: Int, cancellation: CancellationFlag = CancellationFlag()) {
        self.runner = runner
        self.runs = runs
        self.cancellation = cancellation
    }

    /// A single short pass is over in less time than a clock can be trusted with: passes are repeated until this much
    /// has passed, and count as one run.
    private static let shortest = Duration.milliseconds(50)
    private static let passLimit = 256

    /// Runs `tests` in turn, with `depth` tokens in the cache.
    ///
    /// - Parameters:
    ///   - verificationDepth: what verification finds in the cache when `depth` is 0: drafts come after a prompt.
    ///   - progress: told the name of what is measured next.
    mutating func run(
        _ tests: [Test], depth: Int, verificationDepth: Int, progress: (String) -> Void
    ) throws(ModelError) -> [Result] {
        var results: [Result] = []
        var single: Double?
        for test in tests {
            progress(test.name)
            let isVerification = if case .verification = test { true } else { false }
            let base = isVerification && depth == 0 ? verificationDepth : depth
            try fill(to: base)
            if isVerification, single == nil { single = try verificationMedian(1, base) }
            let rates = try measure(test, base)
            var result = Result(test: test, depth: base, rates: rates)
            if isVerification, let single {
                let median = test == .verification(1) ? single : SampleStatistics(rates).median
                result.costRatio = Double(test.rowCount) * single / median
            }
            results.append(result)
        }
        return results
    }

    private mutating func verificationMedian(_ count: Int, _ base: Int) throws(ModelError) -> Double {
        SampleStatistics(try measure(.verification(count), base)).median
    }

    /// Brings the cache to exactly `count` tokens.
    private mutating func fill(to count: Int) throws(ModelError) {
        if runner.cachedCount > count { runner.truncate(to: count) }
        while runner.cachedCount < count {
            if cancellation.isCancelled { throw .cancelled }
            let tokens = random.tokens(min(Self.fillStep, count - runner.cachedCount), of: runner.vocabularySize)
            _ = try runner.forward(ModelBatch(tokens, want: .nothing))
        }
    }

    private static let fillStep = 512

    private mutating func measure(_ test: Test, _ base: Int) throws(ModelError) -> [Double] {
        // Once without the clock: the first pass takes memory and wakes threads.
        _ = try time(test, base, isWarmUp: true)
        var rates: [Double] = []
        for _ in 0..<runs { rates.append(try time(test, base, isWarmUp: false)) }
        return rates
    }

    /// Tokens a second.
    private mutating func time(_ test: Test, _ base: Int, isWarmUp: Bool) throws(ModelError) -> Double {
        if cancellation.isCancelled { throw .cancelled }
        defer { runner.truncate(to: base) }
        switch test {
        case .prompt(let count):
            let batch = ModelBatch(random.tokens(count, of: runner.vocabularySize), want: .lastLogits)
            let start = clock.now
            _ = try runner.forward(batch)
            return Double(count) / (clock.now - start).seconds
        case .generation(let count):
            // One token is enough to warm up: the rest costs the same.
            let tokens = random.tokens(isWarmUp ? 1 : count, of: runner.vocabularySize)
            let start = clock.now
            for token in tokens {
                if cancellation.isCancelled { throw .cancelled }
                _ = try runner.forward(ModelBatch([token]))
            }
            return Double(tokens.count) / (clock.now - start).seconds
        case .verification(let count):
            let batch = ModelBatch(random.tokens(count, of: runner.vocabularySize), want: .allLogits)
            let start = clock.now
            var passes = 0
            repeat {
                _ = try runner.forward(batch)
                runner.truncate(to: base)
                passes += 1
            } while !isWarmUp && clock.now - start < Self.shortest && passes < Self.passLimit
            return Double(count * passes) / (clock.now - start).seconds
        }
    }
}

/// Tokens of no meaning, the same each time.
struct TokenSource {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func tokens(_ count: Int, of vocabularySize: Int) -> [TokenID] {
        (0..<count).map { _ in
            // Knuth's linear congruential generator; its upper half is even enough for ids.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return TokenID(Int32(truncatingIfNeeded: (state >> 33) % UInt64(max(1, vocabularySize))))
        }
    }
}
