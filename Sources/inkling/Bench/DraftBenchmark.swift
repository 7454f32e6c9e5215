// SPDX-License-Identifier: Apache-2.0

import InklingDecoding
import InklingEngine
import InklingModel
import InklingTokenizer

/// A text to continue, and how it really went on.
struct DraftPrefix: Equatable {
    var tokens: [TokenID]
    /// nil where nobody knows.
    var truth: String?

    /// Prefixes evenly spread over a text, each ending where a word ends.
    /// - Parameters:
    ///   - count: how many at most.
    ///   - length: tokens of each at most.
    static func cut(_ text: [UInt8], count: Int, length: Int, tokenizer: any Tokenizer) -> [DraftPrefix] {
        let begin = tokenizer.vocabulary.addsBOS ? tokenizer.vocabulary.special.beginOfSequence : nil
        var prefixes: [DraftPrefix] = []
        var last = 0
        for index in 0..<count {
            var end = max(last + 1, (index + 1) * (text.count / (count + 1)))
            while end < text.count, !isBlank(text[end]) || isBlank(text[end - 1]) { end += 1 }
            guard end < text.count else { break }
            last = end
            // Words are cut nowhere; sixteen bytes a token are enough for any text.
            var start = max(0, end - 16 * length)
            while start > 0, start < end, !isBlank(text[start]) { start += 1 }
            var tokens = tokenizer.encode(Array(text[start..<end]), special: .ignore).suffix(length)
            if let begin { tokens.insert(begin, at: tokens.startIndex) }
            guard !tokens.isEmpty else { continue }
            let truth = text[end..<min(text.count, end + 512)]
            prefixes.append(DraftPrefix(tokens: Array(tokens), truth: String(decoding: truth, as: UTF8.self)))
        }
        return prefixes
    }

    /// The standard ones as tokens, from the beginning of a text on.
    static func standard(_ tokenizer: any Tokenizer) -> [DraftPrefix] {
        let special = tokenizer.vocabulary.special
        let start = (special.beginOfSequence ?? special.endOfSequence).map { [$0] } ?? []
        return standard.map { DraftPrefix(tokens: start + tokenizer.encode($0, special: .ignore), truth: nil) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    /// Beginnings of sentences on everyday matters, for when there is no text.
    static let standard = [
        "To list all files in", "The weather today is", "My favourite thing about the city is",
        "In order to save time, we",
        "She opened the door and", "The first step is to", "Once upon a time there was", "The main difference between",
        "If you want to learn more about", "The company announced that it", "Yesterday I went to the",
        "Water boils when",
    ]
}

/// Measures ways to make several continuations on the same prefixes.
struct DraftBenchmark {
    /// One way.
    enum Test: String, CaseIterable {
        case superposed
        /// With the ends that the model does not believe written anew, and the passes and the time for that: what "drafts" and
        /// the playground show.
        case superposedRepaired = "superposed-repaired"
        case nucleus
        /// Each sequence in passes of its own, as if they were asked for one after the other.
        case nucleusApart = "nucleus-separate"
        case beam, greedy

        var method: DraftMethod {
            switch self {
            case .superposed, .superposedRepaired: .superposed
            case .nucleus, .nucleusApart: .nucleus
            case .beam: .beam
            case .greedy: .greedy
            }
        }
    }

    /// What a test did over all prefixes.
    struct Sums {
        /// Seconds of each run of each prefix.
        var seconds: [Double] = []
        /// Tokens of all drafts, a second, likewise.
        var rates: [Double] = []
        var passes = 0, rows = 0, runCount = 0
        /// Of each draft by rank: perplexities under the model.
        var perplexities: [[Double]] = []
        var surprise = 0.0
        var tokenCount = 0
        var distinct: [[Double]] = [[], []]
        var coveredCount = 0, truthCount = 0, matchedWords = 0
    }

    let run: DraftRun
    let tokenizer: any Tokenizer
    var base: DraftRequest
    private(set) var sums: [Test: Sums] = [:]

    init(run: DraftRun, tokenizer: any Tokenizer, base: DraftRequest) {
        self.run = run
        self.tokenizer = tokenizer
        self.base = base
    }

    /// Runs every test on one prefix. The prompt is in the cache before the first is timed.
    /// - Parameter first: which test comes first, so that none always does.
    mutating func measure(
        _ prefix: DraftPrefix, tests: [Test], runs: Int, first: Int, cancellation: CancellationFlag
    ) throws(GenerationError) {
        for repetition in 0..<runs {
            for index in tests.indices {
                let test = tests[(index + first + repetition) % tests.count]
                let (reports, seconds) = try drafts(test, prefix, UInt64(repetition), cancellation)
                add(reports, seconds, prefix, to: test, isFirst: repetition == 0)
            }
        }
    }

    /// Reads a prefix once with every test, untimed.
    func warmUp(_ prefix: DraftPrefix, tests: [Test], _ cancellation: CancellationFlag) throws(GenerationError) {
        for test in tests { _ = try drafts(test, prefix, 0, cancellation) }
    }

    private func drafts(
        _ test: Test, _ prefix: DraftPrefix, _ repetition: UInt64, _ cancellation: CancellationFlag
    ) throws(GenerationError) -> (reports: [DraftReport], seconds: Double) {
        var request = base
        request.method = test.method
        request.prompt = prefix.tokens
        if test == .superposedRepaired { request.soundCount = Autocompleter.soundCount(tokenizer.vocabulary) }
        request.sampler.seed = base.sampler.seed &+ repetition &* 1000
        var reports: [DraftReport] = []
        if test == .nucleusApart {
            request.count = 1
            for _ in 0..<base.count {
                reports.append(try run.run(request, cancellation: cancellation))
                request.sampler.seed &+= 1
            }
        } else {
            reports.append(try run.run(request, cancellation: cancellation))
        }
        let seconds = reports.reduce(0) { sum, report in
            let repair = test == .superposedRepaired ? report.scoringDuration + report.repairDuration : .zero
            return sum + (report.draftDuration + repair).seconds
        }
        return (reports, seconds)
    }

    private mutating func add(
        _ reports: [DraftReport], _ seconds: Double, _ prefix: DraftPrefix, to test: Test, isFirst: Bool
    ) {
        var sum = sums[test] ?? Sums()
        defer { sums[test] = sum }
        let drafts = reports.flatMap(\.continuations)
        let tokenCount = drafts.reduce(0) { $0 + $1.tokens.count }
        sum.seconds.append(seconds)
        if seconds > 0 { sum.rates.append(Double(tokenCount) / seconds) }
        for report in reports {
            sum.passes += report.passCount
            sum.rows += report.rowCount
            guard test == .superposedRepaired else { continue }
            sum.passes += report.scoringPassCount + report.repairPassCount
            sum.rows += report.furtherRowCount
        }
        sum.runCount += 1
        // What does not depend on time is the same in each run, or as good.
        guard isFirst else { return }
        for (rank, draft) in drafts.enumerated() {
            guard let logProbability = draft.logProbability.map(Double.init), logProbability.isFinite else { continue }
            while sum.perplexities.count <= rank { sum.perplexities.append([]) }
            sum.perplexities[rank].append(DraftFigures.exponential(-logProbability / Double(draft.tokens.count)))
            sum.surprise -= logProbability
            sum.tokenCount += draft.tokens.count
        }
        for order in 1...2 {
            if let share = DraftFigures.distinct(drafts.map(\.tokens), order: order) {
                sum.distinct[order - 1].append(share)
            }
        }
        guard let truth = prefix.truth else { return }
        let matches = drafts.map { DraftFigures.matchedWords(text($0.tokens), truth) }
        sum.truthCount += 1
        sum.matchedWords += matches.max() ?? 0
        if matches.contains(where: { $0 > 0 }) { sum.coveredCount += 1 }
    }

    private func text(_ tokens: [TokenID]) -> String {
        let vocabulary = tokenizer.vocabulary
        return String(
            decoding: tokens.flatMap { vocabulary.isControl($0) ? [] : vocabulary.bytes(of: $0) }, as: UTF8.self)
    }
}
